"""Exports hold what the page shows, typed, and nothing a spreadsheet would run."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from salesops.foundations.problem import Refusal
from salesops.kpis import KPIS
from salesops.kpis._definition import Unit
from salesops.web import csv_and_xlsx
from tests.web.visitor import Visitor

LISTS = ("/opportunities", "/accounts", "/people")
STARTS = ("=1+1", "+1+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "＝1+1")
DEALS = """
    id  name  stage     amount    created_on  close_date  owner_id  account_id
    d1  One   Won       -1000.50  2026-01-01  2026-02-01  p1        a1
    d2  Two   Proposal  2000      2026-01-01  2026-09-01  p1        a1
"""


def _sheet(content: bytes) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    rows: list[list[Any]] = book.get_sheet_by_index(0).to_python()
    return rows


@pytest.mark.parametrize("address", [*LISTS, "/numbers/win_rate", "/numbers/win_rate/rows"])
@pytest.mark.parametrize("book", ["sample", "plain"])
def test_a_csv_is_utf8_with_a_mark_and_says_how_it_is_to_be_kept(
    book: str, address: str, request: pytest.FixtureRequest
) -> None:
    visitor: Visitor = request.getfixturevalue(book)
    answer = visitor.get(address, export="csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="')
    content = b"".join(answer)
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\xef\xbb\xbf") == 1
    content.decode("utf-8")


@pytest.mark.parametrize("address", LISTS)
def test_a_list_is_exported_whole_whatever_page_is_shown(sample: Visitor, address: str) -> None:
    table = {"/opportunities": "opportunity", "/accounts": "account", "/people": "person"}[address]
    ((rows,),) = sample.book.engine.run(f"SELECT count(*) FROM {table}").rows
    assert len(sample.csv(address, page=2, export="csv")) == rows + 1


@pytest.mark.parametrize("address", LISTS)
def test_both_formats_of_a_list_hold_the_same(sample: Visitor, address: str) -> None:
    text = sample.csv(address, export="csv")
    sheet = _sheet(sample.raw(address, export="xlsx"))
    assert text[0] == sheet[0]
    assert len(text) == len(sheet)
    for line, cells in zip(text[1:], sheet[1:], strict=True):
        for written, cell in zip(line, cells, strict=True):
            if isinstance(cell, bool):
                assert written == str(cell)
            elif isinstance(cell, int | float):
                assert Decimal(written) == Decimal(str(cell))
            elif isinstance(cell, date):
                assert written[:10] == cell.isoformat()[:10]
            else:
                assert written == cell


def test_money_in_an_export_is_in_the_units_people_count_in(plain: Visitor) -> None:
    text = plain.csv("/opportunities", export="csv", sort="-value")
    value = text[0].index("value_usd")
    assert [Decimal(line[value]) if line[value] else None for line in text[1:3]] == [2500, 1000]


def test_a_list_shows_what_its_export_holds(sample: Visitor) -> None:
    page = sample.page("/opportunities", sort="-value")
    text = sample.csv("/opportunities", sort="-value", export="csv")
    name, stage = text[0].index("name"), text[0].index("stage")
    shown = page.rows("Opportunities")
    titles = [e.text for e in page.one("thead").all("th")]
    for cells, line in zip(shown, text[1:], strict=False):
        assert cells[titles.index("Opportunity")] == " ".join(line[name].split())
        assert cells[titles.index("Stage")] == line[stage]


def test_days_are_written_as_iso_and_typed_in_a_workbook(plain: Visitor) -> None:
    text = plain.csv("/opportunities", q="Mill", export="csv")
    assert text[1][text[0].index("close_date")] == "2026-02-01"
    sheet = _sheet(plain.raw("/opportunities", q="Mill", export="xlsx"))
    assert sheet[1][sheet[0].index("close_date")] == date(2026, 2, 1)
    assert isinstance(sheet[1][sheet[0].index("value_usd")], float | int)


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize(
    "address", ["/opportunities", "/accounts", "/people", "/numbers/win_rate/rows?period=all&by="]
)
def test_no_text_of_an_export_is_a_formula(
    drawn: Callable[..., Visitor], tmp_path: Path, address: str, start: str
) -> None:
    visitor = drawn(opportunity=DEALS, account="id  name\na1  A", person="id  name  team\np1  P  T")
    with duckdb.connect(str(tmp_path / "book" / "base-1.duckdb")) as base:
        for table in ("opportunity", "account", "person"):
            base.execute(f"UPDATE {table} SET name = $s", {"s": start})
    joint = "&" if "?" in address else "?"
    text = visitor.csv(f"{address}{joint}export=csv")
    sheet = _sheet(visitor.raw(f"{address}{joint}export=xlsx"))
    for line in (*text[1:], *sheet[1:]):
        found = [c for c in line if isinstance(c, str) and start.strip() in c]
        assert found
        assert all(c == f"'{start}" for c in found)


def test_names_of_columns_and_groups_are_defused_too(
    drawn: Callable[..., Visitor], tmp_path: Path
) -> None:
    visitor = drawn(opportunity=DEALS, person="id  name  team\np1  P  T")
    with duckdb.connect(str(tmp_path / "book" / "base-1.duckdb")) as base:
        base.execute("UPDATE opportunity SET team = '=1+1'")
    text = visitor.csv("/numbers/win_rate", by="team", period="all", export="csv")
    assert text[1][0] == "'=1+1"


def test_a_negative_amount_stays_a_number(drawn: Callable[..., Visitor]) -> None:
    visitor = drawn(opportunity=DEALS)
    text = visitor.csv("/opportunities", q="One", export="csv")
    assert text[1][text[0].index("value_usd")] == "-1000.50"
    sheet = _sheet(visitor.raw("/opportunities", q="One", export="xlsx"))
    assert sheet[1][sheet[0].index("value_usd")] == -1000.5


@pytest.mark.parametrize("name", sorted(KPIS))
def test_the_export_of_a_number_is_what_the_book_measures(sample: Visitor, name: str) -> None:
    text = sample.csv(f"/numbers/{name}", by="", period="last_4_quarters", export="csv")
    figure = sample.book.measure(name, period="last_4_quarters").figure
    line = dict(zip(text[0], text[1], strict=True))
    digits = 2 if KPIS[name].unit in (Unit.MONEY, Unit.MONEY_PER_DAY) else 0
    value = None if figure.value is None else Decimal(figure.value).scaleb(-digits)
    assert line["value"] == ("" if value is None else f"{value:f}")
    assert line["n"] == str(figure.n)
    assert line["as_of"].startswith(sample.book.instant.isoformat()[:19])


def test_the_rows_behind_a_number_are_exported_whole(sample: Visitor) -> None:
    figure = sample.book.measure("win_rate", period="all").figure
    text = sample.csv("/numbers/win_rate/rows", by="", period="all", export="csv")
    assert len(text) - 1 == figure.n + figure.n_excluded
    sums = [Decimal(line[text[0].index("numerator")] or 0) for line in text[1:]]
    assert sum(sums) == figure.numerator
    assert len(
        _sheet(sample.raw("/numbers/win_rate/rows", by="", period="all", export="xlsx"))
    ) == len(text)


def test_the_rows_behind_money_add_up_to_it(sample: Visitor) -> None:
    figure = sample.book.measure("closed_to_date", period="all").figure
    text = sample.csv("/numbers/closed_to_date/rows", by="", period="all", export="csv")
    currency = sample.book.facts.currency.lower()
    for column in ("numerator", f"value_{currency}"):
        sums = [Decimal(line[text[0].index(column)] or 0) for line in text[1:]]
        assert sum(sums) * 100 == figure.value


def test_an_export_holds_the_columns_chosen_after_the_id(plain: Visitor) -> None:
    text = plain.csv("/opportunities", q="mill", column=["name", "stage"], export="csv")
    assert text == [["id", "name", "stage"], ["d1", "Mill", "Won"]]


def test_a_name_of_a_workbook_that_no_spreadsheet_takes_is_mended(sample: Visitor) -> None:
    query = {"by": "", "period": "2024-01-01..2026-09-30", "export": "xlsx"}
    for name in ("sales_cycle_first_interaction", "created_cohort_win_rate"):
        assert len(_sheet(sample.raw(f"/numbers/{name}", **query))) == 2


def test_a_file_is_named_after_what_it_holds(plain: Visitor) -> None:
    def named(address: str, **query: str) -> str:
        return plain.get(address, **query).headers["Content-Disposition"]

    assert named("/accounts", export="xlsx") == 'attachment; filename="accounts.xlsx"'
    assert "win_rate-2026Q1.csv" in named("/numbers/win_rate", period="2026Q1", export="csv")


def test_rows_that_a_sheet_cannot_hold_are_refused_and_not_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(csv_and_xlsx, "MOST_IN_SHEET", 2)
    assert len(_sheet(csv_and_xlsx.xlsx_bytes("few", ["n"], [[1], [2]]))) == 3
    with pytest.raises(Refusal, match="holds 2 rows"):
        csv_and_xlsx.xlsx_bytes("many", ["n"], [[1], [2], [3]])
