"""How deals end by day since their creation, each end competing with the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from salesops.book.book import Book
from salesops.pipeline import ends
from tests.drawn import draw_book

# Ten deals of January, followed to 30 June; one of unknown day, one that closed before it was created.
DEALS = """
    id   stage        created_on  close_date
    w1   Won          2026-01-01  2026-01-11
    w2   Won          2026-01-01  2026-03-02
    l1   Lost         2026-01-01  2026-01-21
    l2   Lost         2026-01-01  2026-01-21
    n1   No decision  2026-01-01  2026-04-01
    o1   Discovery    2026-01-31  2026-09-01
    o2   Discovery    2026-01-31  2026-09-01
    odd  Won          2026-01-20  2026-01-10
    feb  Won          2026-02-01  2026-02-02
    new  Discovery    2026-06-30  2026-09-01
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    return draw_book(tmp_path_factory.mktemp("drawn"), opportunity=DEALS)


def test_shares_by_day_count_open_deals_as_far_as_they_came(book: Book) -> None:
    found = ends(book, "2026M01")
    assert (found.n, found.n_open, found.n_excluded) == (7, 2, 1)
    by_day = found.by_day(90)
    assert by_day is not None
    # All seven were followed 90 days: two were won, two lost, one given up on day 90.
    assert [round(by_day[e].share * 7, 6) for e in ("won", "lost", "no_decision")] == [2, 2, 1]
    assert found.at_risk(90) == 3
    assert found.by_day(365) is None
    assert found.decided.value == 60


def test_of_young_deals_no_more_is_said_than_was_seen(tmp_path: Path) -> None:
    # Of five, one was won on day 10; three are younger and tell nothing of day 10, so it is one of two.
    drawn = """
        id  stage      created_on  close_date
        d1  Won        2026-06-10  2026-06-20
        d2  Discovery  2026-06-10  2026-09-01
        d3  Discovery  2026-06-25  2026-09-01
        d4  Discovery  2026-06-25  2026-09-01
        d5  Discovery  2026-06-30  2026-09-01
    """
    found = ends(draw_book(tmp_path / "young", opportunity=drawn), "2026M06")
    assert found.curves["won"].at(10).share == 0.5


def test_deals_are_those_created_in_the_period_and_of_the_group(book: Book) -> None:
    assert ends(book, "2026M02").n == 1
    assert ends(book, "2026M01", by="person", group="ann").n == 0
    assert ends(book.where("stage = 'Lost'"), "2026M01").n == 2
