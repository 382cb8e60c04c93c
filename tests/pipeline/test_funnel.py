"""The funnel of an entry cohort: what became of the deals that entered each stage, as the number of that name counts it."""

from __future__ import annotations

from pathlib import Path

import pytest

from salesops.book.book import Book
from salesops.book.settings import Segment, Settings
from salesops.foundations.problem import Refusal
from salesops.pipeline import FATES, entries, funnel
from tests.drawn import draw_book
from tests.pipeline.test_movement import deals_of

STATES = """
    opportunity_id  valid_from        stage        amount  close_date  owner_id
    wins            2026-01-01T09:00  Prospecting  100     2026-03-01  ann
    wins            2026-01-11T09:00  Discovery    100     2026-03-01  ann
    wins            2026-01-31T09:00  Proposal     100     2026-03-01  ann
    wins            2026-03-01T09:00  Won          100     2026-03-01  ann
    leaps           2026-01-02T09:00  Prospecting  40      2026-02-01  ann
    leaps           2026-02-01T09:00  Won          40      2026-02-01  ann
    loses           2026-01-03T09:00  Discovery    70      2026-05-01  bob
    loses           2026-05-01T09:00  Lost         70      2026-05-01  bob
    fades           2026-01-03T09:00  Discovery    70      2026-05-02  bob
    fades           2026-05-02T09:00  No decision  70      2026-05-02  bob
    wavers          2026-01-04T09:00  Prospecting  10      2026-09-01  bob
    wavers          2026-01-05T09:00  Discovery    10      2026-09-01  bob
    wavers          2026-01-06T09:00  Prospecting  10      2026-09-01  bob
    wavers          2026-01-08T09:00  Discovery    10      2026-09-01  bob
    wavers          2026-01-09T09:00  Prospecting  10      2026-09-01  bob
    late            2026-04-10T09:00  Discovery    10      2026-09-01  cay
"""
PEOPLE = """
    id   name      team
    ann  Ann Ash   North
    bob  Bob Birch  North
    cay  Cay Cole  South
"""
SEGMENTS = [Segment(name="Large", criterion="amount >= 50")]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    return draw_book(
        tmp_path_factory.mktemp("drawn"),
        settings=Settings(segments=SEGMENTS),
        opportunity=deals_of(STATES),
        opportunity_version=STATES,
        person=PEOPLE,
    )


def fates(book: Book, over: str = "2026Q1", **asked: str) -> dict[str, dict[str, int]]:
    """For each stage the fates that any deal has."""
    return {
        step.stage: {fate: step.deals(fate) for fate in FATES if step.deals(fate)}
        for step in funnel(book, over, **asked).whole.steps
    }


def test_each_deal_that_entered_a_stage_has_one_fate(book: Book) -> None:
    assert fates(book) == {
        "Prospecting": {"further": 3, "entered": 3, "came_back": 1, "skipped": 2},
        "Discovery": {
            "further": 1, "back": 1, "lost": 1, "undecided": 1,
            "entered": 4, "came_back": 1, "went_back": 1, "skipped": 1,
        },
        "Proposal": {"further": 1, "entered": 1, "skipped": 1},
    }  # fmt: skip


def test_as_of_a_former_day_it_is_what_was_known_then(book: Book) -> None:
    assert fates(book.as_of("2026-01-20")) == {
        "Prospecting": {"further": 2, "here": 1, "entered": 3, "came_back": 1, "skipped": 2},
        "Discovery": {
            "here": 3, "back": 1, "entered": 4, "came_back": 1, "went_back": 1,
        },
    }  # fmt: skip


@pytest.mark.parametrize("by", ["", "team", "person", "segment", "source"])
@pytest.mark.parametrize("day", ["", "2026-01-20", "2026-04-20"])
def test_conversion_is_the_number_stage_conversion(book: Book, by: str, day: str) -> None:
    read = book.as_of(day) if day else book
    found = funnel(read, "2026Q1", by=by)
    measured = read.measure(
        "stage_conversion", period="2026Q1", by=["stage", by] if by else ["stage"]
    )
    expected = {
        (f.key[1] if by else None, f.key[0]): (f.numerator, f.denominator, f.n_open, f.low, f.high)
        for f in measured
    }
    cohorts = found.groups if by else (found.whole,)
    assert {
        (cohort.key, s.stage): (s.further, s.entered, s.n_open, *(s.interval or ()))
        for cohort in cohorts
        for s in cohort.steps
        if s.entered
    } == expected


def test_time_in_a_stage_adds_up_visits_and_counts_open_ones_as_far_as_they_came(
    book: Book,
) -> None:
    steps = {s.stage: s.days.value for s in funnel(book, "2026Q1").whole.steps}
    # Prospecting: 10 days, 30, and one that is still there; Proposal: from 31 January to 1 March.
    assert (steps["Prospecting"], steps["Proposal"]) == (30, 29)
    (wavers,) = entries(book, "2026Q1", "Discovery", "back")
    assert (wavers.id, wavers.days, wavers.is_there, wavers.stage_now) == (
        "wavers", 2, False, "Prospecting",
    )  # fmt: skip


def test_a_cohort_with_many_open_deals_is_not_settled(book: Book) -> None:
    steps = {s.stage: s for s in funnel(book, "2026Q1").whole.steps}
    assert (steps["Discovery"].is_immature, steps["Prospecting"].is_immature) == (True, False)


def test_a_fate_opens_its_deals(book: Book) -> None:
    for step in funnel(book, "2026Q1").whole.steps:
        for fate in FATES:
            assert len(entries(book, "2026Q1", step.stage, fate)) == step.deals(fate)
    assert [e.id for e in entries(book, "2026Q1", "Discovery", "skipped")] == ["leaps"]
    of_bob = entries(book, "2026Q1", "Discovery", by="person", group="bob")
    assert {e.id for e in of_bob} == {"loses", "fades", "wavers"}


def test_a_condition_narrows_the_deals(book: Book) -> None:
    assert fates(book.where("amount >= 50"))["Prospecting"] == {
        "further": 1,
        "entered": 1,
        "skipped": 2,
    }


def test_what_cannot_be_told_is_refused(book: Book, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="cannot be split"):
        funnel(book, "2026Q1", by="colour")
    with pytest.raises(Refusal, match="no open stage"):
        entries(book, "2026Q1", "Won")
    with pytest.raises(Refusal, match="by “gone”"):
        entries(book, "2026Q1", "Discovery", "gone")
    bare = draw_book(tmp_path / "bare", opportunity="id  stage\nd1  Discovery")
    with pytest.raises(Refusal, match="holds no history"):
        funnel(bare, "2026Q1")
