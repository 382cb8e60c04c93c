"""What several verbs are told in the same words: their arguments and options, and how a KPI's name is completed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from salesops.cli.formats import DateFormat, Format, ListFormat

DEFAULT_BOOK = Path("book")
BookOption = Annotated[Path, typer.Option("--book", help="Folder of the book.")]
PortOption = Annotated[
    int | None,
    typer.Option(min=1, max=65_535, help="Port to serve on.", show_default="a free one"),
]
ServeOption = Annotated[
    bool, typer.Option("--serve/--no-serve", help="Serve the book in a browser afterwards.")
]
SizeOption = Annotated[int, typer.Option(min=1, help="Number of opportunities.")]
SeedOption = Annotated[int, typer.Option(help="Which invented company.")]
OfficeOption = Annotated[
    Path,
    typer.Option(
        "--office", help="Folder of the office; its database is SALESOPS_DATABASE, or in it."
    ),
]
MaybeOfficeOption = Annotated[
    Path | None, typer.Option("--office", help="Folder of an office, in place of a book.")
]
ListFormatOption = Annotated[ListFormat, typer.Option("--format", help="How to print it.")]
FormatOption = Annotated[Format, typer.Option("--format", help="How to give the answer.")]
OutOption = Annotated[Path | None, typer.Option(help="Write to this file.")]
WhereOption = Annotated[
    str | None,
    typer.Option(help='Only deals for which this holds, such as "amount >= 50000".'),
]
AsOfOption = Annotated[
    str | None, typer.Option(help="As it was at the end of a day, such as 2026-06-30.")
]
KnownOnOption = Annotated[
    str | None, typer.Option(help="As it was known on this day, such as 2026-06-30.")
]
FilesArgument = Annotated[list[Path], typer.Argument(help="Export files, zips or folders.")]
AnswerOption = Annotated[
    list[str] | None,
    typer.Option(
        "--answer",
        metavar="QUESTION=CHOICE",
        help="Answer to a question the files leave open. May be given several times.",
    ),
]
DateFormatOption = Annotated[
    DateFormat | None,
    typer.Option(help="How dates that can be read in two ways are written, in every file."),
]
HoldsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--as",
        metavar="FILE=TABLE",
        help="What a file holds, such as deals.csv=opportunity, or deals.csv=ignore.",
    ),
]
ColumnOption = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        metavar="FILE:COLUMN=OURS",
        help="Where a column goes, such as 'deals.csv:Deal value=amount', or =ignore.",
    ),
]
MappingOption = Annotated[
    Path | None, typer.Option(help="All of that from a file that --show-mapping printed.")
]


def kpi_names(incomplete: str) -> Iterable[str]:
    """The KPIs whose name begins so, for the shell to complete."""
    from salesops.kpis import KPIS

    return [name for name in KPIS if name.startswith(incomplete)]
