"""Money is exact, is rounded once, and shows itself as people write it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesops.foundations.money import (
    Rate,
    Rates,
    convert,
    currencies_with,
    format_money,
    minor_digits,
    minor_units,
    split,
    to_decimal,
)
from salesops.foundations.problem import Refusal

CURRENCIES = st.sampled_from(["USD", "JPY", "KWD", "XXX"])


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("12.34", "USD", 1234),
        ("12.345", "USD", 1234),
        ("12.355", "USD", 1236),
        ("-12.345", "USD", -1234),
        ("0.5", "JPY", 0),
        ("1.5", "JPY", 2),
        ("1", "KWD", 1000),
        ("1", "not known", 100),
        ("90071992547409.93", "USD", 9007199254740993),
        ("12345678901234567890123456789.01", "USD", 1234567890123456789012345678901),
    ],
)
def test_half_a_minor_unit_goes_to_the_even_one(amount: str, currency: str, minor: int) -> None:
    assert minor_units(amount, currency) == minor


@given(st.integers(), CURRENCIES)
def test_minor_units_survive_the_way_through_major_ones(minor: int, currency: str) -> None:
    if abs(minor) < 10**90:
        assert minor_units(to_decimal(minor, currency), currency) == minor


@pytest.mark.parametrize(
    ("minor", "source", "target", "rate", "converted"),
    [
        (100_00, "EUR", "USD", "1.0850", 108_50),
        (100, "JPY", "USD", "0.0067", 67),
        (100_00, "USD", "JPY", "149.25", 14_925),
        (1_000, "KWD", "USD", "3.25", 325),
        (1, "USD", "USD", "0.5", 0),
        (3, "USD", "USD", "0.5", 2),
        (-3, "USD", "USD", "0.5", -2),
        # One more digit than the default decimal context keeps decides this half.
        (100_000_000_000_000_001, "USD", "USD", "0.500000000000000001", 50_000_000_000_000_001),
    ],
)
def test_conversion_is_rounded_once(
    minor: int, source: str, target: str, rate: str, converted: int
) -> None:
    assert convert(minor, source, target, Decimal(rate)) == converted


@pytest.mark.parametrize(
    ("minor", "currency", "shown", "compact"),
    [
        (123_450, "USD", "$1,234.50", "$1.23K"),
        (123_400, "USD", "$1,234", "$1.23K"),
        (-123_450, "USD", "−$1,234.50", "−$1.23K"),
        (0, "USD", "$0", "$0"),
        (99_950, "USD", "$999.50", "$1,000"),
        (950_000_000, "USD", "$9,500,000", "$9.50M"),
        (64_000_000, "USD", "$640,000", "$640K"),
        (99_999_999, "USD", "$999,999.99", "$1.00M"),
        (99_999_999_999, "USD", "$999,999,999.99", "$1.00B"),
        (123_456_789_012_345, "USD", "$1,234,567,890,123.45", "$1.23T"),
        (1_234, "JPY", "¥1,234", "¥1.23K"),
        (1_234_500, "KWD", "KWD 1,234.500", "KWD 1.23K"),
        (100_00, "CHF", "CHF 100", "CHF 100"),
    ],
)
def test_money_is_shown_as_people_write_it(
    minor: int, currency: str, shown: str, compact: str
) -> None:
    assert format_money(minor, currency) == shown
    assert format_money(minor, currency, compact=True) == compact


@pytest.mark.parametrize(
    ("minor", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (100, [Decimal("0.7"), Decimal("0.3")], [70, 30]),
        (1, [1, 1], [1, 0]),
        (5, [0, 1, 0], [0, 5, 0]),
        (0, [1, 2], [0, 0]),
    ],
)
def test_what_does_not_divide_goes_to_the_largest_remainder(
    minor: int, weights: list[int | Decimal], parts: list[int]
) -> None:
    assert split(minor, weights) == parts


@given(
    st.integers(-(2**63), 2**63 - 1),
    st.lists(
        st.one_of(
            st.integers(0, 10**12),
            st.decimals(0, 1, places=28, allow_nan=False, allow_infinity=False),
        ),
        min_size=1,
        max_size=12,
    ).filter(lambda weights: any(weights)),
)
def test_parts_add_up_and_none_is_a_unit_from_its_due(
    minor: int, weights: list[int | Decimal]
) -> None:
    parts = split(minor, weights)
    total = sum(Fraction(w) for w in weights)
    assert sum(parts) == minor
    assert all(
        abs(part - minor * Fraction(w) / total) < 1 for part, w in zip(parts, weights, strict=True)
    )


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1]])
def test_a_split_without_shares_is_an_error(weights: list[int | Decimal]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split(100, weights)


RATES = Rates(
    "USD",
    (
        Rate("EUR", date(2026, 1, 1), date(2026, 2, 1), Decimal("1.10")),
        Rate("EUR", date(2026, 2, 1), date(2026, 3, 1), Decimal("1.20")),
    ),
)


@pytest.mark.parametrize(
    ("on", "converted"),
    [(date(2026, 1, 31), 110), (date(2026, 2, 1), 120), (date(2026, 2, 28), 120)],
)
def test_money_is_converted_at_the_rate_of_the_day(on: date, converted: int) -> None:
    assert RATES.convert(100, "EUR", on) == converted


def test_the_reporting_currency_needs_no_rate() -> None:
    assert RATES.convert(100, "USD", date(1990, 1, 1)) == 100


@pytest.mark.parametrize(
    ("currency", "on"),
    [("EUR", date(2025, 12, 31)), ("EUR", date(2026, 3, 1)), ("GBP", date(2026, 1, 1))],
)
def test_a_day_without_a_rate_is_refused_by_name(currency: str, on: date) -> None:
    with pytest.raises(Refusal, match=f"from {currency} to USD is known for {on.day} "):
        RATES.rate(currency, on)


def test_currencies_of_other_digits_are_listed_where_their_digits_are() -> None:
    for digits in (0, 3):
        assert currencies_with(digits)
        assert {minor_digits(c) for c in currencies_with(digits)} == {digits}
