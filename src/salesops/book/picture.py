"""How a measurement shows itself where there is no page: as text, and in a notebook as table and picture."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from html import escape
from typing import TYPE_CHECKING

from salesops.book.dimension import GRAINS
from salesops.foundations.money import format_money
from salesops.foundations.period_words import period_in_words
from salesops.kpis._definition import SECONDS_A_DAY, SECONDS_AN_HOUR, Kpi, Unit

if TYPE_CHECKING:
    from salesops.book.measurement import Figure, Measurement

MINUS = "\N{MINUS SIGN}"
_HEADINGS = ("Value", "95 % interval", "Numerator", "Denominator", "Rows")


def value_in_words(
    unit: Unit, value: int | Decimal | float | None, currency: str, *, compact: bool = False
) -> str:
    """A value as people read it: 63.2 %, $10,005,534, 51.8 d, 3.00×; n/a for nothing."""
    if value is None:
        return "n/a"
    if unit.is_money:
        money = format_money(round(value), currency, compact=compact)
        return f"{money} a day" if unit is Unit.MONEY_PER_DAY else money
    number = {
        Unit.SHARE: lambda: f"{value * 100:,.1f} %",
        Unit.DAYS: lambda: f"{value:,.1f} d",
        Unit.HOURS: lambda: f"{value:,.1f} h",
        Unit.MONTHS: lambda: f"{value:,.1f} months",
        Unit.TIMES: lambda: f"{value:,.2f}×",
        # A mean of counts is seldom whole.
        Unit.COUNT: lambda: f"{value:,.0f}" if value == int(value) else f"{value:,.1f}",
    }[unit]()
    return number.replace("-", MINUS)


def gap_in_words(unit: Unit, gap: Fraction | Decimal | float, currency: str) -> str:
    """A difference of two values with its sign: in points for shares, in their unit for the rest."""
    sign, size = MINUS if gap < 0 else "+", abs(float(gap))
    if unit is Unit.SHARE:
        return f"{sign}{size * 100:,.1f} points"
    return sign + value_in_words(unit, size, currency, compact=True)


def interval_in_words(measurement: Measurement, figure: Figure, *, compact: bool = False) -> str:
    """The interval as `62.0 % – 64.3 %`, empty where there is none."""
    if figure.low is None or figure.high is None:
        return ""
    unit, currency = measurement.kpi.unit, measurement.currency
    low = value_in_words(unit, figure.low, currency, compact=compact)
    return f"{low} – {value_in_words(unit, figure.high, currency, compact=compact)}"


def cells(measurement: Measurement, figure: Figure) -> tuple[str, ...]:
    """One line of the table: the group's labels, the value, its interval, both sums, the rows."""
    kpi = measurement.kpi
    return (
        *(
            period_in_words(label) if name in GRAINS else label
            for name, label in zip(measurement.by, figure.label, strict=True)
        ),
        value_in_words(kpi.unit, figure.value, measurement.currency),
        interval_in_words(measurement, figure),
        *(
            "" if number is None else sum_in_words(kpi, unit, number, measurement.currency)
            for unit, number in (
                (kpi.numerator_unit, figure.numerator),
                (kpi.denominator_unit, figure.denominator),
            )
        ),
        f"{figure.n:,}",
    )


def headings(measurement: Measurement) -> tuple[str, ...]:
    """The names of the columns of `cells`."""
    named = (name.replace("custom_", "").replace("_", " ").capitalize() for name in measurement.by)
    return (*named, *_HEADINGS)


def caption(measurement: Measurement) -> str:
    """What the table is of: the KPI, its period, its instant and its filter."""
    parts = [measurement.kpi.title]
    if measurement.period.label != "all":
        parts.append(period_in_words(measurement.period))
    parts.append(f"as of {measurement.as_of:%-d %B %Y}")
    parts += [f"where {f}" for f in measurement.filters]
    return ", ".join(parts)


def as_text(measurement: Measurement) -> str:
    """A plain table with the caption above it and, for nothing, the reason below."""
    lines = [headings(measurement), *(cells(measurement, f) for f in measurement)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    left = len(measurement.by)
    text = [caption(measurement)]
    for line in lines:
        text.append(
            "  ".join(
                cell.ljust(width) if i < left else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
        )
    text += _said(measurement)
    return "\n".join(text)


def as_html(measurement: Measurement) -> str:
    """The same as an HTML table, with bars where there are groups to compare."""
    head = "".join(f"<th>{escape(h)}</th>" for h in headings(measurement))
    most = max((float(f.value) for f in measurement if f.value is not None), default=0.0)
    body = []
    for figure in measurement:
        row = "".join(f"<td>{escape(c)}</td>" for c in cells(measurement, figure))
        if measurement.by:
            row += f"<td>{_bar(figure, most)}</td>"
        body.append(f"<tr>{row}</tr>")
    bar_head = "<th></th>" if measurement.by else ""
    why = "".join(f"<p>{escape(said)}</p>" for said in _said(measurement))
    return (
        f"<table><caption>{escape(caption(measurement))}</caption>"
        f"<thead><tr>{head}{bar_head}</tr></thead><tbody>{''.join(body)}</tbody></table>{why}"
    )


def _said(measurement: Measurement) -> list[str]:
    """Reasons for nothing, and notes beside values, each once."""
    return list(dict.fromkeys(s for f in measurement for s in (f.why, f.note) if s))


def _bar(figure: Figure, most: float) -> str:
    share = max(0.0, float(figure.value or 0) / most) if most > 0 else 0.0
    low, high = figure.low, figure.high
    whisker = ""
    if low is not None and high is not None and most > 0:
        x1, x2 = (max(0.0, min(1.2, v / most)) * 100 for v in (low, high))
        whisker = (
            f'<line x1="{x1:.1f}" x2="{x2:.1f}" y1="6" y2="6" stroke="#1e293b" stroke-width="1.5"/>'
        )
    return (
        '<svg width="122" height="12" viewBox="0 0 122 12" role="img" aria-label="bar">'
        f'<rect width="{share * 100:.1f}" height="12" rx="2" fill="#8fb2f0"/>{whisker}</svg>'
    )


def sum_in_words(kpi: Kpi, unit: Unit, number: Decimal | int, currency: str) -> str:
    """One of a figure's two sums, or what a row adds to it, in the unit it counts."""
    scales = {Unit.DAYS: SECONDS_A_DAY, Unit.HOURS: SECONDS_AN_HOUR, Unit.SHARE: kpi.scale}
    scale = scales.get(unit, 1)
    return value_in_words(unit, Decimal(number) / scale, currency)
