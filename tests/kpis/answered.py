"""Leads that are converted, answered soon, late or never, and such as are still young."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book

DEALS = "id  stage\nd1  Proposal"
LEADS = """
    id  owner_id  source  created_at        is_converted  converted_on  contact_id
    l1  ann       Web     2026-01-05T09:00  yes           2026-01-20    c1
    l2  ann       Web     2026-01-06T09:00  yes           2026-04-06    -
    l3  bob       Fair    2026-01-07T09:00  no            -             -
    l4  bob       Fair    2026-06-20T09:00  no            -             -
    l5  bob       Fair    2026-06-30T11:30  no            -             -
"""
WORK = """
    id  kind      owner_id  lead_id  contact_id  occurred_at       is_done
    v1  call      ann       -        c1          2026-01-05T10:00  yes
    v2  email     ann       l2       -           2026-01-06T10:01  yes
    v3  research  bob       l3       -           2026-01-07T09:10  yes
    v4  call      bob       l3       -           2026-01-06T09:00  yes
    v5  call      bob       l3       -           2026-03-07T09:00  yes
    v6  call      bob       l4       -           2026-06-20T09:30  no
"""


def book_of_leads(draw: Callable[..., Book]) -> Book:
    """The book of them."""
    return draw(lead=LEADS, activity=WORK, opportunity=DEALS)
