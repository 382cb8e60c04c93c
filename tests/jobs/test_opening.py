"""One writer, a full disk, a broken file: the book stays as it was, and the reason is a sentence."""

from __future__ import annotations

import errno
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

import salesops
from salesops.book.settings import Settings
from salesops.engines.folder import one_writer, read_manifest
from salesops.foundations.problem import Refusal
from salesops.importers import Answers
from salesops.importers.room import room
from salesops.jobs.opening import (
    check_files,
    examine_files,
    load_checked,
    open_files,
    publish_checked,
    remember,
    remembered,
    working_folder,
)
from salesops.jobs.rebuilding import apply_settings

DEALS = "Id,Name,Stage,Amount,Close Date\nd1,One,Won,1500,2025-01-31\n"


def now() -> datetime:
    """A fixed instant."""
    return datetime(2026, 6, 30, tzinfo=UTC)


@pytest.fixture
def deals(tmp_path: Path) -> Path:
    """A file with one deal."""
    path = tmp_path / "deals.csv"
    path.write_text(DEALS)
    return path


def test_a_second_writer_is_refused_in_words_and_changes_nothing(
    deals: Path, tmp_path: Path
) -> None:
    book = tmp_path / "book"
    open_files([deals], book, now)
    with one_writer(book), pytest.raises(Refusal, match="Another import is writing to the book"):
        open_files([deals], book, now)
    manifest = read_manifest(book)
    assert manifest is not None
    assert manifest.generation == 1


def test_files_that_cannot_be_read_leave_the_book_as_it_was(deals: Path, tmp_path: Path) -> None:
    book = tmp_path / "book"
    open_files([deals], book, now)
    (tmp_path / "bad.csv").write_bytes(b"\x89PNG")
    with pytest.raises(Refusal, match="is a picture, whatever its name says"):
        open_files([tmp_path / "bad.csv"], book, now)
    assert salesops.open(book).measure("win_rate").figure.n == 1
    assert not (book / "work").exists()


def test_a_question_that_must_be_answered_leaves_the_book_as_it_was(
    deals: Path, tmp_path: Path
) -> None:
    book = tmp_path / "book"
    open_files([deals], book, now)
    deals.write_text(DEALS.replace("2025-01-31", "03/04/2025"))
    with pytest.raises(Refusal, match="Answer that first"):
        open_files([deals], book, now)
    manifest = read_manifest(book)
    assert manifest is not None
    assert manifest.generation == 1


def test_checking_changes_nothing_until_it_is_published(deals: Path, tmp_path: Path) -> None:
    book, work = tmp_path / "book", tmp_path / "work"
    check_files(examine_files([deals], work, Answers()), work, Settings(), now)
    assert read_manifest(book) is None
    assert publish_checked(book, load_checked(work)).generation == 1
    with pytest.raises(Refusal, match="were not checked yet, or are in the book already"):
        load_checked(work)


def test_the_disk_is_looked_at_before_unpacking(
    deals: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        free = 100

    monkeypatch.setattr("salesops.importers.unpacking.shutil.disk_usage", lambda _: Full)
    with pytest.raises(Refusal, match=r"and 0 MB are free\. Make room and open it again"):
        examine_files([deals], tmp_path / "work", Answers())


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "is full. Nothing was changed"),
        (duckdb.IOException("Could not write: No space left on device"), "is full"),
        (duckdb.OutOfMemoryException("failed to pin block"), "too little free memory"),
        (MemoryError(), "too little free memory"),
    ],
)
def test_running_out_of_room_is_told_in_words(error: Exception, said: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=said), room(tmp_path):
        raise error


def test_other_errors_are_not_called_a_full_disk(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="denied"), room(tmp_path):
        raise OSError(errno.EACCES, "denied")


def test_a_disk_that_fills_while_writing_leaves_the_book_as_it_was(
    deals: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = tmp_path / "book"
    open_files([deals], book, now)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("salesops.jobs.opening.shutil.move", full)
    with pytest.raises(Refusal, match="is full"):
        open_files([deals], book, now)
    manifest = read_manifest(book)
    assert manifest is not None
    assert manifest.generation == 1
    assert [p.name for p in book.glob("base-*")] == ["base-1.duckdb"]


def test_work_in_progress_is_not_taken_for_abandoned(tmp_path: Path) -> None:
    with working_folder(tmp_path) as first:
        with working_folder(tmp_path) as second:
            assert first.exists()
            assert first != second
        assert first.exists()
    assert not first.exists()


def test_answers_are_remembered_and_broken_ones_forgotten(tmp_path: Path) -> None:
    remember(tmp_path, Answers(choices={"a": "b"}))
    assert remembered(tmp_path).choices == {"a": "b"}
    (tmp_path / "answers.json").write_text('{"choices": 7}')
    assert remembered(tmp_path) == Answers()


def test_another_currency_leaves_money_the_same_number_of_it(deals: Path, tmp_path: Path) -> None:
    book = tmp_path / "book"
    open_files([deals], book, now)
    published = apply_settings(book, Settings(currency="JPY"), now)
    assert (published.currency, published.won_minor) == ("JPY", 1500)
    again = open_files([deals], book, now)
    assert again.won_minor == 1500
    assert apply_settings(book, Settings(currency="KWD"), now).won_minor == 1_500_000
