"""Won within 90 days looks only at deals that had 90 days, and at what was won in them."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book

DEALS = """
    id        stage     created_on  close_date  owner_id
    at_89     Won       2026-01-01  2026-03-31  ann
    at_90     Won       2026-01-01  2026-04-01  ann
    lost      Lost      2026-01-01  2026-02-01  bob
    open      Proposal  2026-04-01  2026-09-01  bob
    young     Won       2026-04-02  2026-05-01  bob
    backward  Won       2026-03-01  2026-02-01  bob
"""
SEEN = "id  owner_id  occurred_at  is_done\nv1  ann  2026-06-30T10:00  yes"


def test_what_is_won_on_the_ninetieth_day_is_too_late(draw: Callable[..., Book]) -> None:
    found = draw(opportunity=DEALS, activity=SEEN).measure("won_within_90_days", by="person")
    shares = {f.key[0]: [f.numerator, f.denominator] for f in found}
    assert shares == {"ann": [1, 2], "bob": [0, 2]}


def test_deals_that_did_not_have_ninety_days_are_left_out_though_they_are_won(
    draw: Callable[..., Book],
) -> None:
    book = draw(opportunity=DEALS, activity=SEEN)
    figure = book.measure("won_within_90_days").figure
    assert (figure.n, figure.n_excluded) == (4, 2)  # young, and closed before it was created
    assert book.measure("won_within_90_days", period="2026M04").figure.n == 1
