"""Lead response time: who was forgotten counts with thirty days, who is young not yet."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from tests.kpis.answered import book_of_leads


def test_forgotten_leads_count_with_thirty_days_and_young_ones_not(
    draw: Callable[..., Book],
) -> None:
    figure = book_of_leads(draw).measure("lead_response_time").figure
    # After 1 h, after 1 h 1 min, and after 59 days; the two of June are young.
    assert (figure.n, figure.n_excluded) == (3, 2)
    assert figure.numerator == 3600 + 3660 + 30 * 86_400
    assert figure.median == 3660 / 3600


def test_it_is_told_in_hours(draw: Callable[..., Book]) -> None:
    found = book_of_leads(draw).measure("lead_response_time", by="person")
    assert "1.0 h" in str(found)
    assert "720.0 h" in str(found)
