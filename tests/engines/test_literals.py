"""Values written into SQL say what bound ones would, and cannot say more."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesops.engines.literals import with_values
from tests.drawn import draw_book

VALUES: list[Any] = [
    None,
    True,
    False,
    7,
    -7,
    Decimal("12.50"),
    1.5e-7,
    date(2026, 2, 28),
    datetime(2026, 2, 28, 14, 30, 1, 5),  # noqa: DTZ001  instants in tables are UTC without a zone
    "O'Hara",
    "\\'; DROP TABLE deal; --",
    "a\0b",
    "$start",
    ["a", "it's"],
    [],
]


def selected(value: Any) -> Any:
    found = duckdb.sql(with_values("SELECT $v", {"v": value})).fetchall()
    return found[0][0]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_comes_back_as_it_went_in(value: Any) -> None:
    assert selected(value) == value


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back_as_it_went_in(text: str) -> None:
    assert selected(text) == text


def test_an_instant_with_a_zone_is_written_in_utc() -> None:
    assert selected(datetime(2026, 1, 1, 12, tzinfo=UTC)) == datetime(2026, 1, 1, 12)  # noqa: DTZ001


def test_a_dollar_within_quotes_is_no_place_for_a_value() -> None:
    text = """SELECT '$v' AS "$v", $v"""
    assert duckdb.sql(with_values(text, {"v": 1})).fetchall() == [("$v", 1)]


def test_a_kind_without_a_literal_is_refused() -> None:
    with pytest.raises(TypeError, match="object has no literal"):
        with_values("SELECT $v", {"v": object()})


def test_asking_a_compiled_number_imports_neither_pandas_nor_ibis(tmp_path: Path) -> None:
    book = draw_book(
        tmp_path / "book",
        opportunity="""
            id  stage  amount  created_on  close_date  owner_id
            d1  Won    1000    2026-01-01  2026-02-01  ann
        """,
    )
    assert book.measure("win_rate").value == 1
    asked = (
        "import sys, salesops\n"
        f"assert salesops.open({str(tmp_path / 'book')!r}).measure('win_rate').value == 1\n"
        "print([m for m in ('pandas', 'ibis', 'pyarrow') if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
