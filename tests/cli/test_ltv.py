"""`salesops ltv` tells what customers are worth, and refuses what says nothing of it."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.cli.conftest import Run
from tests.customers.test_purchase_value import market


def test_a_file_of_purchases_is_told_with_its_customers(salesops: Run, tmp_path: Path) -> None:
    bought = market(150, seed=9)
    rows = [f"{p.customer},{p.day},{p.minor / 100:.2f}" for p in bought]
    file = tmp_path / "orders.csv"
    file.write_text("\n".join(["customer,date,amount", *rows, "x,,5"]), "utf-8")
    told = salesops("ltv", file, "--years", 2, "--customers")
    assert told.code == 0, told.err
    assert f"150 customers bought {len(bought)} times" in told.out
    assert "Revenue, in 2 years" in told.out
    assert "is lacking: 1 row." in told.err
    written = salesops("ltv", file, "--years", 2, "--format", "csv")
    buyers = list(csv.DictReader(written.out.splitlines()))
    assert len(buyers) == 150
    assert sum(int(b["purchases"]) for b in buyers) == len(bought)
    assert buyers[0]["id"] in told.out  # the most valuable comes first in both


def test_a_book_with_too_few_who_left_says_so(salesops: Run, sample_book: Path) -> None:
    told = salesops("ltv", "--book", sample_book)
    assert told.code != 0
    assert "have left" in told.err


def test_options_about_something_else_are_refused(salesops: Run, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("customer,date,amount\na,2026-01-01,5\n", "utf-8")
    told = salesops("ltv", tmp_path / "orders.csv", "--deals")
    assert "--deals is about a book" in told.err
    assert "is about a file" in salesops("ltv", "--amount", "Total").err
