"""What a book holds of how deals went through stages is what its states say, told with and without it alike."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from salesops.book.book import Book
from salesops.book.facts import Scope
from salesops.book.settings import FormerMeaning, Settings, load_settings
from salesops.engines.duckdb import DuckDBEngine
from salesops.engines.scoped import ScopedEngine
from salesops.pipeline import funnel
from tests.pipeline.test_movement import deals_of

Draw = Callable[..., Book]
# In two pipelines Discovery has two places; *On hold* was open once; one deal is deleted, another was for a while.
STAGES = """
    pipeline  stage        position  outcome  is_qualified
    Sales     Prospecting  1         open     no
    Sales     On hold      2         lost     no
    Sales     Discovery    3         open     yes
    Sales     Proposal     4         open     yes
    Sales     Won          5         won      no
    Sales     Lost         6         lost     no
    Renewals  Discovery    1         open     yes
    Renewals  Won          2         won      no
"""
STATES = """
    opportunity_id  valid_from           pipeline  stage        amount  close_date
    wins            2026-01-01T09:00:00  Sales     Prospecting  100     2026-03-01
    wins            2026-01-31T09:00:00  Sales     Discovery    100     2026-03-01
    wins            2026-02-20T09:00:00  Sales     Discovery    120     2026-03-01
    wins            2026-03-01T09:00:00  Sales     Won          120     2026-03-01
    wavers          2026-01-04T09:00:00  Sales     Discovery    10      2026-09-01
    wavers          2026-01-05T09:00:01  Sales     Prospecting  10      2026-09-01
    wavers          2026-01-06T09:00:00  Sales     Discovery    10      2026-09-01
    wavers          2026-01-06T09:30:59  Sales     Prospecting  10      2026-09-01
    held            2026-01-02T09:00:00  Sales     On hold      30      2026-09-01
    held            2026-03-10T09:00:00  Sales     Proposal     30      2026-09-01
    renews          2026-01-02T09:00:00  Renewals  Discovery    30      2026-09-01
    gone            2026-01-02T09:00:00  Sales     Discovery    30      2026-09-01
    back            2026-01-02T09:00:00  Sales     Discovery    30      2026-09-01
    back            2026-03-05T09:00:00  Sales     Discovery    30      2026-09-01
    loses           2026-01-03T09:00:00  Sales     Proposal     70      2026-05-01
    loses           2026-04-11T09:00:00  Sales     Lost         70      2026-04-11
"""
DELETED = """
    id    deleted_at           stage
    gone  2026-02-01T00:00:00  Discovery
    back  2026-02-01T00:00:00  Discovery
"""
MOVED = ("stage_conversion", "time_in_stage", "stage_to_win")


@pytest.fixture
def book(draw: Draw) -> Book:
    """Its newest instant is one of an activity, at which no deal changed."""
    there = [line for line in deals_of(STATES).splitlines() if not line.startswith("gone")]
    was_open = FormerMeaning(
        pipeline="Sales", stage="On hold", until=date(2026, 2, 1), meant={"outcome": "open"}
    )
    return draw(
        settings=Settings(former_meanings=(was_open,)),
        pipeline_stage=STAGES,
        opportunity="\n".join(there),
        opportunity_version=STATES,
        deletion=DELETED,
        activity="id  kind  occurred_at          is_done\nm   call  2026-05-01T10:00:00  yes",
    )


def a_moment_before(book: Book) -> Book:
    """The book as of a moment at which the same was so, which it therefore works out from the states."""
    before = book.facts.data_as_of - timedelta(microseconds=1)
    return dataclasses.replace(book, at=before)


@pytest.mark.parametrize(
    ("name", "by"),
    [
        *((name, by) for name in MOVED for by in ((), ("stage",), ("stage", "pipeline", "month"))),
        ("stalled_rate", ("stage",)),
        ("weighted_pipeline", ("stage",)),
    ],
)
def test_a_number_of_stages_is_the_same_worked_out_from_states(
    book: Book, name: str, by: tuple[str, ...]
) -> None:
    now, then = (b.measure(name, by=by).figures for b in (book, a_moment_before(book)))
    assert now
    assert [(f.key, f.numerator, f.denominator, f.n_open) for f in now] == [
        (f.key, f.numerator, f.denominator, f.n_open) for f in then
    ]


def test_the_funnel_is_the_same_worked_out_from_states(book: Book) -> None:
    for by in ("", "pipeline"):
        now, then = (funnel(b, "all", by=by) for b in (book, a_moment_before(book)))
        assert now.whole == then.whole
        assert now.groups == then.groups
    discovery = {s.stage: s for s in now.whole.steps}["Discovery"]
    # One wavered, and one was deleted and brought back.
    assert (discovery.entered, discovery.came_back, discovery.went_back) == (4, 2, 1)
    assert "On hold" not in {s.stage for s in now.whole.steps}


def test_the_sample_company_has_the_same_funnel_either_way(
    sample_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = Book(DuckDBEngine(sample_folder), load_settings(sample_folder))
    asked = [(book, ""), (book, "segment"), (book.where("amount >= 50000"), "team")]
    held = [funnel(b, "all", by=by) for b, by in asked]
    monkeypatch.setattr(Book, "is_past", True)
    assert [funnel(b, "all", by=by) for b, by in asked] == held
    assert sum(step.entered for step in held[0].whole.steps) > 500


def test_a_reader_sees_the_passages_of_their_own_deals_alone(book: Book) -> None:
    assert isinstance(book.engine, DuckDBEngine)
    scope = Scope(owner_ids=("ann",), shared={"opportunity": ("wins",)})
    seen = ScopedEngine(book.engine.folder, scope).run(
        "SELECT DISTINCT opportunity_id FROM stage_passage"
    )
    assert seen.rows == [("wins",)]


def test_a_deal_that_is_deleted_has_no_passages(book: Book) -> None:
    rows = book.engine.run(
        "SELECT opportunity_id, fate, stayed, left_at FROM stage_passage WHERE stage = 'Discovery'"
    ).rows
    of = {row[0]: row[1:] for row in rows}
    forever = datetime(9999, 12, 31)  # noqa: DTZ001  tables hold UTC
    # From 2 January up to the deletion, and again from 5 March on; what goes on is not counted yet.
    assert of["back"] == ("here", 29 * 86400 + 15 * 3600, forever)
    assert "gone" not in of
