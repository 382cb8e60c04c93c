"""Leads never answered: those that waited thirty days."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from tests.kpis.answered import book_of_leads


def test_never_is_after_thirty_days(draw: Callable[..., Book]) -> None:
    figure = book_of_leads(draw).measure("leads_never_answered").figure
    assert [figure.numerator, figure.denominator, figure.n_excluded] == [1, 3, 2]
