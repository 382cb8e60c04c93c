"""A kill at any moment leaves the former book or the new one; nothing a manifest names is removed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from salesops.book.book import Book
from salesops.engines.duckdb import DuckDBEngine
from salesops.engines.folder import (
    clear_unfinished,
    next_generation,
    one_writer,
    read_manifest,
    read_manifest_lenient,
)
from salesops.foundations.problem import Refusal
from tests.engines.generations import publish_next

Draw = Callable[..., Book]
DEALS = """
    id  stage  amount  close_date  created_on
    A   Won    10      2026-03-01  2026-01-01
"""


@pytest.fixture
def folder(draw: Draw, tmp_path: Path) -> Path:
    draw(opportunity=DEALS)
    return tmp_path / "book"


def test_the_former_generation_stays_and_the_one_before_goes(folder: Path) -> None:
    publish_next(folder)
    publish_next(folder)
    assert {p.name for p in folder.glob("base-*")} == {"base-2.duckdb", "base-3.duckdb"}


def test_what_duckdb_leaves_beside_an_old_base_goes_too(folder: Path) -> None:
    publish_next(folder)
    spilled = folder / "base-1.duckdb.tmp"
    spilled.mkdir()
    (spilled / "duckdb_temp_storage-0.tmp").touch()
    publish_next(folder)
    assert not spilled.exists()


def test_a_base_file_nobody_published_is_removed(folder: Path) -> None:
    (folder / "base-2.duckdb").touch()
    (folder / "base-2.duckdb.tmp").mkdir()
    clear_unfinished(folder)
    assert {p.name for p in folder.glob("base-*")} == {"base-1.duckdb"}


@pytest.mark.parametrize(
    "manifest", ['{"layout": 99, "generation": 4, "base": "base-4.duckdb"}', "not JSON", "[]"]
)
def test_the_book_of_a_manifest_that_cannot_be_read_is_not_taken_for_unfinished(
    folder: Path, manifest: str
) -> None:
    (folder / "base-4.duckdb").touch()
    (folder / "MANIFEST.json").write_text(manifest)
    clear_unfinished(folder)
    assert (folder / "base-4.duckdb").exists()
    assert next_generation(folder) == 5


@pytest.mark.parametrize("manifest", ['{"layout": 99}', "not JSON"])
def test_a_manifest_that_cannot_be_read_is_refused_with_what_to_do(
    folder: Path, manifest: str
) -> None:
    (folder / "MANIFEST.json").write_text(manifest)
    with pytest.raises(Refusal, match="Open "):
        read_manifest(folder)
    assert read_manifest_lenient(folder) is None


def test_a_folder_without_a_book_has_no_manifest(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) is None
    assert next_generation(tmp_path) == 1


def test_a_second_writer_is_refused_at_once_and_may_write_afterwards(tmp_path: Path) -> None:
    with one_writer(tmp_path), pytest.raises(Refusal, match="Another import"), one_writer(tmp_path):
        pass
    with one_writer(tmp_path):
        pass


def test_a_killed_writer_leaves_no_lock(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(Refusal), one_writer(tmp_path):
        pass
    holder.kill()
    holder.wait()
    holder.stdout.close()
    with one_writer(tmp_path):
        pass


@pytest.mark.parametrize("step", range(1, 13))
def test_a_writer_killed_at_any_step_leaves_the_former_book_or_the_new_one(
    folder: Path, step: int
) -> None:
    """The writer dies just before its n-th touch of the disk; a reader then sees one whole generation."""
    done = subprocess.run(
        [sys.executable, "-c", PUBLISH, str(folder), str(step)], capture_output=True, check=False
    )
    assert done.returncode in (0, 9), done.stderr.decode()
    found = read_manifest(folder)
    assert found is not None
    engine = DuckDBEngine(folder)
    amounts = engine.run("SELECT amount_minor FROM opportunity").rows
    engine.close()
    assert amounts == ([(1_000,)] if found.generation == 1 else [(2_000,)])
    if done.returncode == 0:
        assert found.generation == 2
    clear_unfinished(folder)
    publish_next(folder)
    assert read_manifest(folder) != found


HOLD = """
import sys, time
from pathlib import Path
from salesops.engines.folder import one_writer
with one_writer(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""

PUBLISH = """
import os, sys
from pathlib import Path
from tests.engines.generations import publish_next

folder, left = Path(sys.argv[1]), int(sys.argv[2])

def before(name):
    real = getattr(os, name)
    def counted(*args, **kwargs):
        global left
        left -= 1
        if left == 0:
            os._exit(9)
        return real(*args, **kwargs)
    setattr(os, name, counted)

for name in ("fsync", "replace", "unlink"):
    before(name)
publish_next(folder, "UPDATE opportunity SET amount_minor = 2000")
"""
