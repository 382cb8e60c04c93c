"""Meetings count on the day they were planned for, and say nothing where none was ever missed."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from salesops.book.book import Book

HEAD = "id  kind  owner_id  occurred_at  is_done"
WORK = f"""
    {HEAD}
    v1  meeting  ann  2026-05-04T10:00  yes
    v2  demo     ann  2026-05-05T10:00  no
    v3  meeting  bob  2026-05-06T10:00  -
    v4  call     bob  2026-05-07T10:00  no
    v5  meeting  bob  2026-06-29T10:00  no
    v6  meeting  bob  2026-07-20T10:00  no
    v7  call     bob  2026-06-30T12:00  yes
"""
DEALS = "id  stage\nd1  Proposal"


def test_what_is_to_come_and_what_is_no_meeting_do_not_count(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS, activity=WORK)
    rows = book.rows_behind("meeting_held_rate").dicts()
    assert {r["id"]: (r["numerator"], r["is_open"]) for r in rows} == {
        "v1": (1, False),
        "v2": (0, False),
        "v3": (1, False),
        "v5": (0, True),  # of yesterday: somebody may mark it yet
    }
    assert book.measure("meeting_held_rate", period="2026M05").value == Decimal("0.666666667")
    assert book.seen_by(["bob"]).measure("meeting_held_rate").figure.n == 2


def test_where_no_meeting_was_ever_missed_there_is_no_share(draw: Callable[..., Book]) -> None:
    held = f"{HEAD}\nv1  meeting  ann  2026-05-04T10:00  yes\nv2  call  ann  2026-06-05T10:00  no"
    figure = draw(opportunity=DEALS, activity=held).measure("meeting_held_rate").figure
    assert (figure.value, figure.n, figure.n_excluded) == (None, 0, 1)
    assert figure.why == "One row belongs here, but of no meeting is it said that it was not held."
