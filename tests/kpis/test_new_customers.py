"""New customers are accounts at their first win."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book

ACCOUNTS = """
    id  name   industry
    a1  Acme   Media
    a2  Brill  Media
    a3  Corda  Software
"""
DEALS = """
    id  account_id  stage  type     close_date  owner_id  source
    d1  a1          Won    New      2026-02-01  ann       -
    d2  a1          Won    Renewal  2026-05-01  bob       Web
    d3  a2          Lost   New      2026-02-01  ann       Web
    d4  a2          Won    New      2026-05-01  ann       Fair
    d5  -           Won    New      2026-05-01  ann       Web
    d6  a3          Won    New      2026-05-01  bob       Web
    d7  a3          Won    Renewal  2026-05-01  ann       Web
"""


def book_of(draw: Callable[..., Book]) -> Book:
    return draw(account=ACCOUNTS, opportunity=DEALS)


def test_an_account_is_new_once_in_the_period_of_its_first_win(draw: Callable[..., Book]) -> None:
    book = book_of(draw)
    assert book.measure("new_customers", period="2026Q1").value == 1
    assert book.measure("new_customers", period="2026Q2").value == 2
    assert book.measure("new_customers").value == 3


def test_it_belongs_to_whom_and_what_the_first_win_did(draw: Callable[..., Book]) -> None:
    book = book_of(draw)
    people = book.measure("new_customers", by=["person"])
    assert {f.key[0]: f.value for f in people} == {"ann": 2, "bob": 1}
    sources = book.measure("new_customers", by=["source"])
    assert {f.key[0]: f.value for f in sources} == {None: 1, "Fair": 1, "Web": 1}


def test_a_condition_that_hides_the_first_win_makes_no_new_customer_of_the_second(
    draw: Callable[..., Book],
) -> None:
    book = book_of(draw).where("type = 'Renewal'")
    assert book.measure("new_customers").value is None


def test_nor_does_a_reader_who_does_not_see_the_first(draw: Callable[..., Book]) -> None:
    assert book_of(draw).seen_by(["bob"]).measure("new_customers").value == 1  # a3 alone


def test_the_rows_are_accounts(draw: Callable[..., Book]) -> None:
    rows = book_of(draw).rows_behind("new_customers", at={"industry": "Media"}).dicts()
    assert [r["id"] for r in rows] == ["a1", "a2"]


def test_no_first_wins_are_nothing_and_not_zero(draw: Callable[..., Book]) -> None:
    assert book_of(draw).measure("new_customers", period="2025").value is None


def test_of_two_first_wins_on_one_day_the_first_by_id_counts_alone(
    draw: Callable[..., Book],
) -> None:
    book = book_of(draw).where("source = 'Web'")
    assert book.measure("new_customers").value == 1  # d6 of a3; d7 is no second first
    assert book_of(draw).seen_by(["ann"]).measure("new_customers").value == 2  # not a3: d6 is bob's
