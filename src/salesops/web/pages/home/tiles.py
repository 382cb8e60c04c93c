"""The key numbers of home: each with its change, its interval and its course over two years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from salesops.book.book import Book
from salesops.book.measurement import Figure, Measurement
from salesops.book.picture import interval_in_words, value_in_words
from salesops.foundations.period import Period
from salesops.kpis import KPIS
from salesops.web.charts.sparkline import sparkline
from salesops.web.pages.numbers.reading import change_in_words, recent_quarters, tone

KEY = (
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
QUARTERS = 8


@dataclass(frozen=True)
class Tile:
    """One key number in words."""

    name: str
    title: str
    value: str = ""
    interval: str = ""
    over: str = ""
    change: str = ""
    tone: str = ""
    against: str = ""
    spark: Any = ""
    why: str = ""  # where there is no value, the reason


def tiles_of(book: Book) -> list[Tile]:
    """Every key number, those without a value included."""
    return [_tile(book, name) for name in KEY]


def _tile(book: Book, name: str) -> Tile:
    kpi = KPIS[name]
    is_of_now = kpi.basis == "point" or name == "quota_attainment"
    quarter = book.period("this_quarter")
    over = quarter if is_of_now else _year_to(book)
    measured = book.measure(name, period=over)
    if measured.value is None:
        return Tile(name, kpi.title, why=measured.figure.why)
    course = _course(book, name)
    change, direction, against = _change(book, measured, is_of_now)
    return Tile(
        name=name,
        title=kpi.title,
        value=value_in_words(kpi.unit, measured.value, measured.currency, compact=True),
        interval=interval_in_words(measured, measured.figure, compact=True),
        over="now" if kpi.basis == "point" else "this quarter" if is_of_now else "last 12 months",
        change=change,
        tone=direction,
        against=against,
        spark=sparkline(course, f"{kpi.title} by quarter"),
    )


def _year_to(book: Book) -> Period:
    end = book.today + timedelta(days=1)
    return Period(end - timedelta(days=365), end, f"{end - timedelta(days=365)}..{book.today}")


def _change(book: Book, now: Measurement, is_of_now: bool) -> tuple[str, str, str]:
    """How much it moved, whether that is good or bad where it is more than chance, and against what.

    What is still running is compared with the same day of the quarter before, as it was known then.
    """
    former = book.calendar.previous(now.period)
    if is_of_now:
        day = min(former.start + (book.today - now.period.start), former.end - timedelta(days=1))
        before = book.as_of(day).measure(now.kpi.name, period=former)
    else:
        before = book.measure(now.kpi.name, period=former)
    if before.value is None:
        return "", "", ""
    words = change_in_words(now.figure, before.figure, now)
    clear = not _overlap(now.figure, before.figure)
    direction = tone(now.figure, before.figure, now.kpi) if clear else ""
    return words, direction, "a quarter ago" if is_of_now else "the year before"


def _overlap(a: Figure, b: Figure) -> bool:
    """Whether chance alone could explain the difference, as far as intervals tell."""
    if a.low is None or a.high is None or b.low is None or b.high is None:
        return False
    return a.low <= b.high and b.low <= a.high


def _course(book: Book, name: str) -> list[float | None]:
    """The last quarters, from one question where the number can be split by quarter."""
    quarters = recent_quarters(book, QUARTERS)[::-1]
    if KPIS[name].is_dated:
        first, now = quarters[0], quarters[-1]
        span = Period(first.start, now.end, f"{first.label}..{now.label}")
        found = {f.key[0]: f.value for f in book.measure(name, period=span, by=["quarter"])}
        return [_number(found.get(q.label)) for q in quarters]
    return [_number(m.value) for m in book.series(name, quarters)]


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
