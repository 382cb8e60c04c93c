"""How well and how fast duplicates are found on records of which the truth is known.

    python -m benchmarks.duplicates --size 20000
    python -m benchmarks.duplicates --febrl dataset1.csv

Each kind is measured beside the floor everybody has: records of which two things are exactly the same.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
from tests.duplicates.febrl import COLUMNS, febrl
from tests.duplicates.spoilt import Row, accounts, contacts, measured, people, table, true_pairs

from salesops.duplicates import KINDS
from salesops.duplicates._kind import Kind
from salesops.duplicates.searching import search

Make = Callable[[int, int, int], list[Row]]
# What an exact comparison would go by.
FLOORS = {
    "person": ("given_name, surname", "surname, date_of_birth"),
    "contact": ("email", "name, account_id"),
    "account": ("lower(name)", "website"),
}


def main() -> None:
    """Measure each kind and print a line of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=5_000, help="records of each kind")
    parser.add_argument("--febrl", type=Path, help="a CSV of Febrl's, with rec_id")
    asked = parser.parse_args()
    if asked.febrl:
        measure(febrl, _of_febrl(asked.febrl))
        return
    originals = asked.size * 10 // 13
    kinds: Sequence[tuple[Kind, Make]] = (
        (febrl, people),
        (KINDS["contact"], contacts),
        (KINDS["account"], accounts),
    )
    for kind, make in kinds:
        measure(kind, make(1, originals, asked.size - originals))


def measure(kind: Kind, rows: list[Row]) -> None:
    """Print precision, recall, F1 and seconds, and the same of the floor."""
    truth = true_pairs(rows)
    with duckdb.connect() as work:
        table(work, "records", rows, ("parent_id",) if kind.noun == "account" else ())
        began = time.perf_counter()
        found = search(work, kind, "records")
        took = time.perf_counter() - began
        _tell(kind.noun, len(rows), {(p.left, p.right) for p in found.pairs}, truth, took)
        began = time.perf_counter()
        new = [str(r["id"]) for r in rows[:100]]
        search(work, kind, "records", new=new, model=found.model)
        print(f"  100 new ones against all: {time.perf_counter() - began:.1f} s")
        began = time.perf_counter()
        exact = {
            (str(one), str(other))
            for columns in FLOORS[kind.noun]
            for one, other in _alike_in(work, columns)
        }
        _tell("  exact", len(rows), exact, truth, time.perf_counter() - began)


def _alike_in(work: duckdb.DuckDBPyConnection, columns: str) -> list[tuple[str, str]]:
    return work.execute(
        f"WITH keyed AS (SELECT id, ({columns}) AS k FROM records WHERE ({columns}) IS NOT NULL) "
        "SELECT l.id, r.id FROM keyed l JOIN keyed r ON l.k = r.k AND l.id < r.id"
    ).fetchall()


def _tell(
    name: str, rows: int, found: set[tuple[str, str]], truth: set[tuple[str, str]], took: float
) -> None:
    precision, recall, f1 = measured(found, truth)
    print(
        f"{name:10} {rows:8,} records {len(truth):7,} pairs  "
        f"precision {precision:.4f}  recall {recall:.4f}  F1 {f1:.4f}  {took:6.1f} s"
    )


def _of_febrl(file: Path) -> list[Row]:
    with duckdb.connect() as work:
        listed = ", ".join(f"nullif(trim({c}), '')" for c in COLUMNS)
        read = work.execute(
            f"SELECT trim(rec_id), {listed} FROM read_csv(?, all_varchar = true, normalize_names = true)",
            [str(file)],
        ).fetchall()
    return [dict(zip(["id", *COLUMNS], row, strict=True)) for row in read]


if __name__ == "__main__":
    main()
