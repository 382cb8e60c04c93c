"""The file of refused rows: what could not be read, with the reason, ready to be mended and opened again."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb

from salesops.importers.problems import fitted

ROW_COLUMN = "_row"
REASON_COLUMN = "_reason"
REFUSED_ENDING = "-refused.csv"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?\d[\d.,]*")


def defused(text: str) -> str:
    """Text that would begin a formula in a spreadsheet gets an apostrophe in front; a plain number is none."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) and not _NUMBER.fullmatch(text) else text


def refused_name(file: str) -> str:
    """What the file of a file's refused rows is called."""
    name = Path(file.replace(" › ", "/")).with_suffix("")
    return "-".join(name.parts) + REFUSED_ENDING


def write_refused(connection: duckdb.DuckDBPyConnection, target: Path) -> list[Path]:
    """One CSV a source file in the folder `target`; returns the files written."""
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for (file,) in connection.execute(
        "SELECT DISTINCT file FROM _refused_row ORDER BY file"
    ).fetchall():
        path = target / refused_name(file)
        with path.open("w", encoding="utf-8-sig", newline="") as out:
            csv.writer(out).writerows(refused_lines(connection, file))
        written.append(path)
    return written


def refused_lines(connection: duckdb.DuckDBPyConnection, file: str) -> Iterator[list[str]]:
    """The header and the refused records of one file, with row and every reason at the end."""
    found = connection.execute(
        "SELECT row, header, record, reason FROM _refused_row WHERE file = ? ORDER BY row", [file]
    ).fetchall()
    if not found:
        return
    header = found[0][1]
    yield [*header, ROW_COLUMN, REASON_COLUMN]
    for row, _, record, reason in found:
        cells = fitted([c or "" for c in record], len(header))
        yield [*(defused(c) for c in cells), str(row), reason]
