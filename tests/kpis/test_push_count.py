"""Push count counts moves to a later quarter; corrections within a day are none, and pulls cancel nothing."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from tests.kpis.test_slippage_rate import drawn

STATES = """
    opportunity_id  valid_from        stage      amount  close_date  owner_id
    twice           2026-01-10T09:00  Discovery  1       2026-03-01  ann
    twice           2026-02-10T09:00  Discovery  1       2026-05-01  ann
    twice           2026-02-20T09:00  Proposal   1       2026-05-01  ann
    twice           2026-03-10T09:00  Proposal   1       2026-03-20  ann
    twice           2026-03-19T09:00  Proposal   1       2026-06-20  bob
    within          2026-01-10T09:00  Discovery  1       2026-05-01  ann
    within          2026-04-10T09:00  Discovery  1       2026-06-01  ann
    slip            2026-01-10T09:00  Discovery  1       2026-03-01  ann
    slip            2026-04-01T09:00  Discovery  1       2026-09-01  ann
    slip            2026-04-02T08:59  Discovery  1       2026-03-05  ann
    fresh           2026-01-10T09:00  Discovery  1       2026-01-20  ann
    fresh           2026-01-10T15:00  Discovery  1       2026-06-20  ann
    closes          2026-01-10T09:00  Proposal   1       2026-03-01  ann
    closes          2026-06-10T09:00  Won        1       2026-06-10  ann
"""


def test_pushes_count_in_the_period_of_the_move_and_for_its_owner_then(
    draw: Callable[..., Book],
) -> None:
    book = drawn(draw, STATES, "2026-06-30T12:00")
    assert (
        book.measure("push_count", period="2026Q1").value == 2
    )  # twice, though it was pulled in between
    owners = book.measure("push_count", period="2026Q1", by="person")
    assert {f.key[0]: f.value for f in owners} == {"ann": 1, "bob": 1}


def test_moves_within_a_quarter_are_rows_that_count_as_nothing(draw: Callable[..., Book]) -> None:
    book = drawn(draw, STATES, "2026-06-30T12:00")
    rows = book.rows_behind("push_count", period="2026Q2").dicts()
    # Slip was put right within a day; then it is five days later than first, in the same quarter.
    assert {r["id"]: r["numerator"] for r in rows} == {"within": 0, "slip": 0}


def test_a_correction_within_a_day_and_closing_are_no_pushes(draw: Callable[..., Book]) -> None:
    book = drawn(draw, STATES, "2026-06-30T12:00")
    pushed = {r["id"] for r in book.rows_behind("push_count").dicts() if r["numerator"]}
    assert pushed == {"twice"}
    # As of a day at which the mistake still stood it was one.
    assert book.as_of("2026-04-01").measure("push_count", period="2026Q2").value == 1


def test_pushes_split_by_quarter(draw: Callable[..., Book]) -> None:
    found = drawn(draw, STATES, "2026-06-30T12:00").measure("push_count", by="quarter")
    assert {f.label[0]: f.n for f in found} == {"2026Q1": 2, "2026Q2": 2}
