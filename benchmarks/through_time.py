"""The pipeline through time at size: each question against a raw scan of its columns and against PostgreSQL.

    .venv/bin/python -m benchmarks.through_time [--size 2000000] [--no-postgresql] [--processor]

The book answers as a page asks it, warm, in 512 MB and without kept answers; a raw scan
reads every value of the columns a question needs, in the same settings. PostgreSQL holds the same rows with fitting
indexes in 2 GB of buffers and answers the question alone, once to warm and once to count; what takes it longer than
half a minute is not asked again. Figures of both must be the same. On a machine that others use as well the wall's
seconds are theirs too: `--processor` counts the processor's, all threads and PostgreSQL's workers together.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import psycopg

from benchmarks import in_postgresql
from benchmarks.kpis import Clock, ForgetfulEngine, alternately
from benchmarks.opened import opened_book
from salesops.book.book import Book
from salesops.book.settings import Segment, Settings
from salesops.engines.literals import literal
from salesops.kpis._definition import SECONDS_A_DAY
from salesops.pipeline import as_of, funnel, movement
from salesops.pipeline.movement import Bridge

RUNS = 5
LONG = 30  # seconds after which PostgreSQL is not asked once more
QUARTER = "2025Q2"
SIZES = [
    Segment(name="Large", criterion="amount >= 200000"),
    Segment(name="Small", criterion="amount < 200000"),
]


@dataclass(frozen=True)
class Question:
    """What is asked, of which columns, in PostgreSQL's words, and the bars: scans at most, times faster at least, or 0.

    `compared` are the places of PostgreSQL's row that the book's answer must equal; all of them where it is empty.
    """

    title: str
    table: str
    columns: tuple[str, ...]
    ask: Callable[[Book], list[Any]]
    sql: str
    scans: float
    faster: float
    compared: tuple[int, ...] = ()


def _snapshots(book: Book) -> list[Any]:
    last = book.period(QUARTER).end - timedelta(days=1)
    days = [last - timedelta(weeks=weeks) for weeks in range(53)]
    lines = as_of(book, days, by=["team", "stage", "forecast_category"]).groups
    cells = [standing for line in lines for standing in line.standings if standing.deals]
    return [len(cells), sum(c.deals for c in cells), sum(c.minor for c in cells)]


def _bridge(book: Book) -> list[Any]:
    whole = movement(book, QUARTER).whole
    ends = {
        "opening": (whole.opening, whole.opening_deals),
        "closing": (whole.closing, whole.closing_deals),
    }
    boxes = {name: (minor, deals, deals) for name, (minor, deals) in ends.items()}
    return _in_order(boxes | _told(whole))


def _events(book: Book) -> list[Any]:
    return _in_order(_told(movement(book, QUARTER, reading="events").whole))


def _told(whole: Bridge) -> dict[str, tuple[int, int, int]]:
    """Of each box its value, changes and deals."""
    return {box.name: (box.minor, box.changes, box.deals) for box in (*whole.boxes, *whole.dates)}


def _in_order(boxes: dict[str, tuple[int, int, int]]) -> list[Any]:
    return [told for name in sorted(boxes) for told in (name, *boxes[name])]


def _win_rate(book: Book) -> list[Any]:
    figures = book.measure("win_rate", by=["quarter", "team", "segment"]).figures
    return [len(figures), sum(f.numerator for f in figures), sum(f.denominator for f in figures)]


def _conversion(book: Book) -> list[Any]:
    """Two numbers of the library by stage: how many went further, and the percentiles of the time there."""
    further = {f.key[0]: f for f in book.measure("stage_conversion", by="stage")}
    times = {f.key[0]: f for f in book.measure("time_in_stage", by="stage")}
    told: list[Any] = []
    for stage in sorted(further):
        share, time = further[stage], times[stage]
        seconds = (round((time.percentiles[p] or 0) * SECONDS_A_DAY) for p in (50, 90))
        told += [share.denominator, share.numerator, time.denominator, *seconds]
    return told


def _funnel(book: Book) -> list[Any]:
    """The funnel, with medians and their intervals that count those still there as far as they have come."""
    steps = sorted(funnel(book, "all").whole.steps, key=lambda step: step.stage)
    return [count for step in steps for count in (step.entered, step.further)]


_STATE = ("opportunity_id", "valid_from", "valid_to", "is_closed", "is_qualified", "value_minor")
_STAGES = (
    "opportunity_id",
    "valid_from",
    "valid_to",
    "stage",
    "stage_position",
    "outcome",
    "is_won",
    "change_source",
)
_CLOSED = ("owner_id", "closed_on", "is_closed", "is_won", "amount_minor")
QUESTIONS = (
    Question("53 weekly snapshots by team × stage × category", "opportunity_version",
             (*_STATE, "owner_id", "team", "stage", "forecast_category"), _snapshots, in_postgresql.SNAPSHOTS, 8, 15),
    Question("waterfall, the two ends", "opportunity_version", (*_STATE, "outcome", "stage", "close_date"), _bridge,
             in_postgresql.WATERFALL, 8, 4),
    Question("waterfall, every change", "opportunity_version", (*_STATE, "outcome", "stage", "close_date"), _events,
             in_postgresql.EVENTS, 8, 4),
    Question("stage conversion, percentiles of the time there", "opportunity_version", _STAGES, _conversion,
             in_postgresql.CONVERSION, 20, 40),
    Question("the same with those still there: the funnel", "opportunity_version", _STAGES, _funnel,
             in_postgresql.CONVERSION, 20, 0, (0, 1)),
    Question("win rate by quarter × team × segment", "opportunity_version", ("valid_to", *_CLOSED), _win_rate,
             in_postgresql.WIN_RATE, 5, 40),
    Question("the same, of deals as they are now", "opportunity", _CLOSED, _win_rate, in_postgresql.WIN_RATE_NOW, 0, 0),
)  # fmt: skip


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--size", type=int, default=2_000_000, help="number of opportunities")
    asked.add_argument("--states", type=int, default=10, choices=(5, 10), help="versions of each")
    asked.add_argument("--no-postgresql", action="store_true", help="only the raw scan")
    asked.add_argument("--runs", type=int, default=RUNS, help="runs of each; the fastest counts")
    asked.add_argument("--processor", action="store_true", help="seconds of the processor")
    options = asked.parse_args()
    folder = opened_book(options.size, options.states)
    engine = ForgetfulEngine(folder)
    book = Book(engine, Settings(segments=SIZES))
    base = folder / engine.manifest.base
    own = time.process_time if options.processor else time.perf_counter
    print(
        f"{options.size:,} opportunities, {options.size * options.states:,} versions: milliseconds"
        f"{' of the processor' if options.processor else ''}"
    )
    with ExitStack() as until_the_end:
        postgresql = None
        if not options.no_postgresql:
            started = time.perf_counter()
            postgresql = until_the_end.enter_context(in_postgresql.filled_with(base))
            taken = time.perf_counter() - started
            print(f"  PostgreSQL filled and indexed in {taken:,.0f} s")
        print(f"  {'':46} {'scan':>7} {'book':>8} {'scans':>6} {'PostgreSQL':>11} {'times':>7}")
        asked_before: dict[str, tuple[float, list[tuple[Any, ...]]]] = {}
        for question in QUESTIONS:
            scan, ours, answer = _here(book, base, question, options.runs, own)
            if postgresql is None:
                _tell(question, scan, ours, None, "")
                continue
            if question.sql not in asked_before:
                clock = in_postgresql.processor_of(postgresql) if options.processor else own
                asked_before[question.sql] = _there(postgresql, question.sql, _moments(book), clock)
            theirs, rows = asked_before[question.sql]
            places = question.compared or range(len(rows[0]))
            told = [_plainly(row[place]) for row in rows for place in places]
            verdict = "" if told == answer else f"DIFFERS {answer} {told}"
            _tell(question, scan, ours, theirs, verdict)


def _there(
    connection: psycopg.Connection, sql: str, values: dict[str, datetime], clock: Clock
) -> tuple[float, list[tuple[Any, ...]]]:
    """PostgreSQL's seconds and rows."""
    for _ in range(2):
        started = clock()
        rows = connection.execute(sql.encode(), values).fetchall()
        taken = clock() - started
        if taken > LONG:
            break
    return taken, rows


def _moments(book: Book) -> dict[str, datetime]:
    """The last instants before and of the quarter, and the last moment of the snapshots."""
    span = book.period(QUARTER)
    opens = book.as_of(span.start - timedelta(days=1)).instant
    closes = book.as_of(span.end - timedelta(days=1)).instant
    return {"since": _plain(opens), "until": _plain(closes), "last": _plain(closes)}


def _plain(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)


def _plainly(value: Any) -> int | str:
    return value if isinstance(value, str) else round(value or 0)


def _here(
    book: Book, base: Path, question: Question, runs: int, clock: Clock
) -> tuple[float, float, list[Any]]:
    """Seconds of the scan and of the book, and what it answered."""
    with duckdb.connect(config={"memory_limit": "512MB", "threads": "2"}) as connection:
        # A process may open a file under one configuration only, and the engine has its own.
        connection.execute(f"ATTACH {literal(str(base))} AS base (READ_ONLY)")
        connection.execute("USE base")
        read = ", ".join(f"max({column})" for column in question.columns)
        text = f"SELECT {read} FROM {question.table}"
        connection.execute(text).fetchall()
        answer = question.ask(book)
        scan, ours = alternately(
            runs,
            lambda: connection.execute(text).fetchall(),
            lambda: question.ask(book),
            clock=clock,
        )
    return scan, ours, answer


def _tell(question: Question, scan: float, ours: float, theirs: float | None, verdict: str) -> None:
    missed = (
        ""
        if not question.scans or ours <= scan * question.scans
        else f" MISSED {question.scans:.0f} scans"
    )
    line = f"  {question.title:46} {scan * 1000:7.0f} {ours * 1000:8.0f} {ours / scan:6.1f}"
    if theirs is not None:
        line += f" {theirs * 1000:11,.0f} {theirs / ours:7.1f}"
        missed += "" if theirs >= ours * question.faster else f" MISSED {question.faster:.0f} times"
    print(line + missed + f" {verdict}", flush=True)


if __name__ == "__main__":
    main()
