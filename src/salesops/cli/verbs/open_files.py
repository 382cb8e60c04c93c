"""`salesops open`: files become a book, which is shown and served."""

from __future__ import annotations

from typing import Annotated

import typer

from salesops.cli import exits
from salesops.cli.options import (
    DEFAULT_BOOK,
    AnswerOption,
    BookOption,
    ColumnOption,
    DateFormatOption,
    FilesArgument,
    HoldsOption,
    MappingOption,
    PortOption,
    ServeOption,
)


def open_files(
    files: FilesArgument,
    book: BookOption = DEFAULT_BOOK,
    serve: ServeOption = True,
    port: PortOption = None,
    answer: AnswerOption = None,
    date_format: DateFormatOption = None,
    holds: HoldsOption = None,
    column: ColumnOption = None,
    mapping: MappingOption = None,
    show_mapping: Annotated[
        bool,
        typer.Option("--show-mapping", help="Print how the files are understood; open nothing."),
    ] = False,
) -> None:
    """Build a book from files, print the picture, and serve it.

    Files may be a Salesforce data export (zip or folder) or any CSV, XLSX or Parquet files. Where they
    can be read in two ways it asks; where nobody is there to answer it shows the questions, opens
    nothing and ends with code 3. What is said of files and columns is remembered in the book.
    """
    from salesops.cli import opening
    from salesops.cli.corrections import Corrections, Mapping, read_mapping

    said = Corrections(
        holds or [], column or [], read_mapping(mapping) if mapping else Mapping(), date_format
    )
    if show_mapping:
        raise typer.Exit(opening.show_mapping(files, book, answer or [], said))
    code = opening.open_and_show(files, book, answer or [], said)
    if code == exits.FINE and serve:
        from salesops.cli.serving import serve_book

        serve_book(book, port)
    raise typer.Exit(code)
