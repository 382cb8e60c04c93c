"""The versions of a made-up book in a PostgreSQL of our own, with indexes that fit, and the questions in its SQL.

An analyst would write these; each gives one row that the book's own answer is compared with.
"""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import psycopg

from salesops.engines.literals import literal

_VERSION = (
    "opportunity_id",
    "valid_from",
    "valid_to",
    "owner_id",
    "stage",
    "stage_position",
    "forecast_category",
    "is_closed",
    "is_won",
    "is_qualified",
    "outcome",
    "value_minor",
    "close_date",
    "change_source",
    "closed_on",
    "amount_minor",
)
_DEAL = ("id", "owner_id", "closed_on", "is_closed", "is_won", "outcome", "amount_minor")
# Name, columns with types, and where they are in the book.
TABLES = {
    "opportunity_version": (
        (
            "opportunity_id text, valid_from timestamp, valid_to timestamp, owner_id text, stage text, stage_position int, "
            "forecast_category text, is_closed bool, is_won bool, is_qualified bool, outcome text, value_minor bigint, "
            "close_date date, change_source text, closed_on date, amount_minor bigint"
        ),
        f"SELECT {', '.join(_VERSION)} FROM opportunity_version",
    ),
    "opportunity": (
        "id text, owner_id text, closed_on date, is_closed bool, is_won bool, outcome text, amount_minor bigint",
        f"SELECT {', '.join(_DEAL)} FROM opportunity",
    ),
    "member": (
        "person_id text, team text, valid_from date, valid_to date",
        "SELECT person_id, team, valid_from, valid_to FROM team_membership",
    ),
}
INDEXES = (
    "ALTER TABLE opportunity_version ADD PRIMARY KEY (opportunity_id, valid_from)",
    "CREATE INDEX ON opportunity_version (valid_from, valid_to)",
    "CREATE INDEX ON opportunity_version (valid_to, valid_from)",
    "ALTER TABLE opportunity ADD PRIMARY KEY (id)",
    "CREATE INDEX ON opportunity (closed_on) WHERE is_closed",
    "CREATE INDEX ON member (person_id)",
    "VACUUM (ANALYZE) opportunity_version",
    "VACUUM (ANALYZE) opportunity",
    "VACUUM (ANALYZE) member",
)
_MEMBER = (
    "LEFT JOIN member m ON m.person_id = {0}.owner_id AND m.valid_from <= {1} AND m.valid_to > {1}"
)
# 53 weekly moments, the last one week 0; deals and value by team, stage and category; then how many cells, deals and how
# much. Each version gives its own weeks: a join of moments and spans takes PostgreSQL ten times as long.
_WEEKS_BACK = "floor(extract(epoch FROM %(last)s::timestamp - {}) / 604800)::int"
SNAPSHOTS = f"""
    SELECT count(*), sum(deals), sum(minor) FROM (
        SELECT week, m.team, v.stage, v.forecast_category, count(*) AS deals, sum(v.value_minor) AS minor
        FROM opportunity_version v
        CROSS JOIN LATERAL generate_series(greatest(0, {_WEEKS_BACK.format("v.valid_to")} + 1),
            least(52, {_WEEKS_BACK.format("v.valid_from")})) AS week
        {_MEMBER.format("v", "%(last)s::date - 7 * week")}
        WHERE NOT v.is_closed AND v.is_qualified AND v.valid_from <= %(last)s
            AND v.valid_to > %(last)s::timestamp - interval '52 weeks'
        GROUP BY 1, 2, 3, 4) AS cells
"""
# What left, came or changed, by box: value, changes and deals of each, of `pair` with what it makes of a change.
_BOXES = """
    SELECT box, sum(minor), count(*), count(DISTINCT opportunity_id) FROM (
        SELECT opportunity_id, CASE WHEN outcome = 'won' THEN 'won' WHEN is_closed THEN 'lost' ELSE 'unqualified' END AS box,
            -before AS minor FROM pair WHERE was_in AND is_in IS NOT TRUE
        UNION ALL SELECT opportunity_id, CASE WHEN was_in IS NULL THEN 'created' WHEN was_closed THEN 'reopened'
            ELSE 'qualified' END, after FROM pair WHERE is_in AND was_in IS NOT TRUE
        UNION ALL SELECT opportunity_id, CASE WHEN after > before THEN 'increased' ELSE 'decreased' END, after - before
            FROM pair WHERE was_in AND is_in AND after <> before
        UNION ALL SELECT opportunity_id, CASE WHEN due_after > due_before THEN 'later' ELSE 'earlier' END, after
            FROM pair WHERE was_in AND is_in AND due_after <> due_before
        {ends}) AS box GROUP BY 1 ORDER BY 1
"""
_PAIR = """
    SELECT coalesce(a.opportunity_id, b.opportunity_id) AS opportunity_id, a.is_in AS was_in, b.is_in, a.minor AS before,
        b.minor AS after, b.outcome, a.is_closed AS was_closed, b.is_closed, a.close_date AS due_before,
        b.close_date AS due_after
"""
_STATE = """
    SELECT opportunity_id, valid_from, valid_to, NOT is_closed AND coalesce(is_qualified, false) AS is_in,
        coalesce(value_minor, 0) AS minor, outcome, is_closed, close_date FROM opportunity_version
"""
# Opening, closing and what is between two moments.
WATERFALL = f"""
    WITH a AS MATERIALIZED ({_STATE} WHERE valid_from <= %(since)s AND valid_to > %(since)s),
        b AS MATERIALIZED ({_STATE} WHERE valid_from <= %(until)s AND valid_to > %(until)s),
        pair AS MATERIALIZED ({
    _PAIR
} FROM a FULL JOIN b USING (opportunity_id) WHERE a.is_in OR b.is_in)
    {
    _BOXES.format(
        ends="UNION ALL SELECT opportunity_id, 'opening', minor FROM a WHERE is_in "
        "UNION ALL SELECT opportunity_id, 'closing', minor FROM b WHERE is_in"
    )
}
"""
# Every change of the quarter on its own.
EVENTS = f"""
    WITH a AS ({_STATE} WHERE valid_to > %(since)s AND valid_to <= %(until)s),
        b AS ({_STATE} WHERE valid_from > %(since)s AND valid_from <= %(until)s),
        pair AS MATERIALIZED ({_PAIR} FROM a FULL JOIN b
            ON a.opportunity_id = b.opportunity_id AND a.valid_to = b.valid_from WHERE a.is_in OR b.is_in)
    {_BOXES.format(ends="")}
"""
# Of the deals that entered each open stage, how many went further; how many left it and how long these stayed there,
# half of them and nine in ten at most.
CONVERSION = """
    WITH entered AS (
        SELECT opportunity_id, stage, max(stage_position) AS position, max(valid_to) AS leaves,
            extract(epoch FROM sum(valid_to - valid_from))::bigint AS seconds
        FROM opportunity_version WHERE outcome = 'open' GROUP BY 1, 2
        HAVING bool_or(change_source = 'history')),
    reached AS (
        SELECT opportunity_id, max(CASE WHEN is_won THEN 1000000 ELSE stage_position END) AS furthest
        FROM opportunity_version WHERE outcome IN ('open', 'won') GROUP BY 1)
    SELECT count(*), count(*) FILTER (WHERE r.furthest > e.position), count(*) FILTER (WHERE e.leaves < '9999-01-01'),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE e.leaves < '9999-01-01'),
        percentile_cont(0.9) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE e.leaves < '9999-01-01')
    FROM entered e JOIN reached r USING (opportunity_id) GROUP BY e.stage ORDER BY e.stage
"""
_WON = """
    SELECT count(*), sum(won), sum(closed) FROM (
        SELECT date_trunc('quarter', o.closed_on), m.team, CASE WHEN o.amount_minor >= 20000000 THEN 'Large'
            WHEN o.amount_minor < 20000000 THEN 'Small' END, count(*) FILTER (WHERE o.is_won) AS won, count(*) AS closed
        FROM {0} o {1} WHERE o.is_closed {2} GROUP BY 1, 2, 3) AS cells
"""
# Won and closed by quarter, team and size, of the last states; how many cells, and of how many.
WIN_RATE = _WON.format(
    "opportunity_version", _MEMBER.format("o", "o.closed_on"), "AND o.valid_to > '9999-01-01'"
)
# The same where a table of deals as they are now is kept beside the versions.
WIN_RATE_NOW = _WON.format("opportunity", _MEMBER.format("o", "o.closed_on"), "")


@contextmanager
def filled_with(base: Path) -> Iterator[psycopg.Connection]:
    """A connection to a PostgreSQL that holds the book's rows and nothing else, and is gone afterwards."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    with tempfile.TemporaryDirectory() as home, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        run_as: tuple[str, ...] = ()
        if os.getuid() == 0:
            subprocess.run(["chown", "postgres", home], check=True)
            run_as = ("runuser", "-u", "postgres", "--")

        def program(name: str, *options: str) -> None:
            with (Path(home).parent / f"pg-{port}.log").open("ab") as log:
                subprocess.run(
                    [*run_as, programs / name, "-D", f"{home}/data", *options],
                    check=True,
                    stdout=log,
                )

        program("initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8")
        settings = {
            "listen_addresses": "127.0.0.1", "shared_buffers": "2GB", "work_mem": "512MB", "maintenance_work_mem": "1GB",
            "effective_cache_size": "8GB", "max_parallel_workers_per_gather": "2", "random_page_cost": "1.1",
            "jit": "on", "fsync": "off", "max_wal_size": "8GB", "wal_level": "minimal", "max_wal_senders": "0",
        }  # fmt: skip
        told = " ".join(f"-c {name}={value}" for name, value in settings.items())
        program("pg_ctl", "-w", "-l", f"{home}/log", "-o", f"-p {port} -k {home} {told}", "start")
        try:
            address = f"postgresql://postgres@127.0.0.1:{port}/postgres"
            with psycopg.connect(address, autocommit=True) as connection:
                _fill(connection, base)
                yield connection
        finally:
            program("pg_ctl", "-m", "immediate", "stop")


def processor_of(connection: psycopg.Connection) -> Callable[[], float]:
    """A clock of the processor's seconds that the connection's server has taken, with its workers."""
    backend = connection.info.backend_pid
    postmaster = int(_stat(backend)[1])
    ticks = os.sysconf("SC_CLK_TCK")

    def taken() -> float:
        # A worker is counted with its parent, the postmaster, once that one has seen it end.
        time.sleep(1)
        own, ended = sum(map(int, _stat(backend)[11:13])), sum(map(int, _stat(postmaster)[13:15]))
        return (own + ended) / ticks

    return taken


def _stat(process: int) -> list[str]:
    """What Linux tells of a process, from its state on."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()


def _fill(connection: psycopg.Connection, base: Path) -> None:
    settings: dict[str, Any] = {
        "memory_limit": "512MB",
        "threads": "2",
    }  # as the engine has it open
    with (
        duckdb.connect(config=settings) as book,
        tempfile.TemporaryDirectory() as folder,
    ):
        # The engine has the file open under a configuration of its own.
        book.execute(f"ATTACH {literal(str(base))} AS base (READ_ONLY)")
        book.execute("USE base")
        for name, (columns, select) in TABLES.items():
            file = Path(folder) / f"{name}.csv"
            book.execute(f"COPY ({select}) TO '{file}' (HEADER false)")
            connection.execute(f"CREATE UNLOGGED TABLE {name} ({columns})")
            with (
                file.open("rb") as rows,
                connection.cursor().copy(f"COPY {name} FROM STDIN (FORMAT csv)") as copy,
            ):
                while block := rows.read(1 << 20):
                    copy.write(block)
            file.unlink()
    for index in INDEXES:
        connection.execute(index)
