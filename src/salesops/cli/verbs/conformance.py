"""`salesops conformance`: how the deals of a book depart from the sales process."""

from __future__ import annotations

from typing import Annotated

import typer

from salesops.cli.formats import Format
from salesops.cli.options import (
    DEFAULT_BOOK,
    BookOption,
    FormatOption,
    KnownOnOption,
    OutOption,
    WhereOption,
)


def conformance(
    book: BookOption = DEFAULT_BOOK,
    period: Annotated[
        str,
        typer.Option(help="When deals moved: 2026Q3, last_quarter, all, 2026-01-01..2026-03-31."),
    ] = "last_4_quarters",
    by: Annotated[
        str,
        typer.Option(
            help="Split by team, person, month, quarter, source, type, pipeline or segment."
        ),
    ] = "",
    deals: Annotated[
        str | None,
        typer.Option(
            help="The deals of a departure: skipped, backward, entry, exit, activity or overstayed."
        ),
    ] = None,
    stage: Annotated[str, typer.Option(help="Of these deals those of one stage.")] = "",
    untold: Annotated[
        bool, typer.Option("--untold", help="Those of which history cannot tell instead.")
    ] = False,
    process: Annotated[
        bool, typer.Option("--process", help="What the process asks, and not what departed.")
    ] = False,
    as_of: KnownOnOption = None,
    where: WhereOption = None,
    form: FormatOption = Format.TABLE,
    out: OutOption = None,
) -> None:
    """Ask a book how its deals depart from the sales process: skipped stages, moves back, what a stage asks missing."""
    from salesops.cli.asking import Reading
    from salesops.cli.conformance import Asked, show_conformance, show_departures, show_process

    asked = Asked(Reading("", book, period, as_of, where), by, deals or "", stage, untold)
    if process:
        show_process(asked.reading)
    elif deals is not None:
        show_departures(asked, form, out)
    else:
        show_conformance(asked, form, out)
