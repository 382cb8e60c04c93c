"""A compiled question is what Ibis would run, with its values left open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import ibis
import pytest

from salesops.book.book import Book
from salesops.book.facts import MAY_LACK
from salesops.book.question import MOMENTS, Question, expression
from salesops.engines.compiled import edition, keep, sql_of
from salesops.engines.duckdb import DuckDBEngine
from salesops.engines.literals import with_values
from salesops.kpis import KPIS

COUNTED = sorted(name for name, kpi in KPIS.items() if kpi.rows is not None)
SHORTER = [name for name in COUNTED if KPIS[name].shorter_without]
VALUES = {
    "start": date(2026, 1, 1),
    "end": date(2027, 1, 1),
    "as_of": datetime(2026, 6, 30, 12),  # noqa: DTZ001  instants in tables are UTC without a zone
    "today": date(2026, 6, 30),
}
DEALS = """
    id  stage     amount  created_on  close_date  owner_id
    d1  Won       1000    2026-01-01  2026-02-01  ann
    d2  Lost      3000    2026-01-01  2026-03-01  bob
    d3  Proposal  5000    2026-01-01  2026-07-01  bob
"""


PEOPLE = """
    id   name  team   manager_id
    ann  Ann   North  meg
    bob  Bob   South  meg
    meg  Meg   North  -
"""
QUOTAS = """
    id  person_id  team   starts_on   ends_on     amount
    q1  ann        -      2026-01-01  2027-01-01  2000
    q2  bob        -      2026-01-01  2027-01-01  9000
    q3  meg        -      2026-01-01  2027-01-01  11000
"""
TEAM_QUOTA = "    q4  -          South  2026-01-01  2027-01-01  9500\n"
SPLITS = """
    id  opportunity_id  person_id  share
    s1  d1              bob        0.25
"""


@pytest.mark.parametrize("name", COUNTED)
def test_a_compiled_question_answers_as_ibis_does(draw: Callable[..., Book], name: str) -> None:
    engine = draw(opportunity=DEALS).engine
    assert isinstance(engine, DuckDBEngine)
    question = Question(kpi=KPIS[name])
    table, parameters = expression(question)
    bound = {p: VALUES[n] for n, p in parameters.items() if n in VALUES}
    direct = str(ibis.to_sql(table, dialect="duckdb", params=bound))
    assert engine.answer(question, VALUES) == engine.run(direct)


@pytest.mark.parametrize("name", COUNTED)
def test_no_value_is_left_in_a_text(name: str) -> None:
    text = sql_of(Question(kpi=KPIS[name], by=(), in_the_past=True, converts=True), None)
    assert "MAKE_DATE(1," not in text.replace(" ", "")
    named = {n for n in VALUES if f"${n}" in text}
    assert named  # every number asks as of some day
    assert "$" not in with_values(text, VALUES).replace("'$", "")


def test_texts_of_other_definitions_are_taken_away(tmp_path: Path) -> None:
    (tmp_path / "0123456789abcdef").mkdir()
    keep("SELECT 1", tmp_path, "a.sql")
    assert [p.name for p in tmp_path.iterdir()] == [edition()]


def test_a_text_is_read_from_the_folder_before_anything_is_compiled(tmp_path: Path) -> None:
    question = Question(kpi=KPIS["win_rate"], where="stage = 'Only here'")
    keep("SELECT 'kept'", tmp_path, f"{question.fingerprint}.sql")
    assert sql_of(question, tmp_path) == "SELECT 'kept'"


def test_a_book_knows_what_it_lacks(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS, person=PEOPLE, quota=QUOTAS)
    assert book.facts.lacks == {"opportunity_split", "team_quota"}


def test_a_book_that_holds_some_lacks_nothing(draw: Callable[..., Book]) -> None:
    book = draw(
        opportunity=DEALS, person=PEOPLE, quota=QUOTAS + TEAM_QUOTA, opportunity_split=SPLITS
    )
    assert book.facts.lacks == frozenset()


@pytest.mark.parametrize(
    ("name", "by"),
    [
        (name, by)
        for name in SHORTER
        for by in ((), ("team",), ("person",))
        if set(by) <= {*KPIS[name].splits}
    ],
)
def test_what_a_book_lacks_shortens_the_text_and_changes_no_cell(
    draw: Callable[..., Book], name: str, by: tuple[str, ...]
) -> None:
    engine = draw(opportunity=DEALS, person=PEOPLE, quota=QUOTAS).engine
    kpi = KPIS[name]
    long = Question(kpi=kpi, by=by)
    for what in kpi.shorter_without:
        short = Question(kpi=kpi, by=by, lacks=(what,))
        assert len(sql_of(short, None)) < len(sql_of(long, None))
        assert sorted(engine.answer(short, VALUES).rows) == sorted(engine.answer(long, VALUES).rows)


@pytest.mark.parametrize("name", sorted(set(COUNTED) - set(SHORTER)))
def test_no_other_number_is_shorter_for_what_a_book_lacks(name: str) -> None:
    long = Question(kpi=KPIS[name])
    assert sql_of(Question(kpi=KPIS[name], lacks=tuple(MAY_LACK)), None) == sql_of(long, None)


def test_a_number_by_nothing_places_nobody() -> None:
    for name in ("time_spent_selling", "credited_bookings"):
        assert "team_membership" in sql_of(Question(kpi=KPIS[name], by=("team",)), None)
        assert "team_membership" not in sql_of(Question(kpi=KPIS[name]), None)


@pytest.mark.parametrize("name", [n for n in COUNTED if KPIS[n].interval in MOMENTS])
def test_sums_of_squares_are_of_the_rows_that_count(sample_folder: Path, name: str) -> None:
    engine = DuckDBEngine(sample_folder)
    # Some numbers are of one period and have no rows of all time.
    asked = (Book(engine).rows_behind(name, period=p, limit=100_000) for p in ("all", "2025"))
    rows = next(found.dicts() for found in asked if found.rows)
    engine.close()
    assert all((r["numerator"] is None) == (r["denominator"] is None) for r in rows)
