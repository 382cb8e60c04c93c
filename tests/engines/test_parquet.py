"""An export is whole or not there: the manifest names a generation whose every table is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from salesops.book.book import Book
from salesops.engines import parquet
from salesops.engines.folder import Manifest, read_manifest
from salesops.engines.parquet import EXPORTED, export_parquet
from salesops.foundations.problem import Refusal
from tests.engines.generations import publish_next

Draw = Callable[..., Book]
DEALS = """
    id  stage     amount  close_date  created_on
    A   Won       120.50  2026-03-01  2026-01-01
    B   Proposal  -       2026-07-01  2026-02-01
"""


def test_every_table_becomes_a_folder_with_the_same_rows(draw: Draw, tmp_path: Path) -> None:
    draw(opportunity=DEALS)
    target = tmp_path / "parquet"
    manifest = export_parquet(tmp_path / "book", target)
    assert sorted(p.name for p in (target / manifest.base).iterdir()) == sorted(EXPORTED)
    files = f"{target}/{manifest.base}/opportunity/*.parquet"
    assert duckdb.sql(f"SELECT id, amount_minor FROM '{files}' ORDER BY id").fetchall() == [
        ("A", 12_050),
        ("B", None),
    ]


def test_a_book_is_exported_while_it_is_asked(draw: Draw, tmp_path: Path) -> None:
    book = draw(opportunity=DEALS)
    assert book.measure("win_rate").figure.n == 1
    export_parquet(tmp_path / "book", tmp_path / "parquet")
    assert book.measure("win_rate").figure.n == 1


def test_a_table_without_rows_keeps_its_columns(draw: Draw, tmp_path: Path) -> None:
    draw(opportunity=DEALS)
    manifest = export_parquet(tmp_path / "book", tmp_path / "parquet")
    quota = duckdb.sql(f"FROM '{tmp_path}/parquet/{manifest.base}/quota/*.parquet'")
    assert "amount_minor" in quota.columns
    assert quota.fetchall() == []


def test_the_same_generation_is_not_written_twice(
    draw: Draw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw(opportunity=DEALS)
    first = export_parquet(tmp_path / "book", tmp_path / "parquet")

    def refuse(_base: Path, _folder: Path) -> None:
        raise AssertionError("written again")

    monkeypatch.setattr(parquet, "_write", refuse)
    assert export_parquet(tmp_path / "book", tmp_path / "parquet") == first


def test_the_former_generation_stays_and_the_one_before_goes(draw: Draw, tmp_path: Path) -> None:
    draw(opportunity=DEALS)
    names = [export_parquet(tmp_path / "book", tmp_path / "parquet").base]
    for _ in range(2):
        publish_next(tmp_path / "book")
        names.append(export_parquet(tmp_path / "book", tmp_path / "parquet").base)
    kept = {p.name for p in (tmp_path / "parquet").glob("generation-*")}
    assert kept == set(names[1:])


def test_a_writer_that_fails_leaves_the_former_export(
    draw: Draw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw(opportunity=DEALS)
    former = export_parquet(tmp_path / "book", tmp_path / "parquet")
    publish_next(tmp_path / "book")

    def half(_book: Path, _manifest: Manifest, folder: Path) -> None:
        (folder / "account").mkdir(parents=True)
        raise OSError("The disk is full.")

    monkeypatch.setattr(parquet, "_write", half)
    with pytest.raises(OSError, match="disk is full"):
        export_parquet(tmp_path / "book", tmp_path / "parquet")
    assert read_manifest(tmp_path / "parquet") == former
    monkeypatch.undo()
    later = export_parquet(tmp_path / "book", tmp_path / "parquet")
    folders = {p.name for p in (tmp_path / "parquet").iterdir() if p.is_dir()}
    assert folders == {former.base, later.base}


def test_a_folder_without_a_book_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="no book"):
        export_parquet(tmp_path, tmp_path / "parquet")
