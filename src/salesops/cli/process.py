"""How a process really goes, at the command line: of a book's deals, or of an event log in a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from salesops.cli.formats import Format, ProcessPart
from salesops.cli.terminal import err, out, say
from salesops.cli.writing import Columns, refuse_file, write
from salesops.foundations.percent import in_percent
from salesops.foundations.problem import Refusal
from salesops.foundations.span import span_in_words
from salesops.importers.event_log import EventLog, LogColumns, read_event_log
from salesops.pipeline.mining import Process, mine

SHOWN, SHOWN_VARIANTS, EVERY = 20, 10, 2**31
COLUMNS: dict[ProcessPart, Columns] = {
    ProcessPart.ARCS: {
        "from": "text", "to": "text", **dict.fromkeys(("count", "cases"), "whole"),
        **dict.fromkeys(("total_seconds", "mean_seconds", "median_seconds", "p90_seconds"), "float"),
    },
    ProcessPart.ACTIVITIES: {
        "activity": "text",
        **dict.fromkeys(("events", "cases", "starts", "ends", "reworked_cases", "repetitions"), "whole"),
    },
    ProcessPart.VARIANTS: {
        "path": "text", **dict.fromkeys(("cases", "over", "won"), "whole"), "median_seconds": "float",
    },
    ProcessPart.SUMMARY: {
        **dict.fromkeys(("cases", "events", "activities", "variants", "cases_over"), "whole"),
        **dict.fromkeys(
            ("least_seconds", "median_seconds", "mean_seconds", "p90_seconds", "most_seconds"), "float"
        ),
    },
}  # fmt: skip


@dataclass(frozen=True)
class OfDeals:
    """Which deals of which book, beside which activities."""

    folder: Path
    period: str
    is_closed: bool
    activities: tuple[str, ...]
    where: str | None


def process_of_deals(asked: OfDeals, through: list[str]) -> Process:
    """The process of a book's deals."""
    from salesops.cli.asking import Reading
    from salesops.pipeline.process import process

    book = Reading("", asked.folder, asked.period, None, asked.where).book()
    return process(
        book,
        asked.period,
        deals="closed" if asked.is_closed else "created",
        activities=asked.activities,
        through=passed(through),
        most=EVERY,
    )


def process_of_log(file: Path, columns: LogColumns, through: list[str]) -> Process:
    """The process of an event log; what was left out of it is said on the way."""
    import duckdb

    from salesops.book.engine import Rows
    from salesops.foundations.threads import threads

    with duckdb.connect(config={"threads": threads()}) as connection:
        _tell(read_event_log(file, connection, columns))

        def run(sql: str, values: Any) -> Rows:
            cursor = connection.execute(sql, dict(values) or None)
            return Rows(tuple(d[0] for d in cursor.description or ()), cursor.fetchall())

        events = "SELECT case_id, activity, moment, place FROM event"
        return mine(run, events, through=passed(through), most=EVERY)


def passed(through: list[str]) -> list[str | tuple[str, str]]:
    """What was said with --through: an activity, or two with > between them."""
    found: list[str | tuple[str, str]] = []
    for text in through:
        first, arrow, second = (part.strip() for part in text.partition(">"))
        found.append((first, second) if arrow else first)
    return found


def show_process(
    found: Process, part: ProcessPart | None, form: Format, target: Path | None
) -> None:
    """Print what a person asks first, or write one part of it."""
    if form is not Format.TABLE:
        chosen = part or ProcessPart.ARCS
        write(_records(found, chosen), COLUMNS[chosen], form, target)
        return
    refuse_file(target)
    console = out()
    time = found.throughput
    say(
        console,
        f"{found.cases:,} cases, {found.events:,} events, {len(found.activities):,} activities, "
        f"{found.variant_count:,} ways",
        style="bold",
    )
    if time.median is not None and time.p90 is not None:
        say(
            console,
            f"Half of the {time.cases:,} that are over took {span_in_words(time.median)} or less, "
            f"nine of ten {span_in_words(time.p90)}.",
        )
    if not found.cases:
        say(console, "No case is like that.")
        return
    if part in (None, ProcessPart.ARCS):
        rows = [
            (
                a.source,
                a.target,
                f"{a.count:,}",
                span_in_words(a.median_seconds),
                span_in_words(a.p90_seconds),
            )
            for a in found.arcs
        ]
        _print(("From", "To", "Times", "Median wait", "P90"), rows, SHOWN, 2)
    if part is ProcessPart.ACTIVITIES:
        of = [
            (a.name, f"{a.cases:,}", f"{a.events:,}", f"{a.reworked:,}", f"{a.repetitions:,}")
            for a in found.activities
        ]
        _print(("Activity", "Cases", "Events", "Cases that repeat it", "Repetitions"), of, SHOWN, 1)
    if part in (None, ProcessPart.VARIANTS):
        ways = [
            (f"{v.cases:,}", in_percent(v.cases / found.cases, 1), " > ".join(v.path))
            for v in found.variants
        ]
        _print(("Cases", "Share", "Way"), ways, SHOWN_VARIANTS, 0, left="Way")


def _tell(log: EventLog) -> None:
    console = err()
    for note in log.notes:
        say(console, note, style="dim")
    if log.left_out:
        say(console, f"{log.left_out:,} of the events of {log.name} were left out:", style="yellow")
    for problem in log.problems:
        place = f"row {problem.row:,}: " if problem.row else ""
        value = f" (“{problem.value}”)" if problem.value else ""
        say(console, f"  {place}{problem.message}{value} {problem.remedy}", style="dim")


def _print(
    heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], most: int, texts: int, left: str = ""
) -> None:
    console, table = out(), Table(box=None, header_style="bold", pad_edge=False)
    for place, head in enumerate(heads):
        is_text = place < texts or head == left
        table.add_column(
            head, justify="left" if is_text else "right", overflow="fold", no_wrap=not is_text
        )
    for row in rows[:most]:
        table.add_row(*row)
    console.print()
    console.print(table, markup=False)
    if len(rows) > most:
        say(console, f"The first {most} of {len(rows):,}. All of them: --format csv.", style="dim")


def _records(found: Process, part: ProcessPart) -> list[dict[str, Any]]:
    names = list(COLUMNS[part])
    if part is ProcessPart.ARCS:
        rows: list[tuple[Any, ...]] = [
            (
                a.source,
                a.target,
                a.count,
                a.cases,
                a.total_seconds,
                a.mean_seconds,
                a.median_seconds,
                a.p90_seconds,
            )
            for a in found.arcs
        ]
    elif part is ProcessPart.ACTIVITIES:
        rows = [
            (a.name, a.events, a.cases, a.starts, a.ends, a.reworked, a.repetitions)
            for a in found.activities
        ]
    elif part is ProcessPart.VARIANTS:
        rows = [
            (" > ".join(v.path), v.cases, v.over, v.won, v.median_seconds) for v in found.variants
        ]
    else:
        time = found.throughput
        rows = [
            (found.cases, found.events, len(found.activities), found.variant_count, time.cases, time.least,
             time.median, time.mean, time.p90, time.most)
        ]  # fmt: skip
    return [dict(zip(names, row, strict=True)) for row in rows]


def refuse_both(file: Path | None, of_deals: dict[str, Any], of_log: dict[str, Any]) -> None:
    """Refuse what is of deals for a log, and what is of a log for deals."""
    odd = of_deals if file is not None else of_log
    said = [name for name, value in odd.items() if value]
    if said:
        whose = "the deals of a book" if file is not None else "an event log"
        raise Refusal(f"{said[0]} is said of {whose}. Leave it out here.")
