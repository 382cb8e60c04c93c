"""`salesops demo` simulates the sample company once and shows it again after that."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_a_second_demo_shows_the_book_that_is_there(
    salesops: Run, sample_book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salesops.sample.company.simulate", None)
    ran = salesops("demo", "--no-serve", "--book", sample_book)
    assert ran.code == 0
    assert "300 opportunities" in ran.out


def test_the_picture_tells_findings_and_where_to_go_on(salesops: Run, sample_book: Path) -> None:
    told = salesops("demo", "--no-serve", "--book", sample_book).out
    assert "What it shows" in told
    assert f"Ask it a number: salesops kpi win_rate --book {sample_book}" in told


def test_a_company_has_at_least_one_opportunity(salesops: Run, tmp_path: Path) -> None:
    ran = salesops("demo", "--size", "0", "--book", tmp_path / "book")
    assert ran.code == 2
    assert "--size" in ran.err
