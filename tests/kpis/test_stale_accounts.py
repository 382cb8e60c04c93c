"""An active account is stale when nobody did anything for it, and none of its deals moved, for ninety days."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from salesops.book.book import Book

ACCOUNTS = "id  name  owner_id\n" + "\n".join(f"a{n}  A{n}  ann" for n in range(1, 8))
DEALS = """
    id  account_id  stage     owner_id  close_date
    d1  a1          Proposal  ann       2026-09-01
    d2  a2          Proposal  ann       2026-09-01
    d3  a3          Proposal  bob       2026-09-01
    d4  a4          Won       ann       2025-08-01
    d5  a5          Won       ann       2025-03-01
    d6  a6          Lost      ann       2026-06-01
    d7  a7          Proposal  ann       2026-09-01
"""
PASTS = """
    opportunity_id  account_id  valid_from        stage     owner_id  close_date
    d1              a1          2026-01-05T09:00  Proposal  ann       2026-09-01
    d2              a2          2026-01-05T09:00  Proposal  ann       2026-08-01
    d2              a2          2026-05-05T09:00  Proposal  ann       2026-09-01
    d3              a3          2026-01-05T09:00  Proposal  ann       2026-09-01
    d3              a3          2026-06-05T09:00  Proposal  bob       2026-09-01
    d4              a4          2025-08-01T09:00  Won       ann       2025-08-01
    d5              a5          2025-03-01T09:00  Won       ann       2025-03-01
    d6              a6          2026-06-01T09:00  Lost      ann       2026-06-01
    d7              a7          2026-01-05T09:00  Proposal  ann       2026-09-01
"""
WORK = """
    id  kind     owner_id  account_id  opportunity_id  occurred_at       is_done
    v1  call     bob       a1          -               2026-05-01T10:00  yes
    v2  meeting  bob       -           d7              2026-04-01T12:01  yes
    v3  call     ann       a4          -               2026-06-20T10:00  no
    v4  call     ann       a4          -               2026-06-30T12:00  no
    v5  note     ann       a9          -               2026-06-30T12:00  yes
"""


def test_work_and_moves_keep_an_account_fresh_and_a_new_owner_does_not(
    draw: Callable[..., Book],
) -> None:
    book = draw(account=ACCOUNTS, opportunity=DEALS, opportunity_version=PASTS, activity=WORK)
    rows = book.rows_behind("stale_accounts").dicts()
    # Of a4 only what is planned, a5 was won too long ago, a6 was lost; of a7's deal ninety days to the minute before.
    assert {r["id"]: r["numerator"] for r in rows} == {"a1": 0, "a2": 0, "a3": 1, "a4": 1, "a7": 0}
    assert book.measure("stale_accounts").value == Decimal("0.4")
    then = book.as_of("2026-06-01").measure("stale_accounts").figure
    assert (then.numerator, then.denominator) == (Decimal(2), Decimal(5))
    assert book.seen_by(["bob"]).measure("stale_accounts").figure.n == 1  # that of his deal
