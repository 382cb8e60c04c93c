"""What the sample company's people do: work on deals through their life, and work among themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import count, pairwise
from random import Random
from typing import Any

from salesops.sample.deals import Deal
from salesops.sample.ids import identifier
from salesops.sample.organisation import Organisation

Record = dict[str, Any]
DAYS_A_TOUCH = 9
MOST_TOUCHES = 9
EVENTS = ("meeting", "demo")  # the rest are tasks
_KINDS = (
    ("call", 25, "Call with {}"),
    ("call", 40, "Call with {}"),
    ("email", 10, "Mail to {}"),
    ("email", 15, "Mail to {}"),
    ("meeting", 60, "Meeting at {}"),
    ("demo", 50, "Demo for {}"),
)
_INNER = (
    ("internal", "Team meeting", (60, 90)),
    ("administration", "Update of the pipeline", (45, 60, 90)),
    ("research", "Preparing calls", (60, 90, 120)),
)


def activities(
    random: Random,
    deals: Iterable[Deal],
    organisation: Organisation,
    starts_on: date,
    until: datetime,
) -> Iterator[Record]:
    """Touches of every deal between its changes, then each rep's inner work week by week."""
    numbers = count()
    yield from touches(random, deals, organisation, until, numbers)
    week = starts_on
    while week <= until.date():
        for rep in organisation.reps:
            if rep.place_on(week) and rep.place_on(week + timedelta(days=4)):
                yield from _inner_work(random, numbers, rep.id, week, until)
        week += timedelta(weeks=1)


def touches(
    random: Random,
    deals: Iterable[Deal],
    organisation: Organisation,
    until: datetime,
    numbers: Iterator[int],
) -> Iterator[Record]:
    """What is done on the deals, the first part of all activities."""
    for deal in deals:
        yield from _touches(random, numbers, deal, organisation, until)


def _touches(
    random: Random,
    numbers: Iterator[int],
    deal: Deal,
    organisation: Organisation,
    until: datetime,
) -> Iterator[Record]:
    opportunity, account = deal.id, deal.account
    owner: str = deal.first["owner_id"]
    for (at, _, changed), (following, _, _) in pairwise([*deal.changes, (until, "", {})]):
        owner = changed.get("owner_id", owner)
        if "stage" in changed and changed["stage"].startswith("Closed"):
            continue
        span = (following - at).total_seconds()
        if deal.is_stale and following == until:
            span = min(span, 6 * 86400)
        rep = organisation.rep(owner)
        touches = min(MOST_TOUCHES, span / 86400 / DAYS_A_TOUCH + random.random())
        for place in range(int(touches)):
            when = at + timedelta(seconds=span * (place + random.random()) / int(touches))
            if rep.left_on is not None and when.date() >= rep.left_on:
                break
            kind, minutes, subject = _KINDS[int(random.random() * len(_KINDS))]
            yield {
                "id": identifier("00U" if kind in EVENTS else "00T", next(numbers)),
                "kind": kind,
                "subject": subject.format(account.name),
                "owner_id": owner,
                "opportunity_id": opportunity,
                "account_id": account.id,
                "contact_id": None,
                "lead_id": None,
                "occurred_at": when.replace(microsecond=0),
                "duration_minutes": minutes,
                "is_done": True,
            }


def _inner_work(
    random: Random, numbers: Iterator[int], person: str, week: date, until: datetime
) -> Iterator[Record]:
    for kind, subject, durations in _INNER:
        day = week + timedelta(days=int(random.random() * 5))
        at = datetime.combine(
            day, time(8 + int(random.random() * 9), 15 * int(random.random() * 4))
        )
        if at < until:
            yield {
                "id": identifier("00T", next(numbers)),
                "kind": kind,
                "subject": subject,
                "owner_id": person,
                "opportunity_id": None,
                "account_id": None,
                "contact_id": None,
                "lead_id": None,
                "occurred_at": at,
                "duration_minutes": durations[int(random.random() * len(durations))],
                "is_done": True,
            }
