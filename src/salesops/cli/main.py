"""The `salesops` command: each verb imports what it needs only when it runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="salesops",
    help="The office of a sales operations team: open a CRM export and see the truth about it.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

EXIT_REFUSED = 2  # the input cannot be used; the message says why
EXIT_QUESTION = 3  # somebody must answer first
EXIT_CANCELLED = 130

BookOption = Annotated[
    Path, typer.Option("--book", help="Folder of the book.", show_default="./book")
]
DEFAULT_BOOK = Path("book")


@app.command("open")
def open_command(
    files: Annotated[list[Path], typer.Argument(help="Export files, zips or folders.")],
    book: BookOption = DEFAULT_BOOK,
    serve: Annotated[bool, typer.Option(help="Serve the book in a browser afterwards.")] = True,
    port: Annotated[
        int | None, typer.Option(help="Port to serve on; a free one by default.")
    ] = None,
    answer: Annotated[
        list[str] | None,
        typer.Option("--answer", help="Answer to a question, as QUESTION=CHOICE. Repeatable."),
    ] = None,
) -> None:
    """Build a book from files, print the picture, and serve it."""
    from salesops.cli.opening import open_and_show

    code = open_and_show(files, book, answer or [])
    if code == 0 and serve:
        from salesops.cli.serving import serve_book

        serve_book(book, port)
    raise typer.Exit(code)


@app.command("serve")
def serve_command(
    book: BookOption = DEFAULT_BOOK,
    port: Annotated[
        int | None, typer.Option(help="Port to serve on; a free one by default.")
    ] = None,
) -> None:
    """Serve a book in a browser, on this machine only. Without a book it asks for files."""
    from salesops.cli.serving import serve_book

    serve_book(book, port)


@app.command("demo")
def demo_command(
    book: BookOption = Path("demo"),
    size: Annotated[int, typer.Option(help="Number of opportunities.")] = 4000,
    seed: Annotated[int, typer.Option(help="Which invented company.")] = 1,
    serve: Annotated[bool, typer.Option(help="Serve the book in a browser afterwards.")] = True,
    port: Annotated[
        int | None, typer.Option(help="Port to serve on; a free one by default.")
    ] = None,
) -> None:
    """Simulate the sample company, open it as an export, and serve it."""
    from salesops.cli.opening import open_sample

    code = open_sample(book, size, seed)
    if code == 0 and serve:
        from salesops.cli.serving import serve_book

        serve_book(book, port)
    raise typer.Exit(code)


@app.command("kpi")
def kpi_command(
    name: Annotated[str, typer.Argument(help="A KPI; `salesops kpis` lists them.")],
    book: BookOption = DEFAULT_BOOK,
    by: Annotated[
        list[str] | None, typer.Option("--by", help="Split by, such as team, person, quarter.")
    ] = None,
    period: Annotated[
        str, typer.Option(help="2026Q3, 2026, 2026M07, last_quarter, 2026-01-01..2026-03-31, all.")
    ] = "all",
    as_of: Annotated[str | None, typer.Option(help="As it was at the end of a day.")] = None,
    where: Annotated[
        str | None, typer.Option(help="Only opportunities for which this condition is true.")
    ] = None,
    form: Annotated[str, typer.Option("--format", help="table, csv, json or parquet.")] = "table",
    out: Annotated[Path | None, typer.Option(help="Write to this file.")] = None,
) -> None:
    """Ask a book for one number."""
    from salesops.cli.asking import ask

    raise typer.Exit(ask(name, book, by or [], period, as_of, where, form, out))


@app.command("kpis")
def kpis_command(
    form: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
) -> None:
    """List every KPI with its question."""
    from salesops.cli.asking import list_kpis

    raise typer.Exit(list_kpis(form))


@app.command("problems")
def problems_command(
    book: BookOption = DEFAULT_BOOK,
    form: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    refused: Annotated[
        Path | None, typer.Option(help="Write the refused rows into this folder, to mend them.")
    ] = None,
) -> None:
    """Show what was wrong in the files, and write the refused rows."""
    from salesops.cli.asking import show_problems

    raise typer.Exit(show_problems(book, form, refused))


@app.command("sample")
def sample_command(
    out: Annotated[Path, typer.Option(help="File or folder to write.")],
    size: Annotated[int, typer.Option(help="Number of opportunities.")] = 4000,
    seed: Annotated[int, typer.Option(help="Which invented company.")] = 1,
    form: Annotated[str, typer.Option("--as", help="salesforce, csv or parquet.")] = "salesforce",
) -> None:
    """Write the sample company as files."""
    from salesops.cli.sampling import write_sample

    raise typer.Exit(write_sample(out, size, seed, form))


@app.command("doctor")
def doctor_command(book: BookOption = DEFAULT_BOOK) -> None:
    """Look whether this machine and a book are in order."""
    from salesops.cli.doctor import examine_machine

    raise typer.Exit(examine_machine(book))


def run() -> None:
    """Run the command; what cannot be done is a sentence, never a traceback."""
    from salesops.foundations.problem import Refusal

    try:
        app()
    except Refusal as refusal:
        print(str(refusal), file=sys.stderr)  # noqa: T201
        sys.exit(EXIT_REFUSED)
    except KeyboardInterrupt:
        sys.exit(EXIT_CANCELLED)
