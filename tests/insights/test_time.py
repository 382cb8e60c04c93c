"""Quarters' ends and long losses are told where they are sure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from salesops.book.book import Book
from salesops.insights import INSIGHTS
from tests.insights.drawing import many, table

Draw = Callable[..., Book]
CLOSES = "id  stage  amount  created_on  close_date"


def quarters(last_won: int, last_lost: int, other_won: int, other_lost: int) -> str:
    """Four quarters alike: what closes in the last month and in the middle one."""
    lines = []
    for quarter, (middle, last) in enumerate(
        (("2025-05-10", "2025-06-20"), ("2025-08-10", "2025-09-20"), ("2025-11-10", "2025-12-20"))
        + (("2026-02-10", "2026-03-20"),)
    ):
        for day, won, lost in ((last, last_won, last_lost), (middle, other_won, other_lost)):
            key = f"q{quarter}{day[5:7]}"
            lines.append(many(won, f"{key}w{{n}}  Won  1000  2025-01-01  {day}"))
            lines.append(many(lost, f"{key}l{{n}}  Lost  1000  2025-01-01  {day}"))
    return table(CLOSES, *lines)


def test_a_quarters_last_month_that_wins_more_is_told(draw: Draw) -> None:
    found = INSIGHTS["quarter_end"].look(draw(opportunity=quarters(24, 6, 15, 15)))
    assert found is not None
    assert found.title == (
        "A quarter’s last month wins 80 % of what closes in it, its other months 50 %"
    )
    assert "in 4 of 4 quarters" in found.text
    assert found.evidence[0] == "96 of 120 closed in last months were won"
    assert found.money_minor is None  # nothing is lost or gained by it


def test_months_that_win_alike_are_not_told(draw: Draw) -> None:
    assert INSIGHTS["quarter_end"].look(draw(opportunity=quarters(16, 14, 15, 15))) is None


def test_two_quarters_are_no_pattern(draw: Draw) -> None:
    lines = quarters(60, 10, 30, 40).splitlines()
    two = [lines[0], *(x for x in lines if x.startswith(("q0", "q1")))]
    assert INSIGHTS["quarter_end"].look(draw(opportunity="\n".join(two))) is None


def test_a_pattern_of_one_quarter_only_is_not_told(draw: Draw) -> None:
    even = quarters(15, 15, 15, 15).splitlines()
    odd = [x for x in quarters(28, 2, 2, 28).splitlines() if x.startswith("q0")]
    mixed = [even[0], *odd, *(x for x in even[1:] if not x.startswith("q0"))]
    assert INSIGHTS["quarter_end"].look(draw(opportunity="\n".join(mixed))) is None


def cycles(won_days: int, lost_days: int, count: int) -> str:
    """Deals that take so long, give or take a fifth."""
    begin = date(2025, 1, 1)
    lines = []
    for n in range(count):
        spread = 0.8 + 0.4 * n / count
        for stage, days in (("Won", won_days), ("Lost", lost_days)):
            ends = begin + timedelta(days=round(days * spread))
            lines.append(f"{stage}{n}  {stage}  1000  {begin}  {ends}")
    return table(CLOSES, lines)


def test_losses_that_take_twice_as_long_are_told(draw: Draw) -> None:
    found = INSIGHTS["unwatched_losses"].look(draw(opportunity=cycles(50, 100, 60)))
    assert found is not None
    assert found.title == "Losing a deal takes 2.0 times as long as winning one"
    assert found.rows == 60


def test_losses_that_are_quick_are_not_told(draw: Draw) -> None:
    assert INSIGHTS["unwatched_losses"].look(draw(opportunity=cycles(50, 30, 60))) is None


def test_few_losses_say_nothing_of_time(draw: Draw) -> None:
    assert INSIGHTS["unwatched_losses"].look(draw(opportunity=cycles(50, 100, 20))) is None


def test_without_history_nothing_is_said_of_pushes_and_amounts(draw: Draw) -> None:
    book = draw(opportunity=quarters(24, 6, 15, 15))
    for name in ("pushed", "sandbagging"):
        assert INSIGHTS[name].look(book) is None


def signatures(grows: int, count: int) -> dict[str, str]:
    """Won deals of two teams; the amount of North's first ones rises by a quarter when signed."""
    deals, versions = [], []
    for owner in ("ann", "bob"):
        for n in range(count):
            final = 1250 if owner == "ann" and n < grows else 1000
            deals.append(f"{owner}{n}  {owner}  Won  {final}  2025-01-01  2025-03-01")
            versions.append(f"{owner}{n}  {owner}  Proposal  1000  2025-01-01T09:00  2025-03-01")
            versions.append(f"{owner}{n}  {owner}  Won  {final}  2025-03-01T09:00  2025-03-01")
    return {
        "person": "id  name  team\nann  Ann Lee  North\nbob  Bob Ray  South",
        "opportunity": table("id  owner_id  stage  amount  created_on  close_date", deals),
        "opportunity_version": table(
            "opportunity_id  owner_id  stage  amount  valid_from  close_date", versions
        ),
    }


def test_a_team_whose_wins_grow_at_the_signature_is_told(draw: Draw) -> None:
    found = INSIGHTS["sandbagging"].look(draw(**signatures(40, 40)))
    assert found is not None
    assert found.title == "North wins 25 % more than it says before the signature"
    assert "In 40 of its 40 won deals the amount rose with the last step" in found.text
    assert found.money_minor == 40 * 250_00


def test_a_team_that_signs_what_it_said_is_not_told(draw: Draw) -> None:
    assert INSIGHTS["sandbagging"].look(draw(**signatures(3, 40))) is None


def test_a_handful_of_signatures_is_not_told(draw: Draw) -> None:
    assert INSIGHTS["sandbagging"].look(draw(**signatures(12, 12))) is None
