"""`salesops duplicates`: what in a book looks like the same thing."""

from __future__ import annotations

from typing import Annotated

import typer

from salesops.cli.formats import Format
from salesops.cli.options import DEFAULT_BOOK, BookOption, FormatOption, OutOption


def duplicates(
    book: BookOption = DEFAULT_BOOK,
    noun: Annotated[
        str | None, typer.Option(help="Only account, contact or lead.", show_default=False)
    ] = None,
    form: FormatOption = Format.TABLE,
    out: OutOption = None,
) -> None:
    """List accounts, contacts and leads of a book that look like the same thing, the surest first, and why."""
    from salesops.cli.duplicates import show_duplicates

    show_duplicates(book, noun, form, out)
