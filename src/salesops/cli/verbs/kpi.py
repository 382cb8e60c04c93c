"""`salesops kpi`: one number of a book, its parts, its rows, or what changed it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

from salesops.cli.formats import Format
from salesops.cli.options import (
    DEFAULT_BOOK,
    AsOfOption,
    BookOption,
    FormatOption,
    OutOption,
    WhereOption,
    kpi_names,
)


def _splits(incomplete: str) -> Iterable[str]:
    from salesops.book.dimension import DIMENSIONS, GRAINS, SEGMENT

    return [n for n in (*DIMENSIONS, SEGMENT, *GRAINS) if n.startswith(incomplete)]


def kpi(
    name: Annotated[
        str,
        typer.Argument(
            help="A KPI, such as win_rate; `salesops kpis` lists them.", autocompletion=kpi_names
        ),
    ],
    book: BookOption = DEFAULT_BOOK,
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by",
            metavar="SPLIT",
            help="Split by team, person, stage, quarter …; several with commas.",
            autocompletion=_splits,
        ),
    ] = None,
    period: Annotated[
        str, typer.Option(help="2026Q3, 2026, 2026-07, last_quarter, 2026-01-01..2026-03-31, all.")
    ] = "all",
    as_of: AsOfOption = None,
    where: WhereOption = None,
    rows: Annotated[
        bool, typer.Option("--rows", help="The rows the number is made of, not the number.")
    ] = False,
    changed_by: Annotated[
        str | None,
        typer.Option(
            "--changed-by",
            metavar="SPLIT",
            help="Which teams, sources … changed it most since the period before, by their part of all and by themselves.",
        ),
    ] = None,
    form: FormatOption = Format.TABLE,
    out: OutOption = None,
) -> None:
    """Ask a book for one number."""
    from salesops.cli.asking import Reading, ask, ask_rows

    reading = Reading(name, book, period, as_of, where)
    if changed_by is not None:
        from salesops.cli.changed_by import show_changed_by

        if by or rows:
            raise typer.BadParameter("--changed-by stands alone, without --by and --rows.")
        show_changed_by(reading, changed_by, form, out)
        return
    (ask_rows if rows else ask)(reading, by or [], form, out)
