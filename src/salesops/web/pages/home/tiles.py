"""The key numbers of home: each with its change, its interval and its course over two years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from salesops.book.book import Book
from salesops.book.measurement import Figure
from salesops.book.picture import interval_in_words, value_in_words
from salesops.insights import KeyReading, key_reading
from salesops.web.charts.sparkline import sparkline
from salesops.web.pages.numbers.reading import change_in_words, tone


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


def tiles_of(book: Book, names: Sequence[str]) -> list[Tile]:
    """The key numbers, those without a value included."""
    return [_tile(name, key_reading(book, name)) for name in names]


def _tile(name: str, reading: KeyReading) -> Tile:
    measured, kpi = reading.now, reading.now.kpi
    if measured.value is None:
        return Tile(name, kpi.title, why=measured.figure.why)
    change, direction, against = _change(reading)
    return Tile(
        name=name,
        title=kpi.title,
        value=value_in_words(kpi.unit, measured.value, measured.currency, compact=True),
        interval=interval_in_words(measured, measured.figure, compact=True),
        over="now"
        if kpi.basis == "point"
        else "this quarter"
        if reading.is_of_now
        else "last 12 months",
        change=change,
        tone=direction,
        against=against,
        spark=sparkline([_number(v) for v in reading.course], f"{kpi.title} by quarter"),
    )


def _change(reading: KeyReading) -> tuple[str, str, str]:
    """How much it moved, whether that is good or bad where it is more than chance, and against what."""
    now, before = reading.now, reading.before
    if before is None or before.value is None:
        return "", "", ""
    words = change_in_words(now.figure, before.figure, now)
    clear = not _overlap(now.figure, before.figure)
    direction = tone(now.figure, before.figure, now.kpi) if clear else ""
    return words, direction, "a quarter ago" if reading.is_of_now else "the year before"


def _overlap(a: Figure, b: Figure) -> bool:
    """Whether chance alone could explain the difference, as far as intervals tell."""
    if a.low is None or a.high is None or b.low is None or b.high is None:
        return False
    return a.low <= b.high and b.low <= a.high


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
