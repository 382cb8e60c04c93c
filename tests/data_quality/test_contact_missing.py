"""Somebody is known at the account of a qualified deal, where contacts are kept."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from tests.data_quality.finding import wrong


def test_a_qualified_deal_at_an_account_without_contacts_is_found(
    draw: Callable[..., Book],
) -> None:
    deals = """
        id     stage        amount  created_on  close_date  account_id
        known  Proposal     100     2026-01-01  2026-07-01  a1
        alone  Proposal     100     2026-01-01  2026-07-01  a2
        early  Prospecting  100     2026-01-01  2026-07-01  a2
        won    Won          100     2026-01-01  2026-02-01  a2
        none   Proposal     100     2026-01-01  2026-07-01  -
    """
    contacts = "id  account_id  name\nc1  a1  Ruth Ray\nc2  a1  Tom Tay\nc3  -  Una Ulm"
    assert wrong(draw(opportunity=deals, contact=contacts), "contact_missing") == {"alone"}
