"""Leads: how many are converted, answered in an hour, and never answered."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

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


def book_of(draw: Callable[..., Book]) -> Book:
    return draw(lead=LEADS, activity=WORK, opportunity=DEALS)


def test_the_ninetieth_day_is_too_late(draw: Callable[..., Book]) -> None:
    figure = book_of(draw).measure("lead_conversion", period="2026Q1").figure
    assert (figure.numerator, figure.denominator, figure.n_open) == (1, 3, 0)


def test_young_leads_are_open(draw: Callable[..., Book]) -> None:
    figure = book_of(draw).measure("lead_conversion").figure
    assert (figure.n, figure.n_open, figure.is_immature) == (5, 2, True)
    by = book_of(draw).measure("lead_conversion", by=["source"])
    assert {f.key[0]: f.value for f in by} == {"Web": Decimal("0.5"), "Fair": 0}


def test_what_moved_to_the_contact_is_an_answer_too(draw: Callable[..., Book]) -> None:
    figure = book_of(draw).measure("leads_answered_in_an_hour").figure
    # l1 within the hour, l2 a minute after it; research, a call before the lead came and one planned are none.
    assert (figure.numerator, figure.denominator, figure.n_open) == (1, 5, 1)


def test_never_is_after_thirty_days(draw: Callable[..., Book]) -> None:
    figure = book_of(draw).measure("leads_never_answered").figure
    assert (figure.numerator, figure.denominator, figure.n_excluded) == (1, 3, 2)


def test_an_answer_after_the_reading_is_not_known_yet(draw: Callable[..., Book]) -> None:
    past = draw(
        lead=LEADS,
        activity=WORK,
        opportunity="id  stage     created_at\nd1  Proposal  2026-01-01T09:00",
        opportunity_version="""
            opportunity_id  valid_from        stage        created_at
            d1              2026-01-01T09:00  Prospecting  2026-01-01T09:00
            d1              2026-02-01T09:00  Proposal     2026-01-01T09:00
        """,
    ).as_of("2026-01-15")
    figure = past.measure("lead_conversion").figure
    assert (figure.numerator, figure.n, figure.n_open) == (0, 3, 3)
