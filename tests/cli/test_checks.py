"""`salesops checks` ranks what is wrong with the records of a book, and lists those of one check."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run, written


@pytest.fixture
def wrong(salesops: Run, tmp_path: Path) -> Path:
    """A book in which one deal of two people each is past its date, and one has no account."""
    file = written(
        tmp_path / "deals.csv",
        """
        Deal ID,Deal Name,Account,Owner,Stage,Amount,Created,Close Date
        d1,Pumps,Alder,Ann Abel,Won,1000,2026-01-05,2026-06-10
        d2,Valves,Birch,Ann Abel,Proposal,2000,2026-01-15,2026-03-20
        d3,Gauges,,Bob Boyd,Proposal,3000,2026-02-25,2026-04-30
        """,
    )
    assert salesops("open", file, "--book", tmp_path / "book", "--no-serve").code == 0
    return tmp_path / "book"


def test_checks_are_told_the_most_money_first_and_each_deal_counts_once(
    salesops: Run, wrong: Path
) -> None:
    told = salesops("checks", "--book", wrong).out
    assert told.startswith("2 records to mend, $5K at stake\n")
    assert told.index("close_date_past") < told.index("account_missing")
    assert "contact_missing: The book holds no contacts." in told.replace("team_missing, ", "")


def test_what_somebody_has_to_mend_is_told_for_them_alone(salesops: Run, wrong: Path) -> None:
    told = salesops("checks", "--owner", "ann abel", "--book", wrong).out
    assert told.startswith("1 record to mend, $2K at stake\n")
    assert "--owner 'ann abel' --check NAME" in told
    found = salesops(
        *("checks", "--owner", "Ann Abel", "--check", "close_date_past", "--format", "json"),
        *("--book", wrong),
    )
    assert [row["name"] for row in json.loads(found.out)] == ["Valves"]


def test_the_records_of_a_check_are_written_with_their_ids(
    salesops: Run, wrong: Path, tmp_path: Path
) -> None:
    target = tmp_path / "past.csv"
    ran = salesops(
        *("checks", "--check", "close_date_past", "--format", "csv", "--out", target),
        *("--book", wrong),
    )
    assert ran.code == 0
    with target.open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.DictReader(text))
    assert [(r["name"], r["value"], r["days"]) for r in rows] == [
        ("Gauges", "300000", "41"),
        ("Valves", "200000", "82"),
    ]
    assert all(r["id"] for r in rows)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--check", "tidiness"), "There is no check “tidiness”."),
        (("--owner", "Cay Coen"), "The book knows nobody called “Cay Coen”."),
        (("--check", "contact_missing"), "The book holds no contacts."),
    ],
)
def test_what_cannot_be_told_says_why(
    salesops: Run, wrong: Path, asked: tuple[str, str], said: str
) -> None:
    ran = salesops("checks", *asked, "--book", wrong)
    assert ran.code == 2
    assert said in ran.err
