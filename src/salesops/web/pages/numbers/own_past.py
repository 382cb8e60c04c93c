"""A number against its own past: its last months, the band each was expected in, and whether the last one is an alert."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from salesops.book.book import Book
from salesops.book.picture import value_in_words
from salesops.foundations.period_words import period_in_words
from salesops.insights import Look, alerts, bands
from salesops.web.charts.frame import round_lines
from salesops.web.charts.trend import Point, trend
from salesops.web.pages.pipeline.kept import kept


@dataclass(frozen=True)
class OwnPast:
    """The chart, its points, and what it says of the last whole month."""

    chart: Any
    points: list[Point]
    value: str
    expected: str
    month: str
    words: str
    tone: str
    sentence: str


def own_past(book: Book, name: str) -> OwnPast | None:
    """None where the past is too short, or the number cannot be judged by months."""
    return kept(book, ("own_past", name), lambda: _own_past(book, name))


def _own_past(book: Book, name: str) -> OwnPast | None:
    looks = bands(book, name)
    if not looks:
        return None
    last, currency = looks[-1], book.facts.currency
    points = [_point(look, currency) for look in looks]
    lines = round_lines(
        min(v for p in points for v in (p.value, p.low, p.high) if v is not None),
        max(v for p in points for v in (p.value, p.low, p.high) if v is not None),
    )
    axis = [(v, _said(last, v, currency)) for v in lines]
    words, tone, sentence = _judged(book, last)
    return OwnPast(
        chart=trend(points, f"{last.kpi.title} by month", axis),
        points=points,
        value=_said(last, last.figure.value, currency),
        expected=f"{_said(last, last.low, currency)} – {_said(last, last.high, currency)}",
        month=f"{'at the end of' if last.is_of_a_moment else 'in'} {period_in_words(last.month)}",
        words=words,
        tone=tone,
        sentence=sentence,
    )


def _judged(book: Book, last: Look) -> tuple[str, str, str]:
    """Whether it is an alert is asked of all numbers together, and only where this one lies outside."""
    if not last.is_outside:
        return "As expected", "", f"From {last.months} months before it."
    alert = next((a for a in alerts(book) if a.look.kpi is last.kpi), None)
    if alert is None:
        said = (
            "One month in twenty lies outside by chance alone; with all numbers looked at, this one is not "
            "sure enough to be an alert."
        )
        return "Outside its band, no alert", "", said
    said = f"With {alert.looked_at} numbers looked at, chance does not explain it."
    return "Alert: outside its band", last.tone, said


def _point(look: Look, currency: str) -> Point:
    value = look.figure.value
    expected = f"{_said(look, look.low, currency)} – {_said(look, look.high, currency)}"
    return Point(
        label=period_in_words(look.month),
        value=float(value or 0),
        low=look.low,
        high=look.high,
        said=f"{_said(look, value, currency)}, expected {expected}",
    )


def _said(look: Look, value: Any, currency: str) -> str:
    return value_in_words(look.kpi.unit, value, currency, compact=True)
