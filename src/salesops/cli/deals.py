"""The deals behind an answer, at the command line: the first of them for people, all of them for a program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from rich.table import Table

from salesops.cli.formats import Format
from salesops.cli.terminal import out, say
from salesops.cli.writing import Columns, refuse_file, write

SHOWN, EVERY = 20, 2**62
Stands = Literal["fold", "left", "right"]  # a column that wraps, or one on a side of its own width


def most(form: Format) -> int:
    """How many are asked for: for people one more than is shown, which tells that there are more."""
    return SHOWN + 1 if form is Format.TABLE else EVERY


def are_written(found: Sequence[Any], columns: Columns, form: Format, target: Path | None) -> bool:
    """Written for a program: numbers as they are, all else as text; False where people are to read them as a table."""
    if form is Format.TABLE:
        refuse_file(target)
        return False
    rows = [{name: _plain(getattr(deal, name)) for name in columns} for deal in found]
    write(rows, columns, form, target)
    return True


def print_deals(
    heads: Mapping[str, Stands],
    rows: Sequence[Sequence[str]],
    order: str,
    none: str = "No deal is in it.",
) -> None:
    """The first rows as a table, in which order they stand where there are more, and `none` where there are none."""
    console, table = out(), Table(box=None, header_style="bold", pad_edge=False)
    for name, stands in heads.items():
        if stands == "fold":
            table.add_column(name, overflow="fold")
        else:
            table.add_column(name, justify=stands, no_wrap=True)
    for row in rows[:SHOWN]:
        table.add_row(*row)
    console.print(table, markup=False)
    if len(rows) > SHOWN:
        say(console, f"The first {SHOWN}, {order}. All of them: --format csv.", style="dim")
    if not rows and none:
        say(console, none)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int | float) else str(value)
