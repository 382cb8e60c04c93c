"""Where a person is mentioned in the files of an office's folder, and taking them out of those files that are its own."""

from __future__ import annotations

import io
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import duckdb

from salesops.book.settings import write_whole
from salesops.engines.literals import literal
from salesops.jobs.importing import FOLDER as IMPORTS
from salesops.jobs.importing import PROBLEMS
from salesops.jobs.workbench import workbench
from salesops.records.database import SQLITE_FILE
from salesops.records.folder import ARRIVING, BACKUPS, BOOK, LOCK
from salesops.records.telling import Telling

A_PIECE, OVERLAP = 1 << 22, 1 << 10
REFUSED = "_refused_row"
DEEPEST = 3  # archives within archives
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp1252")
Reader = IO[bytes]


@dataclass
class Files:
    """Files that mention somebody: sets of files on their way into an import, what was wrong with those of past
    imports, what was decided about the book, and others, which nobody but people can mend."""

    arriving: list[Path] = field(default_factory=list)
    problems: list[Path] = field(default_factory=list)
    book: list[Path] = field(default_factory=list)
    others: list[Path] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """How many of each kind."""
        return {name: len(paths) for name, paths in vars(self).items()}


def files_that_mention(office: Path, telling: Telling) -> Files:
    """Every file of the office that mentions the person, but its database, the book that follows it and backups."""
    found = Files()
    for folder in sorted(p for p in (office / ARRIVING).glob("*") if p.is_dir()):
        if any(_mentions(file, telling) for file in _within(folder)):
            found.arriving.append(folder)
    for file in sorted((office / IMPORTS).glob(f"*/{PROBLEMS}")):
        if _mentions(file, telling):
            found.problems.append(file)
    of_the_book = (*(office / BOOK).glob("*.json"), *(office / BOOK / "compiled").rglob("*.sql"))
    found.book = [file for file in sorted(of_the_book) if _mentions(file, telling)]
    found.others = [file for file in _others(office) if _mentions(file, telling)]
    return found


def clean_files(found: Files, telling: Telling) -> None:
    """Take the person out of them; sets of files on their way are thrown away whole. Others stay as they are."""
    for folder in found.arriving:
        shutil.rmtree(folder, ignore_errors=True)
    for file in found.problems:
        _clean_duckdb(file, telling)
    for file in found.book:
        if file.suffix == ".json":
            told = json.loads(file.read_text("utf-8"))
            write_whole(file, json.dumps(telling.cleaned_value(told), indent=2, ensure_ascii=False))
        else:
            file.unlink(missing_ok=True)


def backups_of(office: Path) -> list[Path]:
    """The backups in the office's folder, the newest last."""
    return sorted((office / BACKUPS).glob("*.zip"))


def _others(office: Path) -> Iterator[Path]:
    ours = {ARRIVING, BACKUPS, BOOK, LOCK}
    for path in sorted(office.iterdir()):
        if path.name in ours or path.name.startswith((SQLITE_FILE, ".")):
            continue
        for file in _within(path) if path.is_dir() else (path,):
            is_of_an_import = path.name == IMPORTS and file.suffix == ".duckdb"
            if not is_of_an_import:
                yield file


def _within(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink())


def _mentions(file: Path, telling: Telling) -> bool:
    try:
        if file.suffix == ".duckdb":
            return next(_rows_of_duckdb(file, telling), None) is not None
        with file.open("rb") as raw:
            return _in_bytes(raw, telling, DEEPEST)
    except (OSError, zipfile.BadZipFile, duckdb.Error):
        return False  # gone meanwhile, or no such file after all


def _in_bytes(raw: Reader, telling: Telling, deepest: int) -> bool:
    if deepest and zipfile.is_zipfile(raw):
        raw.seek(0)
        with zipfile.ZipFile(raw) as archive:
            for name in archive.namelist():
                with archive.open(name) as member:
                    is_packed = member.read(4) == b"PK\x03\x04"
                    member.seek(0)
                    inner: Reader = io.BytesIO(member.read()) if is_packed else member
                    if _in_bytes(inner, telling, deepest - 1 if is_packed else 0):
                        return True
        return False
    raw.seek(0)
    before = b""
    while piece := raw.read(A_PIECE):
        if any(telling.is_in((before + piece).decode(e, "ignore")) for e in _ENCODINGS):
            return True
        before = piece[-OVERLAP:]
    return False


Place = tuple[str, int, dict[str, str]]  # a table, a row, and its columns as text as they are to be


def _rows_of_duckdb(file: Path, telling: Telling) -> Iterator[Place]:
    with workbench(file, read_only=True) as connection:
        yield from _rows_that_mention(connection, telling)


def _rows_that_mention(connection: duckdb.DuckDBPyConnection, telling: Telling) -> Iterator[Place]:
    listed = connection.execute(
        "SELECT table_name, list(column_name) FROM duckdb_columns() "
        "WHERE data_type LIKE 'VARCHAR%' AND NOT internal GROUP BY 1 ORDER BY 1"
    ).fetchall()
    for table, columns in listed:
        texts = [f'CAST("{c}" AS VARCHAR)' for c in columns]
        said = " OR ".join(
            f"{text} ILIKE {literal(like)} ESCAPE '\\'" for text in texts for like in telling.likes
        )
        cursor = connection.cursor()
        cursor.execute(f'SELECT rowid, {", ".join(texts)} FROM "{table}" WHERE {said or "false"}')
        while row := cursor.fetchone():
            told = {c: v for c, v in zip(columns, row[1:], strict=True) if v is not None}
            new = {c: cleaned for c, v in told.items() if (cleaned := telling.cleaned(v)) != v}
            if new:
                yield table, row[0], new


def _clean_duckdb(file: Path, telling: Telling) -> None:
    """Into a new file that takes the place of the former: what is overwritten in one stays readable in its bytes."""
    draft, made = file.with_suffix(".draft"), file.with_suffix(".made")
    for left in (draft, made):
        left.unlink(missing_ok=True)
    shutil.copyfile(file, draft)
    with workbench(draft) as connection:
        for table, row, new in list(_rows_that_mention(connection, telling)):
            if table == REFUSED:  # all that its file said of them stands there
                connection.execute(f'DELETE FROM "{table}" WHERE rowid = ?', [row])
                continue
            given = ", ".join(f'"{c}" = ?' for c in new)
            connection.execute(
                f'UPDATE "{table}" SET {given} WHERE rowid = ?', [*new.values(), row]
            )
        connection.execute("CHECKPOINT")
        connection.execute(f"ATTACH {literal(str(made))} AS made")
        name = connection.execute("SELECT current_database()").fetchone()
        connection.execute(f'COPY FROM DATABASE "{name[0] if name else ""}" TO made')
        connection.execute("DETACH made")
    os.replace(made, file)
    draft.unlink(missing_ok=True)
