"""A deal won within a year has lines, where lines are used."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from salesops.data_quality import run_checks
from tests.data_quality.finding import wrong

DEALS = """
    id    stage     amount  created_on  close_date
    none  Won       100     2026-01-01  2026-02-01
    has   Won       100     2026-01-01  2026-02-01
    old   Won       100     2025-01-01  2025-02-01
    open  Proposal  100     2026-01-01  2026-07-01
"""


def test_a_win_of_the_last_year_without_a_line_is_found(draw: Callable[..., Book]) -> None:
    lines = "id  opportunity_id  amount\nl1  has  60\nl2  has  40"
    book = draw(opportunity=DEALS, opportunity_line=lines)
    assert wrong(book, "won_without_lines") == {"none"}


def test_where_no_deal_has_lines_the_check_is_not_asked(draw: Callable[..., Book]) -> None:
    found = run_checks(draw(opportunity=DEALS)).of("won_without_lines")
    assert (found.rows, found.share) == (None, None)
    assert "OpportunityLineItem" in found.why
