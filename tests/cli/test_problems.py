"""`salesops problems` tells what was wrong in the files, and gives back the rows to mend."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run, written


@pytest.fixture
def dirty(salesops: Run, tmp_path: Path) -> Path:
    """A book of deals of which one has no stage and one an amount that is no number."""
    file = written(
        tmp_path / "deals.csv",
        """
        Deal ID,Deal Name,Stage,Amount,Created,Close Date
        d1,Pumps,Won,1000,2026-01-05,2026-02-10
        d2,Valves,,2000,2026-01-15,2026-03-20
        d3,Gauges,Proposal,3000,2026-02-25,2026-09-30
        d4,Lamps,Proposal,lots,2026-02-25,2026-09-30
        """,
    )
    assert salesops("open", file, "--book", tmp_path / "book", "--no-serve").code == 0
    return tmp_path / "book"


def test_problems_are_told_with_count_place_and_what_to_do(salesops: Run, dirty: Path) -> None:
    told = salesops("problems", "--book", dirty).out
    assert "Rows left out" in told
    assert "deals.csv" in told
    assert "Amount" in told


def test_json_gives_each_problem_with_its_code(salesops: Run, dirty: Path) -> None:
    found = json.loads(salesops("problems", "--format", "json", "--book", dirty).out)
    assert {p["severity"] for p in found} >= {"refused", "blanked"}
    assert all(p["code"] and p["message"] and p["remedy"] and p["rows"] for p in found)


def mended(salesops: Run, dirty: Path, folder: Path) -> Path:
    """The one file of rows to mend."""
    ran = salesops("problems", "--refused", folder, "--book", dirty)
    (file,) = folder.iterdir()
    assert ran.err == f"Wrote {file}.\n"
    return file


def test_rows_to_mend_come_back_word_for_word_with_their_reason(
    salesops: Run, dirty: Path, tmp_path: Path
) -> None:
    file = mended(salesops, dirty, tmp_path / "mend")
    with file.open(encoding="utf-8-sig", newline="") as text:
        valves, lamps = csv.DictReader(text)
    assert (valves["Deal Name"], valves["Stage"], valves["_row"]) == ("Valves", "", "3")
    assert (lamps["Deal Name"], lamps["Amount"], lamps["_row"]) == ("Lamps", "lots", "5")
    assert "stage" in valves["_reason"]
    assert "Amount" in lamps["_reason"]


def test_mended_rows_take_their_place_among_the_rest(
    salesops: Run, dirty: Path, tmp_path: Path
) -> None:
    file = mended(salesops, dirty, tmp_path / "mend")
    text = file.read_text("utf-8-sig").replace("Valves,,", "Valves,Lost,").replace("lots", "4000")
    file.write_text(text, "utf-8")
    book = tmp_path / "again"
    ran = salesops("open", tmp_path / "deals.csv", file, "--book", book, "--no-serve")
    assert "4 opportunities: 1 won, 1 lost, 2 open" in ran.out
    found = json.loads(salesops("problems", "--format", "json", "--book", book).out)
    assert not {p["severity"] for p in found} & {"refused", "blanked"}


def test_clean_files_have_nothing_to_tell(salesops: Run, deals: Path, tmp_path: Path) -> None:
    book = tmp_path / "book"
    salesops("open", deals, "--book", book, "--no-serve")
    found = json.loads(salesops("problems", "--format", "json", "--book", book).out)
    assert [p["code"] for p in found] == []
    assert salesops("problems", "--book", book).out == "Nothing was wrong with the files.\n"
    ran = salesops("problems", "--refused", tmp_path / "mend", "--book", book)
    assert "no row was left out" in ran.err
