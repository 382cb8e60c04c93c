"""`salesops changed`: what changed in the open pipeline of a book."""

from __future__ import annotations

from typing import Annotated

import typer

from salesops.cli.formats import Format
from salesops.cli.options import DEFAULT_BOOK, BookOption, FormatOption, OutOption, WhereOption


def changed(
    book: BookOption = DEFAULT_BOOK,
    period: Annotated[
        str, typer.Option(help="The days looked at: 2026Q3, last_quarter, 2026-01-01..2026-03-31.")
    ] = "this_quarter",
    closing: Annotated[
        str | None, typer.Option(help="Only deals meant to close in a period, such as 2026Q4.")
    ] = None,
    events: Annotated[
        bool, typer.Option("--events", help="Count every change, and not the two ends alone.")
    ] = False,
    by: Annotated[
        str,
        typer.Option(
            help="Split by team, person, stage, forecast_category, source or type.",
        ),
    ] = "",
    box: Annotated[
        str | None, typer.Option(help="The deals of one change, such as pushed_out or won.")
    ] = None,
    where: WhereOption = None,
    form: FormatOption = Format.TABLE,
    out: OutOption = None,
) -> None:
    """Ask a book what changed in its open pipeline: a bridge from one day to another that balances."""
    from salesops.cli.asking import Reading
    from salesops.cli.changed import Change, show_box, show_changed

    asked = Change(Reading("", book, period, None, where), closing, events, by)
    if box is None:
        show_changed(asked, form, out)
    else:
        show_box(asked, box, form, out)
