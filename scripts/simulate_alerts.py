"""How often a number is said to have left its band where nothing happened, and where something did, in sample companies.

`python -m scripts.simulate_alerts 5000 100` makes companies of the hundred seeds from 5000 on in which nothing is
planted, and prints in how many anything was told. Then it changes the last whole month of the first forty, one thing at
a time, and prints in how many of them that was told. It takes half an hour.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from salesops.book.book import Book
from salesops.insights import alerts
from scripts.sample_books import altered, sample_books

SHIFTED = 40  # companies whose last month is changed: each is looked at once for each change


@dataclass(frozen=True)
class Company:
    """How many deals there are, and whether companies end in any month of the year."""

    deals: int = 4000
    in_any_month: bool = True


@dataclass(frozen=True)
class Shift:
    """What is changed in the last whole month, and which number should tell of it."""

    kpi: str
    change: str


COMPANIES = {
    "4,000 deals": Company(),
    "4,000 deals, as the sample": Company(in_any_month=False),
    "1,000 deals": Company(deals=1000),
}
_WON = "UPDATE opportunity SET {} WHERE is_won AND closed_on >= $first AND closed_on < $after"
_LOST = "is_won = false, outcome = 'lost', stage = 'Closed Lost'"
_LARGER = "value_minor = CAST(value_minor * {} AS BIGINT)"
_LONGER = "created_at = closed_at - (closed_at - created_at) * {0}"
_CREATED = (
    "UPDATE opportunity SET qualified_value_minor = CAST(qualified_value_minor * {} AS BIGINT) "
    "WHERE qualified_on >= $first AND qualified_on < $after"
)
_SOLD = "UPDATE activity SET is_selling = false WHERE occurred_on >= $first AND occurred_on < $after AND md5(id) < '{}'"
_SPENT = (
    "UPDATE cost SET value_minor = CAST(value_minor * {} AS BIGINT) "
    "WHERE booked_on >= $first AND booked_on < $after"
)
SHIFTS = {
    "a quarter of what was won is lost": Shift(
        "win_rate", _WON.format(_LOST) + " AND md5(id) < '4'"
    ),
    "half of what was won is lost": Shift("win_rate", _WON.format(_LOST) + " AND md5(id) < '8'"),
    "wins are half again as large": Shift("average_deal_size", _WON.format(_LARGER.format(1.5))),
    "wins are twice as large": Shift("average_deal_size", _WON.format(_LARGER.format(2))),
    "wins took half again as long": Shift("sales_cycle", _WON.format(_LONGER.format(1.5))),
    "wins took twice as long": Shift("sales_cycle", _WON.format(_LONGER.format(2))),
    "half as much pipeline was created": Shift("pipeline_created", _CREATED.format(0.5)),
    "twice as much pipeline was created": Shift("pipeline_created", _CREATED.format(2)),
    "a quarter less time went to buyers": Shift("time_spent_selling", _SOLD.format("4")),
    "selling cost half again as much": Shift("acquisition_cost", _SPENT.format(1.5)),
}


def told_of(book: Book) -> list[str]:
    """The numbers that are said to have left their band."""
    return [alert.look.kpi.name for alert in alerts(book)]


def of_last_month(book: Book) -> Mapping[str, object]:
    """The first day of the last whole month, and the day after it."""
    month = book.calendar.previous(book.calendar.period_of(book.today, "month"))
    return {"first": month.start, "after": month.end}


def main(first: int, count: int, say: Callable[[str], None] = print) -> None:
    """Print both tables."""
    seeds = range(first, first + count)
    for name, company in COMPANIES.items():
        told: list[list[str]] = [
            told_of(book)
            for _, book in sample_books(
                company.deals, seeds, is_planted=False, in_any_month=company.in_any_month
            )
        ]
        which = Counter(kpi for one in told for kpi in one)
        say(f"{name:40} {sum(map(bool, told)):4} of {count}  {dict(which)}")
    found: Counter[str] = Counter()
    others: Counter[str] = Counter()
    few = seeds[:SHIFTED]
    for _, book in sample_books(4000, few, is_planted=False, in_any_month=True):
        for name, shift in SHIFTS.items():
            with altered(book, shift.change, of_last_month(book)) as changed:
                said = told_of(changed)
                found[name] += shift.kpi in said
                others[name] += bool(said) and shift.kpi not in said
    for name, shift in SHIFTS.items():
        say(
            f"{name:40} {found[name]:4} of {len(few)}  by {shift.kpi}, by others alone {others[name]}"
        )


if __name__ == "__main__":
    asked = [int(given) for given in sys.argv[1:]]
    main(*(asked or (5000, 100)))
