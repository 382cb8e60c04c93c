"""A number: its value with interval, its course, its slices, the rows behind, and its definition in words."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from salesops.book.contributions import contributions
from salesops.book.dimension import GRAINS
from salesops.book.measurement import Figure, Measurement
from salesops.book.picture import gap_in_words, interval_in_words, value_in_words
from salesops.book.standing import Standing, standing
from salesops.book.turns import turns_of
from salesops.foundations.percent import in_percent
from salesops.foundations.period import Period
from salesops.foundations.period_words import period_in_words
from salesops.foundations.problem import Refusal
from salesops.insights import recent_quarters
from salesops.kpis import KPIS
from salesops.kpis._definition import Unit
from salesops.web.charts.bars import bar
from salesops.web.charts.frame import round_lines
from salesops.web.charts.trend import Point, trend
from salesops.web.export import as_asked, is_export, major
from salesops.web.pages.numbers.own_past import own_past
from salesops.web.pages.numbers.reading import (
    COMPARISONS,
    PRESETS,
    QUARTERS,
    Reading,
    change_in_words,
    reading_of,
    split_titles,
    sums_in_words,
    tone,
)
from salesops.web.pages.targets.told import lines
from salesops.web.targets import sets_targets, targets_seen

MOST_SLICES, MOST_CHANGED = 60, 12
MOST_TARGETS = 12
OF_CUSTOMERS = ("ltv", "ltv_margin", "ltv_to_cac")  # what a customer is worth has a page of its own


def number(request: HttpRequest, name: str) -> HttpResponseBase:
    """The page, or with `export` the slices as a file."""
    asked = reading_of(request, name)
    sliced = asked.book.measure(name, period=asked.period, by=[asked.by]) if asked.by else None
    if is_export(request):
        return _export(request, asked, sliced)
    whole = asked.book.measure(name, period=asked.period)
    return render(request, "numbers/number.html", _context(request, asked, whole, sliced))


def _context(
    request: HttpRequest, asked: Reading, whole: Measurement, sliced: Measurement | None
) -> dict[str, Any]:
    kpi, figure = asked.kpi, whole.figure
    other = asked.other
    before = asked.book.measure(kpi.name, period=other) if other else None
    quarters = recent_quarters(asked.book, QUARTERS)
    targets = _targets(asked)
    points = _points(asked, quarters[::-1])
    return {
        "kpi": kpi,
        "asked": asked,
        "presets": PRESETS,
        "comparisons": COMPARISONS,
        "splits": split_titles(asked.book, kpi.name),
        "figure": figure,
        "measurement": whole,
        "value": value_in_words(kpi.unit, figure.value, whole.currency),
        "interval": interval_in_words(whole, figure),
        "percentiles": [
            (_percentile(percent), value_in_words(kpi.unit, number, whole.currency))
            for percent, number in figure.percentiles.items()
            if number is not None
        ],
        "open_percent": in_percent(float(figure.open_share or 0)),
        "before": before,
        "before_value": value_in_words(kpi.unit, before.value, whole.currency) if before else "",
        "other": other,
        "change": change_in_words(figure, before.figure, whole) if before else "",
        "tone": tone(figure, before.figure, kpi) if before else "",
        "chart": trend(points, kpi.title, _axis(points, whole)),
        "points": points,
        "turns": turns_of(asked.book, kpi, quarters[-1].start) if quarters else "",
        "untold": _untold(asked, quarters[::-1], points, figure),
        "slices": _slices(asked, sliced, other) if sliced else [],
        "changed": _changed(asked, other),
        "slice_title": dict(split_titles(asked.book, kpi.name)).get(asked.by, ""),
        "more_slices": max(0, len(sliced) - MOST_SLICES) if sliced else 0,
        "sums": sums_in_words(whole),
        # The formula stands beside it.
        "sentences": whole.explanation().sentences(period_in_words(whole.period))[1:],
        "has_immature": any(p.is_immature for p in points),
        "quarters": quarters,
        "is_own_period": asked.label not in {v for v, _ in PRESETS}
        and asked.label not in {q.label for q in quarters},
        "last_day": asked.book.last_day.isoformat(),
        "parts": [KPIS[p.kpi] for p in kpi.parts.values()],
        "speaks_day": {"day": asked.book.today, "is_compared": False},
        "has_rows": kpi.rows is not None,
        "values_customers": kpi.name in OF_CUSTOMERS,
        "targets": lines(targets),
        "past": None if asked.book.criterion or asked.book.at else own_past(asked.book, kpi.name),
        "target": next((s for s in targets if _is_of(s, asked.period)), None),
        "may_set": sets_targets(request),
        "did": request.GET.get("did", ""),
    }


def _targets(asked: Reading) -> list[Standing]:
    """How the number stands against its targets, the last period first; they are of all deals, and of no filter."""
    if asked.book.criterion:
        return []
    seen = [t for t in targets_seen() if t.kpi == asked.kpi.name]
    found = [standing(asked.book, t) for t in seen[-MOST_TARGETS:]]
    first = asked.book.today
    return sorted(
        found, key=lambda s: (s.period.start if s.period else first, s.target.team), reverse=True
    )


def _is_of(found: Standing, period: Period) -> bool:
    """Whether it is the target of everybody in just that period."""
    return not found.target.team and found.period is not None and found.period == period


def _changed(asked: Reading, other: Period | None) -> dict[str, Any] | None:
    """Which groups changed the number most since the period it is compared with; None where that cannot be taken apart."""
    if other is None or not asked.by:
        return None
    try:
        found = contributions(
            asked.book, asked.kpi.name, by=asked.by, earlier=other, later=asked.period
        )
    except Refusal:
        return None
    unit, currency = asked.kpi.unit, found.later.currency

    def gap(value: Fraction) -> str:
        return gap_in_words(unit, value, currency)

    return {
        "change": gap(found.change),
        "has_mix": not asked.kpi.is_sum,
        "more": max(0, len(found.groups) - MOST_CHANGED),
        "groups": [
            {
                "label": _label(asked, g.label),
                "key": "" if g.key is None else g.key,
                "is_null": g.key is None,
                "before": _value(asked, g.before, currency),
                "after": _value(asked, g.after, currency),
                "parts": f"{in_percent(float(g.part_before))} to {in_percent(float(g.part_after))}",
                "mix": gap(g.mix),
                "own": gap(g.own),
                "together": gap(g.together),
            }
            for g in found.groups[:MOST_CHANGED]
        ],
    }


def _value(asked: Reading, value: Fraction | None, currency: str) -> str:
    return (
        "none"
        if value is None
        else value_in_words(asked.kpi.unit, float(value), currency, compact=True)
    )


def _label(asked: Reading, label: str) -> str:
    """What a group is called; a period as people say it."""
    return period_in_words(label) if asked.by in GRAINS else label


def _percentile(percent: int) -> str:
    return "Median" if percent == 50 else f"{percent}th percentile"


def _points(asked: Reading, quarters: list[Period]) -> list[Point]:
    """The value over each quarter; the last is still running."""
    book = asked.book
    quarter = quarters[-1]
    if asked.kpi.is_dated:
        span = Period(quarters[0].start, quarters[-1].end, "quarters")
        whole = book.measure(asked.kpi.name, period=span, by=["quarter"])
        by_label = {f.key[0]: f for f in whole}
        return [_point(q, by_label.get(q.label), whole, q == quarter) for q in quarters]
    return [
        _point(q, m.figure, m, q == quarter)
        for q, m in zip(quarters, book.series(asked.kpi.name, quarters), strict=True)
    ]


def _untold(
    asked: Reading, quarters: list[Period], points: list[Point], figure: Figure
) -> list[str]:
    """What must be said of the quotas of quarters that have a value, once each, where the value itself does not say it."""
    name = asked.kpi.name
    known = (q for q, point in zip(quarters, points, strict=True) if point.value is not None)
    said = (asked.book.read_at(name, q).quotas_untold(name, q) for q in known)
    return list(dict.fromkeys(s for s in said if s and s not in figure.note))


def _point(quarter: Period, figure: Figure | None, whole: Measurement, is_running: bool) -> Point:
    if figure is None or figure.value is None:
        return Point(period_in_words(quarter), None, None, None, "n/a")
    return Point(
        label=period_in_words(quarter),
        value=float(figure.value),
        low=figure.low,
        high=figure.high,
        said=value_in_words(whole.kpi.unit, figure.value, whole.currency, compact=True),
        is_immature=figure.is_immature or (is_running and whole.kpi.basis != "point"),
    )


def _axis(points: list[Point], whole: Measurement) -> list[tuple[float, str]]:
    """Three round lines across the known values."""
    known = [v for p in points for v in (p.value, p.low, p.high) if v is not None]
    lines = round_lines(min(known), max(known)) if known else []
    return [(v, value_in_words(whole.kpi.unit, v, whole.currency, compact=True)) for v in lines]


def _slices(asked: Reading, sliced: Measurement, other: Period | None) -> list[dict[str, Any]]:
    former = (
        {f.key: f for f in asked.book.measure(asked.kpi.name, period=other, by=[asked.by])}
        if other
        else {}
    )
    shown = sliced.figures[:MOST_SLICES]
    most = max((v for f in shown for v in (float(f.value or 0), f.high or 0.0)), default=0.0)
    if asked.kpi.unit == "share":
        most = min(most, 1.0) if most <= 1 else most
    return [
        {
            "label": _label(asked, f.label[0]),
            "key": "" if f.key[0] is None else f.key[0],
            "is_null": f.key[0] is None,
            "value": value_in_words(asked.kpi.unit, f.value, sliced.currency, compact=True),
            "interval": interval_in_words(sliced, f),
            "why": f.why,
            "n": f.n,
            "n_open": f.n_open,
            "is_immature": f.is_immature,
            "bar": bar(None if f.value is None else float(f.value), f.low, f.high, most),
            "change": change_in_words(f, former[f.key], sliced) if f.key in former else "",
            "tone": tone(f, former[f.key], asked.kpi) if f.key in former else "",
        }
        for f in shown
    ]


def _export(request: HttpRequest, asked: Reading, sliced: Measurement | None) -> HttpResponseBase:
    measured = (
        sliced if sliced is not None else asked.book.measure(asked.kpi.name, period=asked.period)
    )
    records = [_in_major(measured, r) for r in measured.records()]
    header = list(records[0]) if records else ["value"]
    rows = [list(r.values()) for r in records]
    name = f"{asked.kpi.name}-{asked.period.label}".replace(".", "_")
    return as_asked(request, name, header, rows)


def _in_major(measured: Measurement, record: dict[str, Any]) -> dict[str, Any]:
    """The record with money as people count it."""
    kpi = measured.kpi
    money = ["value", "low", "high", "median", "p90"] if measured.is_money else []
    sums = {"numerator": kpi.numerator_unit, "denominator": kpi.denominator_unit}
    money += [name for name, unit in sums.items() if unit is Unit.MONEY]
    return record | {name: major(record[name], measured.currency) for name in money}
