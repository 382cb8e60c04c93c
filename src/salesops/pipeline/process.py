"""How deals really went through their stages, by recorded history: the events of a book, for the miner."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Literal

from salesops.book.book import Book
from salesops.book.condition import narrowing
from salesops.book.history import history_from
from salesops.foundations.instant import bare
from salesops.foundations.period import Period
from salesops.foundations.problem import Refusal
from salesops.pipeline.mining import (
    CODES,
    MOST_VARIANTS,
    Process,
    coded,
    mine,
    of_cases,
    passing,
)

Deals = Literal["created", "closed"]
# Kinds of activity that may stand beside the stages, the first of each kind a deal has.
KEY_ACTIVITIES = ("call", "email", "meeting", "demo")
# Each case with its `stem`: the way it went, without the closed stage that ended it.
CUT = f"""
    , closing AS (SELECT code FROM named WHERE activity IN (
        SELECT CAST(stage AS VARCHAR) FROM opportunity_version WHERE is_closed)),
    cut AS MATERIALIZED (SELECT o.*, CASE WHEN is_over AND way[-1] % {CODES} IN (SELECT code FROM closing)
        THEN list_slice(way, 1, len(way) - 1) ELSE way END AS stem FROM one o)
"""


def process(
    book: Book,
    period: Period | str = "all",
    *,
    deals: Deals = "created",
    activities: Collection[str] = (),
    through: Sequence[str | tuple[str, str]] = (),
    most: int = MOST_VARIANTS,
) -> Process:
    """The process of the deals created, or closed, in a period, as far as the book knows it.

    An event is that a deal came into a stage by a recorded change; the closed stages are its ends. With
    `activities`, the first of each of these kinds is an event too. `through` keeps deals that passed an event, or
    one directly after another, each named as the process names it.

    Raises Refusal where the book holds no history, and for kinds that are not `KEY_ACTIVITIES`.
    """
    events, outcomes, values = events_of(book, book.period(period), deals, activities)
    return mine(
        book.engine.run, events, outcomes=outcomes, through=through, values=values, most=most
    )


def deals_through(
    book: Book,
    period: Period | str = "all",
    *,
    deals: Deals = "created",
    activities: Collection[str] = (),
    through: Sequence[str | tuple[str, str]] = (),
    path: Sequence[str] = (),
    stem: Sequence[str] | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[dict[str, Any]]:
    """The deals that went that way, those that took longest first: id, name, stage, value, days and whether over.

    `path` is a whole way, as a variant tells it, and `stem` one without its end, as `ways` does.
    """
    events, outcomes, values = events_of(book, book.period(period), deals, activities)
    kept, more = passing(through)
    text, also = of_cases(events, outcomes, kept, path)
    if stem is not None:
        way, of_stem = coded(stem)
        text, also = f"{text} {CUT}, these_ways AS (SELECT * FROM cut WHERE stem = {way})", of_stem
    whose = "found" if stem is None else "these_ways"
    found = book.engine.run(
        f"{text}, these AS (SELECT case_id, took FROM {whose} ORDER BY took DESC, case_id "
        f"LIMIT {int(limit)} OFFSET {int(offset)}) "
        "SELECT t.case_id AS id, coalesce(o.name, t.case_id) AS name, CAST(o.stage AS VARCHAR) AS stage, "
        "o.value_minor AS value, t.took / 86400000000.0 AS days, o.is_closed AS is_closed "
        "FROM these t LEFT JOIN opportunity o ON o.id = t.case_id ORDER BY t.took DESC, t.case_id",
        {**values, **more, **also},
    )
    return found.dicts()


def events_of(
    book: Book, period: Period, deals: Deals, activities: Collection[str]
) -> tuple[str, str, dict[str, Any]]:
    """SQL of the events and of the outcomes of the deals asked for, and its values."""
    history_from(book, "how deals went is not known")
    odd = [kind for kind in activities if kind not in KEY_ACTIVITIES]
    if odd:
        raise Refusal(
            f"“{odd[0]}” is no kind of activity that can stand beside stages. There are {', '.join(KEY_ACTIVITIES)}."
        )
    values: dict[str, Any] = {"now": bare(book.instant)}
    day = "created_on" if deals == "created" else "closed_on"
    where = [narrowing(book)]
    if period.label != "all":
        where.append(f"x.{day} >= $first AND x.{day} < $after")
        values |= {"first": period.start, "after": period.end}
    if deals == "closed":
        where.append("x.is_closed")
    these = f"SELECT x.id FROM opportunity x WHERE {' AND '.join(where)}"
    events = (
        "SELECT opportunity_id AS case_id, stage AS activity, valid_from AS moment, 2 AS place FROM ("
        "SELECT v.opportunity_id, CAST(v.stage AS VARCHAR) AS stage, v.valid_from, "
        "lag(CAST(v.stage AS VARCHAR)) OVER (PARTITION BY v.opportunity_id ORDER BY v.valid_from) AS former "
        "FROM opportunity_version v WHERE v.change_source = 'history' AND v.valid_from <= $now "
        f"AND v.opportunity_id IN ({these})) WHERE stage IS DISTINCT FROM former AND stage IS NOT NULL"
    )
    if activities:
        kinds = ", ".join(f"'{kind}'" for kind in dict.fromkeys(activities))
        events += (
            " UNION ALL SELECT a.opportunity_id, concat('First ', a.kind), min(a.occurred_at), 1 FROM activity a "
            f"WHERE a.is_done AND a.kind IN ({kinds}) AND a.occurred_at <= $now "
            f"AND a.opportunity_id IN ({these}) GROUP BY a.opportunity_id, a.kind"
        )
    outcomes = (
        "SELECT opportunity_id AS case_id, CAST(outcome AS VARCHAR) AS outcome FROM opportunity_version "
        "WHERE valid_from <= $now AND valid_to > $now"
    )
    return events, outcomes, values
