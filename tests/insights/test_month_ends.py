"""What a number of a moment was when a month ended is what the number says as of that day."""

from __future__ import annotations

from pathlib import Path

import pytest

from salesops.book.book import Book
from salesops.book.facts import Scope
from salesops.book.settings import CalendarSettings, Settings
from salesops.engines.scoped import ScopedEngine
from salesops.insights._month_ends import OF_A_MOMENT, at_month_ends
from tests.drawn import draw_book
from tests.pipeline.test_as_of import RATES, drawn_deals, drawn_states
from tests.pipeline.test_movement import PEOPLE


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    states = drawn_states(3)
    return draw_book(
        tmp_path_factory.mktemp("drawn"),
        settings=Settings(calendar=CalendarSettings(time_zone="America/New_York"), currency="USD"),
        opportunity=drawn_deals(states),
        opportunity_version=states,
        person=PEOPLE,
        exchange_rate=RATES,
    )


@pytest.mark.parametrize("name", sorted(OF_A_MOMENT))
@pytest.mark.parametrize("owners", [None, ("ann",)])
def test_each_month_end_is_the_number_of_its_day(
    book: Book, name: str, owners: tuple[str, ...] | None
) -> None:
    seen = book
    if owners:
        folder: Path = book.engine.folder  # type: ignore[attr-defined]
        seen = Book(ScopedEngine(folder, Scope(owners)), book.settings, scope=Scope(owners))
    months = [book.period(f"2026M{n:02}") for n in range(1, 6)]
    before = book.period("2025M12")  # history begins in January
    found = at_month_ends(seen, name, [before, *months])
    assert before.label not in found
    assert len({figure.value for figure in found.values()}) > 2
    for month in months:
        expected = seen.read_over(name, month).figure
        assert _told(found[month.label]) == _told(expected), month.label


def _told(figure: object) -> dict[str, object]:
    sums = ("value", "numerator", "denominator", "n", "n_excluded")
    return {each: getattr(figure, each) for each in sums}


def test_of_a_part_of_the_deals_nothing_is_said(book: Book) -> None:
    months = [book.period("2026M03")]
    assert at_month_ends(book.where("amount >= 100"), "open_pipeline", months) == {}
