"""Looking whether this machine and a book are in order."""

from __future__ import annotations

import platform
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rich.console import Console

from salesops.foundations.problem import Refusal

PACKAGES = ("duckdb", "ibis-framework", "sqlglot", "django", "pyarrow")
LEAST_FREE_BYTES = 2 * 1024**3


def examine_machine(folder: Path) -> int:
    """Print one line for each thing looked at; 0 when all is well, 1 otherwise."""
    console = Console()
    checks = [_python(), *(_package(name) for name in PACKAGES), _disk(folder), *_book(folder)]
    for fine, line in checks:
        console.print(
            f"[{'green' if fine else 'red'}]{'ok ' if fine else 'NO '}[/] {line}", highlight=False
        )
    return 0 if all(fine for fine, _ in checks) else 1


def _python() -> tuple[bool, str]:
    return sys.version_info >= (3, 11), f"Python {platform.python_version()}"


def _package(name: str) -> tuple[bool, str]:
    try:
        return True, f"{name} {version(name)}"
    except PackageNotFoundError:
        return False, f"{name} is not installed; install salesops again."


def _disk(folder: Path) -> tuple[bool, str]:
    place = next(p for p in (folder.absolute(), *folder.absolute().parents) if p.exists())
    free = shutil.disk_usage(place).free
    return free > LEAST_FREE_BYTES, f"{free / 1024**3:.1f} GiB free at {place}"


def _book(folder: Path) -> list[tuple[bool, str]]:
    from salesops.engines.folder import read_manifest

    if not folder.exists():
        return [(True, f"No book in {folder} yet")]
    try:
        manifest = read_manifest(folder)
    except Refusal as refusal:
        return [(False, str(refusal))]
    if manifest is None:
        return [(True, f"No book in {folder} yet")]
    return [
        (
            True,
            f"Book in {folder}: generation {manifest.generation}, as of {manifest.data_as_of:%-d %B %Y}",
        ),
        _whole(folder, manifest.base, manifest.rows),
    ]


def _whole(folder: Path, base: str, rows: dict[str, int]) -> tuple[bool, str]:
    """The base file opens and holds the rows its manifest names."""
    import duckdb

    try:
        with duckdb.connect(str(folder / base), read_only=True) as connection:
            for table, expected in rows.items():
                found = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()
                if not found or found[0] != expected:
                    return (
                        False,
                        f"{base} holds {found} {table} rows, {expected} were written. Open the files again.",
                    )
    except duckdb.Error as error:
        return False, f"{base} cannot be read ({error}). Open the files again."
    return True, f"{base} is whole: {sum(rows.values()):,} rows"
