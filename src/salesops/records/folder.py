"""An office's folder: its files, and who uses them."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from salesops.foundations.problem import Refusal
from salesops.records.database import SQLITE_FILE

LOCK = "LOCK"
BACKUPS = "backups"
BOOK = "book"
ARRIVING = ".arriving"  # files on their way into the records; no backup keeps them
EXPORTS = ".exports"  # files that were prepared for somebody; no backup keeps them
ERASURES = ".erasures"  # who was erased, as digests; hidden, so that neither a backup nor a restore touches it
MANIFEST = "MANIFEST.json"  # of the book


@contextmanager
def used(folder: Path) -> Iterator[None]:
    """Others may use the office as well, and nobody changes its shape meanwhile."""
    with _held(folder, fcntl.LOCK_SH, "is being upgraded or restored. Wait for that to end."):
        yield


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Nobody on this machine uses the office meanwhile."""
    with _held(folder, fcntl.LOCK_EX, "is in use. Stop its `serve` and `worker` first."):
        yield


@contextmanager
def _held(folder: Path, how: int, otherwise: str) -> Iterator[None]:
    with (folder / LOCK).open("a+") as lock:
        try:
            fcntl.flock(lock, how | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refusal(f"The office in {folder} {otherwise}") from None
        yield


def kept_files(folder: Path) -> list[Path]:
    """The files an office cannot be without, beside its database; paths within the folder.

    A book is made from the records and may be ahead of a database that is put back: of it only what people decided.
    """
    found = []
    walked = (Path(at) / name for at, _, names in os.walk(folder) for name in names)
    for file in sorted(p for p in walked if p.is_file() and not p.is_symlink()):
        path = file.relative_to(folder)
        is_ours = path.name.startswith(SQLITE_FILE) or path.name == LOCK
        is_passing = path.parts[0] == BACKUPS or any(part.startswith(".") for part in path.parts)
        is_derived = path.parts[0] == BOOK and (path.suffix != ".json" or path.name == MANIFEST)
        if not (is_ours or is_passing or is_derived):
            found.append(path)
    return found
