"""Warming: the questions every reader asks first are compiled while the program is built.

`python -m salesops.jobs.warming [FOLDER]` does it. A text depends on definitions alone, never on a book.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from salesops.book.question import Question
from salesops.engines.compiled import BUILT, keep, sql_of
from salesops.kpis import KPIS
from salesops.kpis._definition import Kpi

FIRST_SPLITS = ("team", "person")


def warm(folder: Path = BUILT) -> int:
    """Compile what home, the library and the first view of each number ask; returns how many texts."""
    questions = [q for kpi in KPIS.values() if kpi.rows is not None for q in _first_questions(kpi)]
    for question in questions:
        keep(sql_of(question, None), folder, f"{question.fingerprint}.sql")
    return len(questions)


def _first_questions(kpi: Kpi) -> Iterator[Question]:
    yield Question(kpi=kpi)
    for converts in (False, True):
        yield Question(kpi=kpi, in_the_past=True, converts=converts)
    if kpi.is_dated:
        yield Question(kpi=kpi, by=("quarter",))
    for split in dict.fromkeys((kpi.default_by, *FIRST_SPLITS)):
        if split in kpi.splits:
            yield Question(kpi=kpi, by=(split,))


if __name__ == "__main__":
    warm(Path(sys.argv[1]) if len(sys.argv) > 1 else BUILT)
