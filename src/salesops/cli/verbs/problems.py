"""`salesops problems`: what was wrong in the files of a book, and the rows to be mended."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from salesops.cli.formats import ListFormat
from salesops.cli.options import DEFAULT_BOOK, BookOption, ListFormatOption


def problems(
    book: BookOption = DEFAULT_BOOK,
    form: ListFormatOption = ListFormat.TABLE,
    refused: Annotated[
        Path | None, typer.Option(help="Write the rows to be mended into this folder.")
    ] = None,
) -> None:
    """Show what was wrong in the files, and write the rows to be mended."""
    from salesops.cli.problems import show_problems

    show_problems(book, form, refused)
