"""A deal is stale after longer than nearly all won deals spent in its stage."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from salesops.data_quality import run_checks
from tests.data_quality.finding import wrong
from tests.insights.drawing import many, table

HEAD = "id  stage  amount  created_on  close_date"
STATES = "opportunity_id  valid_from  stage  amount  close_date"


def test_silence_beyond_the_usual_is_found_and_an_activity_ends_it(
    draw: Callable[..., Book],
) -> None:
    deals = many(30, "w{n}  Won  100  2026-01-01  2026-01-11")
    states = many(30, "w{n}  2026-01-01T00:00  Proposal  100  2026-01-11")
    states += many(30, "w{n}  2026-01-11T00:00  Won  100  2026-01-11")
    for name, day in (("old", "2026-06-19"), ("new", "2026-06-21"), ("called", "2026-03-01")):
        deals.append(f"{name}  Proposal  100  2026-01-01  2026-07-20")
        states.append(f"{name}  {day}T00:00  Proposal  100  2026-07-20")
    deals.append("other  Discovery  100  2025-01-01  2026-07-20")
    states.append("other  2025-01-01T00:00  Discovery  100  2026-07-20")
    calls = """
        id     kind  occurred_at       is_done  opportunity_id
        call   call  2026-06-25T10:00  yes      called
        plan   call  2026-06-25T10:00  no       old
        today  call  2026-06-30T10:00  yes      -
    """
    book = draw(
        opportunity=table(HEAD, deals), opportunity_version=table(STATES, states), activity=calls
    )
    assert wrong(book, "stale") == {"old"}


def test_without_history_the_check_says_which_file_would_help(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=table(HEAD, ["d  Proposal  100  2020-01-01  2026-07-20"]))
    found = run_checks(book).of("stale")
    assert found.rows is None
    assert found.money_minor is None
    assert "OpportunityHistory" in found.why
