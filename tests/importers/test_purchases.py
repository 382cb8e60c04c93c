"""A CSV of purchases is read as people write it, and what cannot be read is counted."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from salesops.foundations.problem import Refusal
from salesops.importers.purchases import PurchaseColumns, read_purchases


def written(folder: Path, text: str) -> Path:
    file = folder / "orders.csv"
    file.write_text(text, "utf-8")
    return file


def test_names_days_and_amounts_are_found_and_lacking_rows_counted(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "Order;Customer ID;Order date;Total\n1;NA;31.01.2026;1.234,50 €\n2;;31.01.2026;5\n3;b;;5\n4;b;01.02.2026;0,10\n",
    )
    read = read_purchases(file)
    assert read.rows == [("NA", date(2026, 1, 31), 123450), ("b", date(2026, 2, 1), 10)]
    assert read.left_out == 2


def test_days_that_can_be_read_both_ways_are_asked_about(tmp_path: Path) -> None:
    file = written(tmp_path, "customer,date,amount\na,03/04/2026,5\nb,05/06/2026,6\n")
    with pytest.raises(Refusal, match="day first or month first"):
        read_purchases(file)
    read = read_purchases(file, PurchaseColumns(dates="month-first"))
    assert [day for _, day, _ in read.rows] == [date(2026, 3, 4), date(2026, 5, 6)]


def test_a_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    file = written(tmp_path, "who,date,amount\na,2026-01-01,5\n")
    with pytest.raises(Refusal, match="--customer"):
        read_purchases(file)
    assert read_purchases(file, PurchaseColumns(customer="who")).rows[0][0] == "a"
