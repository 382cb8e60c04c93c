"""Killed at any moment, an opening leaves the former book or the new one, and the next one cleans up."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

import salesops
from salesops.jobs.opening import open_files

KILLS = 20
HEADER = "Id,Name,Stage,Amount,Close Date\n"
ROOT = Path(__file__).parents[2]


def deals(folder: Path, name: str, count: int) -> Path:
    """A file of so many won deals."""
    path = folder / name
    rows = "".join(f"d{i},Deal {i},Won,1,2025-01-31\n" for i in range(count))
    path.write_text(HEADER + rows)
    return path


def opened(path: Path, book: Path) -> None:
    """The file opened into the book in this process."""
    open_files([path], book, lambda: datetime(2026, 6, 29, tzinfo=UTC))


def killed(path: Path, book: Path, fatal: int) -> subprocess.CompletedProcess[str]:
    """The file opened in a process that dies at an event."""
    return subprocess.run(
        [sys.executable, "-m", "tests.jobs.killed", str(path), str(book), str(fatal)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def won(book: Path) -> int:
    """How many deals the book in a folder holds as won."""
    numerator = salesops.open(book).measure("win_rate").figure.numerator
    assert numerator is not None
    return int(numerator)


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many moments there are at which an opening could be killed."""
    folder = tmp_path_factory.mktemp("events")
    opened(deals(folder, "before.csv", 3), folder / "book")
    done = killed(deals(folder, "after.csv", 5), folder / "book", 0)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.fixture(scope="module")
def former(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a book of three deals, which is copied."""
    folder = tmp_path_factory.mktemp("former")
    opened(deals(folder, "before.csv", 3), folder / "book")
    return folder / "book"


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_kill_leaves_the_former_book_or_the_new_one(
    seed: int, events: int, former: Path, tmp_path: Path
) -> None:
    # Half of the kills fall into the last tenth, where the book changes.
    first = int(events * 0.9) if seed % 2 else 1
    fatal = random.Random(seed).randint(first, events)
    book = shutil.copytree(former, tmp_path / "book")
    done = killed(deals(tmp_path, "after.csv", 5), book, fatal)
    assert done.returncode in (-9, 0), done.stderr
    assert won(book) in (3, 5)
    opened(deals(tmp_path, "later.csv", 7), book)
    assert won(book) == 7
    assert not (book / "work").exists()
    kept = sorted(p.name for p in book.glob("base-*"))
    assert len(kept) <= 3
    assert all(name.endswith(".duckdb") for name in kept)


def test_what_a_killed_writer_left_is_cleared_by_the_next(tmp_path: Path) -> None:
    book = tmp_path / "book"
    opened(deals(tmp_path, "a.csv", 3), book)
    shutil.copy(book / "base-1.duckdb", book / "base-2.duckdb")
    (book / "base-9.duckdb.wal").write_bytes(b"half")
    left = book / "work" / "left"
    left.mkdir(parents=True)
    (left / "IN_USE").touch()
    opened(deals(tmp_path, "b.csv", 4), book)
    assert won(book) == 4
    assert not left.exists()
    assert not list(book.glob("*.wal"))
