"""The funnel of an entry cohort: the deals that entered each stage in a period, followed to the book's instant.

Conversion is what the number *stage conversion* counts: of the deals that entered a stage, those that went further or
were won since. Time in a stage is a survival estimate: deals still there count as far as they have come.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from salesops.book.book import Book
from salesops.book.history import history_from
from salesops.book.passage import OpenStage, seconds_sql
from salesops.foundations.instant import in_zone
from salesops.foundations.period import Period
from salesops.foundations.problem import Refusal
from salesops.foundations.statistics import wilson
from salesops.foundations.survival import Quantile, Seen, kaplan_meier, median
from salesops.pipeline.stays import (
    TENTHS,
    as_of_sql,
    open_stages,
    passages_sql,
    place_of,
    places_sql,
    values,
    whose_sql,
)

IMMATURE = 0.1  # a cohort of which more is still open is not settled
# What may be asked of a stage's deals, and its words. Each deal has one of the first five.
FATES: Mapping[str, str] = MappingProxyType(
    {
        "further": "Went further",
        "here": "Still there",
        "back": "Went back",
        "lost": "Lost",
        "undecided": "No decision",
        "entered": "Entered",
        "came_back": "Entered more than once",
        "went_back": "Went back at some time",
        "skipped": "Skipped",
    }
)


@dataclass(frozen=True)
class Step:
    """A stage of the funnel, in deals. `skipped` are those that began in the period and got beyond it without it."""

    stage: str
    further: int
    here: int
    back: int
    lost: int
    undecided: int
    came_back: int
    went_back: int
    skipped: int
    days: Quantile  # the median time in the stage, with its interval

    @property
    def entered(self) -> int:
        """The deals that entered it in the period."""
        return self.further + self.here + self.back + self.lost + self.undecided

    @property
    def n_open(self) -> int:
        """Those that are open and have not gone further."""
        return self.here + self.back

    @property
    def conversion(self) -> float | None:
        """The share that went further; None where none entered."""
        return self.further / self.entered if self.entered else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """How far chance alone could have moved the share."""
        return wilson(self.further, self.entered)

    @property
    def is_immature(self) -> bool:
        """So many are still open that the share will move."""
        return self.entered > 0 and self.n_open / self.entered > IMMATURE

    def deals(self, fate: str) -> int:
        """How many deals have one of `FATES`."""
        return int(getattr(self, fate))


@dataclass(frozen=True)
class Cohort:
    """One group's stages in order."""

    key: str | None
    label: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Funnel:
    """The whole and, where it was split, the groups, the largest first. `as_of` is in the organisation's zone."""

    over: Period
    by: str
    as_of: datetime
    whole: Cohort
    groups: tuple[Cohort, ...]


@dataclass(frozen=True)
class Entry:
    """One deal of a stage: when it entered, how long it has been there in all, and what it is now."""

    id: str
    name: str
    value_minor: int | None
    entered_at: datetime
    days: float | None  # None of a stage it skipped
    is_there: bool
    stage_now: str
    outcome: str


def funnel(book: Book, over: Period | str, *, by: str = "") -> Funnel:
    """The stages that deals entered in `over`, and what became of these deals up to the book's instant.

    `by` is one of `GROUPS`; a deal is in the group it is in at that instant, a closed one in that of its end.
    Raises Refusal where no history is held and for what cannot be split.
    """
    period, stages = _period(book, over), open_stages(book)
    counts: dict[Any, dict[tuple[int, str], int]] = defaultdict(lambda: defaultdict(int))
    times: dict[Any, dict[int, list[Seen]]] = defaultdict(lambda: defaultdict(list))
    rows = []
    if stages:
        tables, asked = _tables(book, period, stages, by)
        rows = book.engine.run(f"{tables} {_COUNTS}", asked).rows
    for what, place, g, tenth, n in rows:
        for group in (_WHOLE, g):
            if what in ("over", "still"):
                seen = Seen(tenth / 10, "left" if what == "over" else "", int(n))
                times[group][place].append(seen)
            else:
                counts[group][place, what] += int(n)
    names = [stage.name for stage in stages]
    whole_steps = _steps(names, counts.get(_WHOLE, {}), times.get(_WHOLE, {}))
    keys = [k for k in counts if k != _WHOLE] if by else []
    labels = book.names_of(by, keys) if by else {}
    groups = [Cohort(k, labels[k], _steps(names, counts[k], times.get(k, {}))) for k in keys]
    groups.sort(key=lambda c: (c.key is None, -max(s.entered for s in c.steps), c.label))
    return Funnel(
        over=period,
        by=by,
        as_of=in_zone(book.instant, book.calendar.time_zone),
        whole=Cohort(None, "", whole_steps),
        groups=tuple(groups),
    )


def entries(
    book: Book,
    over: Period | str,
    stage: str,
    fate: str = "entered",
    *,
    by: str = "",
    group: str | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[Entry]:
    """The deals of a stage with a fate, those in it longest first; with `by`, those of one group."""
    period, stages = _period(book, over), open_stages(book)
    place = place_of(stages, stage)
    if fate not in FATES:
        raise Refusal(f"Nothing is told of deals by “{fate}”. Ask for {', '.join(FATES)}.")
    if fate == "skipped":
        rows = "SELECT *, CAST(NULL AS BIGINT) AS seconds, false AS is_there FROM skip"
    else:
        chosen = {"entered": "true", "came_back": "came_back", "went_back": "went_back"}
        rows = f"SELECT * FROM stay WHERE {chosen.get(fate, 'fate = $fate')}"
    whose = whose_sql(by, group)
    of_the_deal = "coalesce(o.name, t.id) AS name, d.value_minor, d.stage, d.outcome"
    tables, asked = _tables(book, period, stages, by)
    found = book.engine.run(
        f"{tables}, these AS (SELECT id, entered_at, seconds, is_there FROM ({rows}) "
        f"WHERE place = $place AND {_IN_PERIOD} AND {whose} "
        f"ORDER BY seconds DESC NULLS LAST, id LIMIT {int(limit)} OFFSET {int(offset)}) "
        f"SELECT t.*, {of_the_deal} FROM these t "
        f"JOIN (SELECT * FROM {as_of_sql(book)} x WHERE x.id IN (SELECT id FROM these)) d ON d.id = t.id "
        "LEFT JOIN (SELECT id, name FROM opportunity WHERE id IN (SELECT id FROM these)) o ON o.id = t.id "
        "ORDER BY t.seconds DESC NULLS LAST, t.id",
        asked | {"place": place, "fate": fate, "group": group},
    )
    zone = book.calendar.time_zone
    return [
        Entry(
            id=row["id"],
            name=row["name"],
            value_minor=None if row["value_minor"] is None else int(row["value_minor"]),
            entered_at=in_zone(row["entered_at"], zone),
            days=None if row["seconds"] is None else row["seconds"] // TENTHS / 10,
            is_there=bool(row["is_there"]),
            stage_now=row["stage"],
            outcome=row["outcome"],
        )
        for row in found.dicts()
    ]


_WHOLE = "\x02"  # the group of all groups; no value of a column is it
_IN_PERIOD = "place IS NOT NULL AND entered_at >= $since AND entered_at < $before"
# Few rows tell all: how many deals are alike in everything that is counted, tenths of a day included.
_COUNTS = f"""
    , cell AS MATERIALIZED (
        SELECT place, g, fate, came_back, went_back, is_there, seconds // {TENTHS} AS tenth, count(*) AS n
        FROM stay WHERE {_IN_PERIOD} GROUP BY ALL
    ), skipped AS (SELECT place, g, count(*) AS n FROM skip WHERE {_IN_PERIOD} GROUP BY ALL)
    SELECT fate AS what, place, g, NULL AS tenth, sum(n) FROM cell GROUP BY ALL
    UNION ALL SELECT 'came_back', place, g, NULL, sum(n) FROM cell WHERE came_back GROUP BY ALL
    UNION ALL SELECT 'went_back', place, g, NULL, sum(n) FROM cell WHERE went_back GROUP BY ALL
    UNION ALL SELECT CASE WHEN is_there THEN 'still' ELSE 'over' END, place, g, tenth, sum(n) FROM cell GROUP BY ALL
    UNION ALL SELECT 'skipped', place, g, NULL, n FROM skipped
"""


def _tables(
    book: Book, period: Period, stages: Sequence[OpenStage], by: str
) -> tuple[str, dict[str, Any]]:
    """The common tables of every question, `stay` and `skip`, one row a deal and stage, and what they are asked with."""
    passages, more = passages_sql(book, by)
    is_there = "left_at > $until"
    seconds = (
        f"CASE WHEN {is_there} THEN {seconds_sql('$until')} - {seconds_sql('since_at')} ELSE 0 END"
    )
    here = f"opportunity_id AS id, g, {places_sql(stages, 'stage')} AS place, entered_at"
    return (
        f"WITH {passages}, stay AS (SELECT {here}, {is_there} AS is_there, stayed + {seconds} AS seconds, fate, "
        "came_back, went_back FROM passage WHERE entered_at IS NOT NULL AND fate <> 'skipped'), "
        f"skip AS (SELECT {here} FROM passage WHERE fate = 'skipped')"
    ), values(book, period, stages) | more


def _period(book: Book, over: Period | str) -> Period:
    history_from(book, "how deals went through stages is not known")
    return book.period(over)


def _steps(
    names: list[str], counts: Mapping[tuple[int, str], int], times: Mapping[int, list[Seen]]
) -> tuple[Step, ...]:
    """The stages that anybody entered or skipped."""
    kinds = [f for f in FATES if f != "entered"]
    return tuple(
        Step(
            stage=name,
            **{kind: counts.get((place, kind), 0) for kind in kinds},
            days=median(kaplan_meier(times.get(place, []))),
        )
        for place, name in enumerate(names)
        if any((place, kind) in counts for kind in kinds)
    )
