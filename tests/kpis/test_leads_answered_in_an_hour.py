"""Leads answered in an hour: by a call, mail or meeting of somebody, with the lead or who it became."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from tests.kpis.answered import book_of_leads


def test_what_moved_to_the_contact_is_an_answer_too(draw: Callable[..., Book]) -> None:
    figure = book_of_leads(draw).measure("leads_answered_in_an_hour").figure
    # l1 within the hour, l2 a minute after it; research, a call before the lead came and one planned are none.
    assert [figure.numerator, figure.denominator, figure.n_open] == [1, 5, 1]
