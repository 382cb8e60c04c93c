"""`salesops doctor` says whether machine and book are in order, and what to do where they are not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from salesops.book.book import Book
from tests.cli.conftest import Run

DEALS = """
    id  stage  amount  created_on  close_date
    d1  Won    1000    2026-01-01  2026-02-01
"""


@pytest.fixture
def book(draw: Callable[..., Book], tmp_path: Path) -> Path:
    """The folder of a book in order."""
    drawn = draw(opportunity=DEALS)
    assert drawn.measure("win_rate").value == 1
    return tmp_path / "book"


def test_a_book_in_order_is_ok_throughout(salesops: Run, book: Path) -> None:
    ran = salesops("doctor", "--book", book)
    assert ran.code == 0
    assert all(line.startswith("ok  ") for line in ran.out.splitlines())
    assert "base-1.duckdb is whole" in ran.out


def test_no_book_yet_is_in_order_too(salesops: Run, tmp_path: Path) -> None:
    ran = salesops("doctor", "--book", tmp_path / "nowhere")
    assert ran.code == 0
    assert f"No book in {tmp_path / 'nowhere'} yet" in ran.out


def test_a_base_file_cut_short_is_found(salesops: Run, book: Path) -> None:
    base = book / "base-1.duckdb"
    base.write_bytes(base.read_bytes()[:5_000])
    ran = salesops("doctor", "--book", book)
    assert ran.code == 1
    assert "NO  base-1.duckdb cannot be read. Open the files again." in ran.out


def test_a_base_file_that_is_gone_is_found(salesops: Run, book: Path) -> None:
    (book / "base-1.duckdb").unlink()
    assert salesops("doctor", "--book", book).code == 1


def test_rows_that_are_missing_are_found(salesops: Run, book: Path) -> None:
    manifest = book / "MANIFEST.json"
    text = manifest.read_text("utf-8")
    assert '"opportunity": 1' in text
    manifest.write_text(text.replace('"opportunity": 1', '"opportunity": 5'), "utf-8")
    ran = salesops("doctor", "--book", book)
    assert ran.code == 1
    assert "holds 1 opportunity rows, 5 were written" in ran.out


@pytest.mark.parametrize("name", ["MANIFEST.json", "settings.json", "answers.json"])
def test_a_file_that_cannot_be_read_is_named(salesops: Run, book: Path, name: str) -> None:
    (book / name).write_text("{ not json", "utf-8")
    ran = salesops("doctor", "--book", book)
    assert ran.code == 1
    assert any(line.startswith("NO  ") and name in line for line in ran.out.splitlines())


def test_a_full_disk_is_found(
    salesops: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 9, 1))
    ran = salesops("doctor", "--book", tmp_path)
    assert ran.code == 1
    assert "make room" in ran.out
