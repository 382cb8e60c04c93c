"""Every KPI asked of a book against the SQL an analyst would write by hand for the same figure.

    .venv/bin/python -m benchmarks.kpis [--size 100000]

The book asks as a page does, compiled before and without the answers it keeps; both run on a warm connection
of the same settings. The bar: at most 1.2 times the hand-written SQL plus 5 ms.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.by_hand import BY_HAND
from benchmarks.opened import opened_book
from salesops.book.book import Book
from salesops.book.engine import Rows
from salesops.book.question import Question
from salesops.engines.duckdb import DuckDBEngine

PERIOD = "2025"
MOST_TIMES, MOST_MORE = 1.2, 0.005

Clock = Callable[[], float]


class ForgetfulEngine(DuckDBEngine):
    """Keeps no answers."""

    def answer(self, question: Question, values: Mapping[str, Any]) -> Rows:
        """As ever, from the file."""
        self._current().answers.clear()
        return super().answer(question, values)


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--size", type=int, default=100_000, help="number of opportunities")
    asked.add_argument("--runs", type=int, default=7, help="runs of each; the fastest counts")
    options = asked.parse_args()
    folder = opened_book(options.size)
    engine = ForgetfulEngine(folder)
    book = Book(engine)
    base = folder / engine.manifest.base
    print(
        f"{options.size:,} opportunities, period {PERIOD}: milliseconds by hand, through the book"
    )
    missed = 0
    for name in BY_HAND:
        missed += not compare(book, base, name, options.runs)
    print(f"{len(BY_HAND) - missed} of {len(BY_HAND)} within {MOST_TIMES} × + 5 ms")


def compare(book: Book, base: Path, name: str, runs: int) -> bool:
    """Print one line; whether the book keeps to the bar."""
    period = book.period(PERIOD)
    values = {
        "start": period.start,
        "end": period.end,
        "as_of": book.instant.replace(tzinfo=None),
        "today": book.today,
    }
    text = BY_HAND[name]
    used = {k: v for k, v in values.items() if f"${k}" in text}
    with duckdb.connect(
        str(base), read_only=True, config={"memory_limit": "512MB", "threads": "2"}
    ) as connection:
        connection.execute("SET preserve_insertion_order = false")
        by_hand = connection.execute(text, used).fetchall()[0][:3]
        figure = book.measure(name, period=PERIOD).figure
        same = tuple(by_hand) == (figure.numerator, figure.denominator, figure.n)
        hand, through = alternately(
            runs,
            lambda: connection.execute(text, used).fetchall(),
            lambda: book.measure(name, period=PERIOD),
        )
    good = through <= hand * MOST_TIMES + MOST_MORE
    verdict = "" if good else "MISSED"
    if not same:
        verdict += f" DIFFERS {by_hand} {(figure.numerator, figure.denominator, figure.n)}"
    print(f"  {name:32} {hand * 1000:8.1f} {through * 1000:8.1f} {through / hand:6.1f} × {verdict}")
    return good


def alternately(
    runs: int, *asks: Callable[[], object], clock: Clock = time.perf_counter
) -> list[float]:
    """The fewest seconds of each, run in turn so that whatever else the machine does meets all alike."""
    taken: list[list[float]] = [[] for _ in asks]
    for _ in range(runs):
        for ask, mine in zip(asks, taken, strict=True):
            started = clock()
            ask()
            mine.append(clock() - started)
    return [min(mine) for mine in taken]


if __name__ == "__main__":
    main()
