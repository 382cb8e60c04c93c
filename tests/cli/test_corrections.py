"""Whoever sits at the command line corrects files and columns as somebody in the browser does."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run, written


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """Deals with one column whose name says nothing and one that is misread."""
    return written(
        tmp_path / "odd.csv",
        """
        Deal ID,Stage,Amount,TCV,Created,Close Date,Owner
        d1,Won,1,1000.50,2026-01-05,2026-02-10,Ann Lee
        d2,Lost,2,2000,2026-01-15,2026-03-20,Bob Ray
        """,
    )


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """A file that is not what it holds at first sight."""
    return written(tmp_path / "staff.csv", "Id,Name,Squad\np1,Ann Lee,East\np2,Bob Ray,West\n")


def shown(salesops: Run, *words: object) -> Any:
    """The mapping a command prints."""
    return json.loads(salesops("open", *words, "--show-mapping").out)


def amounts(salesops: Run, book: Path) -> list[str]:
    """What the deals of a book are worth."""
    ran = salesops("kpi", "win_rate", "--rows", "--format", "csv", "--book", book)
    return sorted(row["amount_minor"] for row in csv.DictReader(ran.out.splitlines()))


def test_a_column_goes_where_it_is_said(salesops: Run, odd: Path, tmp_path: Path) -> None:
    book = tmp_path / "book"
    said = ("--column", "odd.csv:TCV=amount", "--column", "odd.csv:Amount=ignore")
    assert salesops("open", odd, "--book", book, "--no-serve", *said).code == 0
    assert amounts(salesops, book) == ["100050", "200000"]


def test_what_was_said_is_remembered(salesops: Run, odd: Path, tmp_path: Path) -> None:
    book = tmp_path / "book"
    salesops("open", odd, "--book", book, "--no-serve", "--column", "odd.csv:TCV=amount")
    august = odd.rename(tmp_path / "august.csv")
    assert salesops("open", august, "--book", book, "--no-serve").code == 0
    assert amounts(salesops, book) == ["100050", "200000"]


def test_a_file_holds_what_it_is_said_to_hold(
    salesops: Run, deals: Path, people: Path, tmp_path: Path
) -> None:
    book = tmp_path / "book"
    said = ("--as", "staff.csv=person", "--column", "staff.csv:Squad=team")
    ran = salesops("open", deals, people, "--book", book, "--no-serve", *said)
    assert ran.code == 0
    ran = salesops("kpi", "win_rate", "--by", "team", "--format", "csv", "--book", book)
    assert {row["team"] for row in csv.DictReader(ran.out.splitlines())} == {"East", "West"}


def test_a_file_may_be_left_out(salesops: Run, deals: Path, people: Path, tmp_path: Path) -> None:
    book = tmp_path / "book"
    ran = salesops("open", deals, people, "--book", book, "--no-serve", "--as", "staff.csv=ignore")
    assert ran.code == 0
    assert "Left out, as you said." in ran.out


def test_a_mapping_that_was_shown_and_edited_is_taken(
    salesops: Run, odd: Path, tmp_path: Path
) -> None:
    told = shown(salesops, odd, "--book", tmp_path / "book")
    columns = told["files"][0]["columns"]
    assert columns["Amount"] == "amount"
    assert columns["Close Date"] == "close_date"
    columns |= {"Amount": None, "TCV": "amount"}
    (tmp_path / "mapping.json").write_text(json.dumps(told), "utf-8")
    book = tmp_path / "book"
    mapped = ("--mapping", tmp_path / "mapping.json")
    assert salesops("open", odd, "--book", book, "--no-serve", *mapped).code == 0
    assert amounts(salesops, book) == ["100050", "200000"]


def test_a_mapping_holds_for_files_of_the_same_shape(
    salesops: Run, odd: Path, tmp_path: Path
) -> None:
    told = shown(salesops, odd, "--column", "odd.csv:TCV=amount", "--book", tmp_path / "none")
    (tmp_path / "mapping.json").write_text(json.dumps(told), "utf-8")
    august = odd.rename(tmp_path / "august.csv")
    again = shown(
        salesops, august, "--mapping", tmp_path / "mapping.json", "--book", tmp_path / "none"
    )
    assert again["files"][0]["columns"] == told["files"][0]["columns"]


def test_showing_a_mapping_opens_nothing(salesops: Run, deals: Path, tmp_path: Path) -> None:
    ran = salesops("open", deals, "--book", tmp_path / "book", "--show-mapping")
    assert ran.code == 0
    assert not (tmp_path / "book").exists()


def test_a_mapping_tells_what_is_still_asked_and_ends_with_3(
    salesops: Run, ambiguous: Path, tmp_path: Path
) -> None:
    ran = salesops("open", ambiguous, "--book", tmp_path / "book", "--show-mapping")
    assert ran.code == 3
    (question,) = json.loads(ran.out)["questions"]
    assert list(question["choices"]) == ["date:day-first", "date:month-first"]


def test_one_word_answers_every_date(salesops: Run, ambiguous: Path, tmp_path: Path) -> None:
    book = tmp_path / "book"
    ask = ("open", ambiguous, "--book", book, "--no-serve")
    assert "--date-format day-first" in salesops(*ask).err
    assert salesops(*ask, "--date-format", "day-first").code == 0
    ran = salesops("kpi", "created_cohort_win_rate", "--rows", "--format", "csv", "--book", book)
    days = [row["created_on"] for row in csv.DictReader(ran.out.splitlines())]
    assert sorted(days) == ["2025-04-03", "2025-06-05"]
    assert salesops(*ask).code == 0  # remembered


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--as", "odd.csv"), "Write it as FILE=TABLE."),
        (("--as", "odd.csv=deals"), "“deals” is nothing a file can hold."),
        (("--as", "even.csv=opportunity"), "None of the files is called “even.csv”"),
        (("--column", "odd.csv=amount"), "Write it as FILE:COLUMN=OURS."),
        (("--column", "odd.csv:Tcv=amount"), "has no column “Tcv”. Its columns are Deal ID"),
        (("--column", "odd.csv:TCV=amuont"), "Choose one of amount"),
        (("--column", "odd.csv:TCV=value_minor"), "has no column “value_minor”"),
        (("--mapping", "missing.json"), "missing.json"),
    ],
)
def test_a_slip_is_told_and_opens_nothing(
    salesops: Run, odd: Path, tmp_path: Path, words: tuple[str, str], complaint: str
) -> None:
    ran = salesops("open", odd, "--book", tmp_path / "book", "--no-serve", *words)
    assert ran.code == 2
    assert complaint in ran.err
    assert not (tmp_path / "book").exists()


@pytest.mark.parametrize(
    "text", ["", "[]", '{"files": 3}', '{"files": [{"table": "opportunity"}]}']
)
def test_a_file_that_is_no_mapping_is_refused(
    salesops: Run, odd: Path, tmp_path: Path, text: str
) -> None:
    (tmp_path / "mapping.json").write_text(text)
    ran = salesops("open", odd, "--book", tmp_path / "book", "--mapping", tmp_path / "mapping.json")
    assert ran.code == 2
    assert "is not a mapping" in ran.err
