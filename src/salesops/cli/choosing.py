"""Choosing key numbers at the command line."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

import salesops
from salesops.book.picture import value_in_words
from salesops.cli.targets import refuse_office
from salesops.cli.terminal import out, say
from salesops.insights import choose_of, forget_key_numbers, keep_key_numbers


def choose_numbers(folder: Path, answers: tuple[str, str, str], *, saves: bool) -> None:
    """Print the numbers for role, goal and stage with reasons and what the book says of each; keep them if asked to."""
    found = choose_of(salesops.open(folder), *answers)
    console, table = out(), Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("Number", "Now", "Why", "Guards against"):
        table.add_column(heading, overflow="fold")
    for one in found:
        kpi, now = one.now.kpi, one.now
        value = value_in_words(kpi.unit, now.value, now.currency, compact=True)
        table.add_row(kpi.name, value, one.reason.why, one.reason.guards)
    console.print(table, markup=False)
    for one in found:
        if one.now.value is None:
            say(console, f"{one.now.kpi.title}: {one.now.figure.why}")
    if saves:
        refuse_office(folder)
        keep_key_numbers(folder, tuple(one.reason for one in found))
        say(console, "They are the key numbers on Home now.")


def show_usual(folder: Path) -> None:
    """Go back to the usual key numbers."""
    refuse_office(folder)
    salesops.open(folder)
    forget_key_numbers(folder)
    say(out(), "Home shows the usual key numbers.")
