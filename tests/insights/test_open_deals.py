"""Open deals that are late, old, quiet, often pushed or too few are counted rightly, or not told."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote_plus

from salesops.book.book import Book
from salesops.insights import INSIGHTS
from tests.insights.drawing import CALLED, many, table

Draw = Callable[..., Book]
HEAD = "id  stage  amount  created_on  close_date"
WON = many(40, "w{n}  Won  1000  2026-01-01  2026-02-10")  # in forty days


def test_deals_past_their_date_are_told_with_the_median_delay(draw: Draw) -> None:
    late = ["a  Proposal  100  2026-05-01  2026-06-20", "b  Proposal  200  2026-05-01  2026-06-10"]
    late += ["c  Proposal  300  2026-05-01  2026-05-31", "d  Proposal  400  2026-05-01  2026-07-01"]
    found = INSIGHTS["past_due"].look(draw(opportunity=table(HEAD, late), activity=CALLED))
    assert found is not None
    assert found.title == "3 open deals should have closed already"
    assert "before 30 June 2026, half of them by 20 days or more" in found.text
    assert found.money_minor == 600_00
    assert found.evidence == ("3 of 4 open deals",)


def test_a_deal_due_today_and_two_late_ones_are_not_told(draw: Draw) -> None:
    deals = ["a  Proposal  100  2026-05-01  2026-06-20", "b  Proposal  200  2026-05-01  2026-06-10"]
    deals += ["c  Proposal  300  2026-05-01  2026-06-30", "d  Lost  300  2026-05-01  2026-06-01"]
    assert INSIGHTS["past_due"].look(draw(opportunity=table(HEAD, deals), activity=CALLED)) is None


def test_deals_older_than_nearly_all_won_ones_are_told(draw: Draw) -> None:
    old = many(6, "o{n}  Proposal  500  2026-01-01  2026-09-01")
    young = many(4, "y{n}  Proposal  500  2026-06-01  2026-09-01")
    found = INSIGHTS["outlived"].look(
        draw(opportunity=table(HEAD, WON, old, young), activity=CALLED)
    )
    assert found is not None
    assert found.title == "6 open deals are older than 95 % of those you have won"
    assert "within 40 days" in found.text
    assert "created_on < '2026-05-21'" in unquote_plus(found.link)


def test_without_enough_wins_no_deal_is_old(draw: Draw) -> None:
    old = many(6, "o{n}  Proposal  500  2025-01-01  2026-09-01")
    assert (
        INSIGHTS["outlived"].look(draw(opportunity=table(HEAD, WON[:20], old), activity=CALLED))
        is None
    )


def test_ten_deals_that_hold_most_of_the_pipeline_are_told(draw: Draw) -> None:
    large = many(10, "l{n}  Proposal  9000  2026-06-01  2026-09-01")
    small = many(50, "s{n}  Proposal  200  2026-06-01  2026-09-01")
    found = INSIGHTS["concentration"].look(draw(opportunity=table(HEAD, large, small)))
    assert found is not None
    assert found.title == "Ten deals hold 90 % of the open pipeline"
    assert found.money_minor == 90_000_00


def test_even_deals_and_deals_not_yet_qualified_are_no_concentration(draw: Draw) -> None:
    even = many(31, "e{n}  Proposal  1000  2026-06-01  2026-09-01")
    vague = many(10, "v{n}  Prospecting  99999  2026-06-01  2026-09-01")
    assert INSIGHTS["concentration"].look(draw(opportunity=table(HEAD, even, vague))) is None


def test_deals_pushed_three_times_are_told_with_what_became_of_such_deals(draw: Draw) -> None:
    book = draw(**pushes(still_open=5, won=1, lost=39))
    found = INSIGHTS["pushed"].look(book)
    assert found is not None
    assert found.title == "5 open deals had the close date pushed three times or more"
    assert "Of 40 closed deals pushed as often, 2 % were won; of the others 50 %." in found.text
    assert found.money_minor == 5_000_00
    assert found.evidence == ("5 of 5 open deals",)


def test_pushed_deals_that_win_as_often_are_not_said_to_win_less(draw: Draw) -> None:
    found = INSIGHTS["pushed"].look(draw(**pushes(still_open=5, won=20, lost=20)))
    assert found is not None
    assert "50 % were won, which is not clearly other than the 50 % of the rest." in found.text


def test_dates_pulled_in_are_no_pushes(draw: Draw) -> None:
    drawn = pushes(still_open=5, won=0, lost=0)
    drawn["opportunity_version"] = drawn["opportunity_version"].replace("2026-10", "2026-01")
    assert INSIGHTS["pushed"].look(draw(**drawn)) is None


def pushes(still_open: int, won: int, lost: int) -> dict[str, str]:
    """Deals pushed three times, and sixty that never were, half of them won."""
    groups = (("o", "Proposal", still_open), ("w", "Won", won), ("l", "Lost", lost))
    deals, versions = [], []
    for key, stage, count in groups:
        deals += many(count, f"{key}{{n}}  {stage}  1000  2026-01-01  2026-10-30")
        for month, close in enumerate(("2026-02-10", "2026-03-10", "2026-10-05", "2026-10-30"), 1):
            versions += many(count, f"{key}{{n}}  Proposal  1000  2026-0{month}-01T09:00  {close}")
        if stage != "Proposal":
            versions += many(count, f"{key}{{n}}  {stage}  1000  2026-06-01T09:00  2026-10-30")
    for key, stage in (("x", "Won"), ("y", "Lost")):
        deals += many(30, f"{key}{{n}}  {stage}  1000  2026-01-01  2026-02-10")
        versions += many(30, f"{key}{{n}}  Proposal  1000  2026-01-01T09:00  2026-02-10")
        versions += many(30, f"{key}{{n}}  {stage}  1000  2026-02-10T09:00  2026-02-10")
    return {
        "opportunity": table(HEAD, deals),
        "opportunity_version": table(
            "opportunity_id  stage  amount  valid_from  close_date", versions
        ),
    }


TOUCHES = "id  kind  opportunity_id  occurred_at  is_done"


def touched() -> list[str]:
    """Every won deal was called on the twentieth day of forty."""
    return many(40, "t{n}  call  w{n}  2026-01-21T10:00  yes")


def test_deals_quiet_for_longer_than_won_ones_ever_were_are_told(draw: Draw) -> None:
    silent = many(5, "q{n}  Proposal  500  2026-04-01  2026-09-01")
    busy = many(5, "b{n}  Proposal  500  2026-04-01  2026-09-01")
    calls = many(5, "c{n}  call  b{n}  2026-06-20T10:00  yes")
    found = INSIGHTS["quiet"].look(
        draw(opportunity=table(HEAD, WON, silent, busy), activity=table(TOUCHES, touched(), calls))
    )
    assert found is not None
    assert found.title == "5 open deals had no activity for more than 20 days"
    assert found.money_minor == 2_500_00


def test_planned_calls_are_no_activity_and_new_deals_are_not_quiet(draw: Draw) -> None:
    silent = many(4, "q{n}  Proposal  500  2026-04-01  2026-09-01")
    young = many(5, "y{n}  Proposal  500  2026-06-20  2026-09-01")
    planned = many(4, "c{n}  call  q{n}  2026-06-20T10:00  no")
    book = draw(
        opportunity=table(HEAD, WON, silent, young), activity=table(TOUCHES, touched(), planned)
    )
    assert INSIGHTS["quiet"].look(book) is None  # four are too few to tell


def test_without_activities_no_deal_is_quiet(draw: Draw) -> None:
    silent = many(9, "q{n}  Proposal  500  2026-01-01  2026-09-01")
    assert INSIGHTS["quiet"].look(draw(opportunity=table(HEAD, WON, silent))) is None
