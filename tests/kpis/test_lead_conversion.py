"""Lead conversion: within ninety days of their creation."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from salesops.book.book import Book
from tests.kpis.answered import LEADS, WORK, book_of_leads


def test_the_ninetieth_day_is_too_late(draw: Callable[..., Book]) -> None:
    figure = book_of_leads(draw).measure("lead_conversion", period="2026Q1").figure
    assert [figure.numerator, figure.denominator, figure.n_open] == [1, 3, 0]


def test_young_leads_are_open(draw: Callable[..., Book]) -> None:
    figure = book_of_leads(draw).measure("lead_conversion").figure
    assert [figure.n, figure.n_open, figure.is_immature] == [5, 2, True]
    by = book_of_leads(draw).measure("lead_conversion", by=["source"])
    assert {f.key[0]: f.value for f in by} == {"Web": Decimal("0.5"), "Fair": 0}


def test_an_answer_after_the_reading_is_not_known_yet(draw: Callable[..., Book]) -> None:
    past = draw(
        lead=LEADS,
        activity=WORK,
        opportunity="id  stage     created_at\nd1  Proposal  2026-01-01T09:00",
        opportunity_version="""
            opportunity_id  valid_from        stage        created_at
            d1              2026-01-01T09:00  Prospecting  2026-01-01T09:00
            d1              2026-02-01T09:00  Proposal     2026-01-01T09:00
        """,
    ).as_of("2026-01-15")
    figure = past.measure("lead_conversion").figure
    assert [figure.numerator, figure.n, figure.n_open] == [0, 3, 3]
