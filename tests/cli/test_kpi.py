"""`salesops kpi` gives one number, in the form that is asked for."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from salesops.book.book import Book
from salesops.kpis import KPIS
from tests.cli.conftest import Run

DEALS = """
    id  name    stage        amount   created_on  close_date  owner_id  source
    d1  Pumps   Won          1000.50  2026-01-01  2026-02-01  ann       Web
    d2  Valves  Won          2000     2026-01-01  2026-05-01  bob       Web
    d3  Gauges  Lost         9000     2026-01-01  2026-02-01  bob       Fair
    d4  Lamps   No decision  9000     2026-01-01  2026-02-01  ann       Fair
    d5  Meters  Proposal     9000     2026-01-01  2026-08-01  ann       Web
"""
VERSIONS = """
    opportunity_id  stage      amount  created_on  close_date  owner_id  valid_from
    d5              Discovery  4000    2026-01-01  2026-08-01  ann       2026-01-01T09:00
    d5              Proposal   9000    2026-01-01  2026-08-01  ann       2026-04-10T09:00
"""


@pytest.fixture
def book(draw: Callable[..., Book], tmp_path: Path) -> Path:
    """The folder of the drawn deals."""
    draw(opportunity=DEALS)
    return tmp_path / "book"


def test_a_table_tells_value_interval_and_what_it_is_made_of(salesops: Run, book: Path) -> None:
    ran = salesops("kpi", "win_rate", "--book", book)
    lines = [line.split() for line in ran.out.splitlines()]
    assert ran.code == 0
    assert ran.out.startswith("Win rate, as of 1 May 2026\nwon ÷ (won + lost + no decision)\n")
    assert lines[-1] == ["50.0", "%", "15.0", "%", "–", "85.0", "%", "2", "4", "4"]


def test_json_is_valid_and_exact(salesops: Run, book: Path) -> None:
    ran = salesops("kpi", "win_rate", "--period", "2026Q1", "--format", "json", "--book", book)
    (figure,) = json.loads(ran.out)
    assert figure["value"] == "0.333333333"
    assert (figure["numerator"], figure["denominator"], figure["n"]) == ("1", "3", 3)
    assert figure["period"] == "2026Q1"


def test_money_is_in_whole_minor_units(salesops: Run, book: Path) -> None:
    (figure,) = json.loads(
        salesops("kpi", "closed_to_date", "--format", "json", "--book", book).out
    )
    assert (figure["value"], figure["currency"]) == (300050, "USD")


def test_csv_has_a_line_a_group(salesops: Run, book: Path) -> None:
    ran = salesops("kpi", "win_rate", "--by", "source", "--format", "csv", "--book", book)
    rows = {row["source"]: row for row in csv.DictReader(ran.out.splitlines())}
    assert {name: row["value"] for name, row in rows.items()} == {"Web": "1", "Fair": "0"}


def test_several_splits_with_commas_and_repeated_are_the_same(salesops: Run, book: Path) -> None:
    ask = ("kpi", "win_rate", "--format", "json", "--book", book)
    with_comma = salesops(*ask, "--by", "source,outcome").out
    assert with_comma == salesops(*ask, "--by", "source", "--by", "outcome").out
    assert {(f["source"], f["outcome"]) for f in json.loads(with_comma)} == {
        ("Web", "won"),
        ("Fair", "lost"),
        ("Fair", "no_decision"),
    }


def test_where_keeps_the_deals_it_is_true_for(salesops: Run, book: Path) -> None:
    ask = ("kpi", "win_rate", "--format", "json", "--book", book)
    (figure,) = json.loads(salesops(*ask, "--where", "amount >= 2000").out)
    assert (figure["numerator"], figure["denominator"]) == ("1", "3")
    assert figure["filters"] == "amount >= 2000"


def test_a_wrong_word_in_a_condition_is_pointed_at(salesops: Run, book: Path) -> None:
    ran = salesops("kpi", "win_rate", "--where", "amont > 3", "--book", book)
    assert ran.code == 2
    assert "^^^^^" in ran.err
    assert "amount" in ran.err


def test_as_of_speaks_of_the_end_of_that_day(
    salesops: Run, draw: Callable[..., Book], tmp_path: Path
) -> None:
    draw(opportunity=DEALS, opportunity_version=VERSIONS)
    ask = ("kpi", "open_pipeline", "--format", "json", "--book", tmp_path / "book")
    (figure,) = json.loads(salesops(*ask, "--as-of", "2026-03-31").out)
    assert figure["as_of"].startswith("2026-03-31T23:59:59")
    assert figure["value"] == 400000


def test_the_last_day_the_files_know_gives_the_book_as_it_is(salesops: Run, book: Path) -> None:
    ask = ("kpi", "win_rate", "--format", "json", "--book", book)
    assert salesops(*ask, "--as-of", "2026-05-01").out == salesops(*ask).out


def test_a_day_the_files_do_not_reach_gives_their_last_day_and_says_so(
    salesops: Run, book: Path
) -> None:
    ran = salesops("kpi", "win_rate", "--as-of", "2030-01-01", "--book", book)
    assert ran.code == 0
    assert ran.out == salesops("kpi", "win_rate", "--book", book).out


def test_nothing_is_null_with_its_reason_and_not_zero(salesops: Run, book: Path) -> None:
    ran = salesops("kpi", "win_rate", "--period", "2024", "--format", "json", "--book", book)
    (figure,) = json.loads(ran.out)
    assert ran.code == 0
    assert figure["value"] is None
    assert figure["why"]


def test_a_kpi_that_is_read_by_a_split_has_it_in_every_form(salesops: Run, book: Path) -> None:
    by_default = {k.name: k.default_by for k in KPIS.values() if k.default_by}
    assert by_default["stage_conversion"] == "stage"
    ran = salesops("kpi", "stage_conversion", "--format", "csv", "--book", book)
    assert ran.out.startswith("stage,value,")


def test_a_split_without_groups_still_has_its_heading(salesops: Run, book: Path) -> None:
    ask = ("kpi", "win_rate", "--by", "team", "--period", "2020", "--book", book)
    assert salesops(*ask, "--format", "csv").out.startswith("team,value,low,high,")
    assert json.loads(salesops(*ask, "--format", "json").out) == []
    assert "There is nothing to split." in salesops(*ask).out


def test_out_writes_the_file_and_prints_nothing(salesops: Run, book: Path, tmp_path: Path) -> None:
    target = tmp_path / "answer.json"
    ask = ("kpi", "win_rate", "--format", "json", "--book", book)
    printed = salesops(*ask).out
    ran = salesops(*ask, "--out", target)
    assert (ran.code, ran.out) == (0, "")
    assert target.read_text("utf-8") == printed


def test_parquet_keeps_decimals_exact_and_types_the_same_when_empty(
    salesops: Run, book: Path, tmp_path: Path
) -> None:
    full, empty = tmp_path / "full.parquet", tmp_path / "empty.parquet"
    ask = ("kpi", "win_rate", "--by", "source", "--format", "parquet", "--book", book)
    salesops(*ask, "--period", "2026Q1", "--out", full)
    salesops(*ask, "--period", "2020", "--out", empty)
    assert pq.read_schema(full) == pq.read_schema(empty)
    assert pq.read_table(empty).num_rows == 0
    values = {r["source"]: r["value"] for r in pq.read_table(full).to_pylist()}
    assert values == {"Web": Decimal(1), "Fair": Decimal(0)}


def test_parquet_without_a_file_is_refused(salesops: Run, book: Path) -> None:
    ran = salesops("kpi", "win_rate", "--format", "parquet", "--book", book)
    assert (ran.code, ran.err) == (2, "Parquet is not text. Name a file to write with --out.\n")


def test_a_table_into_a_file_is_refused_rather_than_written_as_something_else(
    salesops: Run, book: Path, tmp_path: Path
) -> None:
    ran = salesops("kpi", "win_rate", "--out", tmp_path / "answer", "--book", book)
    assert ran.code == 2
    assert "--format csv, json or parquet" in ran.err


def test_a_file_that_cannot_be_written_is_named(salesops: Run, book: Path, tmp_path: Path) -> None:
    target = tmp_path / "no such folder" / "answer.csv"
    ran = salesops("kpi", "win_rate", "--format", "csv", "--out", target, "--book", book)
    assert ran.code == 2
    assert ran.err == f"{target}: No such file or directory.\n"


def test_the_rows_behind_are_those_that_were_counted(salesops: Run, book: Path) -> None:
    ran = salesops("kpi", "win_rate", "--rows", "--format", "json", "--book", book)
    rows = json.loads(ran.out)
    assert {row["id"] for row in rows} == {"d1", "d2", "d3", "d4"}
    assert sum(row["numerator"] for row in rows) == 2
    assert {row["closed_on"] for row in rows} == {"2026-02-01", "2026-05-01"}


def test_rows_are_shown_largest_first_and_money_as_money(salesops: Run, book: Path) -> None:
    lines = salesops("kpi", "closed_to_date", "--rows", "--book", book).out.splitlines()
    assert [line.split()[0] for line in lines] == ["Id", "d2", "d1"]
    assert "$1,000.50" in lines[2]


def test_long_lists_of_rows_say_that_they_go_on(salesops: Run, sample_book: Path) -> None:
    told = salesops("kpi", "win_rate", "--rows", "--book", sample_book).out.splitlines()
    assert len(told) == 22
    assert told[-1] == "The first 20, largest first. All of them: --format csv."


def test_rows_of_a_combination_name_what_it_combines(salesops: Run, book: Path) -> None:
    ran = salesops("kpi", "cac", "--rows", "--book", book)
    assert ran.code == 2
    assert "combines" in ran.err


def test_rows_are_those_of_one_figure(salesops: Run, book: Path) -> None:
    ran = salesops("kpi", "win_rate", "--rows", "--by", "team", "--book", book)
    assert ran.code == 2
    assert "--where" in ran.err


@pytest.mark.parametrize("extra", [(), ("--rows",)])
def test_a_misspelt_kpi_is_answered_with_the_one_meant(
    salesops: Run, book: Path, extra: tuple[str, ...]
) -> None:
    ran = salesops("kpi", "win_rat", *extra, "--book", book)
    assert ran.code == 2
    assert "Did you mean win_rate?" in ran.err


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--by", "moon"), "cannot be split by “moon”"),
        (("--period", "2026Q9"), "2026 has no quarter 9"),
        (("--period", "soon"), "is not a period"),
        (("--as-of", "yesterday"), "is not a day"),
        (("--format", "xml"), "'xml' is not one of"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_2(
    salesops: Run, book: Path, words: tuple[str, ...], complaint: str
) -> None:
    ran = salesops("kpi", "win_rate", *words, "--book", book)
    assert (ran.code, ran.out) == (2, "")
    assert complaint in ran.err


def test_without_a_book_it_says_how_to_get_one(salesops: Run, tmp_path: Path) -> None:
    ran = salesops("kpi", "win_rate", "--book", tmp_path / "nowhere")
    assert ran.code == 2
    assert "There is no book in" in ran.err
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("name", sorted(KPIS))
def test_every_kpi_answers_with_a_value_or_a_reason(
    salesops: Run, sample_book: Path, name: str
) -> None:
    ran = salesops("kpi", name, "--format", "json", "--book", sample_book)
    assert ran.code == 0
    for figure in json.loads(ran.out):
        assert (figure["value"] is None) == bool(figure["why"])
