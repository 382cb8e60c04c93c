"""First meetings count once an account, and what followed within sixty days."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book

ACCOUNTS = "id  name\na1  A\na2  B\na3  C\na4  D\na5  E"
WORK = """
    id   kind     owner_id  account_id  occurred_at       is_done
    v0   call     ann       a1          2026-01-02T10:00  yes
    v1   meeting  ann       a1          2026-01-05T10:00  yes
    v2   meeting  bob       a1          2026-01-09T10:00  yes
    v3   demo     bob       a2          2026-01-05T10:00  yes
    v4   meeting  bob       a3          2026-01-20T10:00  yes
    v5   meeting  ann       a4          2026-06-10T10:00  yes
    v6   meeting  ann       a5          2026-01-05T10:00  no
    v7   meeting  ann       a2          2026-02-01T10:00  yes
"""
DEALS = """
    id  account_id  stage     owner_id
    d1  a1          Proposal  ann
    d2  a2          Proposal  bob
    d3  a3          Proposal  bob
"""
PASTS = """
    opportunity_id  valid_from        stage        owner_id
    d1              2026-01-01T09:00  Prospecting  ann
    d1              2026-03-05T09:00  Discovery    ann
    d2              2026-01-01T09:00  Prospecting  bob
    d2              2026-03-06T09:00  Discovery    bob
    d3              2026-01-10T09:00  Discovery    bob
"""


def book_of(draw: Callable[..., Book]) -> Book:
    return draw(account=ACCOUNTS, activity=WORK, opportunity=DEALS, opportunity_version=PASTS)


def test_the_sixtieth_day_is_too_late_and_a_deal_from_before_the_meeting_leaves_it_out(
    draw: Callable[..., Book],
) -> None:
    rows = book_of(draw).rows_behind("first_meeting_conversion").dicts()
    # a1 after 59 days, a2 after 60, a3 was qualified before; a4 has time left, a5 was not held.
    assert {r["id"]: (r["numerator"], r["is_open"]) for r in rows} == {
        "v1": (1, False),
        "v3": (0, False),
        "v4": (None, False),
        "v5": (0, True),
    }


def test_a_colleagues_first_meeting_makes_ones_own_no_first(draw: Callable[..., Book]) -> None:
    seen = book_of(draw).seen_by(["bob"])
    assert {r["id"] for r in seen.rows_behind("first_meeting_conversion").dicts()} == {"v3", "v4"}
