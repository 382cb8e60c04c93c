"""`salesops compared`: people or teams of a book compared fairly."""

from __future__ import annotations

from typing import Annotated

import typer

from salesops.cli.formats import Format
from salesops.cli.options import DEFAULT_BOOK, BookOption, FormatOption, OutOption, WhereOption


def compared(
    book: BookOption = DEFAULT_BOOK,
    by: Annotated[str, typer.Option(help="Compare each person, or each team.")] = "person",
    measure: Annotated[
        str,
        typer.Option(help="What is compared: win_rate, sales_cycle, deal_size or productivity."),
    ] = "win_rate",
    period: Annotated[
        str, typer.Option(help="Deals closed in a period, such as 2026Q3 or last_year.")
    ] = "all",
    where: WhereOption = None,
    form: FormatOption = Format.TABLE,
    out: OutOption = None,
) -> None:
    """Compare people or teams fairly: the mix of deals held equal, and nobody singled out whom chance explains."""
    from salesops.cli.asking import Reading
    from salesops.cli.compared import show_compared

    show_compared(Reading("", book, period, None, where), measure, by, form, out)
