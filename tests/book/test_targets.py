"""A target is judged by what earlier periods had by the same day, by chance, or at the end; never before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from salesops.book.book import Book
from salesops.book.standing import Standing, standing
from salesops.book.target import (
    load_targets,
    set_target,
    such_as,
    take_target_away,
    target_of,
    typed_value,
    value_to_type,
)
from salesops.foundations.problem import Refusal
from salesops.kpis import KPIS
from salesops.kpis._definition import Kpi

STARTS = ("2025-01", "2025-04", "2025-07", "2025-10", "2026-01")
ENDS = ("2025-03", "2025-06", "2025-09", "2025-12", "2026-03")


def _deals(first: int, *more: str) -> str:
    """From the quarter `first` on: a quarter of each quarter's 400 is won on its tenth day, the rest late."""
    lines = ["id  stage  amount  created_on  close_date  owner_id"]
    for n, (start, end) in enumerate(zip(STARTS[first:], ENDS[first:], strict=True)):
        lines.append(f"early{n}  Won  100  2024-12-01  {start}-10  ann")
        lines.append(f"late{n}   Won  300  2024-12-01  {end}-20    bob")
    return "\n".join((*lines, *more))


PEOPLE = """
    id   name  team
    ann  Ann   East
    bob  Bob   West
"""


def _called(day: str) -> str:
    return f"id  kind  occurred_at  is_done\ntoday  call  {day}T10:00  yes"


def _stands(book: Book, name: str, value: str, period: str = "2026Q2", **more: Any) -> Standing:
    return standing(book, target_of(book, name, period, value, **more))


@pytest.fixture
def running(draw: Callable[..., Book]) -> Book:
    """The middle of May 2026: 60 are won in the quarter, and of four deals closed two."""
    now = ("now  Won  60  2026-01-01  2026-04-10  ann", "won  Won  -  2026-01-01  2026-04-11  bob",
           "l1   Lost  9  2026-01-01  2026-04-11  bob", "l2  Lost  9  2026-01-01  2026-04-11  bob")  # fmt: skip
    return draw(opportunity=_deals(0, *now), activity=_called("2026-05-15"), person=PEOPLE)


@pytest.mark.parametrize(
    ("value", "state", "by_now"),
    [("200", "ahead", "$50"), ("400", "behind", "$100"), ("50", "reached", "")],
)
def test_a_running_sum_is_held_against_what_earlier_quarters_had_by_this_day(
    running: Book, value: str, state: str, by_now: str
) -> None:
    found = _stands(running, "closed_to_date", value)
    assert (found.state, found.day, found.days) == (state, 45, 91)
    told = "By this day the last 4 quarters had 25 % to 25 % of their value, 25 % in the middle: "
    assert (told in found.sentence and f"middle: {by_now} of" in found.sentence) is bool(by_now)


def test_of_a_team_only_its_own_past_and_present_count(running: Book) -> None:
    east = _stands(running, "closed_to_date", "400", team="East")
    west = _stands(running, "closed_to_date", "400", team="West")
    # All of East's comes by the tenth day, none of West's before the last days, and nothing of its own has a value.
    assert (east.state, east.value, west.state) == ("behind", "$60", "nothing")


def test_on_the_third_day_nobody_is_behind_for_what_has_always_come_later(
    draw: Callable[..., Book],
) -> None:
    book = draw(opportunity=_deals(0), activity=_called("2026-04-03"))
    found = _stands(book, "closed_to_date", "400")
    assert (found.state, found.value, found.tone) == ("ahead", "nothing yet", "good")


def test_a_period_the_data_begin_in_tells_no_pace(draw: Callable[..., Book]) -> None:
    # Of four quarters with data the first may be known in part, which leaves three; of three it leaves two.
    whole, short = (draw(opportunity=_deals(n), activity=_called("2026-05-15")) for n in (1, 2))
    assert _stands(whole, "closed_to_date", "400").state == "behind"
    found = _stands(short, "closed_to_date", "400")
    assert (found.state, found.tone) == ("running", "")
    assert "Fewer than 3 earlier periods" in found.sentence


def test_a_ratio_short_of_its_target_by_no_more_than_chance_is_near_it(running: Book) -> None:
    near, met = _stands(running, "win_rate", "60 %"), _stands(running, "win_rate", "50")
    assert (near.state, near.tone, met.state) == ("within_chance", "", "meets")
    assert _stands(running, "win_rate", "99").state == "short"
    assert _stands(running, "sales_cycle", "1 day", "2026Q1").state == "missed"
    assert _stands(running, "sales_cycle", "1 day", "2026Q1", is_most=False).state == "reached"


def test_what_cannot_be_told_yet_is_not_judged(running: Book) -> None:
    cohort = _stands(running, "closed_to_date", "400", "2026Q3")
    assert (cohort.state, cohort.sentence) == ("not_begun", "It begins on 1 July 2026.")
    other = target_of(running, "closed_to_date", "2026Q2", "400").model_copy(
        update={"currency": "EUR"}
    )
    found = standing(running, other)
    assert (found.state, found.tone) == ("nothing", "")
    assert found.sentence.startswith("The target is in EUR, and the book counts in USD now.")


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (("win_rate", "all", "30"), "for a year, a quarter, a month or a week"),
        (("win_rate", "2026-01-01..2026-02-03", "30"), "for a year, a quarter, a month or a week"),
        (("win_rate", "2026Q3", "a lot"), "such as 30 %"),
        (("new_customers", "2026Q3", "3.5"), "such as 120"),
        (("closed_to_date", "2026Q3", "EUR 3"), "kept in USD"),
        (("win_rat", "2026Q3", "30"), "no KPI"),
    ],
)
def test_what_cannot_be_a_target_is_refused(
    running: Book, asked: tuple[str, str, str], says: str
) -> None:
    with pytest.raises(Refusal, match=says):
        target_of(running, *asked)


def test_a_team_nobody_knows_has_no_target(running: Book) -> None:
    with pytest.raises(Refusal, match="There are: East, West"):
        target_of(running, "win_rate", "2026Q3", "30", team="Eest")


def test_what_is_typed_is_kept_exactly_and_shown_as_it_was_typed(running: Book) -> None:
    typed = {"win_rate": "33.3 %", "sales_cycle": "45", "closed_to_date": "1,250,000.50", "ltv_to_cac": "3.25"}  # fmt: skip
    for name, text in typed.items():
        assert value_to_type(target_of(running, name, "2026Q3", text)) == text
    assert typed_value(KPIS["closed_to_date"], "1.25m", "USD") == 125_000_000
    assert typed_value(KPIS["sales_cycle"], "45 days", "USD") == 45


def test_a_target_takes_the_place_of_the_one_of_the_same_number_period_and_team(
    running: Book, tmp_path: Path
) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    first = target_of(running, "win_rate", "2026Q3", "30")
    east = target_of(running, "win_rate", "2026Q3", "30", team="East")
    later = target_of(running, "win_rate", "2026Q4", "30")
    second = first.model_copy(update={"value": first.value * 2})
    for target in (first, later, east, second):
        set_target(folder, target)
    assert load_targets(folder) == [second, east, later]
    take_target_away(folder, first.key)
    assert load_targets(folder) == [east, later]
    with pytest.raises(Refusal, match="no such target"):
        take_target_away(folder, first.key)
    (folder / "targets.json").write_text("[{]")
    with pytest.raises(Refusal, match="cannot be read as targets"):
        load_targets(folder)


@pytest.mark.parametrize("kpi", KPIS.values(), ids=lambda k: k.name)
def test_every_number_tells_by_an_example_what_one_may_type(kpi: Kpi) -> None:
    assert typed_value(kpi, such_as(kpi).split(" or ")[0], "USD") > 0
