"""One person with two quotas was the only one with a quota all period.

Days held were added up over quotas. Who had one for each of two product families held twice the days of the
quarter, and everybody else seemed to have held theirs for half of it."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book


def test_two_quotas_for_the_same_days_are_held_once(draw: Callable[..., Book]) -> None:
    book = draw(
        opportunity="id  stage  amount  close_date  owner_id\nd1  Won  100  2026-05-05  ann",
        person="id  name  team\nann  Ann  North\nbob  Bob  North",
        quota="""
            id  person_id  starts_on   ends_on     amount  product_family
            q1  ann        2026-04-01  2026-07-01  50      Pumps
            q2  ann        2026-04-01  2026-07-01  50      Valves
            q3  bob        2026-04-01  2026-07-01  50      -
        """,
    )
    figure = book.measure("reps_at_quota", period="2026Q2").figure
    assert figure.numerator == 1
    assert figure.denominator == 2
