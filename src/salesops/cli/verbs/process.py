"""`salesops process`: how the deals of a book, or the cases of a log, really went."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from salesops.cli.formats import DateFormat, Format, ProcessPart
from salesops.cli.options import DEFAULT_BOOK, BookOption, FormatOption, OutOption, WhereOption


def process(
    log: Annotated[
        Path | None,
        typer.Argument(
            help="An event log, XES or CSV, also gzipped; without one, the deals of a book."
        ),
    ] = None,
    book: BookOption = DEFAULT_BOOK,
    period: Annotated[str, typer.Option(help="Deals created in a period, such as 2026Q3.")] = "all",
    closed: Annotated[
        bool, typer.Option("--closed", help="Deals closed in the period, not those created in it.")
    ] = False,
    activities: Annotated[
        str, typer.Option(help="Beside the stages the first of each: call, email, meeting, demo.")
    ] = "",
    where: WhereOption = None,
    through: Annotated[
        list[str] | None,
        typer.Option(
            help='Only what passed "Proposal", or "Proposal > Solution"; may be repeated.'
        ),
    ] = None,
    show: Annotated[
        ProcessPart | None,
        typer.Option(help="One part: what follows what, activities, ways, or a summary."),
    ] = None,
    case: Annotated[
        str, typer.Option(help="The log's column of cases, where it is not found.")
    ] = "",
    activity: Annotated[str, typer.Option(help="The log's column of what happened.")] = "",
    timestamp: Annotated[str, typer.Option(help="The log's column of when.")] = "",
    lifecycle: Annotated[
        str, typer.Option(help="Only the log's events of one transition, such as complete.")
    ] = "",
    dates: Annotated[
        DateFormat | None, typer.Option(help="How the log writes days that can be read both ways.")
    ] = None,
    form: FormatOption = Format.TABLE,
    out: OutOption = None,
) -> None:
    """See how a process really goes: what follows what, how long it takes, and which ways there are."""
    from salesops.cli.process import (
        OfDeals,
        process_of_deals,
        process_of_log,
        refuse_both,
        show_process,
    )
    from salesops.importers.event_log import LogColumns

    refuse_both(
        log,
        {
            "--closed": closed,
            "--activities": activities,
            "--where": where,
            "--period": period != "all",
        },
        {
            "--case": case,
            "--activity": activity,
            "--timestamp": timestamp,
            "--lifecycle": lifecycle,
            "--dates": dates,
        },
    )
    if log is None:
        kinds = tuple(kind.strip() for kind in activities.split(",") if kind.strip())
        found = process_of_deals(OfDeals(book, period, closed, kinds, where), through or [])
    else:
        columns = LogColumns(case, activity, timestamp, lifecycle, dates.value if dates else "")
        found = process_of_log(log, columns, through or [])
    show_process(found, show, form, out)
