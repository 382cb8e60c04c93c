"""An explanation says in sentences how a number was made."""

import dataclasses
from datetime import UTC, date, datetime
from decimal import Decimal

from salesops.foundations.explanation import Explanation
from salesops.foundations.period import Period

TOLD = Explanation(
    formula="won ÷ (won + lost)",
    numerator_words="won",
    denominator_words="closed",
    numerator=Decimal(1200),
    denominator=Decimal(2000),
    n=2000,
    n_excluded=0,
    as_of=datetime(2026, 6, 30, 12, 0, tzinfo=UTC),
    period=Period(date(2026, 4, 1), date(2026, 7, 1), "2026Q2"),
    filters=(),
    definition_version=3,
)


def test_a_number_tells_its_formula_rows_period_and_day() -> None:
    assert TOLD.sentences() == [
        "won ÷ (won + lost).",
        "Worked out from 2,000 rows.",
        "For 2026Q2.",
        "As of 30 June 2026. Definition version 3.",
    ]
    assert TOLD.sentences("Q2 2026")[2] == "For Q2 2026."


def test_what_was_left_out_is_told() -> None:
    one = dataclasses.replace(TOLD, n=1, n_excluded=1).sentences()
    assert one[1:3] == [
        "Worked out from one row.",
        "One row could not be counted and was left out.",
    ]
    many = dataclasses.replace(TOLD, n_excluded=1500).sentences()
    assert many[2] == "1,500 rows could not be counted and were left out."


def test_filters_are_told_and_all_of_time_is_not() -> None:
    told = dataclasses.replace(TOLD, period=Period.everything(), filters=("amount > 5",))
    assert told.sentences()[2:] == [
        "Only where amount > 5.",
        "As of 30 June 2026. Definition version 3.",
    ]
