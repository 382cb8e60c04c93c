"""Choosing the key numbers: a few that fit who asks, what they are after and how far the company has come, with reasons.

What is aimed at stands beside what would show that it was reached in the wrong way: a number steered by alone is soon bent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from salesops.book.book import Book
from salesops.book.measurement import Measurement
from salesops.book.settings import read_json, write_whole
from salesops.foundations.problem import Refusal
from salesops.insights._readings import KEY_NUMBERS, key_value
from salesops.kpis import KPIS

FILE = "key_numbers.json"
MOST = 7


@dataclass(frozen=True)
class Reason:
    """A number, why it is among the few, and what it guards against."""

    kpi: str
    why: str
    guards: str


@dataclass(frozen=True)
class Answer:
    """One answer to one of the three questions, with the numbers it asks for, the most telling first."""

    words: str
    reasons: tuple[Reason, ...]


GOALS: Mapping[str, Answer] = {
    "new_business": Answer(
        "Win more new business",
        (
            Reason(
                "pipeline_created",
                "What is won in the quarters to come is created now.",
                "living off the pipeline of last year",
            ),
            Reason(
                "win_rate",
                "It says whether more pipeline becomes more business.",
                "filling the pipeline with deals that never close",
            ),
            Reason(
                "average_deal_size",
                "As many wins can be worth more or less.",
                "buying wins with ever smaller deals",
            ),
            Reason("cac", "Growth is worth what it costs.", "growing at any price"),
        ),
    ),
    "retention": Answer(
        "Keep customers and grow with them",
        (
            Reason(
                "nrr",
                "It joins what customers add with what they take away.",
                "counting new customers while old ones shrink",
            ),
            Reason(
                "grr",
                "It says how much stays, without what others add.",
                "a few that grow hiding many that leave",
            ),
            Reason(
                "customer_churn",
                "It counts customers, large and small alike.",
                "one large account speaking for all",
            ),
            Reason(
                "discount_rate",
                "Keeping customers has its price.",
                "keeping customers by giving prices away",
            ),
        ),
    ),
    "forecast": Answer(
        "Have a forecast one can trust",
        (
            Reason(
                "forecast_to_quota",
                "It says early whether the quarter will be enough.",
                "hearing of a gap in its last week",
            ),
            Reason(
                "pipeline_coverage",
                "It says whether there is enough to close at all.",
                "a forecast that rests on one deal",
            ),
            Reason(
                "slippage_rate",
                "Deals that move out of the quarter are what a forecast misses by.",
                "close dates that are wishes",
            ),
            Reason(
                "past_due_close_dates",
                "A close date in the past is a forecast nobody looks after.",
                "trusting dates nobody keeps",
            ),
        ),
    ),
    "efficiency": Answer(
        "Sell at lower cost",
        (
            Reason("cac", "It is what one more customer costs.", "spending that brings nobody"),
            Reason(
                "cac_payback",
                "It says how long the money is out.",
                "customers who leave before they have paid for themselves",
            ),
            Reason(
                "time_spent_selling",
                "The dearest hours are those of people who sell.",
                "sellers who do other work",
            ),
            Reason(
                "win_rate", "Every lost deal was paid for as well.", "saving on what wins deals"
            ),
        ),
    ),
    "speed": Answer(
        "Close deals faster",
        (
            Reason(
                "sales_cycle",
                "It is the time from creation to the win.",
                "calling deals fast that are only small",
            ),
            Reason(
                "stage_conversion",
                "Deals that will not go further are best known early.",
                "carrying dead deals along",
            ),
            Reason(
                "pipeline_age",
                "It shows what waits now, before it is won or lost.",
                "looking only at those that ended",
            ),
            Reason("discount_rate", "A discount closes deals, too.", "buying speed with the price"),
        ),
    ),
}

ROLES: Mapping[str, Answer] = {
    "leader": Answer(
        "I lead sellers",
        (
            Reason(
                "quota_attainment",
                "It is what the team is asked for.",
                "busy weeks that bring no bookings",
            ),
            Reason(
                "reps_at_quota",
                "It counts people who reach their quota.",
                "one strong seller hiding the rest",
            ),
        ),
    ),
    "operations": Answer(
        "I run sales operations",
        (
            Reason(
                "data_completeness",
                "No number is better than the data below it.",
                "steering by gaps",
            ),
            Reason(
                "pipeline_velocity",
                "It joins count, size, win rate and time in one.",
                "mending one of them at the cost of another",
            ),
        ),
    ),
    "executive": Answer(
        "I answer for the company or its money",
        (
            Reason(
                "closed_to_date", "It is what was sold, in money.", "activity taken for results"
            ),
            Reason(
                "ltv_to_cac",
                "It holds what customers bring against what they cost.",
                "growth that loses money on each customer",
            ),
        ),
    ),
    "seller": Answer(
        "I sell",
        (
            Reason(
                "quota_attainment",
                "It is what you are asked for.",
                "a full calendar and an empty quarter",
            ),
            Reason(
                "open_pipeline",
                "It is what you can still win.",
                "closing all you have and starting at nothing",
            ),
        ),
    ),
}

STAGES: Mapping[str, Answer] = {
    "first_customers": Answer(
        "It looks for its first customers",
        (
            Reason(
                "lead_conversion",
                "It says soonest whether you meet the right people.",
                "many leads of the wrong kind",
            ),
        ),
    ),
    "growing": Answer(
        "It grows and hires",
        (
            Reason(
                "attainment_distribution",
                "It shows whether quotas are reached evenly, or by a few.",
                "hiring more before those who are there succeed",
            ),
        ),
    ),
    "established": Answer(
        "It is established",
        (
            Reason(
                "price_realisation",
                "In a full market prices are where revenue leaks.",
                "defending volume with discounts",
            ),
        ),
    ),
}


def choose(role: str, goal: str, stage: str) -> tuple[Reason, ...]:
    """The five to seven numbers for these answers: of the goal first, then of the role and of the company's stage."""
    asked = (_of(GOALS, goal, "goal"), _of(ROLES, role, "role"), _of(STAGES, stage, "stage"))
    found: dict[str, Reason] = {}
    for answer in asked:
        for reason in answer.reasons:
            found.setdefault(reason.kpi, reason)
    return tuple(found.values())[:MOST]


@dataclass(frozen=True)
class Chosen:
    """A number that was chosen and what the book says of it; its measurement tells why where it says nothing."""

    reason: Reason
    now: Measurement


def choose_of(book: Book, role: str, goal: str, stage: str) -> list[Chosen]:
    """The same with what the book has for each."""
    return [Chosen(r, key_value(book, r.kpi)) for r in choose(role, goal, stage)]


def key_numbers(folder: Path) -> tuple[str, ...]:
    """The key numbers of the book in `folder`: those somebody chose, else the usual ones."""
    told = read_json(folder / FILE).get("numbers")
    chosen = [n for n in told if n in KPIS] if isinstance(told, list) else []
    return tuple(chosen) or KEY_NUMBERS


def are_chosen(folder: Path) -> bool:
    """Whether somebody chose the key numbers of the book."""
    return (folder / FILE).exists()


def keep_key_numbers(folder: Path, reasons: tuple[Reason, ...]) -> None:
    """Have these be the key numbers of the book."""
    write_whole(folder / FILE, json.dumps({"numbers": [r.kpi for r in reasons]}, indent=2))


def forget_key_numbers(folder: Path) -> None:
    """Go back to the usual key numbers."""
    (folder / FILE).unlink(missing_ok=True)


def _of(answers: Mapping[str, Answer], key: str, question: str) -> Answer:
    found = answers.get(key)
    if found is None:
        raise Refusal(f"Say the {question} as one of {', '.join(answers)}.")
    return found
