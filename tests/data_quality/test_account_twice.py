"""Accounts of one country spelled alike are one, and their open deals are at stake."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from salesops.data_quality import run_checks
from tests.data_quality.finding import wrong


def test_spellings_of_one_name_in_one_country_are_found(draw: Callable[..., Book]) -> None:
    accounts = """
        id  name              country
        a1  Alder Foods Ltd.  Kenya
        a2  ALDER-FOODS       Kenya
        a3  Alder Foods       Peru
        a4  Alder Food        Kenya
        a5  AB 12             Kenya
        a6  Birch             Kenya
    """
    deals = """
        id  stage     amount  created_on  close_date  account_id
        d1  Proposal  100     2026-01-01  2026-07-01  a1
        d2  Won       900     2026-01-01  2026-02-01  a1
    """
    book = draw(account=accounts, opportunity=deals)
    assert wrong(book, "account_twice") == {"a1", "a2"}
    assert run_checks(book).of("account_twice").money_minor == 100_00
