"""Stalled is what nothing moved for longer than nine in ten deals stayed in the stage."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book

# Ten deals left Discovery after 1 to 10 days: nine in ten within 9.1.
LEFT = "".join(
    f"    w{n}  2026-01-01T00:00  Discovery  5  2026-09-01  ann\n"
    f"    w{n}  2026-01-{n + 1:02}T00:00  Won  5  2026-09-01  ann\n"
    for n in range(1, 11)
)
STATES = f"""
    opportunity_id  valid_from        stage      amount  close_date  owner_id
{LEFT}
    still  2026-05-01T00:00  Discovery  5  2026-09-01  ann
    still  2026-06-29T00:00  Discovery  5  2026-09-01  bob
    moved  2026-05-01T00:00  Discovery  5  2026-09-01  ann
    moved  2026-06-29T00:00  Discovery  5  2026-10-01  ann
    met    2026-05-01T00:00  Discovery  5  2026-09-01  ann
    near   2026-06-21T12:00  Discovery  5  2026-09-01  ann
    other  2026-01-01T00:00  Proposal   5  2026-09-01  ann
"""
DEALS = "id  stage  amount  close_date  owner_id\n" + "".join(
    f"{name}  {stage}  5  2026-09-01  {owner}\n"
    for name, stage, owner in (
        *((f"w{n}", "Won", "ann") for n in range(1, 11)),
        ("still", "Discovery", "bob"),
        ("moved", "Discovery", "ann"),
        ("met", "Discovery", "ann"),
        ("near", "Discovery", "ann"),
        ("other", "Proposal", "ann"),
    )
)
WORK = """
    id  kind      owner_id  opportunity_id  occurred_at       is_done
    v1  call      ann       met             2026-06-28T10:00  yes
    v2  research  ann       still           2026-06-28T10:00  yes
"""


def test_a_new_owner_and_work_without_the_buyer_move_nothing(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS, opportunity_version=STATES, activity=WORK)
    rows = {r["id"]: r for r in book.rows_behind("stalled_rate").dicts()}
    assert {name: row["numerator"] for name, row in rows.items()} == {
        "still": 1,
        "moved": 0,
        "met": 0,
        "near": 0,
        "other": None,  # nobody has left Proposal, so nothing says what is long
    }
    assert book.measure("stalled_rate").figure.n_excluded == 1


def test_the_measure_of_long_is_the_companys_whoever_reads(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS, opportunity_version=STATES, activity=WORK)
    assert book.seen_by(["bob"]).measure("stalled_rate").value == 1


def test_a_stay_that_a_deletion_ended_says_nothing_of_how_long_deals_stay(
    draw: Callable[..., Book],
) -> None:
    gone = "\n".join(
        f"    g{n}  2026-01-01T00:00  Discovery  5  2026-09-01  ann" for n in range(20)
    )
    deletions = "id  deleted_at\n" + "\n".join(f"g{n}  2026-06-01T00:00" for n in range(20))
    book = draw(
        opportunity=DEALS, opportunity_version=STATES + gone, activity=WORK, deletion=deletions
    )
    assert book.measure("stalled_rate").figure.numerator == 1
