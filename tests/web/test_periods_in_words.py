"""Periods are told as people say them; a fiscal month that is one of the calendar has its name."""

from __future__ import annotations

from datetime import date

import pytest

from salesops.foundations.period import Period
from salesops.foundations.period_words import period_in_words


@pytest.mark.parametrize(
    ("start", "end", "label", "said"),
    [
        (date(2026, 7, 1), date(2026, 8, 1), "2026M07", "July 2026"),
        (date(2026, 12, 1), date(2027, 1, 1), "2026M12", "December 2026"),
        (date(2026, 7, 1), date(2026, 8, 1), "2027M06", "July 2026"),
        (date(2026, 6, 29), date(2026, 8, 1), "2026M07", "M07 2026"),
        (date(2026, 7, 1), date(2026, 10, 1), "2026Q3", "Q3 2026"),
        (date(2026, 7, 1), date(2026, 8, 1), "2026-07-01..2026-07-31", "1 Jul – 31 Jul 2026"),
    ],
)
def test_a_period_is_told_as_people_say_it(start: date, end: date, label: str, said: str) -> None:
    assert period_in_words(Period(start, end, label)) == said
