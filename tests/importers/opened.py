"""Files written from text, examined and read, so that a test can look at the tables and the problems."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from salesops.foundations.table import DUCKDB_TYPE
from salesops.importers import Answers, Examination, Limits, examine, read
from salesops.tables import TABLES


@dataclass
class Opened:
    """What came of some files: the examination, and the tables it was read into."""

    examination: Examination
    work: duckdb.DuckDBPyConnection

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        """The answer to a question in SQL."""
        return self.work.execute(question).fetchall()

    def column(self, table: str, column: str, by: str = "id") -> list[Any]:
        """A column's values in the order of another."""
        return [r[0] for r in self.rows(f"SELECT {column} FROM {table} ORDER BY {by}")]

    @property
    def problems(self) -> dict[str, int]:
        """Kinds of problems with their exact counts."""
        return dict(self.rows("SELECT code, sum(rows)::INT FROM _problem_count GROUP BY 1"))

    def told(self, code: str) -> list[tuple[Any, ...]]:
        """Row, column and value of each problem of a kind."""
        return self.rows(
            f"SELECT row, column_name, value FROM _problem WHERE code = '{code}' ORDER BY ALL"
        )

    @property
    def refused(self) -> list[tuple[Any, ...]]:
        """Row and reason of each record kept to be mended."""
        return self.rows("SELECT row, reason FROM _refused_row ORDER BY ALL")


def write(folder: Path, files: Mapping[str, str | bytes]) -> list[Path]:
    """The files in a folder; text loses the margin that the test's own code gives it."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            lines = [line.strip() for line in content.strip().split("\n")]
            path.write_bytes(("\n".join(lines) + "\n").encode())
        else:
            path.write_bytes(content)
        paths.append(path)
    return paths


def as_csv(rows: Sequence[Mapping[str, str]]) -> bytes:
    """Rows as a CSV with the headings of all of them, in the order they first come."""
    out = io.StringIO()
    headings = dict.fromkeys(name for row in rows for name in row)
    writer = csv.DictWriter(out, list(headings), restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def look(
    folder: Path,
    files: Mapping[str, str | bytes] | list[Path],
    answers: Answers | None = None,
    limits: Limits | None = None,
) -> Examination:
    """The examination of files given as text, or by path."""
    paths = files if isinstance(files, list) else write(folder / "files", files)
    return examine(paths, folder / "staged", answers=answers, limits=limits)


def opened(
    folder: Path,
    files: Mapping[str, str | bytes] | list[Path],
    answers: Answers | None = None,
    currency: str = "",
) -> Opened:
    """Files examined and read."""
    examination = look(folder, files, answers)
    work = duckdb.connect()
    read(examination, work, currency=currency)
    _as_the_deal_has_it(work)
    return Opened(examination, work)


def _as_the_deal_has_it(work: duckdb.DuckDBPyConnection) -> None:
    """What no history tells is as the deal has it now, which is how a book is built from it."""
    told = {row[0] for row in work.execute("DESCRIBE opportunity_version").fetchall()}
    for column in TABLES["opportunity_version"].columns:
        if column.name in told or column.derived:
            continue
        work.execute(
            f"ALTER TABLE opportunity_version ADD COLUMN {column.name} {DUCKDB_TYPE[column.type]}"
        )
        work.execute(
            f"UPDATE opportunity_version SET {column.name} = o.{column.name} FROM opportunity o "
            "WHERE o.id = opportunity_version.opportunity_id"
        )
