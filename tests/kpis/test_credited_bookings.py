"""Credited bookings share out what was won, to the cent."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book

PEOPLE = """
    id   name  team
    ann  Ann   North
    bob  Bob   South
    cay  Cay   South
"""
DEALS = """
    id  stage  amount   close_date  owner_id
    d1  Won    100.01   2026-04-10  ann
    d2  Won    1000.00  2026-05-10  ann
    d3  Won    50       2026-06-10  bob
    d4  Won    -        2026-06-11  bob
    d5  Lost   999      2026-06-10  bob
"""
SPLITS = """
    id  opportunity_id  person_id  share     is_overlay
    s1  d1              ann        0.5       no
    s2  d1              bob        0.5       no
    s3  d2              ann        0.333333  no
    s4  d2              bob        0.333333  no
    s5  d2              cay        0.333333  no
    s6  d3              cay        1         yes
"""


def book_of(draw: Callable[..., Book], splits: str = SPLITS) -> Book:
    return draw(person=PEOPLE, opportunity=DEALS, opportunity_split=splits)


def test_the_credits_of_a_deal_add_up_to_its_value_to_the_cent(draw: Callable[..., Book]) -> None:
    rows = book_of(draw).rows_behind("credited_bookings").dicts()
    credits: dict[str, list[int]] = {}
    for row in rows:
        if row["numerator"] is not None:
            credits.setdefault(row["id"], []).append(row["numerator"])
    assert sorted(credits["d1"]) == [50_00, 50_01]
    assert sorted(credits["d2"]) == [333_33, 333_33, 333_34]
    assert credits["d3"] == [50_00]


def test_people_add_up_to_what_was_sold(draw: Callable[..., Book]) -> None:
    book = book_of(draw)
    found = book.measure("credited_bookings", by=["person"])
    assert {f.key[0]: f.value for f in found} == {"ann": 383_34, "bob": 433_34, "cay": 333_33}
    assert book.measure("credited_bookings").value == book.measure("closed_to_date").value


def test_a_share_counts_for_the_team_of_who_is_credited(draw: Callable[..., Book]) -> None:
    found = book_of(draw).measure("credited_bookings", by=["team"])
    assert {f.key[0]: f.value for f in found} == {"North": 383_34, "South": 766_67}


def test_overlay_credit_is_not_in_it(draw: Callable[..., Book]) -> None:
    rows = book_of(draw).rows_behind("credited_bookings", period="2026M06").dicts()
    assert [(r["owner_id"], r["numerator"]) for r in rows if r["id"] == "d3"] == [("bob", 50_00)]


def test_what_shares_leave_over_is_the_owners(draw: Callable[..., Book]) -> None:
    found = book_of(draw, "id  opportunity_id  person_id  share\ns1  d2  bob  0.4").measure(
        "credited_bookings", period="2026M05", by=["person"]
    )
    assert {f.key[0]: f.value for f in found} == {"ann": 600_00, "bob": 400_00}


def test_shares_of_more_than_the_whole_are_scaled_down_to_it(draw: Callable[..., Book]) -> None:
    splits = """
        id  opportunity_id  person_id  share
        s1  d2              ann        1
        s2  d2              bob        1
    """
    found = book_of(draw, splits).measure("credited_bookings", period="2026M05", by=["person"])
    assert {f.key[0]: f.value for f in found} == {"ann": 500_00, "bob": 500_00}


def test_a_reader_sees_their_own_credit_also_of_deals_that_are_not_theirs(
    draw: Callable[..., Book],
) -> None:
    book = book_of(draw)
    assert book.seen_by(["cay"]).measure("credited_bookings").value == 333_33
    assert book.seen_by(["ann"]).measure("credited_bookings").value == 383_34


def test_a_deal_whose_credit_is_all_anothers_is_not_its_owners(draw: Callable[..., Book]) -> None:
    book = book_of(draw, "id  opportunity_id  person_id  share\ns1  d2  bob  1")
    assert book.seen_by(["ann"]).measure("credited_bookings", period="2026M05").value is None


def test_a_win_without_an_amount_is_excluded(draw: Callable[..., Book]) -> None:
    figure = book_of(draw).measure("credited_bookings").figure
    assert (figure.n, figure.n_excluded) == (6, 1)
