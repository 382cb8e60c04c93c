"""Looking whether this machine and a book, or an office, are in order."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from salesops.cli import exits
from salesops.cli.terminal import out
from salesops.foundations.problem import Refusal

PACKAGES = ("duckdb", "ibis-framework", "sqlglot", "django", "granian", "pyarrow")
LEAST_FREE_BYTES = 2 * 1024**3
if TYPE_CHECKING:
    from salesops.engines.folder import Manifest

Check = tuple[bool, str]  # whether it is fine, and what was found


def examine_machine(folder: Path, office: Path | None = None, seal: str | None = None) -> int:
    """Print one line for each thing looked at. Returns the exit code."""
    console = out()
    all_fine = True
    for fine, line in _checks(folder, office, seal):
        all_fine &= fine
        mark = Text("ok  ", style="green") if fine else Text("NO  ", style="bold red")
        console.print(mark + Text(line))
    return exits.FINE if all_fine else exits.NOT_IN_ORDER


def _checks(folder: Path, office: Path | None, seal: str | None) -> Iterator[Check]:
    yield sys.version_info >= (3, 11), f"Python {platform.python_version()}"
    yield from (_package(name) for name in PACKAGES)
    yield _disk(office or folder)
    if office is None:
        yield from _book(folder)
        return
    from salesops.cli.keeping import look_at_office

    yield from look_at_office(office, seal)


def _package(name: str) -> Check:
    try:
        return True, f"{name} {version(name)}"
    except PackageNotFoundError:
        return False, f"{name} is not installed. Install salesops again."


def _disk(folder: Path) -> Check:
    place = next(p for p in (folder.absolute(), *folder.absolute().parents) if p.exists())
    free = shutil.disk_usage(place).free
    line = f"{free / 1024**3:.1f} GiB free at {place}"
    if free > LEAST_FREE_BYTES:
        return True, line
    return False, f"{line}. Large files need more; make room, or choose another folder."


def _book(folder: Path) -> Iterator[Check]:
    from salesops.engines.folder import read_manifest

    try:
        manifest = read_manifest(folder)
    except Refusal as refusal:
        yield False, str(refusal)
        return
    if manifest is None:
        yield True, f"No book in {folder} yet"
        return
    yield (
        True,
        f"Book in {folder}: generation {manifest.generation}, as of {manifest.data_as_of:%-d %B %Y}",
    )
    yield _whole(folder, manifest)
    yield _decided(folder)


def _whole(folder: Path, manifest: Manifest) -> Check:
    """The book's files open and hold the rows their manifest names."""
    import duckdb

    from salesops.engines.folder import MANIFEST
    from salesops.engines.generation import attach

    again = "Open the files again."
    if manifest.follows is not None:
        again = f"Remove {folder / MANIFEST}: the worker makes the book anew from the records."
    name = " with ".join(filter(None, (manifest.base, manifest.delta)))
    try:
        with duckdb.connect() as connection:
            attach(connection, folder, manifest, "book")
            for table, expected in manifest.rows.items():
                found = connection.execute(f"SELECT count(*) FROM book.main.{table}").fetchone()
                count = found[0] if found else 0
                if count != expected:
                    line = f"{name} holds {count} {table} rows, {expected} were written."
                    return False, f"{line} {again}"
    except duckdb.Error as error:
        first_line = str(error).splitlines()[0]
        return False, f"{name} cannot be read. {again} ({first_line})"
    return True, f"{name} is whole: {sum(manifest.rows.values()):,} rows"


def _decided(folder: Path) -> Check:
    """What people decided about the book can be read."""
    from salesops.book.settings import load_settings, read_json
    from salesops.importers import Answers
    from salesops.jobs.opening import ANSWERS

    try:
        load_settings(folder)
    except Refusal as refusal:
        return False, str(refusal)
    try:
        Answers.model_validate(read_json(folder / ANSWERS))
    except ValueError:
        return (
            False,
            f"{folder / ANSWERS} cannot be read. Its questions are asked again.",
        )
    return True, "Settings and remembered answers can be read"
