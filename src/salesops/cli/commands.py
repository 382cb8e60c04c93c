"""The verbs of the command line; each imports what it needs only when it runs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

import typer

from salesops.cli import exits
from salesops.cli.formats import DateFormat, Format, ListFormat, ProcessPart, SampleFormat

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


def _check_names(incomplete: str) -> Iterable[str]:
    from salesops.data_quality import CHECKS

    return [name for name in CHECKS if name.startswith(incomplete)]


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
        _serve(book, port)
    raise typer.Exit(code)


@app.command("serve")
def serve_command(
    book: BookOption = DEFAULT_BOOK,
    port: PortOption = None,
    office: MaybeOfficeOption = None,
    address: Annotated[
        str,
        typer.Option(help="Address an office listens on; 0.0.0.0 is every one of this machine."),
    ] = "127.0.0.1",
    processes: Annotated[
        int, typer.Option(min=1, max=64, help="How many processes answer for an office.")
    ] = 2,
) -> None:
    """Serve a book in a browser, on this machine only. Without a book it asks for files.

    With --office it serves that office instead, to everybody who can reach the address and signs in, on
    port 8000 unless another is named, with a worker beside it that is started again when it dies.
    """
    from salesops.cli.serving import refuse_other_address, serve_office_in

    if office is None:
        refuse_other_address(address)
        _serve(book, port)
        return
    serve_office_in(office, address, port, processes)


@app.command("demo")
def demo_command(
    book: BookOption = Path("demo"),
    size: SizeOption = 4000,
    seed: SeedOption = 1,
    serve: ServeOption = True,
    port: PortOption = None,
    office: MaybeOfficeOption = None,
) -> None:
    """Simulate the sample company, open it as an export, and serve it.

    With --office it becomes an office instead, with a login for each role, which are printed.
    """
    if office is not None:
        _demonstrate(office, size, seed, port, serve=serve)
        return
    from salesops.cli.opening import open_sample

    code = open_sample(book, size, seed)
    if code == exits.FINE and serve:
        _serve(book, port)
    raise typer.Exit(code)


def _demonstrate(office: Path, size: int, seed: int, port: int | None, *, serve: bool) -> None:
    from salesops.cli.demonstrating import make_sample_office, show_logins

    code = make_sample_office(office, size, seed)
    if code == exits.FINE:
        show_logins(office)
        if serve:
            from salesops.cli.serving import serve_office_in

            serve_office_in(office, "127.0.0.1", port, 2)
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
    as_of: AsOfOption = None,
    where: WhereOption = None,
    rows: Annotated[
        bool, typer.Option("--rows", help="The rows the number is made of, not the number.")
    ] = False,
    changed_by: Annotated[
        str | None,
        typer.Option(
            "--changed-by",
            metavar="SPLIT",
            help="Which teams, sources … changed it most since the period before, by their part of all and by themselves.",
        ),
    ] = None,
    form: FormatOption = Format.TABLE,
    out: OutOption = None,
) -> None:
    """Ask a book for one number."""
    from salesops.cli.asking import Reading, ask, ask_rows

    reading = Reading(name, book, period, as_of, where)
    if changed_by is not None:
        from salesops.cli.changed_by import show_changed_by

        if by or rows:
            raise typer.BadParameter("--changed-by stands alone, without --by and --rows.")
        show_changed_by(reading, changed_by, form, out)
        return
    (ask_rows if rows else ask)(reading, by or [], form, out)


@app.command("changed")
def changed_command(
    book: BookOption = DEFAULT_BOOK,
    period: Annotated[
        str, typer.Option(help="The days looked at: 2026Q3, last_quarter, 2026-01-01..2026-03-31.")
    ] = "this_quarter",
    closing: Annotated[
        str | None, typer.Option(help="Only deals meant to close in a period, such as 2026Q4.")
    ] = None,
    events: Annotated[
        bool, typer.Option("--events", help="Count every change, and not the two ends alone.")
    ] = False,
    by: Annotated[
        str,
        typer.Option(
            help="Split by team, person, stage, forecast_category, source or type.",
        ),
    ] = "",
    box: Annotated[
        str | None, typer.Option(help="The deals of one change, such as pushed_out or won.")
    ] = None,
    where: WhereOption = None,
    form: FormatOption = Format.TABLE,
    out: OutOption = None,
) -> None:
    """Ask a book what changed in its open pipeline: a bridge from one day to another that balances."""
    from salesops.cli.asking import Reading
    from salesops.cli.changed import Change, show_box, show_changed

    asked = Change(Reading("", book, period, None, where), closing, events, by)
    if box is None:
        show_changed(asked, form, out)
    else:
        show_box(asked, box, form, out)


@app.command("process")
def process_command(
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


@app.command("pipeline")
def pipeline_command(
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


@app.command("bottlenecks")
def bottlenecks_command(
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


@app.command("replay")
def replay_command(
    stage: Annotated[str, typer.Option(help="The stage at which deals would be stopped.")],
    stop: Annotated[
        str, typer.Option(help='Stop deals for which this holds, such as "next_step IS NULL".')
    ],
    entering: Annotated[
        bool, typer.Option("--entering", help="Stop them at its entrance, and not on leaving it.")
    ] = False,
    book: BookOption = DEFAULT_BOOK,
    period: Annotated[
        str,
        typer.Option(help="When they came to it: all, 2026, last_quarter, 2026-01-01..2026-03-31."),
    ] = "all",
    deals: Annotated[bool, typer.Option("--deals", help="The deals instead of the sums.")] = False,
    where: WhereOption = None,
    form: FormatOption = Format.TABLE,
    out: OutOption = None,
) -> None:
    """Try a rule on the past: which deals it would have stopped, and what became of them."""
    from salesops.cli.asking import Reading
    from salesops.cli.replay import show_deals, show_replay
    from salesops.experiments import Rule

    rule = Rule(stage, "entering" if entering else "leaving", stop)
    (show_deals if deals else show_replay)(Reading("", book, period, None, where), rule, form, out)


@app.command("compared")
def compared_command(
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


@app.command("funnel")
def funnel_command(
    book: BookOption = DEFAULT_BOOK,
    period: Annotated[
        str,
        typer.Option(help="When stages were entered, or what days: 2026Q3, last_quarter, all."),
    ] = "last_4_quarters",
    definition: Annotated[
        str,
        typer.Option(
            help="cohort follows the deals that entered until now; period counts what happened in the days."
        ),
    ] = "cohort",
    by: Annotated[
        str, typer.Option(help="Split by team, person, source, type, pipeline or segment.")
    ] = "",
    stage: Annotated[
        str | None, typer.Option(help="The deals of this stage, and not the stages.")
    ] = None,
    fate: Annotated[
        str,
        typer.Option(
            help="Of these deals those that went further, are here, went back, were lost, are undecided, came_back, "
            "went_back or skipped it; of a period start, end, entered, seen, further, back, lost, undecided, away, skipped."
        ),
    ] = "entered",
    as_of: KnownOnOption = None,
    where: WhereOption = None,
    form: FormatOption = Format.TABLE,
    out: OutOption = None,
) -> None:
    """Ask a book what became of the deals that entered each stage, or what happened at each stage in some days."""
    from salesops.cli.asking import Reading
    from salesops.cli.funnel import Asked, show_deals, show_funnel

    asked = Asked(Reading("", book, period, as_of, where), definition, by)
    if stage is None:
        show_funnel(asked, form, out)
    else:
        show_deals(asked, stage, fate, form, out)


@app.command("conformance")
def conformance_command(
    book: BookOption = DEFAULT_BOOK,
    period: Annotated[
        str,
        typer.Option(help="When deals moved: 2026Q3, last_quarter, all, 2026-01-01..2026-03-31."),
    ] = "last_4_quarters",
    by: Annotated[
        str,
        typer.Option(
            help="Split by team, person, month, quarter, source, type, pipeline or segment."
        ),
    ] = "",
    deals: Annotated[
        str | None,
        typer.Option(
            help="The deals of a departure: skipped, backward, entry, exit, activity or overstayed."
        ),
    ] = None,
    stage: Annotated[str, typer.Option(help="Of these deals those of one stage.")] = "",
    untold: Annotated[
        bool, typer.Option("--untold", help="Those of which history cannot tell instead.")
    ] = False,
    process: Annotated[
        bool, typer.Option("--process", help="What the process asks, and not what departed.")
    ] = False,
    as_of: KnownOnOption = None,
    where: WhereOption = None,
    form: FormatOption = Format.TABLE,
    out: OutOption = None,
) -> None:
    """Ask a book how its deals depart from the sales process: skipped stages, moves back, what a stage asks missing."""
    from salesops.cli.asking import Reading
    from salesops.cli.conformance import Asked, show_conformance, show_departures, show_process

    asked = Asked(Reading("", book, period, as_of, where), by, deals or "", stage, untold)
    if process:
        show_process(asked.reading)
    elif deals is not None:
        show_departures(asked, form, out)
    else:
        show_conformance(asked, form, out)


@app.command("ltv")
def ltv_command(
    purchases: Annotated[
        Path | None,
        typer.Argument(help="A CSV of purchases: customer, date, amount; without one, a book."),
    ] = None,
    book: BookOption = DEFAULT_BOOK,
    deals: Annotated[
        bool, typer.Option("--deals", help="Of the book its won deals, not its contracts.")
    ] = False,
    renewed: Annotated[
        Literal["month", "quarter", "year"], typer.Option(help="How often contracts go on or end.")
    ] = "year",
    years: Annotated[int, typer.Option(help="How far ahead to look.")] = 5,
    discount: Annotated[
        float, typer.Option(help="What a year later is worth less, 0.1 for 10 %.")
    ] = 0.1,
    margin: Annotated[
        float | None,
        typer.Option(
            help="The share of revenue that is left.", show_default="as the contracts say"
        ),
    ] = None,
    customers: Annotated[
        bool, typer.Option("--customers", help="The most valuable customers as well, of purchases.")
    ] = False,
    as_of: Annotated[str | None, typer.Option(help="As of a past day, such as 2026-03-31.")] = None,
    where: WhereOption = None,
    customer: Annotated[str, typer.Option(help="The file's column of customers.")] = "",
    date: Annotated[str, typer.Option(help="The file's column of days.")] = "",
    amount: Annotated[str, typer.Option(help="The file's column of amounts.")] = "",
    dates: Annotated[
        DateFormat | None, typer.Option(help="How the file writes days that can be read both ways.")
    ] = None,
    form: FormatOption = Format.TABLE,
    out: OutOption = None,
) -> None:
    """See what customers are worth: from who stayed at each renewal, or from when and for how much they bought."""
    from salesops.cli.asking import Reading
    from salesops.cli.ltv import Shown, refuse_unfit, show_file, show_purchases, show_recurring
    from salesops.customers import Terms
    from salesops.importers.purchases import PurchaseColumns

    refuse_unfit(
        {
            "--customer": customer != "",
            "--date": date != "",
            "--amount": amount != "",
            "--dates": dates is not None,
        },
        {"--deals": deals, "--where": where is not None, "--as-of": as_of is not None},
        is_file=purchases is not None,
    )
    terms, shown = Terms(years, discount, margin), Shown(form, out, customers)
    reading = Reading("ltv", book, as_of=as_of, where=where)
    if purchases is not None:
        columns = PurchaseColumns(customer, date, amount, dates.value if dates else "")
        show_file(purchases, columns, terms, shown)
    elif deals:
        show_purchases(reading, terms, shown)
    else:
        show_recurring(reading, terms, renewed, shown)


@app.command("target")
def target_command(
    name: Annotated[
        str, typer.Argument(help="A KPI, such as win_rate.", autocompletion=_kpi_names)
    ],
    period: Annotated[str, typer.Argument(help="2026, 2026Q3, 2026M07, this_quarter.")],
    value: Annotated[
        str, typer.Argument(help="What it is to be: 30 %, 45 days, 3.2m.", show_default=False)
    ] = "",
    book: BookOption = DEFAULT_BOOK,
    team: Annotated[str, typer.Option(help="The target of one team.")] = "",
    at_most: Annotated[
        bool | None,
        typer.Option("--at-most/--at-least", help="What it is not to exceed, or is to reach."),
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Have no such target any more.")] = False,
) -> None:
    """Say what a number is to be in a period, for everybody or for one team.

    Kept beside the book, in place of the target there is of the same number, period and team. In an office
    targets are set in the browser, where it is kept who decided.
    """
    from salesops.cli.targets import keep_target

    keep_target(book, name, period, value, team=team, is_most=at_most, removes=remove)


@app.command("targets")
def targets_command(
    book: BookOption = DEFAULT_BOOK,
    as_of: AsOfOption = None,
    form: FormatOption = Format.TABLE,
    out: OutOption = None,
) -> None:
    """How a book stands against its targets, those that need somebody first."""
    from salesops.cli.targets import show_targets

    show_targets(book, as_of, form, out)


@app.command("key-numbers")
def key_numbers_command(
    role: Annotated[str, typer.Option(help="leader, operations, executive or seller.")] = "leader",
    goal: Annotated[
        str, typer.Option(help="new_business, retention, forecast, efficiency or speed.")
    ] = "new_business",
    stage: Annotated[
        str, typer.Option(help="first_customers, growing or established.")
    ] = "growing",
    book: BookOption = DEFAULT_BOOK,
    save: Annotated[bool, typer.Option("--save", help="Show them on the book's Home.")] = False,
    usual: Annotated[bool, typer.Option("--usual", help="Go back to the usual ones.")] = False,
) -> None:
    """Choose five to seven key numbers by who asks, what for and how far the company has come; with reasons."""
    from salesops.cli.choosing import choose_numbers, show_usual

    if usual:
        show_usual(book)
    else:
        choose_numbers(book, (role, goal, stage), saves=save)


@app.command("kpis")
def kpis_command(form: ListFormatOption = ListFormat.TABLE) -> None:
    """List every KPI with its question."""
    from salesops.cli.kpis import list_kpis

    list_kpis(form)


@app.command("checks")
def checks_command(
    book: BookOption = DEFAULT_BOOK,
    check: Annotated[
        str | None,
        typer.Option(
            help="The records this check finds, such as close_date_past, and not the list of checks.",
            autocompletion=_check_names,
        ),
    ] = None,
    owner: Annotated[
        str | None, typer.Option(help="Only what belongs to somebody, by name or id.")
    ] = None,
    form: FormatOption = Format.TABLE,
    out: OutOption = None,
) -> None:
    """Check the data of a book: what is wrong, what it costs, and which records to mend."""
    from salesops.cli.checks import show_checks, show_records

    if check is None:
        show_checks(book, owner, form, out)
    else:
        show_records(book, check, owner, form, out)


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


@app.command("duplicates")
def duplicates_command(
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


@app.command("sample")
def sample_command(
    out: Annotated[Path, typer.Option(help="File (.zip) or folder to write.")],
    size: SizeOption = 4000,
    seed: SeedOption = 1,
    form: Annotated[
        SampleFormat, typer.Option("--as", help="As what to write it.")
    ] = SampleFormat.SALESFORCE,
    nothing_planted: Annotated[
        bool,
        typer.Option(
            "--nothing-planted",
            help="A company with nothing wrong in it, to see what chance alone looks like.",
        ),
    ] = False,
) -> None:
    """Write the sample company as files."""
    from salesops.cli.sampling import write_sample

    write_sample(out, size, seed, form, is_planted=not nothing_planted)


@app.command("import")
def import_command(
    files: FilesArgument,
    office: OfficeOption,
    source: Annotated[
        str, typer.Option(help="Which system they come from. A second one's records stay apart.")
    ] = "CRM",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would happen and write nothing.")
    ] = False,
    answer: AnswerOption = None,
    date_format: DateFormatOption = None,
    holds: HoldsOption = None,
    column: ColumnOption = None,
    mapping: MappingOption = None,
    value: Annotated[
        list[str] | None,
        typer.Option(
            "--value",
            metavar="COLUMN:VALUE=OURS",
            help="What a value of the files is here, such as 'opportunity.stage:Angebot=Sales: Proposal'.",
        ),
    ] = None,
    look_alikes: Annotated[
        Path | None,
        typer.Option(help="Write which new rows look like records you have to this CSV file."),
    ] = None,
) -> None:
    """Bring files into the records of an office: new rows are created, known ones changed where they differ.

    Files are understood as by `open`. First it says what would be created, changed and left as it is.
    Importing the same files again changes nothing; a later export adds what changed since.
    """
    from salesops.cli.corrections import Corrections, Mapping, read_mapping
    from salesops.cli.importing import import_into

    said = Corrections(
        holds or [], column or [], read_mapping(mapping) if mapping else Mapping(), date_format
    )
    raise typer.Exit(
        import_into(
            office,
            files,
            source,
            answer or [],
            said,
            dry_run=dry_run,
            look_alikes_to=look_alikes,
            values=value or [],
        )
    )


@app.command("imports")
def imports_command(office: OfficeOption) -> None:
    """List what was imported into an office, by whom, what became of it and until when it can be undone."""
    from salesops.cli.imports import list_imports

    list_imports(office)


@app.command("undo-import")
def undo_import_command(
    number: Annotated[int, typer.Argument(metavar="IMPORT", help="Its number in `imports`.")],
    office: OfficeOption,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would happen and undo nothing.")
    ] = False,
) -> None:
    """Undo an import within 30 days: what it created is deleted, what it changed is as it was before.

    What somebody changed since stays and is listed. Nothing is erased from history, and the same files can be
    imported again as for the first time.
    """
    from salesops.cli.imports import undo

    raise typer.Exit(undo(office, number, dry_run=dry_run))


@app.command("erase")
def erase_command(
    noun: Annotated[str, typer.Argument(help="contact, lead, person, or login.")],
    keys: Annotated[
        list[str], typer.Argument(metavar="ID", help="Of the same person, one or more.")
    ],
    office: OfficeOption,
    because: Annotated[
        str, typer.Option(help="Why. It is kept for ever, so leave their name out of it.")
    ] = "",
    called: Annotated[
        str | None,
        typer.Option(help="What they are called, to say without being asked that it is them."),
    ] = None,
    also: Annotated[
        list[str] | None, typer.Option(help="Another name or address of theirs. May be repeated.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what is of them and erase nothing.")
    ] = False,
) -> None:
    """Erase a person from an office: what says who they are goes from records, history, texts, files and the book.

    It cannot be undone. Their records stay under a pseudonym, so that sums and history stay true.
    """
    from salesops.cli.erasing import erase

    raise typer.Exit(erase(office, noun, keys, also or (), because, called, dry_run=dry_run))


@app.command("erasures")
def erasures_command(office: OfficeOption) -> None:
    """List who was erased from an office: when, by whom, why, and what is left under which name."""
    from salesops.cli.erasing import list_erasures

    list_erasures(office)


@app.command("worker")
def worker_command(
    office: OfficeOption,
    beneath: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Do an office's long work until interrupted. There may be several, also on other machines."""
    from salesops.cli.working import work

    work(office, beneath)


@app.command("upgrade")
def upgrade_command(office: OfficeOption) -> None:
    """Bring an office's database to this version, or make a new office. May be repeated."""
    from salesops.cli.keeping import upgrade

    upgrade(office)


@app.command("backup")
def backup_command(
    office: OfficeOption,
    file: Annotated[
        Path | None, typer.Argument(help="File to write, such as office.zip.", show_default=False)
    ] = None,
    schedule: Annotated[
        str | None,
        typer.Option(
            help="Have the worker do it again and again, such as '30 2 * * * Europe/Berlin'."
        ),
    ] = None,
    keep: Annotated[int, typer.Option(min=1, help="How many of those to keep.")] = 14,
) -> None:
    """Write a whole office, database and files, to one sealed file, while it is used.

    With --schedule the office's worker does it at these times, into the office's folder `backups`.
    """
    from salesops.cli.keeping import back_up_again_and_again, back_up_office

    if (file is None) is (schedule is None):
        raise typer.BadParameter("Name either a file to write now or a --schedule.")
    if file is not None:
        back_up_office(office, file)
    elif schedule is not None:
        back_up_again_and_again(office, schedule, keep)


@app.command("restore")
def restore_command(
    file: Annotated[Path, typer.Argument(help="File that `backup` wrote.")],
    office: OfficeOption,
    replace: Annotated[
        bool, typer.Option("--replace", help="Lose what the office holds now.")
    ] = False,
) -> None:
    """Make an office what it was when it was backed up: whole and compared, or not at all."""
    from salesops.cli.keeping import restore_office

    restore_office(office, file, replace)


@app.command("let-in")
def let_in_command(
    email: Annotated[str, typer.Argument(help="The address somebody signs in with.")],
    office: OfficeOption,
) -> None:
    """Print a link by which somebody sets a new password, when no administrator can sign in to make one."""
    from salesops.cli.keeping import let_in

    let_in(office, email)


@app.command("doctor")
def doctor_command(
    book: BookOption = DEFAULT_BOOK,
    office: MaybeOfficeOption = None,
    seal: Annotated[
        str | None,
        typer.Option(
            help="A seal of the office's history that was noted before, such as 42:9f86d081884c."
        ),
    ] = None,
) -> None:
    """Look whether this machine and a book, or an office, are in order.

    Of an office it also compares the whole history with its seals, and names the first row that was altered, removed
    or put between.
    """
    from salesops.cli.doctor import examine_machine

    if seal is not None and office is None:
        raise typer.BadParameter("A seal is one of an office. Name it with --office.")
    raise typer.Exit(examine_machine(book, office, seal))


def _serve(book: Path, port: int | None) -> None:
    from salesops.cli.serving import serve_book

    serve_book(book, port)
