"""People and teams compared fairly, at the command line."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

from salesops.book.book import Book
from salesops.cli.asking import Reading
from salesops.cli.formats import Format
from salesops.cli.terminal import out, say
from salesops.cli.writing import Record, refuse_file, write
from salesops.foundations.money import format_money
from salesops.kpis._definition import Unit
from salesops.pipeline.comparison import MEASURES, Comparison, Standing, comparison
from salesops.pipeline.comparison_words import left_out, value_said, verdict

VALUES = ("raw", "expected", "adjusted", "shrunk", "low", "high")
COLUMNS = {
    **dict.fromkeys(("key", "name", "measure"), "text"),
    "n": "whole",
    **dict.fromkeys((*VALUES, "worth", "z"), "float"),
    "stands_out": "text",
    "months": "float",
    "won_minor": "whole",
}


def show_compared(
    reading: Reading, measure: str, by: str, form: Format, target: Path | None
) -> None:
    """Print or write how they compare, by name: it is no league table."""
    book = reading.book()
    found = comparison(book, measure=measure, by=by, period=reading.period)
    if form is not Format.TABLE:
        write([_record(found, s) for s in found.standings], COLUMNS, form, target)
        return
    refuse_file(target)
    console = out()
    if found.standings:
        console.print(_table(book, found), markup=False)
    say(console, ("* " if found.out else "") + verdict(found))
    if left_out(found):
        say(console, left_out(found), style="dim")


def _table(book: Book, found: Comparison) -> Table:
    table, currency = Table(box=None, header_style="bold", pad_edge=False), book.facts.currency
    table.add_column(found.by.capitalize(), overflow="fold")
    by_time = found.measure == "productivity"
    names = [MEASURES[found.measure].counted.capitalize()]
    names += ["Months", "Value a month"] if by_time else []
    for name in (
        *names,
        "Won a month" if by_time else "As it is",
        "Expected",
        "Mix held equal",
        "Of that, sure",
    ):
        table.add_column(name, justify="right", no_wrap=True)
    for s in found.standings:
        cells = [s.name + (" *" if s.stands_out else ""), f"{s.n:,}"]
        if s.minor_a_month is not None:
            cells += [f"{s.months:.0f}", format_money(s.minor_a_month, currency, compact=True)]
        for value in (s.raw, s.expected, s.adjusted, s.shrunk):
            cells.append(value_said(found, value, currency, short=True))
        table.add_row(*cells)
    return table


def _record(found: Comparison, standing: Standing) -> Record:
    """Money in whole minor units, as everywhere."""
    record = {name: getattr(standing, name, None) for name in COLUMNS}
    if MEASURES[found.measure].unit is Unit.MONEY:
        record |= {name: round(getattr(standing, name)) for name in VALUES}
    said = "yes" if standing.stands_out else "no"
    return record | {"measure": found.measure, "stands_out": said}
