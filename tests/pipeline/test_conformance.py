"""Departures from the sales process: each found where the process asked for something then, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from salesops.book.book import Book
from salesops.book.sales_process import ProcessVersion
from salesops.book.settings import CalendarSettings, Settings
from salesops.foundations.problem import Refusal
from salesops.pipeline import conformance, departures, entries, funnel
from salesops.pipeline.conformance import Conformance, Line
from tests.drawn import draw_book
from tests.pipeline import test_funnel
from tests.pipeline.test_movement import deals_of

STATES = """
    opportunity_id  valid_from        stage        amount  next_step  close_date  owner_id
    good            2026-01-02T09:00  Prospecting  100     -          2026-06-01  ann
    good            2026-01-10T09:00  Discovery    100     call       2026-06-01  ann
    good            2026-02-02T09:00  Proposal     120     meet       2026-06-01  ann
    good            2026-03-01T09:00  Won          120     -          2026-03-01  ann
    hasty           2026-01-03T09:00  Prospecting  -       -          2026-06-01  bob
    hasty           2026-02-10T09:00  Proposal     -       -          2026-06-01  bob
    back            2026-01-04T09:00  Prospecting  10      -          2026-06-01  bob
    back            2026-01-20T09:00  Discovery    10      call       2026-06-01  bob
    back            2026-02-20T09:00  Prospecting  10      call       2026-06-01  bob
    lost            2026-01-05T09:00  Prospecting  70      -          2026-06-01  ann
    lost            2026-02-05T09:00  Lost         70      -          2026-02-05  ann
"""
PEOPLE = """
    id   name       team
    ann  Ann Ash    North
    bob  Bob Birch  South
"""
WORK = """
    id  kind     opportunity_id  owner_id  occurred_at       is_done
    a0  call     good            ann       2026-01-01T09:00  yes
    a1  meeting  good            ann       2026-01-30T09:00  yes
    a2  meeting  good            ann       2026-02-01T09:00  no
    a3  meeting  hasty           bob       2026-02-11T09:00  yes
    a4  call     back            bob       2026-06-30T09:00  yes
"""


def version(since: str, *stages: dict[str, Any]) -> ProcessVersion:
    """A version of the process that asks this of its stages."""
    return ProcessVersion.model_validate({"since": since, "stages": stages})


@dataclass(frozen=True)
class Drawn:
    """The drawn deals, read under any process."""

    book: Book

    def under(self, *versions: ProcessVersion, zone: str = "UTC") -> Book:
        """The book under these versions."""
        settings = Settings(sales_process=versions, calendar=CalendarSettings(time_zone=zone))
        return Book(self.book.engine, settings)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    return Drawn(
        draw_book(
            tmp_path_factory.mktemp("drawn"),
            opportunity=deals_of(STATES),
            opportunity_version=STATES,
            person=PEOPLE,
            activity=WORK,
        )
    )


def told(found: Conformance) -> dict[tuple[str, str], tuple[int, int, int]]:
    """Departed, told and untold moves of each kind and stage."""
    return {(x.kind, x.stage): (x.departed, x.looks, x.unknown) for x in found.whole.lines}


def line(found: Conformance, kind: str, stage: str) -> Line:
    """One line."""
    (one,) = [x for x in found.whole.lines if (x.kind, x.stage) == (kind, stage)]
    return one


def test_without_a_declared_process_no_stage_is_skipped_and_no_deal_goes_back(drawn: Drawn) -> None:
    assert told(conformance(drawn.book)) == {
        ("skipped", "Prospecting"): (0, 3, 0),
        ("skipped", "Discovery"): (1, 2, 0),
        ("skipped", "Proposal"): (0, 1, 0),
        ("backward", "Discovery"): (1, 2, 0),
        ("backward", "Proposal"): (0, 1, 0),
    }


def test_skipped_and_backward_deals_are_those_of_the_funnel(tmp_path: Path) -> None:
    states = test_funnel.STATES
    drawn = draw_book(tmp_path, opportunity=deals_of(states), opportunity_version=states)
    for book in (drawn, drawn.as_of("2026-01-20")):
        found = conformance(book)
        skipped = {x.stage: x.deals for x in found.whole.lines if x.kind == "skipped" and x.deals}
        steps = funnel(book, "all").whole.steps
        assert skipped == {s.stage: s.skipped for s in steps if s.skipped}
        back = {d.id for d in departures(book, "all", "backward")}
        assert back == {e.id for s in steps for e in entries(book, "all", s.stage, "went_back")}
        assert back == {"wavers"}


def test_the_version_of_the_moves_own_day_is_the_one_it_is_held_against(drawn: Drawn) -> None:
    asks = {"stage": "Discovery", "entry": "next_step is not null", "may_be_skipped": True}
    book = drawn.under(version("2026-01-15", asks))
    # The entry of 10 January is not asked, that of 20 January is; no skip is held against anybody.
    assert told(conformance(book))["entry", "Discovery"] == (0, 1, 0)
    assert ("skipped", "Discovery") not in told(conformance(book))
    later = drawn.under(version("2026-01-15", asks), version("2026-02-10"))
    assert told(conformance(later))["skipped", "Discovery"] == (1, 1, 0)
    # Where 10 February has not begun by 09:00 UTC, the former version still holds.
    west = drawn.under(version("2026-01-15", asks), version("2026-02-10"), zone="Pacific/Honolulu")
    assert ("skipped", "Discovery") not in told(conformance(west))


def test_a_criterion_is_held_against_what_the_deal_was_at_that_instant(drawn: Drawn) -> None:
    book = drawn.under(
        version("2026-01-01", {"stage": "Proposal", "entry": "next_step is not null"},
                {"stage": "Prospecting", "exit": "amount >= 50"})
    )  # fmt: skip
    found = told(conformance(book))
    # hasty had no next step, and no amount when it went on; of amounts before February history tells nothing.
    # Nothing is asked of the lost deal, which did not go on.
    assert found["entry", "Proposal"] == (1, 2, 0)
    assert found["exit", "Prospecting"] == (1, 1, 2)
    (deal,) = departures(book, "all", "entry")
    assert (deal.id, deal.stage, deal.owner) == ("hasty", "Proposal", "Bob Birch")
    assert f"{deal.at:%F}" == "2026-02-10"


def test_what_history_did_not_keep_then_cannot_be_told(drawn: Drawn) -> None:
    book = drawn.under(version("2026-01-01", {"stage": "Prospecting", "entry": "amount > 0"}))
    # The first change of an amount is of 2 February: of the four entries before nothing is told.
    assert told(conformance(book))["entry", "Prospecting"] == (0, 1, 4)
    assert len(departures(book, "all", "entry", untold=True)) == 4
    source = drawn.under(version("2026-01-01", {"stage": "Discovery", "entry": "source = 'Web'"}))
    assert told(conformance(source))["entry", "Discovery"] == (0, 0, 2)


def test_expected_activities_are_done_before_the_deal_goes_on(drawn: Drawn) -> None:
    meeting = {"kind": "meeting"}
    book = drawn.under(
        version("2026-01-01", {"stage": "Prospecting", "activities": [meeting]},
                {"stage": "Discovery", "activities": [meeting | {"at_least": 2}, {"kind": "call"}]})
    )  # fmt: skip
    found = [x for x in conformance(book).whole.lines if x.kind == "activity"]
    lines = {(x.stage, x.what): (x.departed, x.looks) for x in found}
    assert lines == {
        ("Prospecting", "meeting"): (3, 3),
        ("Discovery", "meeting"): (1, 1),
        ("Discovery", "call"): (0, 1),
    }
    (deal,) = departures(book, "all", "activity", "Discovery", "meeting")
    assert (deal.id, deal.detail) == ("good", "1 of 2")


def test_a_service_level_is_told_of_stays_whose_days_are_over(drawn: Drawn) -> None:
    book = drawn.under(version("2026-01-01", {"stage": "Prospecting", "days": 20}))
    # hasty 38 days, lost 31, back 16 and later for good; good 8.
    assert told(conformance(book))["overstayed", "Prospecting"] == (3, 5, 0)
    (there,) = [d for d in departures(book, "all", "overstayed") if "so far" in d.detail]
    assert (there.id, f"{there.at:%F}", there.detail) == ("back", "2026-03-12", "130 days so far")
    # Nine days after it came back, nobody knows whether it will stay too long.
    young = told(conformance(book.as_of("2026-03-01")))
    assert young["overstayed", "Prospecting"] == (2, 4, 0)


def test_money_and_deals_count_once_and_a_group_has_what_its_people_did(drawn: Drawn) -> None:
    asks = {"stage": "Discovery", "entry": "amount > 1000"}, {"stage": "Proposal", "entry": "amount > 1000"}  # fmt: skip
    book = drawn.under(version("2026-02-02", *asks))
    found = conformance(book, by="team")
    (entry,) = [x for x in found.whole.kinds if x.kind == "entry"]
    assert (entry.departed, entry.deals, entry.open_deals, entry.won_deals) == (2, 2, 1, 1)
    assert (entry.open_minor, entry.won_minor) == (None, 12_000)
    by_team = {g.label: {x.kind: x.departed for x in g.kinds} for g in found.groups}
    assert by_team == {
        "North": {"skipped": 0, "backward": 0, "entry": 1},
        "South": {"skipped": 1, "backward": 1, "entry": 1},
    }
    of_month = conformance(book, by="month").groups
    departed = {g.label: sum(x.departed for x in g.kinds) for g in of_month}
    assert departed == {"2026M01": 0, "2026M02": 4, "2026M03": 0}
    south = departures(book, "all", "backward", by="team", group="South")
    assert [d.id for d in south] == ["back"]
    assert told(conformance(book, "2026Q2")) == {}


def test_deals_that_departed_are_compared_with_others_of_their_type(tmp_path: Path) -> None:
    deals = ["id  stage  type  owner_id"]
    states = ["opportunity_id  valid_from  stage  owner_id"]
    # Renewals are won and skip; of new deals those that skip are lost, and half of the others.
    for n in range(36):
        type_, skips, wins = ("renewal", True, True) if n < 12 else ("new", n < 24, n >= 30)
        end, owner = "Won" if wins else "Lost", f"p{n % 3}"
        deals.append(f"d{n}  {end}  {type_}  {owner}")
        way = ["Prospecting", *([] if skips else ["Discovery"]), "Proposal", end]
        states += [
            f"d{n}  2026-01-0{day}T09:00  {stage}  {owner}" for day, stage in enumerate(way, 1)
        ]
    book = draw_book(tmp_path, opportunity="\n".join(deals), opportunity_version="\n".join(states))
    (compared,) = conformance(book).compared
    assert (compared.line.kind, compared.line.stage) == ("skipped", "Discovery")
    assert (compared.line.won.value, compared.line.others_won.value) == (0.5, 0.5)
    assert (compared.apart.value, compared.apart.is_chance) == (-0.5, False)


def test_what_cannot_be_asked_is_refused(drawn: Drawn, tmp_path: Path) -> None:
    for asks, words in (
        ({"entry": "account.industry = 'Media'"}, "On entering Discovery: What “account.industry”"),
        ({"exit": "colour = 'red'"}, "On leaving Discovery: .*no column"),
    ):
        book = drawn.under(version("2026-01-01", {"stage": "Discovery", **asks}))
        with pytest.raises(Refusal, match=words):
            conformance(book)
    with pytest.raises(Refusal, match="cannot be split"):
        conformance(drawn.book, by="colour")
    with pytest.raises(Refusal, match="no departure"):
        departures(drawn.book, "all", "colour")
    with pytest.raises(Refusal, match="no history"):
        conformance(draw_book(tmp_path / "bare", opportunity="id  stage\nd1  Discovery"))


def test_a_day_has_one_version_and_a_stage_one_rule() -> None:
    with pytest.raises(ValueError, match="two versions hold from 2026-01-01"):
        Settings(sales_process=(version("2026-01-01"), version("2026-01-01")))
    with pytest.raises(ValueError, match="Discovery” is named twice"):
        version("2026-01-01", {"stage": "Discovery"}, {"stage": "Discovery"})
    ordered = Settings(sales_process=(version("2026-02-01"), version("2026-01-01")))
    assert [v.since for v in ordered.sales_process] == [date(2026, 1, 1), date(2026, 2, 1)]
