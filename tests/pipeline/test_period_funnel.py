"""The funnel of a period: what came to each stage and left it in some days, which always adds up to who stands there."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from salesops.book.book import Book
from salesops.book.facts import Scope
from salesops.book.settings import Settings
from salesops.engines.scoped import ScopedEngine
from salesops.foundations.problem import Refusal
from salesops.pipeline import (
    CROSSINGS,
    Crossing,
    PeriodFunnel,
    as_of,
    conformance,
    crossings,
    period_funnel,
)
from tests.drawn import draw_book
from tests.engines.test_dated_meanings import DEALS as BEFORE_MARCH
from tests.engines.test_dated_meanings import STATES as STATES_BEFORE_MARCH
from tests.engines.test_dated_meanings import changed
from tests.pipeline.test_deleted import DEALS, DELETIONS
from tests.pipeline.test_deleted import STATES as WITH_DELETIONS
from tests.pipeline.test_funnel import PEOPLE, SEGMENTS, STATES
from tests.pipeline.test_movement import deals_of

OVER = "2026-01-02..2026-03-31"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    return draw_book(
        tmp_path_factory.mktemp("drawn"),
        settings=Settings(segments=SEGMENTS),
        opportunity=deals_of(STATES),
        opportunity_version=STATES,
        person=PEOPLE,
    )


def told(found: PeriodFunnel) -> dict[str, dict[str, int]]:
    """For each stage what there is any of."""
    return {
        step.stage: {what: step.deals(what) for what in CROSSINGS if step.deals(what)}
        for step in found.whole.steps
    }


def ids(found: list[Crossing]) -> list[str]:
    return [each.id for each in found]


def test_every_coming_and_going_of_the_period_counts_whoever_had_entered_when(book: Book) -> None:
    assert told(period_funnel(book, OVER)) == {
        "Prospecting": {"start": 1, "entered": 4, "further": 4, "end": 1, "skipped": 2},
        "Discovery": {"entered": 5, "further": 1, "back": 2, "end": 2, "skipped": 1},
        "Proposal": {"entered": 1, "further": 1, "skipped": 1},
    }
    assert told(period_funnel(book, "2026Q2")) == {
        "Prospecting": {"start": 1, "end": 1, "skipped": 1},
        "Discovery": {"start": 2, "entered": 1, "lost": 1, "undecided": 1, "end": 1},
    }


def test_the_share_is_of_those_that_left_and_not_of_those_that_entered(book: Book) -> None:
    steps = {step.stage: step for step in period_funnel(book, OVER).whole.steps}
    assert (steps["Discovery"].left, steps["Discovery"].conversion) == (3, 1 / 3)
    later = {step.stage: step for step in period_funnel(book, "2026Q2").whole.steps}
    assert (later["Discovery"].conversion, later["Prospecting"].conversion) == (0, None)


def test_as_of_a_former_day_only_what_had_happened_counts(book: Book) -> None:
    found = period_funnel(book.as_of("2026-01-07"), OVER)
    assert found.closes.date() == date(2026, 1, 7)
    assert told(found)["Discovery"] == {"entered": 3, "back": 1, "end": 2}


def test_a_count_opens_its_deals_with_when_and_where_to(book: Book) -> None:
    (row,) = (s for s in period_funnel(book, OVER).whole.steps if s.stage == "Discovery")
    for what in CROSSINGS:
        assert len(crossings(book, OVER, "Discovery", what)) == row.deals(what)
    second, first = crossings(book, OVER, "Discovery", "back")
    assert (first.id, first.at, first.days, first.other) == (
        "wavers", datetime(2026, 1, 6, 9, tzinfo=UTC), 1, "Prospecting",
    )  # fmt: skip
    assert (second.at, second.is_there) == (datetime(2026, 1, 9, 9, tzinfo=UTC), False)
    came = {c.at: c.other for c in crossings(book, OVER, "Prospecting", "entered")}
    assert list(came.values()) == ["Discovery", "Discovery", None, None]
    fades, _ = crossings(book, OVER, "Discovery", "end")
    assert (fades.id, fades.days, fades.is_there, fades.other) == ("fades", 87.6, True, None)
    (leaps,) = crossings(book, OVER, "Discovery", "skipped")
    assert (leaps.id, leaps.other, leaps.days) == ("leaps", "Won", None)
    assert ids(crossings(book, OVER, "Discovery", "further", by="team", group="North")) == ["wins"]
    assert crossings(book, OVER, "Discovery", "further", by="team", group="South") == []


def test_groups_hold_the_deals_of_the_whole(book: Book) -> None:
    for by in ("team", "person", "segment", "source"):
        found = period_funnel(book, OVER, by=by)
        counted: Counter[tuple[str, str]] = Counter()
        for group in found.groups:
            counted.update(
                {(s.stage, what): s.deals(what) for s in group.steps for what in CROSSINGS}
            )
        assert counted == {(s.stage, w): s.deals(w) for s in found.whole.steps for w in CROSSINGS}


def test_what_was_merely_seen_or_brought_back_is_no_entry_and_what_is_deleted_leaves(
    tmp_path: Path,
) -> None:
    seen = "    seen   2026-04-20T09:00  Proposal   25      2026-08-01  ann       snapshot\n"
    states = "\n".join(
        f"{line}  {'change_source' if place == 0 else 'history'}"
        for place, line in enumerate(WITH_DELETIONS.strip().splitlines())
    )
    deals = DEALS.rstrip() + "\n    seen   Sight  Proposal   25     2026-04-20  2026-08-01  ann\n"
    book = draw_book(
        tmp_path, opportunity=deals, opportunity_version=f"{states}\n{seen}", deletion=DELETIONS
    )
    over = "2026Q2"
    assert told(period_funnel(book, over)) == {
        "Prospecting": {"skipped": 1},
        "Discovery": {"start": 1, "entered": 1, "seen": 2, "away": 1, "end": 3},
        "Proposal": {"start": 1, "seen": 1, "away": 1, "end": 1},
    }
    (gone,) = crossings(book, over, "Proposal", "away")
    assert (gone.id, gone.name, gone.days, gone.other) == ("gone", "Lost", 130, None)
    (sight,) = crossings(book, over, "Proposal", "end")
    assert (sight.name, sight.at, sight.days) == ("Sight", None, None)
    assert told(period_funnel(book.where("amount >= 30"), over)) == {
        "Discovery": {"start": 1, "end": 1},
        "Proposal": {"start": 1, "away": 1},
    }


def test_a_stage_that_came_to_end_deals_is_told_while_it_was_open_and_nobody_is_lost_by_it(
    tmp_path: Path,
) -> None:
    book = draw_book(
        tmp_path,
        opportunity=BEFORE_MARCH,
        opportunity_version=STATES_BEFORE_MARCH,
        settings=changed("Lost", outcome="open"),
    )
    found = told(period_funnel(book, "2026-01-11..2026-06-30"))
    assert found["Lost"] == {"entered": 1, "away": 1}
    (gone,) = crossings(book, "2026-01-11..2026-06-30", "Lost", "away")
    assert (gone.id, gone.days, gone.other) == ("gone", 8.8, None)


def test_a_period_begins_where_history_does_and_says_so(book: Book) -> None:
    found = period_funnel(book, "all")
    assert (found.is_cut, found.opens.date()) == (True, date(2026, 1, 1))
    assert not period_funnel(book, OVER).is_cut


def test_what_cannot_be_told_is_refused(book: Book, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="whole from 2 January 2026"):
        period_funnel(book, "2025")
    with pytest.raises(Refusal, match="1 July 2026 has not begun"):
        period_funnel(book, "2026Q3")
    with pytest.raises(Refusal, match="cannot be split"):
        period_funnel(book, OVER, by="colour")
    with pytest.raises(Refusal, match="no open stage"):
        crossings(book, OVER, "Won")
    with pytest.raises(Refusal, match="by “here”"):
        crossings(book, OVER, "Discovery", "here")
    bare = draw_book(tmp_path / "bare", opportunity="id  stage\nd1  Discovery")
    with pytest.raises(Refusal, match="holds no history"):
        period_funnel(bare, "2026Q1")


def test_a_reader_sees_what_happened_to_the_deals_they_see(book: Book) -> None:
    scope = Scope(owner_ids=("cay",))
    seen = Book(ScopedEngine(book.engine.folder, scope), book.settings, scope=scope)  # type: ignore[attr-defined]
    assert told(period_funnel(seen, "2026Q2")) == {
        "Prospecting": {"skipped": 1},
        "Discovery": {"entered": 1, "end": 1},
    }
    assert crossings(seen, "2026Q2", "Discovery", "lost") == []


# What follows reckons the same by another way: deal by deal, state by state.

ORDER = ("Prospecting", "Discovery", "Proposal")
NAMES = (*ORDER, "Won", "Lost", "No decision")
FIRST = datetime(2026, 1, 1, 9, tzinfo=UTC)
State = tuple[datetime, str, bool]


@st.composite
def lives(draw: st.DrawFn) -> list[list[State]]:
    """Some deals, each as the states it was in: since when, which stage, and whether the change was recorded."""
    found = [[(FIRST, "Discovery", True), (FIRST + timedelta(days=179), "Proposal", True)]]
    for _ in range(draw(st.integers(20, 30))):
        chance = random.Random(draw(st.integers(0, 2**32)))
        hours = sorted(chance.sample(range(1, 24 * 170), chance.randint(1, 6)))
        found.append(
            [
                (
                    FIRST + timedelta(hours=h),
                    chance.choice(NAMES),
                    place > 0 or chance.random() < 0.7,
                )
                for place, h in enumerate(hours)
            ]
        )
    return found


def reckoned(found: list[list[State]], opens: datetime, closes: datetime) -> Counter[Any]:
    """How often each thing happened at each stage."""
    counted: Counter[Any] = Counter()

    def rank(stage: str) -> int:
        return ORDER.index(stage) if stage in ORDER else 9 if stage == "Won" else -1

    for life in found:
        former, since = "", opens
        for at, stage, is_recorded in [*life, (datetime.max.replace(tzinfo=UTC), "", True)]:
            if former in ORDER:
                # The state before this one lasted until `at`.
                counted[former, "start"] += since <= opens < at
                counted[former, "end"] += since <= closes < at
            if opens < at <= closes and stage != former:
                if former in ORDER:
                    fate = {"Lost": "lost", "No decision": "undecided"}.get(stage) or (
                        "further" if rank(stage) > rank(former) else "back"
                    )
                    counted[former, fate] += 1
                if stage in ORDER:
                    counted[stage, "entered" if is_recorded else "seen"] += 1
            former, since = stage, at
    return +counted


# Each example makes a book, so one that fails is told as it is and not made smaller.
@settings(max_examples=3, deadline=None, phases=[Phase.reuse, Phase.generate])
@given(found=lives(), days=st.lists(st.integers(1, 179), min_size=4, max_size=4))
def test_it_adds_up_and_agrees_with_reckoning_deal_by_deal(
    found: list[list[State]], days: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    states = "opportunity_id  valid_from  stage  close_date  change_source\n" + "\n".join(
        f"d{n:02}  {at:%Y-%m-%dT%H:%M}  {stage}  2026-09-01  {'history' if known else 'snapshot'}"
        for n, life in enumerate(found)
        for at, stage, known in life
    )
    book = draw_book(
        tmp_path_factory.mktemp("drawn"),
        opportunity=deals_of(states),
        opportunity_version=states,
    )
    for pair in (days[:2], days[2:]):
        first, last = (FIRST.date() + timedelta(days=n) for n in sorted(pair))
        over = f"{first}..{last}"
        # Each stage is held to add up where it is made.
        steps = period_funnel(book, over).whole.steps
        told = {(s.stage, w): s.deals(w) for s in steps for w in CROSSINGS if s.deals(w)}
        opens = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(microseconds=1)
        closes = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
        by_hand = reckoned(found, opens, min(closes - timedelta(microseconds=1), book.instant))
        assert {k: n for k, n in told.items() if k[1] != "skipped"} == by_hand
        # Who skipped a stage is who departed from the process so, and who stands there is the open pipeline.
        departed = {
            x.stage: x.departed for x in conformance(book, over).whole.lines if x.kind == "skipped"
        }
        assert {s: n for (s, w), n in told.items() if w == "skipped"} == +Counter(departed)
        ends = [first - timedelta(days=1), min(last, book.today)]
        lines = {line.key[0]: line for line in as_of(book, ends, by="stage").groups}
        for stage in ORDER[1:]:
            standing = [s.deals for s in lines[stage].standings] if stage in lines else [0, 0]
            assert [told.get((stage, "start"), 0), told.get((stage, "end"), 0)] == standing[-2:]
