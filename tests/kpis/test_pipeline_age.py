"""Pipeline age is the time since open qualified deals were created."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from salesops.book.book import Book
from salesops.book.settings import CalendarSettings, Settings

DEALS = """
    id  stage        created_at        created_on
    d1  Discovery    2026-06-20T12:00  -
    d2  Proposal     2026-05-31T00:00  -
    d3  Proposal     -                 2026-06-10
    d4  Prospecting  2020-01-01T00:00  -
    d5  Won          2020-01-01T00:00  -
    d6  Proposal     -                 -
"""
SEEN = "id  owner_id  occurred_at  is_done\nv1  ann  2026-06-30T12:00  yes"


def test_ages_are_exact_instants_and_whole_days_where_only_the_day_is_known(
    draw: Callable[..., Book],
) -> None:
    rows = draw(opportunity=DEALS, activity=SEEN).rows_behind("pipeline_age").dicts()
    days = {r["id"]: r["numerator"] / 86_400 if r["numerator"] else None for r in rows}
    assert days == {"d1": 10, "d2": 30.5, "d3": 20, "d6": None}


def test_median_and_ninetieth_percentile_stand_beside_the_mean(draw: Callable[..., Book]) -> None:
    figure = draw(opportunity=DEALS, activity=SEEN).measure("pipeline_age").figure
    assert figure.value == Decimal("20.166666667")
    assert (figure.median, figure.p90) == (20, 28.4)
    assert (figure.n, figure.n_excluded) == (3, 1)


def test_a_deal_created_today_east_of_greenwich_is_young_and_not_excluded(
    draw: Callable[..., Book],
) -> None:
    sydney = Settings(calendar=CalendarSettings(time_zone="Australia/Sydney"))
    seen = "id  owner_id  occurred_at  is_done\nv1  ann  2026-06-29T22:00  yes"
    book = draw(
        settings=sydney,
        opportunity="id  stage  created_on\nd1  Proposal  2026-06-30",
        activity=seen,
        now="2026-06-29T22:00",
    )
    figure = book.measure("pipeline_age").figure
    assert (figure.value, figure.n, figure.n_excluded) == (0, 1, 0)


def test_as_of_a_past_day_deals_were_younger(draw: Callable[..., Book]) -> None:
    now = "id  stage  created_at\nd1  Proposal  2026-06-01T00:00"
    past = """
        opportunity_id  valid_from        stage     created_at
        d1              2026-06-01T00:00  Proposal  2026-06-01T00:00
    """
    book = draw(opportunity=now, opportunity_version=past, activity=SEEN)
    assert book.as_of("2026-06-10T00:00").measure("pipeline_age").value == 9
