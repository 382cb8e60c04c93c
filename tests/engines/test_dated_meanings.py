"""What a stage means may change on a day: every reading takes the meaning of its moment, and no deal moved by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from salesops.book.book import Book
from salesops.book.settings import CalendarSettings, FormerMeaning, Settings, StageMeaning
from salesops.book.turns import turns_of, turns_said
from salesops.kpis import KPIS
from salesops.pipeline.as_of import as_of
from salesops.pipeline.flows import Share, flows
from salesops.pipeline.movement import movement, moves
from salesops.pipeline.stays import open_stages

MARCH = date(2026, 3, 1)


def changed(stage: str, until: date = MARCH, **meant: bool | str | None) -> Settings:
    """A book in which the stage meant this before the day, and what is drawn from then on."""
    former = FormerMeaning(pipeline="Sales", stage=stage, until=until, meant=dict(meant))
    zone = CalendarSettings(time_zone="America/New_York")
    return Settings(former_meanings=(former,), calendar=zone)


DEALS = """
    id     pipeline  stage        amount  close_date
    stays  Sales     Discovery    100     2026-08-01
    left   Sales     Prospecting  30      2026-08-01
    later  Sales     Discovery    7       2026-08-01
    gone   Sales     Lost         4       2026-02-20
"""
STATES = """
    opportunity_id  valid_from        pipeline  stage        amount  close_date
    stays           2026-01-10T09:00  Sales     Discovery    90      2026-08-01
    stays           2026-04-01T09:00  Sales     Discovery    100     2026-08-01
    left            2026-01-10T09:00  Sales     Discovery    30      2026-08-01
    left            2026-02-01T09:00  Sales     Prospecting  30      2026-08-01
    later           2026-05-05T09:00  Sales     Discovery    7       2026-08-01
    gone            2026-01-10T09:00  Sales     Discovery    4       2026-08-01
    gone            2026-02-20T09:00  Sales     Lost         4       2026-02-20
"""
Draw = Callable[..., Book]


def _states(book: Book, deal: str) -> list[tuple[Any, ...]]:
    return book.engine.run(
        "SELECT valid_from, is_qualified, outcome, change_source, qualified_on, is_stage_entry "
        "FROM opportunity_version WHERE opportunity_id = $deal ORDER BY valid_from",
        {"deal": deal},
    ).rows


def test_a_state_is_cut_where_its_stage_comes_to_mean_something_else_and_nowhere_else(
    draw: Draw,
) -> None:
    book = draw(
        opportunity=DEALS, opportunity_version=STATES,
        settings=changed("Discovery", is_qualified=False),
    )  # fmt: skip
    begins = datetime(2026, 3, 1, 5)  # noqa: DTZ001  in New York; tables hold UTC
    assert _states(book, "stays") == [
        (datetime(2026, 1, 10, 9), False, "open", "history", None, True),  # noqa: DTZ001
        (begins, True, "open", "meaning", MARCH, False),
        (datetime(2026, 4, 1, 9), True, "open", "history", MARCH, False),  # noqa: DTZ001
    ]
    assert [s[1:] for s in _states(book, "left")] == [
        (False, "open", "history", None, True),
        (False, "open", "history", None, True),
    ]
    assert [s[1] for s in _states(book, "gone")] == [False, False]
    assert [s[4] for s in _states(book, "later")] == [date(2026, 5, 5)]
    assert book.engine.run("SELECT count(*) FROM opportunity WHERE is_qualified").rows == [(2,)]


def test_former_days_are_read_by_the_meaning_of_then_and_the_bridge_tells_what_changed(
    draw: Draw,
) -> None:
    book = draw(
        opportunity=DEALS, opportunity_version=STATES,
        settings=changed("Discovery", is_qualified=False),
    )  # fmt: skip
    days = ["2026-02-28", "2026-03-01", "2026-05-05"]
    assert [s.minor for s in as_of(book, days).whole.standings] == [0, 9000, 10700]
    for day, minor in zip(days, (None, 9000, 10700), strict=True):
        assert (
            book.as_of(date.fromisoformat(day)).measure("open_pipeline").figures[0].numerator
            == minor
        )
    for reading in ("ends", "events"):
        bridge = movement(book, "2026-03", reading=reading).whole
        assert bridge.rows == [
            ("opening", 0, 0, None), ("qualified", 9000, 1, 1), ("closing", 9000, 1, None),
        ]  # fmt: skip
    found = moves(book, "2026-03", "qualified")
    assert [(m.id, m.is_by_meaning) for m in found] == [("stays", True)]
    said = "Discovery came to mean something else on 1 Mar 2026."
    told = [turns_said(book, date(2026, month, 1), date(2026, month, 28)) for month in (2, 3)]
    assert told == ["", said]
    told = [turns_of(book, KPIS[k], MARCH) for k in ("open_pipeline", "lead_response_time")]
    assert told == [said, ""]
    created = book.measure("pipeline_created", period="2026").figures[0]
    assert (created.numerator or 0, created.n) == (9700, 2)


def test_deals_end_where_their_stage_comes_to_end_deals_and_nobody_moved_them(draw: Draw) -> None:
    """Its place on the way is kept, so that nobody is further for having been in it."""
    stages = """
        stage        position  outcome      is_pitched  is_qualified
        Prospecting  1         open         no          yes
        Discovery    2         no_decision  no          no
        Proposal     3         open         yes         yes
        Won          4         won          no          no
    """
    book = draw(
        opportunity=DEALS.replace("Lost", "Proposal"),
        opportunity_version=STATES.replace("Lost", "Proposal"),
        pipeline_stage=stages,
        settings=changed("Discovery", outcome="open", is_qualified=True),
    )
    order = book.engine.run("SELECT stage FROM pipeline_stage ORDER BY position").rows
    assert [s for (s,) in order] == ["Prospecting", "Discovery", "Proposal", "Won"]
    assert [(s[1], s[2], s[5]) for s in _states(book, "stays")] == [
        (True, "open", True), (False, "no_decision", False), (False, "no_decision", False),
    ]  # fmt: skip
    assert movement(book, "2026-03").whole.box("lost").minor == -9000
    closed = book.engine.run("SELECT closed_at FROM opportunity WHERE id = 'stays'").rows
    assert closed == [(datetime(2026, 3, 1, 5),)]  # noqa: DTZ001
    waiting = next(flow for flow in flows(book) if flow.place == "Discovery")
    assert (waiting.entered, waiting.queue and waiting.queue[-1]) == (3, 0)
    assert waiting.dropped == Share(0, 2)
    names = [[s.name for s in open_stages(b)] for b in (book.as_of(date(2026, 2, 1)), book)]
    assert names == [["Prospecting", "Discovery", "Proposal"], ["Prospecting", "Proposal"]]
    stays = book.engine.run(
        "SELECT opportunity_id FROM opportunity_version WHERE stage = 'Discovery' AND is_stage_entry ORDER BY 1"
    ).rows
    assert stays == [("gone",), ("left",), ("stays",)]


def test_what_somebody_says_of_a_stage_in_the_settings_has_its_days_too(draw: Draw) -> None:
    """Also where files do not tell what stages mean: what their names tell of the others stays."""
    said = [
        StageMeaning(stage="Discovery", is_qualified=True),
        StageMeaning(stage="Discovery", is_qualified=False, until=MARCH),
    ]
    book = draw(
        opportunity=DEALS, opportunity_version=STATES, pipeline_stage="stage", settings=Settings(stages=said),
    )  # fmt: skip
    assert [s[1] for s in _states(book, "stays")] == [False, True, True]
    found = book.engine.run(
        "SELECT stage, is_pitched, is_qualified, outcome FROM pipeline_stage ORDER BY position"
    ).rows
    assert found == [
        ("Prospecting", False, False, "open"), ("Discovery", False, True, "open"), ("Lost", False, False, "lost"),
    ]  # fmt: skip


def test_a_stage_entered_while_it_ended_deals_is_not_entered_once_it_opens(draw: Draw) -> None:
    book = draw(
        opportunity=DEALS, opportunity_version=STATES, settings=changed("Discovery", outcome="lost"),
    )  # fmt: skip
    assert [(s[2], s[5]) for s in _states(book, "stays")] == [
        ("lost", False), ("open", False), ("open", False),
    ]  # fmt: skip
    assert movement(book, "2026-03").whole.box("reopened").minor == 9000


def test_what_is_over_is_neither_there_again_nor_further_for_what_its_stage_means(
    draw: Draw,
) -> None:
    """Neither a deal that was deleted nor one that was won reaches what its stage came to mean after."""
    book = draw(
        opportunity="""
            id    pipeline  stage     close_date
            here  Sales     Proposal  2026-08-01
            done  Sales     Won       2026-02-01
        """,
        opportunity_version="""
            opportunity_id  valid_from        pipeline  stage     close_date
            here            2026-01-10T09:00  Sales     Proposal  2026-08-01
            gone            2026-01-10T09:00  Sales     Proposal  2026-08-01
            done            2026-02-01T09:00  Sales     Won       2026-02-01
        """,
        deletion="""
            id    deleted_at        pipeline  stage
            gone  2026-02-01T09:00  Sales     Proposal
        """,
        settings=changed("Proposal", is_pitched=False),
    )
    told = book.engine.run(
        "SELECT opportunity_id, pitched_on FROM opportunity_version ORDER BY opportunity_id, valid_from"
    ).rows
    assert told == [("done", None), ("gone", None), ("here", None), ("here", MARCH)]
