"""The verbs of the command line; each imports what it needs only when it runs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from salesops.cli import exits
from salesops.cli.formats import DateFormat, Format, ListFormat, SampleFormat

app = typer.Typer(
    name="salesops",
    help="The office of a sales operations team: open a CRM export and see the truth about it.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _kpi_names(incomplete: str) -> Iterable[str]:
    from salesops.kpis import KPIS

    return [name for name in KPIS if name.startswith(incomplete)]


def _splits(incomplete: str) -> Iterable[str]:
    from salesops.book.dimension import DIMENSIONS, GRAINS, SEGMENT

    return [n for n in (*DIMENSIONS, SEGMENT, *GRAINS) if n.startswith(incomplete)]


def _show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"salesops {version('salesops')}")
        raise typer.Exit


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
ListFormatOption = Annotated[ListFormat, typer.Option("--format", help="How to print it.")]


@app.callback()
def salesops(
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_show_version, help="Show the version."),
    ] = False,
) -> None:
    """The office of a sales operations team: open a CRM export and see the truth about it."""


@app.command("open")
def open_command(
    files: Annotated[list[Path], typer.Argument(help="Export files, zips or folders.")],
    book: BookOption = DEFAULT_BOOK,
    serve: ServeOption = True,
    port: PortOption = None,
    answer: Annotated[
        list[str] | None,
        typer.Option(
            "--answer",
            metavar="QUESTION=CHOICE",
            help="Answer to a question the files leave open. May be given several times.",
        ),
    ] = None,
    date_format: Annotated[
        DateFormat | None,
        typer.Option(help="How dates that can be read in two ways are written, in every file."),
    ] = None,
    holds: Annotated[
        list[str] | None,
        typer.Option(
            "--as",
            metavar="FILE=TABLE",
            help="What a file holds, such as deals.csv=opportunity, or deals.csv=ignore.",
        ),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            metavar="FILE:COLUMN=OURS",
            help="Where a column goes, such as 'deals.csv:Deal value=amount', or =ignore.",
        ),
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="All of that from a file that --show-mapping printed.")
    ] = None,
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
        _serve(book, port)
    raise typer.Exit(code)


@app.command("serve")
def serve_command(book: BookOption = DEFAULT_BOOK, port: PortOption = None) -> None:
    """Serve a book in a browser, on this machine only. Without a book it asks for files."""
    _serve(book, port)


@app.command("demo")
def demo_command(
    book: BookOption = Path("demo"),
    size: SizeOption = 4000,
    seed: SeedOption = 1,
    serve: ServeOption = True,
    port: PortOption = None,
) -> None:
    """Simulate the sample company, open it as an export, and serve it."""
    from salesops.cli.opening import open_sample

    code = open_sample(book, size, seed)
    if code == exits.FINE and serve:
        _serve(book, port)
    raise typer.Exit(code)


@app.command("kpi")
def kpi_command(
    name: Annotated[
        str,
        typer.Argument(
            help="A KPI, such as win_rate; `salesops kpis` lists them.", autocompletion=_kpi_names
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
    as_of: Annotated[
        str | None, typer.Option(help="As it was at the end of a day, such as 2026-06-30.")
    ] = None,
    where: Annotated[
        str | None,
        typer.Option(help='Only deals for which this holds, such as "amount >= 50000".'),
    ] = None,
    rows: Annotated[
        bool, typer.Option("--rows", help="The rows the number is made of, not the number.")
    ] = False,
    form: Annotated[
        Format, typer.Option("--format", help="How to give the answer.")
    ] = Format.TABLE,
    out: Annotated[Path | None, typer.Option(help="Write to this file.")] = None,
) -> None:
    """Ask a book for one number."""
    from salesops.cli.asking import Reading, ask, ask_rows

    reading = Reading(name, book, period, as_of, where)
    (ask_rows if rows else ask)(reading, by or [], form, out)


@app.command("kpis")
def kpis_command(form: ListFormatOption = ListFormat.TABLE) -> None:
    """List every KPI with its question."""
    from salesops.cli.kpis import list_kpis

    list_kpis(form)


@app.command("problems")
def problems_command(
    book: BookOption = DEFAULT_BOOK,
    form: ListFormatOption = ListFormat.TABLE,
    refused: Annotated[
        Path | None, typer.Option(help="Write the rows to be mended into this folder.")
    ] = None,
) -> None:
    """Show what was wrong in the files, and write the rows to be mended."""
    from salesops.cli.problems import show_problems

    show_problems(book, form, refused)


@app.command("sample")
def sample_command(
    out: Annotated[Path, typer.Option(help="File (.zip) or folder to write.")],
    size: SizeOption = 4000,
    seed: SeedOption = 1,
    form: Annotated[
        SampleFormat, typer.Option("--as", help="As what to write it.")
    ] = SampleFormat.SALESFORCE,
) -> None:
    """Write the sample company as files."""
    from salesops.cli.sampling import write_sample

    write_sample(out, size, seed, form)


@app.command("doctor")
def doctor_command(book: BookOption = DEFAULT_BOOK) -> None:
    """Look whether this machine and a book are in order."""
    from salesops.cli.doctor import examine_machine

    raise typer.Exit(examine_machine(book))


def _serve(book: Path, port: int | None) -> None:
    from salesops.cli.serving import serve_book

    serve_book(book, port)
