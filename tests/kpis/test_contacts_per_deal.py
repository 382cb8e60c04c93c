"""Contacts per deal are people spoken with, each once a deal."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book

DEALS = """
    id   stage  close_date  owner_id
    d1   Won    2026-02-01  ann
    d2   Lost   2026-02-01  ann
    raw  Lost   2026-02-01  ann
"""
PASTS = """
    opportunity_id  valid_from        stage        close_date  owner_id
    d1              2026-01-01T00:00  Discovery    2026-02-01  ann
    d1              2026-02-01T12:00  Won          2026-02-01  ann
    d2              2026-01-01T00:00  Discovery    2026-02-01  ann
    d2              2026-02-01T12:00  Lost         2026-02-01  ann
    raw             2026-01-01T00:00  Prospecting  2026-02-01  ann
    raw             2026-02-01T12:00  Lost         2026-02-01  ann
"""
WORK = """
    id  kind     owner_id  opportunity_id  contact_id  occurred_at       is_done
    v1  call     ann       d1              c1          2026-01-05T10:00  yes
    v2  meeting  bob       d1              c1          2026-01-06T10:00  yes
    v3  demo     bob       d1              c2          2026-01-07T10:00  yes
    v4  email    ann       d1              c3          2026-01-08T10:00  yes
    v5  call     ann       d1              c4          2026-01-09T10:00  no
    v6  call     ann       raw             c1          2026-01-09T10:00  yes
"""


def test_each_contact_spoken_with_counts_once_and_silence_counts_as_nobody(
    draw: Callable[..., Book],
) -> None:
    book = draw(opportunity=DEALS, opportunity_version=PASTS, activity=WORK)
    found = {f.key[0]: f.value for f in book.measure("contacts_per_deal", by="outcome")}
    assert found == {"won": 2, "lost": 0}


def test_a_mean_of_counts_is_not_rounded_to_a_whole(draw: Callable[..., Book]) -> None:
    work = WORK.replace("v6  call     ann       raw ", "v6  call     ann       d2  ")
    found = draw(opportunity=DEALS, opportunity_version=PASTS, activity=work).measure(
        "contacts_per_deal"
    )
    assert float(found.value or 0) == 1.5
    assert "1.5" in str(found)
