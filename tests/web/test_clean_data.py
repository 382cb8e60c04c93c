"""The page of clean data says what the checks find, and each of its lists holds just that."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from salesops.data_quality import run_checks
from salesops.foundations.money import format_money
from tests.insights.drawing import CALLED
from tests.web.visitor import Visitor

DEALS = """
    id  name   stage     amount  created_on  close_date  owner_id  next_step
    d1  Mill   Proposal  100     2026-01-01  2026-02-01  ann       -
    d2  Quay   Proposal  200     2026-01-01  2026-03-01  bob       Call
    d3  Pier   Proposal  400     2026-01-01  2026-09-01  bob       Call
    d4  Locks  Proposal  800     2026-01-01  2026-04-01  -         Call
"""
PEOPLE = "id  name  team\nann  Ann Ruiz  East\nbob  Bob Moe  West"


@pytest.fixture
def wrong(drawn: Callable[..., Visitor]) -> Visitor:
    """Three deals past their date, of Ann, of Bob and of nobody; Ann's has no next step either."""
    return drawn(opportunity=DEALS, person=PEOPLE, activity=CALLED)


def test_checks_stand_in_the_order_of_their_money_and_lead_to_their_records(
    sample: Visitor,
) -> None:
    report = run_checks(sample.book)
    found = [c for c in report.checked if c.rows]
    page = sample.page("/clean-data")
    assert page.faults == []
    rows = page.rows("What is wrong")
    assert len(rows) == len(found) > 4
    for row, one in zip(rows, found, strict=True):
        assert row[0].startswith(one.check.title)
        assert row[1] == f"{one.rows:,}"
        listed = sample.csv(f"/clean-data/{one.check.name}", export="csv")
        assert len(listed) - 1 == one.rows
    total = format_money(report.money_minor or 0, report.currency, compact=True)
    assert f"{report.rows:,}records to mend{total} at stake" in page.text


def test_what_belongs_to_one_owner_is_told_alone_and_what_to_nobody_too(wrong: Visitor) -> None:
    everybody = wrong.page("/clean-data").rows("What is wrong")
    assert [row[1] for row in everybody] == ["3", "1", "1"]
    assert everybody[0][-1] == "Nobody 1, Bob Moe 1 and 1 more"
    own = wrong.page("/clean-data", owner="ann")
    assert "1record to mend$100 at stake" in own.text
    assert [r[1:3] for r in own.rows("What is wrong")] == [["1", "$100"], ["1", "$100"]]
    of_nobody = wrong.page("/clean-data", owner="nobody")
    assert "1record to mend$800 at stake" in of_nobody.text
    assert "Nothing to mend" in wrong.page("/clean-data", owner="cay").text


def test_a_list_of_what_is_wrong_is_narrowed_and_sorted_as_any(wrong: Visitor) -> None:
    place = "/clean-data/close_date_past"
    assert [r[0] for r in wrong.page(place).rows("Close date has passed")] == [
        "Locks",
        "Quay",
        "Mill",
    ]
    narrowed = wrong.page(place, owner="Ann Ruiz", q="mill", where="amount < 500")
    assert [r[0] for r in narrowed.rows("Close date has passed")] == ["Mill"]
    oldest = wrong.page(place, sort="close_date").rows("Close date has passed")
    assert [r[0] for r in oldest] == ["Mill", "Quay", "Locks"]
    assert wrong.page(place).all("a", class_="row lk")[0].attrs["href"] == "/opportunities/d4"


def test_what_cannot_be_told_says_which_file_would_help(wrong: Visitor) -> None:
    page = wrong.page("/clean-data/contact_missing")
    assert "The book holds no accounts of deals." in page.text
    assert wrong.get("/clean-data/tidiness").status_code == 404


def test_hostile_names_are_only_text(drawn: Callable[..., Visitor]) -> None:
    hostile = "<script>'\"&"
    people = f"id  name\nann  {hostile}"
    visitor = drawn(opportunity=DEALS, person=people, activity=CALLED)
    page = visitor.page("/clean-data")
    assert page.faults == []
    assert hostile in page.text
    listed = visitor.page(f"/clean-data/close_date_past?owner={quote(hostile)}")
    assert [r[0] for r in listed.rows("Close date has passed")] == ["Mill"]


def test_what_an_import_found_is_read_and_not_asked_again(
    sample: Visitor, sample_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from salesops.engines.duckdb import DuckDBEngine
    from salesops.jobs import checking

    engine = DuckDBEngine(sample_folder)
    asked = run_checks(sample.book)
    first = checking.found_in(engine, sample.book.settings)
    before = checking.found_before(engine, sample.book.settings)
    monkeypatch.setattr(checking, "run_checks", None)
    monkeypatch.setattr(checking, "trend", None)
    assert checking.found_in(engine, sample.book.settings) == first == asked
    assert checking.found_before(engine, sample.book.settings) == before
    monkeypatch.setattr(checking, "_code", lambda: "other definitions")
    with pytest.raises(TypeError):
        checking.found_in(engine, sample.book.settings)
