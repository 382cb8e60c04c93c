"""Win rates compared fairly, at the command line."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from rich.table import Table

from salesops.cli.asking import Reading
from salesops.cli.formats import Format
from salesops.cli.terminal import out, say
from salesops.cli.writing import refuse_file, write
from salesops.pipeline.comparison import ALIKE, LEAST, Comparison, comparison

COLUMNS = {
    **dict.fromkeys(("key", "name"), "text"),
    **dict.fromkeys(("n", "won"), "whole"),
    **dict.fromkeys(("raw", "expected", "adjusted", "shrunk", "low", "high", "z"), "float"),
    "stands_out": "text",
}


def show_compared(reading: Reading, by: str, form: Format, target: Path | None) -> None:
    """Print or write how they compare, by name: it is no league table."""
    found = comparison(reading.book(), by=by, period=reading.period)
    if form is not Format.TABLE:
        records = [
            dataclasses.asdict(s) | {"stands_out": "yes" if s.stands_out else "no"}
            for s in found.standings
        ]
        write(records, COLUMNS, form, target)
        return
    refuse_file(target)
    console, table = out(), Table(box=None, header_style="bold", pad_edge=False)
    table.add_column(by.capitalize(), overflow="fold")
    for name in ("Closed", "Won", "Expected", "Mix held equal", "Of that, sure"):
        table.add_column(name, justify="right", no_wrap=True)
    for s in found.standings:
        values = (f"{v:.0%}" for v in (s.raw, s.expected, s.adjusted, s.shrunk))
        table.add_row(s.name + (" *" if s.stands_out else ""), f"{s.n:,}", *values)
    if found.standings:
        console.print(table, markup=False)
    say(console, verdict(found))


def verdict(found: Comparison) -> str:
    """What may be made of it."""
    if found.chance is None:
        return f"Too few have {LEAST} closed deals or more to be compared."
    if found.out:
        return "* Chance does not explain the difference to what is expected, all looks counted."
    if found.chance < ALIKE:
        return "All together they differ more than by chance, but of nobody is it sure."
    return "There is no difference that chance does not explain."
