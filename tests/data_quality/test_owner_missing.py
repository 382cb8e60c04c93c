"""Every open deal has an owner, where deals have owners at all."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from salesops.data_quality import run_checks
from tests.data_quality.finding import wrong


def test_an_open_deal_of_nobody_is_found(draw: Callable[..., Book]) -> None:
    deals = """
        id    stage     amount  created_on  close_date  owner_id
        none  Proposal  100     2026-01-01  2026-07-01  -
        has   Proposal  100     2026-01-01  2026-07-01  ann
        lost  Lost      100     2026-01-01  2026-02-01  -
    """
    assert wrong(draw(opportunity=deals), "owner_missing") == {"none"}


def test_where_no_deal_has_an_owner_the_file_is_named(draw: Callable[..., Book]) -> None:
    book = draw(opportunity="id  stage\nd1  Proposal")
    assert "Opportunity (OwnerId)" in run_checks(book).of("owner_missing").why
