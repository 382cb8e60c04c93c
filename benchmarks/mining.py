"""How long it takes to read a large event log and mine it whole, beside DuckDB's plain reading of the same file.

    python -m benchmarks.mining receipt.csv --events 1300000

The log is repeated, each time with other case ids, until it holds so many events.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from salesops.book.engine import Rows
from salesops.importers.event_log import NAMES, read_event_log
from salesops.pipeline.mining import Process, mine

EVENTS = "SELECT case_id, activity, moment, place FROM event"
BAR = 5.0  # seconds for 1,300,000 events


def main() -> None:
    """Measure once and print a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("log", type=Path, help="a CSV with the columns of XES")
    parser.add_argument("--events", type=int, default=1_300_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as work:
        work.execute("SET threads = 2")
        file = Path(folder) / "log.csv"
        _repeat(work, asked.log, asked.events, file)
        began = time.perf_counter()
        work.execute(
            "CREATE TABLE plain AS SELECT * FROM read_csv(?, all_varchar=true)", [str(file)]
        )
        floor = time.perf_counter() - began
        work.execute("DROP TABLE plain")
        began = time.perf_counter()
        log = read_event_log(file, work)
        read = time.perf_counter() - began
        began = time.perf_counter()
        found = _mined(work)
        mined = time.perf_counter() - began
    print(
        f"{log.events:,} events, {found.cases:,} cases, {found.variant_count:,} variants: mined in {mined:.1f} s "
        f"(bar {BAR} s), read in {read:.1f} s; read_csv {floor:.1f} s, both {(read + mined) / floor:.1f} times that"
    )


def _repeat(work: duckdb.DuckDBPyConnection, source: Path, events: int, target: Path) -> None:
    work.execute("CREATE TABLE one AS SELECT * FROM read_csv(?, all_varchar=true)", [str(source)])
    names = [row[0] for row in work.execute("DESCRIBE one").fetchall()]
    plain = {"".join(c for c in n.lower() if c.isalnum()): n for n in names}
    case = next(plain[n] for n in NAMES["case"] if n in plain)
    ((held,),) = work.execute("SELECT count(*) FROM one").fetchall()
    work.execute(
        f'COPY (SELECT * REPLACE (concat("{case}", \'-\', n) AS "{case}") FROM one, range({-(-events // held)}) r(n) '
        f"LIMIT {events}) TO '{target}' (HEADER)"
    )
    work.execute("DROP TABLE one")


def _mined(work: duckdb.DuckDBPyConnection) -> Process:
    def run(sql: str, values: Mapping[str, Any]) -> Rows:
        cursor = work.execute(sql, dict(values) or None)
        return Rows(tuple(d[0] for d in cursor.description or ()), cursor.fetchall())

    return mine(run, EVENTS)


if __name__ == "__main__":
    main()
