"""Required coverage is what four earlier periods held on the same day, against what was won from it until their ends."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from salesops.book.book import Book
from tests.kpis.test_slippage_rate import drawn


def _states(*quarters: tuple[int, int]) -> str:
    """In each quarter a deal of 22 that is won in its second month, one of 78 lost then, one of 50 won on its fifth day."""
    lines = ["opportunity_id  valid_from  stage  amount  close_date"]
    for year, quarter in quarters:
        month = 3 * quarter - 2
        opened = f"{year - (quarter == 1)}-{(month - 2) % 12 + 1:02}-20"
        for name, amount, ends, closed in (
            ("won", 22, "Won", f"{year}-{month + 1:02}-20"),
            ("lost", 78, "Lost", f"{year}-{month + 1:02}-21"),
            ("soon", 50, "Won", f"{year}-{month:02}-05"),
        ):
            key = f"{year}q{quarter}{name}"
            lines.append(f"{key}  {opened}T09:00  Proposal  {amount}  {closed}")
            lines.append(f"{key}  {closed}T09:00  {ends}  {amount}  {closed}")
    return "\n".join(lines)


PAST = ((2025, 1), (2025, 2), (2025, 3), (2025, 4), (2026, 1), (2026, 2))


def test_a_yield_of_22_in_100_requires_four_and_a_half_times_what_is_left(
    draw: Callable[..., Book],
) -> None:
    book = drawn(draw, _states(*PAST), "2026-06-30T12:00").as_of("2026-04-10")
    (found,) = book.measure("required_coverage", period="2026Q2")
    # On the tenth day what closed before it is neither open nor won later; 22 of 100 were.
    assert [found.numerator, found.denominator] == [400_00, 88_00]
    assert found.value == Decimal("4.545454545")


def test_it_is_told_by_the_same_day_of_the_period(draw: Callable[..., Book]) -> None:
    book = drawn(draw, _states(*PAST), "2026-06-30T12:00")
    early = book.as_of("2026-04-02").measure("required_coverage", period="2026Q2").figure
    assert [early.numerator, early.denominator] == [600_00, 288_00]
    late = book.as_of("2026-05-30").measure("required_coverage", period="2026Q2").figure
    assert (late.value, late.why) == (
        None,
        "Fewer than 4 earlier periods had a pipeline on the same day.",
    )


def test_without_four_periods_of_history_or_after_the_period_there_is_none(
    draw: Callable[..., Book],
) -> None:
    book = drawn(draw, _states(*PAST), "2026-06-30T12:00")
    assert (
        "would have to reach back"
        in book.as_of("2025-11-10").measure("required_coverage", period="2025Q4").figure.why
    )
    assert book.measure("required_coverage", period="2026Q1").figure.why == "The period is over."
