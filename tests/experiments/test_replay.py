"""A rule tried on the past: what it would have touched, as deals were known then, and what became of them."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from salesops.book.book import Book
from salesops.book.facts import Scope
from salesops.engines.scoped import ScopedEngine
from salesops.experiments import Rule, conclusion, looked_at, replay
from salesops.foundations.clustered import Tally, difference
from salesops.foundations.problem import Refusal
from tests.drawn import draw_book

# A rule on leaving Discovery without a next step. What is written later must not count.
STATES = """
    opportunity_id  valid_from        stage        amount  close_date  owner_id  next_step
    bare            2026-01-10T09:00  Discovery    100     2026-06-01  ann       -
    bare            2026-02-10T09:00  Proposal     100     2026-06-01  ann       -
    bare            2026-02-11T09:00  Proposal     100     2026-06-01  ann       Call
    bare            2026-03-12T09:00  Won          120     2026-03-12  ann       Call
    filled          2026-01-10T09:00  Discovery    50      2026-06-01  bob       -
    filled          2026-02-10T09:00  Proposal     50      2026-06-01  bob       Demo
    filled          2026-02-20T09:00  Lost         50      2026-02-20  bob       -
    skipped         2026-01-10T09:00  Discovery    70      2026-06-01  ann       -
    skipped         2026-02-01T09:00  Won          70      2026-02-01  ann       -
    twice           2026-01-10T09:00  Discovery    10      2026-06-01  bob       Call
    twice           2026-02-01T09:00  Proposal     10      2026-06-01  bob       Call
    twice           2026-02-05T09:00  Discovery    10      2026-06-01  bob       -
    twice           2026-02-09T09:00  Proposal     10      2026-06-01  bob       -
    given_up        2026-01-10T09:00  Discovery    90      2026-06-01  ann       -
    given_up        2026-02-01T09:00  Lost         90      2026-02-01  ann       -
    back            2026-01-10T09:00  Discovery    20      2026-06-01  ann       -
    back            2026-02-01T09:00  Prospecting  20      2026-06-01  ann       -
    stays           2026-01-10T09:00  Discovery    30      2026-06-01  ann       -
"""
DEALS = """
    id        stage        amount  close_date  owner_id  next_step
    bare      Won          120     2026-03-12  ann       Call
    filled    Lost         50      2026-02-20  bob       -
    skipped   Won          70      2026-02-01  ann       -
    twice     Proposal     10      2026-06-01  bob       -
    given_up  Lost         90      2026-02-01  ann       -
    back      Prospecting  20      2026-06-01  ann       -
    stays     Discovery    30      2026-06-01  ann       -
"""
RULE = Rule("Discovery", "leaving", "next_step IS NULL")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    folder = tmp_path_factory.mktemp("drawn")
    return draw_book(
        folder,
        opportunity=DEALS,
        opportunity_version=STATES,
        person="id   name  manager_id\nann  Ann   -\nbob  Bob   -",
    )


def test_a_deal_is_looked_at_once_and_as_it_stood_when_it_moved_on(book: Book) -> None:
    found = replay(book, RULE)
    # Given up, moved back and still there are not stopped by a gate to the next stage.
    assert (found.touched.deals, found.others.deals, found.unknown) == (2, 2, 0)
    assert (found.touched.won, found.touched.won_minor, found.touched.days) == (2, 190_00, 15)
    assert (found.others.lost, found.others.open, found.others.open_minor) == (1, 1, 10_00)
    assert [d.id for d in looked_at(book, RULE)] == ["bare", "skipped"]
    assert [d.id for d in looked_at(book, RULE, touched=False, fate="lost")] == ["filled"]


def test_a_rule_on_entering_looks_at_the_first_entry(book: Book) -> None:
    found = replay(book, Rule("Proposal", "entering", "amount >= 50"))
    assert [d.id for d in looked_at(book, found.rule)] == ["bare", "filled"]
    assert [d.id for d in looked_at(book, found.rule, touched=False)] == ["twice"]


def test_what_a_rule_cannot_tell_is_in_neither_group(book: Book) -> None:
    found = replay(book, Rule("Discovery", "leaving", "next_step = 'Demo'"))
    assert (found.touched.deals, found.others.deals, found.unknown) == (1, 1, 2)
    assert any("2 deals of which the rule cannot tell" in s for s in conclusion(found).cannot)


def test_a_period_and_an_earlier_day_narrow_what_is_known(book: Book) -> None:
    assert replay(book, RULE, "2026-02-05..2026-02-28").touched.deals == 1
    then = replay(book.as_of("2026-02-15"), RULE)
    assert (then.touched.won, then.touched.open, then.others.open) == (1, 1, 2)


def test_a_reader_replays_what_they_see(book: Book) -> None:
    engine = ScopedEngine(book.engine.folder, Scope(("bob",)))  # type: ignore[attr-defined]
    seen = Book(engine, book.settings).seen_by(engine.scope)
    found = replay(seen, RULE)
    assert (found.touched.deals, found.others.deals) == (0, 2)
    assert looked_at(seen, RULE) == []


def test_what_was_not_known_then_is_refused(book: Book) -> None:
    with pytest.raises(Refusal, match="how a deal ended"):
        replay(book, Rule("Discovery", "leaving", "is_won"))
    with pytest.raises(Refusal, match="history is kept of deals alone"):
        replay(book, Rule("Discovery", "leaving", "account.industry = 'Media'"))
    with pytest.raises(Refusal, match="no former values of “source”"):
        replay(book, Rule("Discovery", "leaving", "source = 'Web'"))
    with pytest.raises(Refusal, match="No deal was ever in a stage “Demo”"):
        replay(book, Rule("Demo", "leaving", "amount > 1"))


def test_a_book_without_history_says_so(tmp_path: Path) -> None:
    bare = draw_book(tmp_path, opportunity="id  stage\na  Proposal")
    with pytest.raises(Refusal, match="holds no history"):
        replay(bare, RULE)


def test_it_is_said_that_wins_are_the_price_and_that_nothing_is_proved(book: Book) -> None:
    told = conclusion(replay(book, RULE))
    assert told.can[:2] == (
        "The rule would have stopped 2 of 4 deals.",
        (
            "2 of them were won, worth $190. That is what the rule would have held up: "
            "its price if nothing else changed."
        ),
    )
    assert "Too few" in told.can[2]
    assert any("may follow from success" in s for s in told.cannot)


def test_like_deals_are_compared_and_the_mix_is_not_taken_for_the_rule() -> None:
    # The touched ones are mostly small, and small deals are won less often: within each size nothing differs.
    rows = []
    for seller in range(10):
        for size, touched, hits, deals in (
            ("small", True, 8, 40), ("small", False, 2, 10), ("large", True, 6, 10), ("large", False, 24, 40),
        ):  # fmt: skip
            rows.append(Tally(f"s{seller}", (size,), touched, hits, deals))
    like = difference(rows)
    crude = difference([Tally(r.seller, (), r.touched, r.hits, r.deals) for r in rows])
    assert like is not None
    assert like.value == pytest.approx(0)
    assert crude is not None
    assert crude.value == pytest.approx(14 / 50 - 26 / 50)
    assert not crude.is_chance


def test_one_sellers_many_deals_do_not_make_it_sure() -> None:
    # All of the difference is one seller's; with deals as the unit it would be far beyond chance.
    rows = [Tally("busy", (), True, 10, 200)]
    rows += [Tally(f"s{i}", (), True, 2, 4) for i in range(4)]
    rows += [Tally(f"s{i}", (), False, 50, 100) for i in range(4)]
    found = difference(rows)
    assert found is not None
    assert found.value < -0.4
    assert found.is_chance
    assert found.low is None
    assert difference([r for r in rows if r.touched]) is None


def test_where_sellers_differ_and_the_rule_does_nothing_chance_explains_it() -> None:
    wrong = 0
    for seed in range(200):
        random = Random(seed)
        rows = []
        for seller in range(14):
            skill, mine = random.gauss(0.4, 0.1), random.betavariate(2, 4)
            for kind in range(4):
                deals = random.randrange(4, 14)
                touched = sum(random.random() < mine for _ in range(deals))
                for group, n in ((True, touched), (False, deals - touched)):
                    hits = sum(random.random() < skill for _ in range(n))
                    rows.append(Tally(f"s{seller}", (kind,), group, hits, n))
        found = difference(rows)
        assert found is not None
        wrong += not found.is_chance
    assert 2 <= wrong <= 16  # about one in twenty
