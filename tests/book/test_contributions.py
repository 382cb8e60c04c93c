"""What groups did to a change adds up to it exactly, and is told apart into their part of all and themselves."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from salesops.book.book import Book
from salesops.book.contributions import contributions
from salesops.foundations.problem import Refusal
from tests.drawn import draw_book


def _deals(*counts: tuple[str, str, int, int]) -> str:
    """Closed deals: by source and day so many won and so many lost."""
    lines = ["id  name  stage  amount  created_on  close_date  source"]
    for source, day, won, lost in counts:
        for n in range(won + lost):
            stage = "Won" if n < won else "Lost"
            lines.append(f"{source}{day}{n}  Deal  {stage}  {10 + n}  2025-01-01  {day}  {source}")
    return "\n".join(lines)


Q1, Q2 = "2026-02-01", "2026-05-01"


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """Both sources win more often than before, and all together less: there are many more of the hard one."""
    return draw_book(
        tmp_path,
        opportunity=_deals(
            ("Web", Q1, 1, 9), ("Web", Q2, 8, 32), ("Partner", Q1, 16, 14), ("Partner", Q2, 6, 4),
            ("Event", Q1, 1, 1), ("Fair", Q2, 2, 1),
        ),
    )  # fmt: skip


def test_a_fall_that_the_mix_made_is_told_apart_from_groups_that_all_rose(book: Book) -> None:
    found = contributions(book, "win_rate", by="source", earlier="2026Q1", later="2026Q2")
    by = {g.key: g for g in found.groups}
    assert (found.before, found.after) == (Fraction(18, 42), Fraction(16, 53))
    assert sum(g.together for g in found.groups) == found.change < 0
    assert by["Web"].own == (Fraction(8, 40) - Fraction(1, 10)) * (Fraction(10, 42) + Fraction(40, 53)) / 2  # fmt: skip
    assert by["Web"].own > 0 > by["Web"].mix
    assert by["Partner"].own > 0 > by["Partner"].mix
    sizes = [abs(g.together) for g in found.groups]
    assert sizes == sorted(sizes, reverse=True)


def test_a_group_that_came_or_went_did_all_by_its_part(book: Book) -> None:
    found = contributions(book, "win_rate", by="source", earlier="2026Q1", later="2026Q2")
    by = {g.key: g for g in found.groups}
    assert by["Event"].after is None
    assert by["Event"].own == by["Event"].part_after == 0
    assert by["Fair"].before is None
    assert by["Fair"].own == by["Fair"].part_before == 0
    middle = (found.before + found.after) / 2
    assert by["Fair"].mix == Fraction(3, 53) * (Fraction(2, 3) - middle)


@pytest.mark.parametrize("name", ["closed_to_date", "average_deal_size", "sales_cycle"])
def test_contributions_add_up_for_sums_money_and_days(book: Book, name: str) -> None:
    found = contributions(book, name, by="source", earlier="2026Q1", later="2026Q2")
    assert sum(g.together for g in found.groups) == found.change
    value = book.measure(name, period="2026Q2").value
    assert value is not None
    assert float(found.after) == pytest.approx(float(value), abs=0.5)
    if found.kpi.is_sum:
        assert all(g.mix == 0 for g in found.groups)


def test_what_is_made_of_numbers_or_has_no_value_is_refused(book: Book) -> None:
    with pytest.raises(Refusal, match="made of other numbers"):
        contributions(book, "pipeline_velocity", by="source", earlier="2026Q1", later="2026Q2")
    with pytest.raises(Refusal, match="no value in Q1 2025"):
        contributions(book, "win_rate", by="source", earlier="2025Q1", later="2026Q2")
    with pytest.raises(Refusal, match="one moment"):
        contributions(book, "open_pipeline", by="source", earlier="2026Q1", later="2026Q2")
