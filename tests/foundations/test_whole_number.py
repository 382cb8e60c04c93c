"""A key in an address is a whole number or nothing, whatever somebody writes there."""

from __future__ import annotations

import pytest

from salesops.foundations.whole_number import whole_number


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("7", 7), ("9" * 18, 10**18 - 1)])
def test_a_number_is_read(text: str, number: int) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize("text", ["", "-1", "+1", " 1", "1.0", "1e3", "²", "٣", "one", "9" * 19])
def test_what_is_none_or_too_long_is_nothing(text: str) -> None:
    assert whole_number(text) is None


def test_fewer_digits_can_be_asked_for() -> None:
    assert (whole_number("9999", 4), whole_number("10000", 4)) == (9999, None)
