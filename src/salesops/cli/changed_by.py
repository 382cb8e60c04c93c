"""Which groups changed a number most, at the command line."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from rich.table import Table

from salesops.book.contributions import Contributions, contributions
from salesops.book.picture import gap_in_words, value_in_words
from salesops.cli.asking import Reading
from salesops.cli.formats import Format
from salesops.cli.terminal import out, say
from salesops.cli.writing import refuse_file, write
from salesops.foundations.percent import in_percent
from salesops.foundations.period_words import period_in_words
from salesops.foundations.problem import Refusal

COLUMNS = {
    "group": "text",
    **dict.fromkeys(("before", "after", "part_before", "part_after"), "float"),
    **dict.fromkeys(("mix", "own", "together"), "float"),
}


def show_changed_by(reading: Reading, by: str, form: Format, target: Path | None) -> None:
    """Print or write what the groups did to the number since the period before."""
    book = reading.book()
    later = book.period(reading.period)
    if later.label == "all":
        raise Refusal("All time has no period before it. Name one with --period, such as last_quarter.")  # fmt: skip
    earlier = book.calendar.previous(later)
    found = contributions(book, reading.name, by=by, earlier=earlier, later=later)
    if form is Format.TABLE:
        refuse_file(target)
        _print(found)
        return
    names = list(COLUMNS)[1:]
    records = [{"group": g.label} | {n: _plain(getattr(g, n)) for n in names} for g in found.groups]
    write(records, COLUMNS, form, target)


def _print(found: Contributions) -> None:
    console, unit, currency = out(), found.kpi.unit, found.later.currency
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column(found.by.replace("_", " ").capitalize(), overflow="fold")
    for name in ("Before", "After", "Part before", "Part after", "By its part", "By itself", "Together"):  # fmt: skip
        table.add_column(name, justify="right", no_wrap=True)
    for g in found.groups:
        values = (value_in_words(unit, _plain(v), currency) for v in (g.before, g.after))
        parts = (in_percent(float(p)) for p in (g.part_before, g.part_after))
        gaps = (gap_in_words(unit, v, currency) for v in (g.mix, g.own, g.together))
        table.add_row(g.label, *values, *parts, *gaps)
    first, last = (value_in_words(unit, float(v), currency) for v in (found.before, found.after))
    change = gap_in_words(unit, found.change, currency)
    words = f"{found.kpi.title}, {period_in_words(found.earlier.period)} to {period_in_words(found.later.period)}"
    say(console, f"{words}: {first} to {last}, {change}", style="bold")
    console.print(table, markup=False)


def _plain(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
