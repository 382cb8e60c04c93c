"""Opening an export, from files to a book that can be asked, against DuckDB's own `read_csv` of the same files.

    .venv/bin/python -m benchmarks.opening [--size 100000]

Both run in a process of their own, from its start to its end. The bar: at most 6 times as long, within 2 GiB.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.process import cost_of
from benchmarks.salesforce_export import write_export

MOST_TIMES = 6
MOST_MEBIBYTES = 2048
CLOCK = datetime(2026, 6, 30, 12, tzinfo=UTC)
CACHE = Path(tempfile.gettempdir()) / "salesops-benchmarks"


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--size", type=int, default=100_000, help="number of opportunities")
    asked.add_argument("--steps", action="store_true", help="print how long each step took")
    asked.add_argument("--only", choices=("book", "plain"), help=argparse.SUPPRESS)
    asked.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    options = asked.parse_args()
    files = write_export(CACHE / f"export-{options.size}", options.size)
    if options.only == "book":
        open_into(options.into, files, steps=options.steps)
    elif options.only == "plain":
        read_plainly(options.into, files)
    else:
        compare(options.size, steps=options.steps)


def compare(size: int, *, steps: bool) -> None:
    """Run both and print the ratio."""
    with tempfile.TemporaryDirectory() as folder:
        common = ["-m", "benchmarks.opening", "--size", str(size), "--into"]
        plain = cost_of([*common, f"{folder}/plain", "--only", "plain"])
        told = ["--steps"] if steps else []
        book = cost_of([*common, f"{folder}/book", "--only", "book", *told])
    memory = "within" if book.peak <= MOST_MEBIBYTES else "OVER"
    print(
        f"{size:,} opportunities with five versions each: seconds, seconds of processor, peak MiB"
    )
    for name, cost in (("read_csv into a file database", plain), ("opening a book", book)):
        print(f"  {name:30} {cost.seconds:7.1f} {cost.processor:7.1f} {cost.peak:7,.0f}")
    print(
        f"  ratio {book.seconds / plain.seconds:.1f}, of processor "
        f"{book.processor / plain.processor:.1f} (at most {MOST_TIMES}); memory {memory} 2 GiB"
    )


def open_into(folder: Path, files: list[Path], *, steps: bool = False) -> None:
    """A book from the files, as `salesops open` makes it."""
    from salesops.jobs.opening import open_files

    open_files(files, folder, lambda: CLOCK, watch=_Steps() if steps else lambda *_: None)


def read_plainly(folder: Path, files: list[Path]) -> None:
    """Each file as a table of a database file, types guessed by DuckDB."""
    import duckdb

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "plain.duckdb"), config={"threads": "2"}) as connection:
        for file in files:
            connection.execute(f'CREATE TABLE "{file.stem}" AS FROM read_csv(?)', [str(file)])
        connection.execute("CHECKPOINT")


class _Steps:
    """Prints each step when the next one begins."""

    def __init__(self) -> None:
        self.name, self.since = "", datetime.now(UTC)

    def __call__(self, step: str, _done: int, _total: int, /) -> None:
        now = datetime.now(UTC)
        if step != self.name:
            if self.name:
                print(f"    {(now - self.since).total_seconds():6.2f} s  {self.name}", flush=True)
            self.name, self.since = step, now


if __name__ == "__main__":
    main()
