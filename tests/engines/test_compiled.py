"""A compiled question is what Ibis would run, with its values left open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import ibis
import pytest

from salesops.book.book import Book
from salesops.book.question import Question, expression
from salesops.engines.compiled import edition, keep, sql_of
from salesops.engines.duckdb import DuckDBEngine
from salesops.engines.literals import with_values
from salesops.kpis import KPIS

COUNTED = sorted(name for name, kpi in KPIS.items() if kpi.rows is not None)
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


@pytest.mark.parametrize("name", ["win_rate", "sales_cycle", "weighted_pipeline", "quota"])
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
