"""Event logs of any process, XES or CSV, as the table `event`: case, activity, moment, and place in the file."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from salesops.foundations.problem import Problem, Refusal, Severity
from salesops.foundations.table import Type
from salesops.importers import formats
from salesops.importers.cleaning import CleanFile
from salesops.importers.one_csv import Wanted, clean_csv, known_place, places_of, stage, two_ways
from salesops.importers.room import room
from salesops.importers.xes import write_events

SHOWN = 5
# What the columns are called, the surest first, as lower-case letters and digits alone.
NAMES = {
    "case": ("caseconceptname", "caseid", "case", "traceid", "trace", "ticketid", "opportunityid", "orderid"),
    "activity": ("conceptname", "activity", "activityname", "event", "eventname", "task", "stage", "stagename"),
    "timestamp": (
        "timetimestamp", "timestamp", "completetimestamp", "endtimestamp", "completetime", "eventtime", "datetime",
        "createddate", "time", "date", "starttimestamp", "starttime",
    ),
    "lifecycle": ("lifecycletransition", "lifecycle", "transition"),
}  # fmt: skip
_WORDS = {
    "case": "the case each event belongs to",
    "activity": "what happened",
    "timestamp": "when it happened",
}


@dataclass(frozen=True)
class LogColumns:
    """Which columns hold what, and how days are written; empty to find out."""

    case: str = ""
    activity: str = ""
    timestamp: str = ""
    lifecycle: str = ""  # only events of this transition, such as complete; empty for every event
    dates: str = ""  # day-first or month-first


@dataclass
class EventLog:
    """What was read: how many events and cases, what could not be, and what is worth knowing."""

    name: str
    events: int = 0
    cases: int = 0
    left_out: int = 0
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_event_log(
    path: Path, connection: duckdb.DuckDBPyConnection, columns: LogColumns | None = None
) -> EventLog:
    """Fill the table `event(case_id, activity, moment, place)` of a connection from a file, plain or packed.

    `moment` is UTC; text without a zone is read as UTC. `place` is the order in the file, which parts events of
    one moment. Texts are kept as they are: a case named NA is a case. Events that lack a case, an activity or a
    time are problems, each with its row. Raises Refusal where the file cannot be read as a log.
    """
    asked = columns or LogColumns()
    with tempfile.TemporaryDirectory() as folder, room(Path(folder)):
        work = Path(folder)
        if not path.is_file():
            raise Refusal(f"{path} is no file. Name an event log: XES or CSV, also gzipped.")
        if path.name.lower().endswith((".xes", ".xes.gz")):
            target = work / "events.csv"
            write_events(path, target)
            clean = CleanFile(
                target, ["case", "activity", "timestamp", "lifecycle"], ",", "utf-8", has_rows=False
            )
            return _taken(path.name, connection, clean, asked, is_xes=True)
        clean = clean_csv(path, work, "An event log is one XES or CSV file, plain or gzipped.")
        return _taken(path.name, connection, clean, asked, is_xes=False)


def _taken(
    name: str,
    connection: duckdb.DuckDBPyConnection,
    clean: CleanFile,
    asked: LogColumns,
    *,
    is_xes: bool,
) -> EventLog:
    log = EventLog(name)
    for problem in clean.gathered.examples[:SHOWN]:
        log.problems.append(problem)
    log.left_out += len(clean.gathered.refused)
    wanted = [Wanted(w, words, NAMES[w], getattr(asked, w)) for w, words in _WORDS.items()]
    places = places_of(name, clean.header, wanted)
    lifecycle = known_place(clean.header, NAMES["lifecycle"])
    stage(connection, name, clean, places | ({} if lifecycle is None else {"lifecycle": lifecycle}))
    if lifecycle is not None:
        _of_lifecycle(connection, log, asked.lifecycle)
    elif asked.lifecycle:
        raise Refusal(
            f"{name} tells no lifecycle of its events, so none of them is known to be “{asked.lifecycle}”."
        )
    _into_events(connection, log, asked.dates, row="an event" if is_xes else "a row")
    return log


def _of_lifecycle(connection: duckdb.DuckDBPyConnection, log: EventLog, wanted: str) -> None:
    found = dict(
        connection.execute(
            "SELECT coalesce(lifecycle_, ''), count(*) FROM source GROUP BY 1"
        ).fetchall()
    )
    if wanted:
        keeps = {text for text in found if text.lower() == wanted.lower()}
        if not keeps:
            raise Refusal(
                f"No event of {log.name} is “{wanted}”. Its events are {', '.join(sorted(t for t in found if t))}."
            )
        connection.execute(
            "DELETE FROM source WHERE lower(coalesce(lifecycle_, '')) <> lower(?)", [wanted]
        )
        log.notes.append(
            f"Only events that are “{wanted}” are counted: {found[keeps.pop()]:,} of {sum(found.values()):,}."
        )
    elif len([t for t in found if t]) > 1:
        told = ", ".join(
            f"{count:,} {text or 'without one'}" for text, count in sorted(found.items())
        )
        log.notes.append(
            f"Events tell a lifecycle ({told}), and each counts. With --lifecycle complete only what was completed does."
        )


def _into_events(
    connection: duckdb.DuckDBPyConnection, log: EventLog, dates: str, *, row: str
) -> None:
    moment = _moment(connection, log.name, dates)
    connection.execute(
        "CREATE OR REPLACE TABLE event AS SELECT case_ AS case_id, activity_ AS activity, "
        f"{moment} AS moment, rowid AS place, coalesce(row, rowid + 2) AS row, timestamp_ FROM source"
    )
    connection.execute("DROP TABLE source")
    for column, lack, code, remedy in (
        ("case_id", "no case", "no_case", "Fill in which case it belongs to."),
        ("activity", "no activity", "no_activity", "Fill in what happened."),
        ("moment", "no time that can be read", "no_time", "Write it as 2026-03-31 14:05:00."),
    ):
        lacking = f"WHERE {column} IS NULL"
        rows = connection.execute(
            f"SELECT row, timestamp_ FROM event {lacking} ORDER BY place LIMIT {SHOWN}"
        ).fetchall()
        if not rows:
            continue
        many = connection.execute(f"SELECT count(*) FROM event {lacking}").fetchall()[0][0]
        log.left_out += many
        value = "timestamp_" if column == "moment" else ""
        log.problems += [
            Problem(
                code, Severity.REFUSED, f"{row.capitalize()} has {lack} and was left out.", remedy, log.name,
                number, value.strip("_"), (text or "") if value else "",
            )
            for number, text in rows
        ]  # fmt: skip
        connection.execute(f"DELETE FROM event {lacking}")
    connection.execute("ALTER TABLE event DROP COLUMN row")
    connection.execute("ALTER TABLE event DROP COLUMN timestamp_")
    ((log.events, log.cases),) = connection.execute(
        "SELECT count(*), count(DISTINCT case_id) FROM event"
    ).fetchall()
    if not log.events:
        raise Refusal(f"{log.name} holds no event that has a case, an activity and a time.")


def _moment(connection: duckdb.DuckDBPyConnection, name: str, dates: str) -> str:
    """SQL of when an event was, in UTC.

    Most logs write ISO, which DuckDB reads twenty times as fast as text of any shape; only what it cannot read is
    judged. It takes text without a zone as UTC, wherever this machine stands.
    """
    if _knows_zones(connection):
        connection.execute("SET TimeZone = 'UTC'")
    quick = "make_timestamp(epoch_us(TRY_CAST(timestamp_ AS TIMESTAMPTZ)))"
    iso = r"regexp_matches(timestamp_, '^\s*\d{4}-\d{2}-\d{2}')"
    odd = f"timestamp_ IS NOT NULL AND (TRY_CAST(timestamp_ AS TIMESTAMPTZ) IS NULL OR NOT {iso})"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE odd AS SELECT timestamp_ FROM source WHERE {odd}"
    )
    if not connection.execute("SELECT 1 FROM odd LIMIT 1").fetchall():
        return quick
    judged = formats.judge(connection, "odd", "timestamp_", Type.INSTANT)
    style = judged.reads_as
    if dates:
        style = f"instant:{dates}"
    elif judged.ambiguous:
        raise two_ways(name)
    connection.execute("DROP TABLE odd")
    return f"CASE WHEN {odd} THEN {formats.sql(style, 'timestamp_')} ELSE {quick} END"


def _knows_zones(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether DuckDB's zones are loaded here; without them every instant is UTC anyway."""
    return bool(
        connection.execute(
            "SELECT 1 FROM duckdb_extensions() WHERE extension_name = 'icu' AND loaded"
        ).fetchall()
    )
