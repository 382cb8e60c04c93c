"""`salesops bottlenecks`: what holds the deals of a book up."""

from __future__ import annotations

from typing import Annotated

import typer

from salesops.cli.formats import Format
from salesops.cli.options import DEFAULT_BOOK, BookOption, FormatOption, OutOption, WhereOption


def bottlenecks(
    book: BookOption = DEFAULT_BOOK,
    deals: Annotated[
        str | None, typer.Option(help="The deals one of them concerns, by its key.")
    ] = None,
    places: Annotated[
        bool, typer.Option("--places", help="Every stage and hand-over, whether it is one or not.")
    ] = False,
    as_of: Annotated[
        str | None, typer.Option(help="As the book was at the end of a day, such as 2026-06-30.")
    ] = None,
    where: WhereOption = None,
    form: FormatOption = Format.TABLE,
    out: OutOption = None,
) -> None:
    """Ask a book what holds its deals up: where they wait longer, are lost more or go back more than usual."""
    from salesops.cli.asking import Reading
    from salesops.cli.bottlenecks import show_bottlenecks, show_held_up, show_places

    asked = Reading("", book, as_of=as_of, where=where)
    if places:
        show_places(asked, form, out)
    elif deals is not None:
        show_held_up(asked, deals, form, out)
    else:
        show_bottlenecks(asked, form, out)
