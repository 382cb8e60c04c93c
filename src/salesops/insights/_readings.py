"""What everybody reads of a book at once: its key numbers with their course, and the running quarter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from salesops.book.book import Book
from salesops.book.measurement import Measurement
from salesops.foundations.period import Period
from salesops.kpis import KPIS

KEY_NUMBERS = (
    "open_pipeline",
    "weighted_pipeline",
    "pipeline_coverage",
    "quota_attainment",
    "win_rate",
    "close_rate",
    "sales_cycle",
    "average_deal_size",
    "cac",
    "ltv",
    "time_spent_selling",
    "data_completeness",
)
OF_THE_QUARTER = ("quota", "closed_to_date", "quota_attainment", "forecast", "pipeline_coverage")
OF_A_PERSON = (
    "win_rate",
    "average_deal_size",
    "sales_cycle",
    "open_pipeline",
    "quota_attainment",
    "time_spent_selling",
)
LIBRARY_PERIOD = "last_4_quarters"  # over which all numbers are listed, and those of a person
COURSE_QUARTERS = 8


@dataclass(frozen=True)
class KeyReading:
    """A key number now, before, and over the last quarters; without `before` and course where it has no value."""

    now: Measurement
    is_of_now: bool  # of this quarter or this moment, and not of a year
    before: Measurement | None = None
    course: tuple[Any, ...] = ()


def key_reading(book: Book, name: str) -> KeyReading:
    """One of the key numbers."""
    now, is_of_now = key_value(book, name), _is_of_now(name)
    if now.value is None:
        return KeyReading(now, is_of_now)
    return KeyReading(now, is_of_now, _before(book, now, is_of_now), _course(book, name))


def key_value(book: Book, name: str) -> Measurement:
    """The same now, and no more of it."""
    over = book.period("this_quarter") if _is_of_now(name) else _year_to(book)
    return book.measure(name, period=over)


def _is_of_now(name: str) -> bool:
    return KPIS[name].basis == "point" or name == "quota_attainment"


def quarter_readings(book: Book) -> dict[str, Measurement]:
    """The running quarter's numbers by name."""
    quarter = book.period("this_quarter")
    return {name: book.measure(name, period=quarter) for name in OF_THE_QUARTER}


def recent_quarters(book: Book, most: int) -> list[Period]:
    """The quarters up to the reading's day, the running one first."""
    quarters = [book.calendar.period_of(book.today, "quarter")]
    while len(quarters) < most:
        quarters.append(book.calendar.previous(quarters[-1]))
    return quarters


def _year_to(book: Book) -> Period:
    end = book.today + timedelta(days=1)
    return Period(end - timedelta(days=365), end, f"{end - timedelta(days=365)}..{book.today}")


def _before(book: Book, now: Measurement, is_of_now: bool) -> Measurement:
    """The period before; what is still running as it was known on the same day of the quarter before."""
    former = book.calendar.previous(now.period)
    if is_of_now:
        day = min(former.start + (book.today - now.period.start), former.end - timedelta(days=1))
        return book.as_of(day).measure(now.kpi.name, period=former)
    return book.measure(now.kpi.name, period=former)


def _course(book: Book, name: str) -> tuple[Any, ...]:
    """The values of the last quarters, from one question where the number can be split by quarter."""
    quarters = recent_quarters(book, COURSE_QUARTERS)[::-1]
    if KPIS[name].is_dated:
        first, now = quarters[0], quarters[-1]
        span = Period(first.start, now.end, f"{first.label}..{now.label}")
        found = {f.key[0]: f.value for f in book.measure(name, period=span, by=["quarter"])}
        return tuple(found.get(q.label) for q in quarters)
    return tuple(m.value for m in book.series(name, quarters))
