"""The deals a question about stages is asked of, as of a book's instant: their groups and their passages through stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from salesops.book.book import Book
from salesops.book.condition import condition_in
from salesops.book.deletion import DELETION
from salesops.book.passage import (
    PASSAGE,
    OpenStage,
    open_stages_of,
    passage_tables,
    passage_values,
    stages_sql,
)
from salesops.foundations.instant import bare
from salesops.foundations.period import Period, day_begins
from salesops.foundations.problem import Refusal

TENTHS = 8_640  # seconds in a tenth of a day, to which times are told
FIRST = datetime(1, 1, 1, tzinfo=UTC)
# How deals may be put together, and the column that is looked at; the deal is as it is at the book's instant.
GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "team": "x.team",
        "person": "x.owner_id",
        "source": "x.source",
        "type": "x.type",
        "pipeline": "x.pipeline",
        "segment": "",
    }
)


def open_stages(book: Book, since: datetime | None = None) -> list[OpenStage]:
    """The stages in the order of their pipelines, those of one name as one.

    Of a former day also those open then, and with `since` those open at any time from that instant on.
    """
    then, moments = "", {}
    if since or book.is_past:
        then = (
            "OR (pipeline, stage) IN (SELECT DISTINCT (pipeline, stage) FROM opportunity_version "
            "WHERE valid_from <= $until AND valid_to > $since AND outcome = 'open')"
        )
        moments = {"until": bare(book.instant), "since": bare(since or book.instant)}
    return open_stages_of(book.engine.run(stages_sql(f"outcome = 'open' {then}"), moments).rows)


def place_of(stages: Sequence[OpenStage], name: str) -> int:
    """The place of a stage among the open ones; raises Refusal where none is called so."""
    place = next((place for place, stage in enumerate(stages) if stage.name == name), None)
    if place is None:
        raise Refusal(
            f"There is no open stage “{name}”. There are {', '.join(s.name for s in stages)}."
        )
    return place


def values(book: Book, over: Period, stages: Sequence[OpenStage]) -> dict[str, Any]:
    """What the statements below are asked with: the period's instants, the book's, and the names of stages."""
    zone = book.calendar.time_zone
    return {
        "since": bare(day_begins(over.start, zone)),
        "before": bare(day_begins(over.end, zone)),
        "until": bare(book.instant),
        "today": book.today,
        **{f"stage{place}": stage.name for place, stage in enumerate(stages)},
        **{f"segment{place}": s.name for place, s in enumerate(book.settings.segments)},
    }


def deals_sql(
    book: Book, by: str = "", columns: str = "x.id, x.pipeline, x.is_closed, x.outcome"
) -> str:
    """The deals as of the book's instant that its condition lets through, with `g`, their group.

    Raises Refusal where they cannot be put together so.
    """
    return _deals_from(book, by, columns, as_of_sql(book), "opportunity")


def known_deals_sql(book: Book, by: str, columns: str) -> str:
    """The same with those that are deleted at the book's instant, each as it was when it was deleted."""
    deals = deals_sql(book, by, columns)
    return f"{deals} UNION ALL {_deals_from(book, by, columns, _DELETED, _DELETED)}"


# Those deleted at the instant that a question is asked of.
_DELETED = f"(SELECT * FROM {DELETION} WHERE deleted_at <= $until AND back_at > $until)"


def _deals_from(book: Book, by: str, columns: str, source: str, deals: str) -> str:
    """Deals `x` of a source; a condition on their accounts and the like finds them among `deals`."""
    if by and by not in GROUPS:
        raise Refusal(f"Deals cannot be split by “{by}” here. They can be by {', '.join(GROUPS)}.")
    group = f"CAST({GROUPS[by]} AS VARCHAR)" if GROUPS.get(by) else "CAST(NULL AS VARCHAR)"
    if by == "segment":
        if not book.settings.segments:
            raise Refusal("This book has no segments yet. Name some under Settings.")
        cases = " ".join(
            f"WHEN {condition_in(book, s.criterion, deals=deals)} THEN $segment{place}"
            for place, s in enumerate(book.settings.segments)
        )
        group = f"CASE {cases} END"
    where = condition_in(book, book.criterion, deals=deals) if book.criterion else "true"
    return f"SELECT {columns}, {group} AS g FROM {source} x WHERE {where}"


def whose_sql(by: str, group: str | None) -> str:
    """Whether a deal with `g` is of the group that is asked for; with no `by` each is."""
    return "true" if not by else "g IS NULL" if group is None else "g = $group"


def places_sql(stages: Sequence[OpenStage], column: str) -> str:
    """The place of the stage that a column names, NULL of one that is not among them."""
    names = " ".join(f"WHEN $stage{place} THEN {place}" for place in range(len(stages)))
    return f"CASE {column} {names} END"


def as_of_sql(book: Book) -> str:
    """The deals at the book's instant, at the rates and in the teams of that day, as numbers read them."""
    if not book.is_past:
        return "opportunity"
    rate, value = "", "v.value_minor"
    if book.facts.currencies:
        rate = (
            "LEFT JOIN exchange_rate r ON r.currency = v.currency AND r.valid_from <= $today "
            "AND r.valid_to > $today "
        )
        value = (
            "CASE WHEN v.is_closed OR r.minor_rate IS NULL THEN v.value_minor "
            "ELSE CAST(round(v.amount_minor * r.minor_rate) AS BIGINT) END"
        )
    return (
        f"(SELECT v.* EXCLUDE (opportunity_id) REPLACE ({value} AS value_minor, "
        "CASE WHEN v.is_closed THEN v.team ELSE coalesce(m.team, v.team) END AS team), v.opportunity_id AS id "
        f"FROM opportunity_version v {rate}LEFT JOIN team_membership m ON m.person_id = v.owner_id "
        "AND m.valid_from <= $today AND m.valid_to > $today "
        "WHERE v.valid_from <= $until AND v.valid_to > $until)"
    )


def passages_sql(book: Book, by: str = "") -> tuple[str, dict[str, Any]]:
    """Common tables, of which the last, `passage`, has how the deals of `deals_sql` went through the stages, with `g`.

    And what they are asked with beside `values`.
    """
    if book.is_past:
        # Also those that were open once: whether a deal went back is told of all of them.
        stages = open_stages(book, FIRST)
        states = "opportunity_version WHERE valid_from <= $until"
        return passage_tables(states, deals_sql(book, by), stages), passage_values(stages)
    if not by and not book.criterion:
        return f"passage AS (SELECT *, CAST(NULL AS VARCHAR) AS g FROM {PASSAGE})", {}
    deals = deals_sql(book, by, "x.id")
    return (
        f"passage AS (SELECT p.*, d.g FROM {PASSAGE} p JOIN ({deals}) d ON d.id = p.opportunity_id)"
    ), {}
