"""What changed in the pipeline: bridges that balance, of the two ends and of every change between them."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from salesops.book.book import Book
from salesops.book.facts import Scope
from salesops.engines.scoped import ScopedEngine
from salesops.foundations.problem import Refusal
from salesops.pipeline import BOXES, GROUPS, movement, moves
from tests.drawn import draw_book, read_drawing

OVER = "2026-04-01..2026-06-30"

# Ann's deals unless said otherwise; Q2 is the span, and the period that deals are meant to close in.
STATES = """
    opportunity_id  valid_from        stage        amount  close_date  owner_id
    stays           2026-01-10T09:00  Discovery    100     2026-06-01  ann
    grows           2026-01-10T09:00  Discovery    100     2026-06-01  ann
    grows           2026-04-20T09:00  Proposal     150     2026-06-01  ann
    grows           2026-05-20T09:00  Proposal     130     2026-06-01  ann
    wins            2026-01-10T09:00  Discovery    200     2026-06-01  ann
    wins            2026-05-02T09:00  Proposal     260     2026-06-01  ann
    wins            2026-06-01T09:00  Won          250     2026-06-01  ann
    loses           2026-01-10T09:00  Proposal     70      2026-05-01  ann
    loses           2026-05-01T09:00  No decision  70      2026-05-01  ann
    slips           2026-01-10T09:00  Proposal     40      2026-06-20  ann
    slips           2026-06-19T09:00  Proposal     40      2026-08-20  ann
    comes           2026-01-10T09:00  Proposal     30      2026-09-20  ann
    comes           2026-05-10T09:00  Proposal     30      2026-06-20  ann
    bounces         2026-01-10T09:00  Proposal     11      2026-06-20  ann
    bounces         2026-05-10T09:00  Proposal     11      2026-07-20  ann
    bounces         2026-06-10T09:00  Proposal     12      2026-06-20  ann
    late            2026-01-10T09:00  Proposal     9       2026-03-20  ann
    late            2026-04-02T09:00  Proposal     9       2026-04-20  ann
    new             2026-04-10T09:00  Discovery    500     2026-06-20  ann
    matures         2026-02-10T09:00  Prospecting  5       2026-06-20  ann
    matures         2026-04-10T09:00  Discovery    6       2026-06-20  ann
    cools           2026-02-10T09:00  Discovery    8       2026-06-20  ann
    cools           2026-04-10T09:00  Prospecting  8       2026-06-20  ann
    returns         2026-02-10T09:00  Lost         3       2026-03-01  ann
    returns         2026-04-10T09:00  Discovery    4       2026-06-20  ann
    given           2026-02-10T09:00  Discovery    60      2026-06-20  ann
    given           2026-05-10T09:00  Discovery    65      2026-06-20  bob
    silent          2026-02-10T09:00  Discovery    -       2026-06-20  ann
"""
PEOPLE = """
    id   name
    ann  Ann Ash
    bob  Bob Birch
"""


def deals_of(states: str) -> str:
    """The deals of drawn states, each as its last one says."""
    last = {record["opportunity_id"]: record for record in read_drawing(states)}
    of_a_deal = [
        c
        for c in states.strip().splitlines()[0].split()
        if c not in ("valid_from", "change_source")
    ]
    rows = ["  ".join(["id", *of_a_deal[1:]])]
    rows += ["  ".join(record.get(c, "-") for c in of_a_deal) for record in last.values()]
    return "\n".join(rows)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    return draw_book(
        tmp_path_factory.mktemp("drawn"),
        opportunity=deals_of(STATES),
        opportunity_version=STATES,
        person=PEOPLE,
    )


def told(boxes: Any) -> dict[str, int]:
    """The boxes in major units."""
    return {box.name: box.minor // 100 for box in boxes}


def test_each_deal_is_in_one_box_when_the_ends_are_compared(book: Book) -> None:
    bridge = movement(book, OVER, closing=OVER).whole
    assert (bridge.opening // 100, bridge.opening_deals) == (
        100 + 100 + 200 + 70 + 40 + 11 + 8 + 60,
        9,
    )
    assert told(bridge.boxes) == {
        "created": 500,
        "reopened": 4,
        "qualified": 6,
        "pulled_in": 30,
        "pushed_in": 9,
        "increased": 30 + 1 + 5,
        "pushed_out": -40,
        "unqualified": -8,
        "lost": -70,
        "won": -200,
    }
    assert bridge.box("increased").deals == 3
    assert bridge.closing == bridge.opening + sum(box.minor for box in bridge.boxes)


def test_each_change_counts_when_events_are_told(book: Book) -> None:
    bridge = movement(book, OVER, closing=OVER, reading="events").whole
    assert told(bridge.boxes) == {
        "created": 500,
        "reopened": 4,
        "qualified": 6,
        "pulled_in": 30 + 12,
        "pushed_in": 9,
        "increased": 50 + 60 + 5,
        "decreased": -20,
        "pushed_out": -40 - 11,
        "unqualified": -8,
        "lost": -70,
        "won": -260,
    }
    assert (bridge.box("pulled_in").changes, bridge.box("pulled_in").deals) == (2, 2)


def test_close_dates_moved_of_deals_that_stay_are_counted_beside_the_boxes(book: Book) -> None:
    bounced = movement(book, OVER, reading="events").whole
    assert [(b.name, b.changes, b.deals) for b in bounced.dates] == [
        ("later", 3, 3),
        ("earlier", 2, 2),
    ]
    ends = movement(book, OVER).whole
    assert [(b.name, b.minor, b.deals) for b in ends.dates] == [
        ("later", 49_00, 2),
        ("earlier", 30_00, 1),
    ]
    slips, late = moves(book, OVER, "later")
    assert (slips.id, slips.minor, slips.close_after) == ("slips", 40_00, date(2026, 8, 20))
    assert late.id == "late"
    assert all(m.box in BOXES for m in moves(book, OVER))
    assert movement(book, OVER, by="person", reading="events").groups[0].box("later").deals == 3


def test_what_changes_hands_leaves_the_one_and_comes_to_the_other(book: Book) -> None:
    found = movement(book, OVER, by="person", reading="events")
    ann, bob = found.groups
    assert (ann.label, bob.label) == ("Ann Ash", "Bob Birch")
    assert (ann.box("went").minor, bob.box("came").minor) == (-60_00, 65_00)
    # To the whole only what the hand-over changed is anything.
    assert found.whole.box("went").changes == 0
    assert found.whole.box("increased").minor == (50 + 60 + 1 + 5) * 100
    assert (found.words("came"), found.words("went")) == ("Taken over", "Handed over")
    assert movement(book, OVER, by="stage").words("came") == "Moved in"


def test_a_box_opens_its_changes(book: Book) -> None:
    (slips,) = moves(book, OVER, "pushed_out", closing=OVER)
    assert (slips.id, slips.minor, slips.at) == ("slips", -40_00, None)
    assert (slips.close_before, slips.close_after) == (date(2026, 6, 20), date(2026, 8, 20))
    found = moves(book, OVER, "pushed_out", closing=OVER, reading="events")
    assert [(m.id, m.at) for m in found] == [
        ("slips", datetime(2026, 6, 19, 9, tzinfo=UTC)),
        ("bounces", datetime(2026, 5, 10, 9, tzinfo=UTC)),
    ]
    assert [m.id for m in moves(book, OVER, "came", by="person", group="bob")] == ["given"]
    assert moves(book, OVER, "came", by="person", group="ann") == []


def test_a_condition_leaves_only_its_deals(book: Book) -> None:
    bridge = movement(book.where("amount >= 200"), OVER).whole
    assert told(bridge.boxes) == {"created": 500, "won": -200}


def test_what_there_is_not_is_refused(book: Book) -> None:
    with pytest.raises(Refusal, match="cannot be split by “colour”"):
        movement(book, OVER, by="colour")
    with pytest.raises(Refusal, match="no box “gone”"):
        moves(book, OVER, "gone")


def test_what_history_does_not_reach_is_refused(book: Book, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="whole from 11 January 2026"):
        movement(book, "2025-10-01..2026-06-30")
    with pytest.raises(Refusal, match="whole from 11 January 2026"):
        movement(book, "all")
    with pytest.raises(Refusal, match="1 July 2026 has not begun"):
        movement(book, "2026-07-01..2026-09-30")
    bare = draw_book(tmp_path, opportunity="id  stage\na  Proposal")
    with pytest.raises(Refusal, match="holds no history"):
        movement(bare, OVER)
    with pytest.raises(Refusal, match="Compare the ends"):
        movement(book, OVER, by="team", reading="events", organisation="then")


def test_what_rates_did_is_a_box_of_its_own(tmp_path: Path) -> None:
    states = """
        opportunity_id  valid_from        stage      amount  currency  close_date
        stays           2026-01-10T09:00  Discovery  100     EUR       2026-06-01
        grows           2026-01-10T09:00  Discovery  100     EUR       2026-06-01
        grows           2026-05-10T09:00  Discovery  110     EUR       2026-06-01
        home            2026-01-10T09:00  Discovery  100     USD       2026-06-01
    """
    deals = """
        id     stage      amount  currency  close_date
        stays  Discovery  100     EUR       2026-06-01
        grows  Discovery  110     EUR       2026-06-01
        home   Discovery  100     USD       2026-06-01
    """
    rates = """
        currency  valid_from  valid_to    rate
        EUR       2026-01-01  2026-05-01  1.10
        EUR       2026-05-01  9999-12-31  1.20
    """
    book = draw_book(tmp_path, opportunity=deals, opportunity_version=states, exchange_rate=rates)
    for reading in ("ends", "events"):
        bridge = movement(book, OVER, reading=reading).whole
        assert (bridge.opening, bridge.closing) == (320_00, 352_00)
        assert [(b.name, b.minor, b.deals) for b in bridge.boxes] == [
            ("currency", 20_00, 2),
            ("increased", 12_00, 1),
        ]


def test_teams_are_those_of_the_end_or_of_each_end(tmp_path: Path) -> None:
    states = """
        opportunity_id  valid_from        stage      amount  owner_id  close_date
        a               2026-01-10T09:00  Discovery  100     ann       2026-06-01
        b               2026-01-10T09:00  Discovery  20      bob       2026-06-01
        b               2026-06-10T09:00  Lost       20      bob       2026-06-01
    """
    deals = """
        id  stage      amount  owner_id  close_date
        a   Discovery  100     ann       2026-06-01
        b   Lost       20      bob       2026-06-01
    """
    places = """
        person_id  team   valid_from  valid_to
        ann        North  2026-01-01  2026-05-01
        ann        South  2026-05-01  9999-12-31
        bob        East   2026-01-01  9999-12-31
    """
    book = draw_book(
        tmp_path,
        opportunity=deals,
        opportunity_version=states,
        person=PEOPLE,
        team_membership=places,
    )
    south, _ = movement(book, OVER, by="team").groups
    assert (south.key, south.opening, south.boxes) == ("South", 100_00, ())
    then = movement(book, OVER, by="team", organisation="then").groups
    assert {g.key: (g.opening, told(g.boxes), g.closing) for g in then} == {
        "North": (100_00, {"went": -100}, 0),
        "South": (0, {"came": 100}, 100_00),
        "East": (20_00, {"lost": -20}, 0),
    }


# What follows reckons the same by another way: deal by deal, state by state.


@dataclass(frozen=True)
class State:
    since: datetime
    until: datetime
    stage: str
    minor: int
    close: date
    owner: str


def _drawn(seed: int) -> dict[str, list[State]]:
    chance = random.Random(seed)
    first = datetime(2026, 1, 1, 9, tzinfo=UTC)
    lives: dict[str, list[State]] = {}
    for number in range(120):
        moments = sorted(
            {
                first + timedelta(hours=chance.randrange(24 * 175))
                for _ in range(chance.randint(1, 6))
            }
        )
        if number == 0:
            moments = [first, *moments]
        ends = [*moments[1:], datetime(9999, 12, 31, tzinfo=UTC)]
        lives[f"d{number:03}"] = [
            State(
                since,
                until,
                chance.choice(
                    ("Prospecting", "Discovery", "Discovery", "Proposal", "Proposal", "Won", "Lost")
                ),
                chance.choice((0, 100_00, 100_00, 250_01, 99)),
                date(2026, 1, 15) + timedelta(days=30 * chance.randrange(10)),
                chance.choice(("ann", "bob")),
            )
            for since, until in zip(moments, ends, strict=True)
        ]
    return lives


def _by_hand(
    lives: dict[str, list[State]],
    since: datetime,
    until: datetime,
    closing: tuple[date, date],
    events: bool,
) -> tuple[int, int, Counter[str], dict[str, set[str]]]:
    def is_in(state: State | None) -> bool:
        qualified = state is not None and state.stage in ("Discovery", "Proposal")
        return qualified and state is not None and closing[0] <= state.close < closing[1]

    opening = end = 0
    money: Counter[str] = Counter()
    deals: dict[str, set[str]] = defaultdict(set)
    for key, life in lives.items():
        at = [next((s for s in life if s.since <= t < s.until), None) for t in (since, until)]
        opening += at[0].minor if at[0] and is_in(at[0]) else 0
        end += at[1].minor if at[1] and is_in(at[1]) else 0
        between = [at[0], *(s for s in life if since < s.since <= until)] if events else at
        for a, b in pairwise(between):
            if not is_in(a) and not is_in(b):
                continue
            assert b is not None
            if a is not None and is_in(a) and is_in(b):
                box, minor = ("increased" if b.minor > a.minor else "decreased"), b.minor - a.minor
                if not minor:
                    continue
            elif a is not None and is_in(a):
                minor = -a.minor
                box = {"Won": "won", "Lost": "lost", "Prospecting": "unqualified"}.get(b.stage, "")
                box = box or ("pushed_out" if b.close >= closing[1] else "pulled_out")
            else:
                minor = b.minor
                box = "created" if a is None else "reopened" if a.stage in ("Won", "Lost") else ""
                box = box or ("qualified" if a and a.stage == "Prospecting" else "")
                box = box or ("pulled_in" if a and a.close >= closing[1] else "pushed_in")
            money[box] += minor
            deals[box].add(key)
    return opening, end, money, deals


@pytest.mark.parametrize("seed", [1, 2])
def test_every_pair_of_days_agrees_with_reckoning_deal_by_deal(seed: int, tmp_path: Path) -> None:
    lives = _drawn(seed)
    head = "opportunity_id  valid_from  stage  amount  close_date  owner_id\n"
    states = head + "\n".join(
        f"{key}  {s.since:%Y-%m-%dT%H:%M}  {s.stage}  {s.minor / 100:.2f}  {s.close}  {s.owner}"
        for key, life in lives.items()
        for s in life
    )
    book = draw_book(
        tmp_path, opportunity=deals_of(states), opportunity_version=states, person=PEOPLE
    )
    chance = random.Random(seed)
    for _ in range(12):
        first, last = sorted(date(2026, 1, 2) + timedelta(days=chance.randrange(178)) for _ in "ab")
        due = date(2026, 2, 1) + timedelta(days=chance.randrange(90))
        closing = (due, due + timedelta(days=chance.choice((30, 90, 9_000))))
        over = f"{first}..{last}"
        since = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(microseconds=1)
        until = min(
            datetime(last.year, last.month, last.day, tzinfo=UTC)
            + timedelta(days=1, microseconds=-1),
            book.instant,
        )
        for reading in ("ends", "events"):
            asked: dict[str, Any] = {
                "closing": f"{closing[0]}..{closing[1] - timedelta(days=1)}",
                "reading": reading,
            }
            found = movement(book, over, **asked).whole
            opening, end, money, deals = _by_hand(lives, since, until, closing, reading == "events")
            assert (found.opening, found.closing) == (opening, end)
            assert {b.name: (b.minor, b.deals) for b in found.boxes} == {
                name: (money[name], len(keys)) for name, keys in deals.items()
            }
            # Groups add up, but for what only went from one to another.
            by = chance.choice(list(GROUPS))
            groups = movement(book, over, by=by, **asked).groups
            assert sum(g.opening for g in groups) == opening
            assert sum(g.closing for g in groups) == end
            for name in set(BOXES) - {"came", "went", "increased", "decreased"}:
                assert sum(g.box(name).minor for g in groups) == found.box(name).minor


@pytest.mark.parametrize("reading", ["ends", "events"])
def test_the_ends_are_what_the_numbers_say(book: Book, reading: Any) -> None:
    before = book.as_of("2026-03-31")
    whole = movement(book, OVER, reading=reading).whole
    assert whole.opening == before.measure("open_pipeline").value
    assert whole.closing == book.measure("open_pipeline").value
    due = movement(book, OVER, closing=OVER, reading=reading).whole
    assert due.opening == before.measure("pipeline_due", period=OVER).value
    assert due.closing == book.measure("pipeline_due", period=OVER).value


def test_a_reader_sees_the_bridge_of_the_deals_they_see(book: Book) -> None:
    scope = Scope(owner_ids=("bob",))
    seen = Book(ScopedEngine(book.engine.folder, scope), book.settings, scope=scope)  # type: ignore[attr-defined]
    # What was handed over came with its past.
    assert told(movement(seen, OVER).whole.boxes) == {"increased": 5}
    bob, ann = movement(seen, OVER, by="person", reading="events").groups
    assert (ann.opening, bob.closing) == (60_00, 65_00)
    assert [m.id for m in moves(seen, OVER, "increased")] == ["given"]
