"""The funnel of a period: what happened at each stage in some days, whichever deals it were and whenever they had come.

Those at a stage at the beginning, with those that came and without those that left, are those at the end, whatever the
rows: all are read from the same states. A deal that leaves and comes back has left and has come. The funnel of an entry
cohort, in `funnel.py`, is another thing: it follows the same deals until today.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from salesops.book.book import Book
from salesops.book.deletion import DELETED_NOW, DELETION
from salesops.book.history import history_from
from salesops.book.passage import OpenStage
from salesops.foundations.instant import bare, in_zone
from salesops.foundations.period import Period
from salesops.foundations.problem import Refusal
from salesops.foundations.statistics import wilson
from salesops.kpis._populations import BEYOND_ALL
from salesops.pipeline.as_of import first_day
from salesops.pipeline.stays import (
    TENTHS,
    known_deals_sql,
    open_stages,
    place_of,
    places_sql,
    values,
    whose_sql,
)

# What is told of a stage, and its words: those at it, those that came, those that left by what became of them.
CROSSINGS: Mapping[str, str] = MappingProxyType(
    {
        "start": "At the start",
        "entered": "Entered",
        "seen": "Came otherwise",
        "further": "Went further",
        "back": "Went back",
        "lost": "Lost",
        "undecided": "No decision",
        "away": "Left otherwise",
        "end": "At the end",
        "skipped": "Skipped",
    }
)
STANDING = ("start", "end")
RARE = ("seen", "away")  # shown where there are any, as the sum needs them
LEFT = ("further", "back", "lost", "undecided", "away")


@dataclass(frozen=True)
class Passage:
    """A stage over a period, in deals at it and in comings and goings.

    `seen` came without a change that was recorded, or back after a deletion. `away` were deleted, went to a stage that is
    neither before nor after, or stayed in one that came to end deals. `skipped` are
    deals that got beyond the stage in the period without ever having been in it.
    """

    stage: str
    start: int
    entered: int
    seen: int
    further: int
    back: int
    lost: int
    undecided: int
    away: int
    end: int
    skipped: int

    def __post_init__(self) -> None:
        came, gone = self.entered + self.seen, self.left + self.away
        if self.start + came - gone != self.end:
            raise ArithmeticError(f"The funnel of {self.stage} does not balance: {self}")

    @property
    def left(self) -> int:
        """How often a deal left it further, back, lost or given up."""
        return self.further + self.back + self.lost + self.undecided

    @property
    def conversion(self) -> float | None:
        """Of those that left, the share that went further; None where none left."""
        return self.further / self.left if self.left else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """How far chance alone could have moved the share."""
        return wilson(self.further, self.left)

    def deals(self, what: str) -> int:
        """How many of one of `CROSSINGS` there are."""
        return int(getattr(self, what))


@dataclass(frozen=True)
class Passages:
    """One group's stages in order."""

    key: str | None
    label: str
    steps: tuple[Passage, ...]


@dataclass(frozen=True)
class PeriodFunnel:
    """The whole and, where it was split, the groups, the largest first.

    It tells what happened after the instant `opens` and up to `closes`, both in the organisation's zone; `is_cut` where
    history begins only after the period does.
    """

    over: Period
    by: str
    opens: datetime
    closes: datetime
    is_cut: bool
    whole: Passages
    groups: tuple[Passages, ...]


@dataclass(frozen=True)
class Crossing:
    """One deal at a stage at an end of the period, or its coming or going.

    `at` is when it came or left, None of one that stands there. `days` is how long it had been there by then, or since it
    came; None where nobody knows when it did. `other` is the stage it came from or went to.
    """

    id: str
    name: str
    value_minor: int | None
    at: datetime | None
    days: float | None
    is_there: bool  # until the end of the period
    other: str | None
    stage_now: str
    outcome: str


def period_funnel(book: Book, over: Period | str, *, by: str = "") -> PeriodFunnel:
    """What happened at each stage in the days of `over`, up to the book's instant.

    `by` is one of the groups deals are put into; a deal is all the time in the group it is in at the book's instant.
    Raises Refusal where no history is held or none reaches the period, and for what cannot be split.
    """
    asked = _Asked.of(book, over, by)
    counts: dict[Any, dict[tuple[int, str], int]] = defaultdict(lambda: defaultdict(int))
    for row in asked.run(_COUNTS) if asked.stages else ():
        for key in (_WHOLE, row["g"]) if by else (_WHOLE,):
            counts[key][row["place"], row["what"]] += int(row["n"])
    keys = [key for key in counts if key != _WHOLE]
    labels = book.names_of(by, keys) if by else {}
    groups = [Passages(key, labels[key], _steps(asked.stages, counts[key])) for key in keys]
    groups.sort(key=lambda g: (g.key is None, -max(s.start + s.entered for s in g.steps), g.label))
    zone = book.calendar.time_zone
    return PeriodFunnel(
        over=asked.over,
        by=by,
        opens=in_zone(asked.opens, zone),
        closes=in_zone(asked.closes, zone),
        is_cut=asked.is_cut,
        whole=Passages(None, "", _steps(asked.stages, counts[_WHOLE])),
        groups=tuple(groups),
    )


def crossings(
    book: Book,
    over: Period | str,
    stage: str,
    what: str = "entered",
    *,
    by: str = "",
    group: str | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[Crossing]:
    """The deals of one of `CROSSINGS` of a stage; with `by` those of one group.

    The latest come first, of those that stand there the ones longest in it.
    """
    asked = _Asked.of(book, over, by)
    place = place_of(asked.stages, stage)
    if what not in CROSSINGS:
        raise Refusal(f"Nothing is told of a stage by “{what}”. Ask for {', '.join(CROSSINGS)}.")
    has_left = what in LEFT
    rows = asked.run(
        _DEALS.format(
            whose=whose_sql(by, group),
            here="v.left_at = t.moment" if has_left else _AT_THE_MOMENT,
            # The stage it went to begins then, the one it came from ends.
            there=f"w.{'left_at' if what in ('entered', 'seen') else 'came_at'} = t.moment",
            order=", ".join(f"t.{part}" for part in (_LONGEST if what in STANDING else _LATEST)),
            page=f"LIMIT {int(limit)} OFFSET {int(offset)}",
        ),
        {"place": place, "what": what, "group": group, "named": stage},
    )
    return [_crossing(row, what, book.calendar.time_zone) for row in rows]


_WHOLE = "\x02"  # the group of all groups; no value of a column is it
_AT_THE_MOMENT = "v.came_at <= t.moment AND v.left_at > t.moment"
_LONGEST, _LATEST = ("came_at", "id"), ("moment DESC", "id")


@dataclass(frozen=True)
class _Asked:
    """A question with its moments found: what happened after `opens` and up to `closes`, both in UTC."""

    book: Book
    over: Period
    by: str
    stages: Sequence[OpenStage]
    opens: datetime
    closes: datetime
    is_cut: bool

    @classmethod
    def of(cls, book: Book, over: Period | str, by: str) -> _Asked:
        """The question, or a Refusal that says why it has no answer."""
        history_from(book, "what happened at the stages is not known")
        span, known = book.period(over), first_day(book)
        assert known is not None
        start = max(span.start, known + timedelta(days=1))
        opens = book.as_of(start - timedelta(days=1)).instant
        is_cut = start > span.start
        if is_cut and (start >= span.end or book.instant <= opens):
            raise Refusal(
                f"History is whole from {start:%-d %B %Y}. Choose that day or a later one."
            )
        if book.instant <= opens:
            raise Refusal(
                f"{start:%-d %B %Y} has not begun in what this book knows, which ends on {book.today:%-d %B %Y}."
            )
        closes = book.as_of(min(span.last_day, book.today)).instant
        return cls(
            book, span, by, open_stages(book, opens), opens, min(closes, book.instant), is_cut
        )

    def run(self, text: str, more: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """The rows that `text` finds in `crossing`, and in `deal`."""
        asked = values(self.book, self.over, self.stages)
        asked |= {"opens": bare(self.opens), "closes": bare(self.closes), **(more or {})}
        deal = known_deals_sql(self.book, self.by, _OF_A_DEAL)
        tables = _TABLES.format(
            deal=deal,
            place=places_sql(self.stages, "v.stage"),
            skipped=places_sql(self.stages, "b.stage"),
        )
        return self.book.engine.run(f"{tables} {text}", asked).dicts()


_OF_A_DEAL = "x.id, x.value_minor, x.stage, x.outcome"
# A move is where a state begins that is not of the stage of the state before. What lies between two states is a deletion.
_TABLES = f"""
    WITH deal AS MATERIALIZED ({{deal}}), state AS MATERIALIZED (
        SELECT v.opportunity_id AS id, v.valid_from, v.valid_to, v.pipeline, v.outcome,
            v.change_source = 'history' AS is_recorded, v.change_source = 'meaning' AS is_by_meaning,
            CASE WHEN v.outcome = 'open' THEN {{place}} END AS place,
            CASE WHEN v.is_won THEN {BEYOND_ALL} WHEN v.outcome = 'open' THEN v.stage_position END AS reach
        FROM opportunity_version v WHERE v.valid_to > $opens AND v.valid_from <= $closes
    ), step AS (
        SELECT *, lag(place) OVER life AS former, lag(reach) OVER life AS former_reach,
            lag(valid_to) OVER life AS former_to, lead(valid_from) OVER life AS next_from
        FROM state WINDOW life AS (PARTITION BY id ORDER BY valid_from)
    ), move AS MATERIALIZED (
        SELECT *, coalesce(former_to = valid_from, false) AS goes_on FROM step
        WHERE place IS DISTINCT FROM former OR reach IS DISTINCT FROM former_reach
            OR former_to IS DISTINCT FROM valid_from OR next_from IS DISTINCT FROM valid_to
    ), beyond AS (
        SELECT m.id, m.valid_from AS moment, s.stage, s.position
        FROM move m JOIN pipeline_stage s ON s.pipeline = m.pipeline AND s.outcome = 'open'
            AND s.position > coalesce(m.former_reach, 0) AND s.position < m.reach
        WHERE m.valid_from > $opens AND m.is_recorded
    ), past AS (
        SELECT opportunity_id AS id, valid_from, stage, outcome = 'open' AS is_open,
            change_source = 'history' AND stage IS DISTINCT FROM lag(stage) OVER life AS is_recorded,
            CASE WHEN is_won THEN {BEYOND_ALL} WHEN outcome = 'open' THEN stage_position ELSE 0 END AS reach
        FROM opportunity_version WHERE valid_from <= $until AND opportunity_id IN (SELECT id FROM beyond)
        WINDOW life AS (PARTITION BY opportunity_id ORDER BY valid_from)
    ), crossing AS (
        SELECT id, place, $opens AS moment, 'start' AS what FROM state WHERE place IS NOT NULL AND valid_from <= $opens
        UNION ALL
        SELECT id, place, $closes, 'end' FROM state WHERE place IS NOT NULL AND valid_to > $closes
        UNION ALL
        SELECT m.id, m.place, m.valid_from, CASE WHEN m.is_recorded AND d.id IS NULL THEN 'entered' ELSE 'seen' END
        FROM move m LEFT JOIN {DELETION} d ON d.id = m.id AND d.back_at = m.valid_from
        WHERE m.place IS NOT NULL AND m.valid_from > $opens AND NOT (m.goes_on AND m.place IS NOT DISTINCT FROM m.former)
        UNION ALL
        SELECT id, former, valid_from, CASE WHEN is_by_meaning THEN 'away' WHEN reach > former_reach THEN 'further'
            WHEN outcome = 'no_decision' THEN 'undecided' WHEN outcome <> 'open' THEN 'lost'
            WHEN reach < former_reach THEN 'back' ELSE 'away' END
        FROM move WHERE former IS NOT NULL AND goes_on AND place IS DISTINCT FROM former
        UNION ALL
        SELECT id, place, valid_to, 'away' FROM move
        WHERE place IS NOT NULL AND valid_to <= $closes AND next_from IS DISTINCT FROM valid_to
        UNION ALL
        SELECT b.id, {{skipped}}, b.moment, 'skipped' FROM beyond b JOIN past p ON p.id = b.id
        GROUP BY b.id, b.moment, b.stage, b.position HAVING bool_or(p.is_open AND p.is_recorded)
            AND NOT bool_or(p.is_open AND p.stage = b.stage OR p.valid_from < b.moment AND p.reach > b.position)
    )"""
_COUNTS = "SELECT what, place, g, count(*) AS n FROM crossing JOIN deal USING (id) GROUP BY what, place, g"
# A visit is all states of one stage without another between, while it is an open one.
_DEALS = f"""
    , these AS (
        SELECT c.id, c.moment, d.value_minor, d.stage AS stage_now, d.outcome FROM crossing c JOIN deal d USING (id)
        WHERE c.place = $place AND c.what = $what AND {{whose}}
    ), being AS (
        SELECT opportunity_id AS id, stage, outcome = 'open' AS is_open, valid_from, valid_to,
            change_source = 'history' AS is_recorded, lag(stage) OVER life AS former_stage,
            lag(outcome = 'open') OVER life AS was_open, lag(valid_to) OVER life AS former_to
        FROM opportunity_version WHERE valid_from <= $closes AND opportunity_id IN (SELECT id FROM these)
        WINDOW life AS (PARTITION BY opportunity_id ORDER BY valid_from)
    ), numbered AS (
        SELECT *, sum(CASE WHEN stage IS NOT DISTINCT FROM former_stage AND is_open = was_open AND former_to = valid_from
            THEN 0 ELSE 1 END) OVER (PARTITION BY id ORDER BY valid_from) AS number FROM being
    ), visit AS (
        SELECT id, any_value(stage) AS stage, bool_and(is_open) AS is_open, min(valid_from) AS came_at,
            max(valid_to) AS left_at, arg_min(is_recorded, valid_from) AS is_recorded
        FROM numbered GROUP BY id, number
    ), stay AS (
        SELECT t.*, v.came_at, v.is_recorded, v.left_at,
            CASE WHEN w.stage IS DISTINCT FROM $named THEN w.stage END AS other
        FROM these t LEFT JOIN visit v ON v.id = t.id AND v.is_open AND v.stage = $named AND {{here}}
        LEFT JOIN visit w ON w.id = t.id AND {{there}}
    ), told AS (SELECT * FROM stay t ORDER BY {{order}} {{page}})
    SELECT t.id, coalesce(o.name, g.name, t.id) AS name, t.value_minor, t.moment, t.came_at, t.is_recorded, t.other,
        (epoch_us(least(t.left_at, $closes)) - epoch_us(t.came_at)) // 1000000 AS seconds,
        coalesce(t.left_at > $closes, false) AS is_there, t.stage_now, t.outcome
    FROM told t LEFT JOIN (SELECT id, name FROM opportunity WHERE id IN (SELECT id FROM told)) o ON o.id = t.id
    LEFT JOIN (SELECT id, name FROM {DELETED_NOW}) g ON g.id = t.id ORDER BY {{order}}"""


def _steps(
    stages: Sequence[OpenStage], counts: Mapping[tuple[int, str], int]
) -> tuple[Passage, ...]:
    """The stages where anything was or happened."""
    return tuple(
        Passage(stage.name, **{what: counts.get((place, what), 0) for what in CROSSINGS})
        for place, stage in enumerate(stages)
        if any((place, what) in counts for what in CROSSINGS)
    )


def _crossing(row: Mapping[str, Any], what: str, zone: str) -> Crossing:
    at = row["moment"]
    if what in STANDING:
        at = row["came_at"] if row["is_recorded"] else None
    return Crossing(
        id=row["id"],
        name=row["name"],
        value_minor=None if row["value_minor"] is None else int(row["value_minor"]),
        at=None if at is None else in_zone(at, zone),
        days=row["seconds"] // TENTHS / 10 if row["is_recorded"] else None,
        is_there=bool(row["is_there"]),
        other=None if what in STANDING else row["other"],
        stage_now=row["stage_now"],
        outcome=row["outcome"],
    )
