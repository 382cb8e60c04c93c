"""`salesops serve` serves a book to this machine alone."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run


def test_a_book_is_served_to_this_machine_alone(salesops: Run, tmp_path: Path) -> None:
    ran = salesops("serve", "--book", tmp_path / "book", "--address", "0.0.0.0")
    assert ran.code == 2
    assert ran.err.startswith("A book has no people who sign in")


def test_an_office_that_is_not_there_is_not_served(salesops: Run, tmp_path: Path) -> None:
    ran = salesops("serve", "--office", tmp_path / "none")
    assert ran.code == 2
    assert f"salesops upgrade --office {tmp_path / 'none'}" in ran.err
