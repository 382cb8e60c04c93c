"""Campaigns of the sample company, a new one every two months, with what was spent on them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from salesops.sample.ids import identifier
from salesops.sample.names import MONTHS

Record = dict[str, Any]
_KINDS = (
    ("Webinar series", "Webinar"),
    ("Industry fair", "Event"),
    ("Search advertising", "Advertising"),
    ("Partner days", "Event"),
    ("Customer stories", "Advertising"),
)
_SPENT_A_REP = (1_100, 2_600)  # dollars, over two months


def months(start: date, end: date) -> list[date]:
    """The first day of every month from `start` to `end`."""
    found = [start.replace(day=1)]
    while (following := (found[-1] + timedelta(days=32)).replace(day=1)) <= end:
        found.append(following)
    return found


def plan(random: Random, starts_on: date, ends_on: date, reps: int) -> list[Record]:
    """The campaigns, their budget in step with the size of the company."""
    found = []
    for number, start in enumerate(months(starts_on, ends_on)[::2]):
        name, kind = _KINDS[number % len(_KINDS)]
        end = (start + timedelta(days=62)).replace(day=1)
        found.append(
            {
                "id": identifier("701", number),
                "name": f"{name}, {MONTHS[start.month - 1]} {start.year}",
                "type": kind,
                "status": "Completed" if end <= ends_on else "In Progress",
                "starts_on": start,
                "ends_on": end - timedelta(days=1),
                "budget_minor": reps * random.randint(*_SPENT_A_REP) // 10 * 1000,
                "currency": "USD",
            }
        )
    return found


def running(campaigns: list[Record], day: date) -> str | None:
    """The campaign of a day."""
    return next((c["id"] for c in campaigns if c["starts_on"] <= day <= c["ends_on"]), None)


def spend(random: Random, campaigns: list[Record], ends_on: date) -> Iterator[Record]:
    """Two payments a campaign, together nearly its budget."""
    for number, campaign in enumerate(campaigns):
        for place in range(2):
            day = campaign["starts_on"] + timedelta(days=20 * place + 5)
            share = random.uniform(0.42, 0.54)
            if day <= ends_on:
                yield {
                    "id": f"spend-{number}-{place}",
                    "campaign_id": campaign["id"],
                    "spent_on": day,
                    "amount_minor": int(campaign["budget_minor"] * share) // 100 * 100,
                    "currency": "USD",
                }
