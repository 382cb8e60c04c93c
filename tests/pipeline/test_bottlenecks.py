"""What holds deals up is found with its worth and its deals; what the mix, one seller or chance does is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from scripts.sample_books import sample_books
from scripts.simulate_bottlenecks import NEEDED

from salesops.book.book import Book
from salesops.foundations.problem import Refusal
from salesops.pipeline import bottlenecks, flows, held_up
from salesops.pipeline.bottleneck_words import cost, evidence, nothing, sureness
from tests.drawn import draw_book
from tests.pipeline.waiting import BEGINS, SLOW, Drawing, waiting


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """In the last quarter all take three times as long."""
    return draw_book(tmp_path_factory.mktemp("slow"), **SLOW)


def test_a_stage_that_became_slow_is_found_with_its_cost_and_worth(slow: Book) -> None:
    (found,) = bottlenecks(slow).found
    assert (found.place, found.measure, found.first, found.is_over) == (
        "Discovery",
        "wait",
        "2026Q2",
        False,
    )
    assert found.here.median is not None
    assert found.usual.median is not None
    assert found.here.median > 2 * found.usual.median
    assert found.low < found.extra < found.high
    around = found.around
    assert found.days_a_year == pytest.approx(found.extra * around.entered)
    assert found.worth_minor == round(found.extra * around.won_minor / 365)
    assert around.won_minor == _won(slow)
    assert "the former level is worth $" in cost(found, "USD")
    assert "of the same mix" in evidence(found)
    assert "looks were taken" in sureness(found)


def _won(book: Book) -> int:
    """What was won in the year to today, counted by itself."""
    rows = book.engine.run(
        "SELECT sum(value_minor) FROM opportunity WHERE is_won AND closed_on > DATE '2025-06-30'"
    ).rows
    return int(rows[0][0])


def test_its_deals_are_those_there_now_the_longest_first(slow: Book) -> None:
    (found,) = bottlenecks(slow).found
    held = held_up(slow, found)
    there = slow.engine.run("SELECT id FROM opportunity WHERE stage = 'Discovery'").rows
    assert {h.id for h in held} == {row[0] for row in there}
    assert len(held) == found.around.waiting > 0
    assert [h.days for h in held] == sorted((h.days for h in held), reverse=True)
    assert [h.id for h in held_up(slow, found, limit=2, offset=1)] == [h.id for h in held[1:3]]


def test_as_of_a_day_before_it_began_it_is_not_found(slow: Book) -> None:
    assert bottlenecks(slow.as_of("2026-03-31")).found == ()


def test_what_flows_through_a_stage_is_counted(slow: Book) -> None:
    (discovery,) = flows(slow)
    assert discovery.queue is not None
    assert discovery.queue[-1] == len(
        slow.engine.run("SELECT id FROM opportunity WHERE stage = 'Discovery'").rows
    )
    came, left = slow.engine.run(
        "SELECT count(*) FILTER (stage = 'Discovery'), count(*) FILTER (is_closed) FROM opportunity_version "
        "WHERE valid_from >= TIMESTAMP '2026-03-31 12:00'"
    ).rows[0]
    assert (discovery.arrived, discovery.left) == (came, left)
    assert discovery.dropped is not None
    assert discovery.dropped.value == pytest.approx(1 / 3, abs=0.05)
    assert discovery.returned is not None
    assert discovery.returned.hit == 0


def test_once_it_is_as_before_it_is_over_and_has_no_worth(tmp_path: Path) -> None:
    book = draw_book(tmp_path, **waiting(lambda q, _: 30 if q == 3 else 10))
    (found,) = bottlenecks(book).found
    assert (found.first, found.is_over, found.worth_minor) == ("2026Q1", True, None)
    assert found.title.endswith("it is over")
    assert len(held_up(book, found)) == found.here.n


def test_two_slow_quarters_are_one_finding_against_the_year_before(tmp_path: Path) -> None:
    (found,) = bottlenecks(draw_book(tmp_path, **waiting(lambda q, _: 30 if q >= 3 else 10))).found
    assert (found.first, found.last, found.usual.n) == ("2026Q1", "2026Q2", 3 * 36)


def test_a_team_that_is_slower_than_the_others_is_named(tmp_path: Path) -> None:
    (found,) = bottlenecks(
        draw_book(tmp_path, **waiting(lambda _, owner: 30 if owner[0] == "n" else 10))
    ).found
    assert (found.team, found.place) == ("North", "Discovery")


def test_one_seller_who_became_slow_is_no_slow_stage(tmp_path: Path) -> None:
    book = draw_book(
        tmp_path, **waiting(lambda q, owner: 90 if q == 4 and owner in ("n0", "s0") else 10)
    )
    assert bottlenecks(book).found == ()


def test_a_stage_that_is_slow_only_because_its_deals_are_large_is_not_named(tmp_path: Path) -> None:
    random, drawing = Random(2), Drawing()
    for quarter in range(len(BEGINS)):
        for n in range(45):
            is_large = n % 4 != 0 if quarter == 4 else n % 4 == 0
            days = (40 if is_large else 8) * random.lognormvariate(0, 0.4)
            amount = 90_000 if is_large else 1_000
            drawing.add(quarter, f"n{n % 6}", max(1, round(days)), amount=amount)
    found = bottlenecks(draw_book(tmp_path, **drawing.tables())).found
    assert found == ()


def test_a_stage_that_loses_more_is_named_with_the_deals_it_loses_a_year(tmp_path: Path) -> None:
    random, drawing = Random(4), Drawing()
    for quarter in range(len(BEGINS)):
        for n in range(45):
            lost = n % 5 != 0 if quarter == 3 else n % 5 == 0
            days = max(1, round(10 * random.lognormvariate(0, 0.4)))
            drawing.add(quarter, f"{'ns'[n % 2]}{n % 12 // 2}", days, end="Lost" if lost else "Won")
    (found,) = bottlenecks(draw_book(tmp_path, **drawing.tables())).found
    assert (found.measure, found.first) == ("drop_out", "2026Q1")
    assert found.here.ended == pytest.approx(0.8, abs=0.06)
    assert found.usual.ended == pytest.approx(0.2, abs=0.06)


def test_without_history_it_says_so(draw: Callable[..., Book]) -> None:
    book = draw(opportunity="id  stage  close_date\nd1  Proposal  2026-07-01")
    with pytest.raises(Refusal, match="holds no history"):
        bottlenecks(book)


def test_where_nothing_is_planted_nothing_is_found() -> None:
    """A hundred companies of 4,000 deals were tried as well; two smaller ones stand here."""
    for _, book in sample_books(2000, (11, 12), is_planted=False, only=NEEDED):
        assert bottlenecks(book).found == ()


def test_where_nothing_could_be_looked_at_that_is_what_is_said() -> None:
    assert "too few deals" in nothing(0)
    assert "too few" not in nothing(1)
