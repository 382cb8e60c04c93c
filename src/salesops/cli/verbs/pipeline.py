"""`salesops pipeline`: the open pipeline of a book on a day, or on each of several."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from salesops.cli.formats import Format
from salesops.cli.options import DEFAULT_BOOK, BookOption, FormatOption, OutOption, WhereOption


def pipeline(
    book: BookOption = DEFAULT_BOOK,
    as_of: Annotated[
        str | None, typer.Option(help="The last day, such as 2026-06-30; now unless said.")
    ] = None,
    days: Annotated[
        int, typer.Option(min=1, max=4_000, help="How many days, the last one with them.")
    ] = 1,
    apart: Annotated[
        Literal["day", "week", "month", "quarter"],
        typer.Option(help="How far they lie apart; of months and quarters the last days."),
    ] = "month",
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by",
            metavar="SPLIT",
            help="Split by stage, team, forecast_category, person, segment …; several with commas.",
        ),
    ] = None,
    teams_now: Annotated[
        bool,
        typer.Option("--teams-now", help="Under the teams of today, not those of each day."),
    ] = False,
    where: WhereOption = None,
    form: FormatOption = Format.TABLE,
    out: OutOption = None,
) -> None:
    """Ask a book what its open pipeline was on a day, or on each of a series of days."""
    from salesops.cli.asking import Reading
    from salesops.cli.by_day import Course, show_by_day

    reading = Reading("", book, as_of=as_of, where=where)
    show_by_day(Course(reading, apart, days, by or [], teams_now), form, out)
