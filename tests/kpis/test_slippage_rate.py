"""Slippage rate asks of the deals due when a period began whether they closed in it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from salesops.book.book import Book

# Ten deals forecast for the first quarter: four closed in time, six slipped.
FORECAST = "opportunity_id  valid_from  stage  amount  close_date\n" + "\n".join(
    f"d{n}  2025-12-01T09:00  Proposal  100  2026-03-15\nd{n}  2026-03-{10 + n}T09:00  "
    + (
        "Won  100  2026-03-12"
        if n < 3
        else "Lost  100  2026-03-12"
        if n == 3
        else "Proposal  100  2026-05-15"
    )
    for n in range(10)
)
STATES = """
    opportunity_id  valid_from        stage        amount  close_date  owner_id  forecast_category
    won             2026-01-10T09:00  Proposal     100     2026-05-01  ann       commit
    won             2026-05-01T09:00  Won          150     2026-05-01  ann       closed
    lost            2026-01-10T09:00  Proposal     100     2026-05-01  ann       pipeline
    lost            2026-06-01T09:00  Lost         100     2026-06-01  ann       omitted
    pushed          2026-01-10T09:00  Proposal     300     2026-05-01  ann       commit
    pushed          2026-04-20T09:00  Proposal     900     2026-08-01  bob       pipeline
    waits           2026-01-10T09:00  Proposal     100     2026-06-30  bob       pipeline
    later           2026-01-10T09:00  Proposal     100     2026-08-01  bob       pipeline
    early           2026-01-10T09:00  Prospecting  100     2026-05-01  bob       pipeline
    new             2026-04-10T09:00  Proposal     100     2026-05-01  bob       pipeline
    late            2026-01-10T09:00  Proposal     -       2026-05-01  bob       pipeline
    late            2026-07-02T09:00  Won          100     2026-07-02  bob       closed
"""


def deals_now(states: str) -> str:
    """Each deal as its last state says."""
    lines = [line.split() for line in states.strip().splitlines()]
    last = {line[0]: line[2:] for line in lines[1:]}
    head = ["  ".join(["id", *lines[0][2:]])]
    return "\n".join(head + ["  ".join([key, *cells]) for key, cells in last.items()])


def drawn(draw: Callable[..., Book], states: str, now: str, **more: str) -> Book:
    """A book of these states, read at an instant."""
    return draw(now=now, opportunity=deals_now(states), opportunity_version=states, **more)


def test_six_of_ten_slipped(draw: Callable[..., Book]) -> None:
    book = drawn(draw, FORECAST, "2026-06-30T12:00")
    assert book.measure("slippage_rate", period="2026Q1").value == Decimal("0.6")


def test_lost_is_not_slipped_and_what_came_later_is_not_in_it(draw: Callable[..., Book]) -> None:
    book = drawn(draw, STATES, "2026-07-31T12:00")
    (found,) = book.measure("slippage_rate", period="2026Q2")
    assert [found.numerator, found.denominator] == [3, 5]  # pushed, waits and late
    rows = book.rows_behind("slippage_rate", period="2026Q2").dicts()
    assert {r["id"]: r["numerator"] for r in rows} == {
        "won": 0, "lost": 0, "pushed": 1, "waits": 1, "late": 1,
    }  # fmt: skip


def test_category_and_owner_are_those_of_the_beginning(draw: Callable[..., Book]) -> None:
    book = drawn(draw, STATES, "2026-07-31T12:00")
    found = book.measure("slippage_rate", period="2026Q2", by="forecast_category")
    assert {f.key[0]: [f.numerator, f.denominator] for f in found} == {
        "commit": [1, 2],
        "pipeline": [2, 3],
    }
    by_owner = {
        f.key[0]: f.denominator for f in book.measure("slippage_rate", period="2026Q2", by="person")
    }
    assert by_owner == {"ann": 3, "bob": 2}


def test_while_the_period_runs_a_deal_due_later_in_it_has_not_slipped(
    draw: Callable[..., Book],
) -> None:
    running = drawn(draw, STATES, "2026-07-31T12:00").as_of("2026-06-10")
    (found,) = running.measure("slippage_rate", period="2026Q2")
    assert [found.numerator, found.denominator, found.n_open] == [1, 5, 3]
    assert found.is_immature


def test_where_history_does_not_reach_the_beginning_there_is_no_number(
    draw: Callable[..., Book],
) -> None:
    book = drawn(draw, STATES, "2026-07-31T12:00")
    (found,) = book.measure("slippage_rate", period="2026Q1")
    assert (found.value, found.why) == (
        None,
        "History begins on 10 January 2026, and would have to reach back to 31 December 2025.",
    )
    assert "one period" in book.measure("slippage_rate").figure.why
    assert "has not begun" in book.measure("slippage_rate", period="2026Q4").figure.why
