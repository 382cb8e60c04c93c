"""The open pipeline as of any day, or of a series of days: what it was worth, and of how many deals.

It is what the number *open pipeline* says as of each day, cell by cell: the states of then, each worth what its
currency was worth on that day. One statement answers for all days. A pipeline of several days must not be added up,
so the answer refuses to.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal

from salesops.book.book import Book
from salesops.book.custom import tables_with
from salesops.book.deletion import DELETED_NOW
from salesops.book.dimension import SEGMENT, dimensions_with
from salesops.book.history import history_from
from salesops.foundations.criterion import Criterion, parse
from salesops.foundations.fiscal_calendar import Grain
from salesops.foundations.instant import bare
from salesops.foundations.problem import Refusal
from salesops.pipeline.grid import grid_of, place_in, tiles
from salesops.pipeline.snapshots import Line, Organisation, Snapshots, Standing

KPI = "open_pipeline"


def as_of(
    book: Book,
    days: Sequence[date | str] | date | str,
    *,
    by: str | Sequence[str] = (),
    organisation: Organisation = "then",
) -> Snapshots:
    """The open pipeline at the end of each day, in ascending order, of today as of now.

    `by` splits as the number *open pipeline* can be split. Teams are those each owner was in on the day, or with
    `now` those of today. Raises Refusal where history does not reach a day, and for days to come.
    """
    by = (by,) if isinstance(by, str) else tuple(by)
    asked = [days] if isinstance(days, date | str) else list(days)
    wanted = sorted({_day(each) for each in asked})
    if not wanted:
        raise Refusal("Name a day, such as 2026-06-30.")
    _check(book, wanted, by)
    moments = [min(book.as_of(day).instant, book.instant) for day in wanted]
    cells = (
        _from_changes(book, wanted, moments, by, organisation)
        if _asks_only_deals(book, by)
        else _day_by_day(book, wanted, moments, by, organisation)
    )
    return Snapshots(
        days=tuple(wanted),
        at=tuple(moments),
        by=by,
        organisation=organisation,
        currency=book.facts.currency,
        filters=(book.criterion,) if book.criterion else (),
        whole=_whole(moments, cells),
        groups=_lines(book, moments, by, cells) if by else (),
    )


def first_day(book: Book) -> date | None:
    """The first day at whose end history says what was open; None where no history is held."""
    since = book.facts.history_from
    return None if since is None else book.as_of(since).today


def days_back(book: Book, last: date, grain: Literal["day", Grain], count: int) -> list[date]:
    """`count` days up to `last`, as far as history reaches: a day or a week apart, or the ends of periods."""
    begins, last = first_day(book), min(last, book.today)
    if begins is None or begins > last:
        return []
    if grain == "day" or grain == "week":
        step = 1 if grain == "day" else 7
        found = [last - timedelta(days=step * n) for n in range(count)]
    else:
        periods = book.calendar.series(grain, begins, last + timedelta(days=1))
        ends = (p.last_day for p in reversed(periods))
        found = [last, *(day for day in ends if day < last)][:count]
    return sorted(day for day in found if day >= begins)


_Cells = Mapping[tuple[Any, ...], Mapping[int, tuple[int, int, int]]]


def _day(given: date | str) -> date:
    if isinstance(given, datetime):
        raise Refusal("A pipeline is told as of the end of a day. Name the day alone.")
    if isinstance(given, date):
        return given
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise Refusal(f"“{given}” is not a day such as 2026-06-30.") from None


def _check(book: Book, days: Sequence[date], by: tuple[str, ...]) -> None:
    known = book.can_split(KPI)
    unknown = [name for name in by if name not in known]
    if unknown:
        raise Refusal(
            f"The pipeline cannot be split by “{unknown[0]}”. It can be split by {', '.join(known)}."
        )
    if days[-1] > book.today:
        raise Refusal(
            f"{days[-1]:%-d %B %Y} lies beyond what this book knows, which ends on {book.today:%-d %B %Y}."
        )
    begins = first_day(book)
    if days[0] < book.today:
        history_from(book, "former days are not known")
    if begins is not None and days[0] < begins:
        raise Refusal(f"History begins on {begins:%-d %B %Y}; nothing is known of days before.")


def _criteria(
    book: Book, by: tuple[str, ...]
) -> tuple[Criterion | None, list[tuple[str, Criterion]]]:
    """What narrows the deals, and the segments where they are split by these."""
    tables = tables_with(book.facts.custom)

    def read(text: str) -> Criterion:
        return parse(text, tables["opportunity"], tables, units=book.facts.units)

    segments = book.settings.segments if SEGMENT in by else []
    return (
        read(book.criterion) if book.criterion else None,
        [(segment.name, read(segment.criterion)) for segment in segments],
    )


def _asks_only_deals(book: Book, by: tuple[str, ...]) -> bool:
    """Whether states of deals alone answer: what is asked of accounts and the like is of what was known of them."""
    where, segments = _criteria(book, by)
    known = dimensions_with(book.facts.custom)
    paths = [known[name].column for name in by if name != SEGMENT]
    paths += [path for c in (where, *(c for _, c in segments)) if c for path in c.columns]
    return not any("." in path for path in paths)


def _from_changes(
    book: Book,
    days: Sequence[date],
    moments: Sequence[datetime],
    by: tuple[str, ...],
    organisation: Organisation,
) -> _Cells:
    """Each state as two changes of its group, and the running sum of the changes."""
    text, values = _changes(book, days, moments, by, organisation)
    found: dict[tuple[Any, ...], dict[int, tuple[int, int, int]]] = {}
    changes: dict[tuple[Any, ...], list[tuple[int, int, int, int]]] = {}
    for place, minor, deals, valued, *key in book.engine.run(text, values).rows:
        changes.setdefault(tuple(key), []).append((place, int(minor or 0), int(deals), int(valued)))
    for group, moved in changes.items():
        minor = deals = valued = 0
        steps = {place: change for place, *change in moved}
        held: dict[int, tuple[int, int, int]] = {}
        for place in range(len(days)):
            if place in steps:
                more, deal, value = steps[place]
                minor, deals, valued = minor + more, deals + deal, valued + value
            held[place] = (minor, deals, deals - valued)
        found[group] = held
    return found


def _changes(
    book: Book,
    days: Sequence[date],
    moments: Sequence[datetime],
    by: tuple[str, ...],
    organisation: Organisation,
) -> tuple[str, dict[str, Any]]:
    """The statement: one row a place of the grid and group, with what came less what went."""
    where, segments = _criteria(book, by)
    known = dimensions_with(book.facts.custom)
    tables = [f"grid AS ({grid_of(days)})"]
    values: dict[str, Any] = {"first": bare(moments[0]), "last": bare(moments[-1])}
    begins, ends, joins, minor, team = ["v.a"], ["v.b"], "", "v.value_minor", "v.team"
    if book.facts.currencies:
        tables.append(f"rate AS ({tiles('exchange_rate', 'currency', 'minor_rate')})")
        joins += _overlapping("rate", "v.currency")
        minor = (
            "CASE WHEN rate.value IS NULL THEN v.value_minor "
            "ELSE CAST(round(v.amount_minor * rate.value) AS BIGINT) END"
        )
        begins.append("rate.i")
        ends.append("rate.j")
    asks_team = any(
        "team" in c.columns for c in (where, *(c for _, c in segments)) if c is not None
    )
    if ("team" in by or asks_team) and _anybody_moved(book):
        team = "coalesce(place.value, v.team)"
        if organisation == "now":
            values["today"] = book.today
            tables.append(
                "place AS (SELECT person_id AS key, team AS value FROM team_membership "
                f"WHERE valid_from <= $today AND valid_to > $today AND {_HAS_MOVED})"
            )
            joins += "LEFT JOIN place ON place.key = v.owner_id "
        else:
            moved = f"(SELECT * FROM team_membership WHERE {_HAS_MOVED})"
            tables.append(f"place AS ({tiles(moved, 'person_id', 'team')})")
            joins += _overlapping("place", "v.owner_id")
            begins.append("place.i")
            ends.append("place.j")
    whose = ""
    if not book.scope.is_everything:
        values |= book.scope.values
        whose = (
            "AND v.opportunity_id IN (SELECT o.id FROM (SELECT id, owner_id FROM opportunity "
            f"UNION ALL SELECT id, owner_id FROM {DELETED_NOW}) o "
            "WHERE list_contains(CAST($owner_ids AS VARCHAR[]), o.owner_id) "
            "OR list_contains(CAST($shared_opportunity AS VARCHAR[]), o.id)) "
        )
    keys = [_case(segments) if name == SEGMENT else f'x."{known[name].column}"' for name in by]
    listed = "".join(f", CAST({key} AS VARCHAR) AS g{n}" for n, key in enumerate(keys))
    groups = "".join(f", g{n}" for n in range(len(keys)))
    # What holds at no place comes and goes at one, and cancels; only what was joined may be the wrong way round.
    kept = [*(["x.a < x.b"] if joins else []), *([where.sql(_of_x)] if where else [])]
    narrowed = f"WHERE {' AND '.join(kept)}" if kept else ""
    tables += [
        (
            f"alive AS (SELECT v.*, {place_in(moments, 'v.valid_from')} AS a, {place_in(moments, 'v.valid_to')} AS b "
            "FROM opportunity_version v WHERE v.valid_to > $first AND v.valid_from <= $last "
            f"AND NOT v.is_closed AND v.is_qualified {whose})"
        ),
        f"state AS (SELECT v.* EXCLUDE (a, b) REPLACE ({minor} AS value_minor, {team} AS team), "
        f"v.opportunity_id AS id, greatest({', '.join(begins)}) AS a, least({', '.join(ends)}) AS b "
        f"FROM alive v {joins} WHERE v.a < v.b)"
        if joins
        else "state AS (SELECT v.*, v.opportunity_id AS id FROM alive v)",
        f"held AS (SELECT x.a, x.b, x.value_minor AS minor{listed} FROM state x {narrowed})",
        (
            f"alike AS (SELECT a, b{groups}, sum(minor) AS minor, count(*) AS deals, count(minor) AS valued "
            f"FROM held GROUP BY a, b{groups}), moved AS ("
            f"SELECT greatest(a, 0) AS i{groups}, minor, deals, valued FROM alike "
            f"UNION ALL SELECT b AS i{groups}, -minor, -deals, -valued FROM alike WHERE b < {len(days)})"
        ),
    ]
    return (
        (
            f"WITH {', '.join(tables)} SELECT i, sum(minor) AS minor, sum(deals) AS deals, sum(valued) AS valued{groups} "
            f"FROM moved GROUP BY i{groups}"
        ),
        values,
    )


def _anybody_moved(book: Book) -> bool:
    """Whether teams of deals need be looked for elsewhere than in their states."""
    asked = f"SELECT 1 FROM team_membership WHERE {_HAS_MOVED} LIMIT 1"
    return bool(book.engine.run(asked).rows)


# Whoever was ever in another team than now. All others' deals say of themselves in which team they are.
_HAS_MOVED = (
    "person_id IN (SELECT m.person_id FROM team_membership m LEFT JOIN person p ON p.id = m.person_id "
    "WHERE m.team IS DISTINCT FROM p.team)"
)


def _overlapping(table: str, key: str) -> str:
    """The tiles of a key within which a state is held."""
    return f"LEFT JOIN {table} ON {table}.key = {key} AND {table}.i < v.b AND {table}.j > v.a "


def _case(segments: Sequence[tuple[str, Criterion]]) -> str:
    names = (
        "WHEN {} THEN '{}'".format(c.sql(_of_x), name.replace("'", "''")) for name, c in segments
    )
    return f"CASE {' '.join(names)} END"


def _of_x(column: str) -> str:
    return f'x."{column}"'


def _day_by_day(
    book: Book,
    days: Sequence[date],
    moments: Sequence[datetime],
    by: tuple[str, ...],
    organisation: Organisation,
) -> _Cells:
    """The number itself, asked as of each day."""
    if organisation == "now" and ("team" in by or "team" in book.criterion):
        raise Refusal(
            "Under the organisation of today, the pipeline of former days can be told by what deals say of "
            "themselves, and not by their accounts. Ask for the teams as they were."
        )
    found: dict[tuple[Any, ...], dict[int, tuple[int, int, int]]] = {}
    for place, _ in enumerate(days):
        for figure in dataclasses.replace(book, at=moments[place]).measure(KPI, by=by).figures:
            if figure.n or figure.n_excluded:
                cell = int(figure.numerator or 0), figure.n + figure.n_excluded, figure.n_excluded
                found.setdefault(figure.key, {})[place] = cell
    return found


def _whole(moments: Sequence[datetime], cells: _Cells) -> Line:
    standings = []
    for place, at in enumerate(moments):
        held = [of_group[place] for of_group in cells.values() if place in of_group]
        standings.append(Standing(at, *(sum(c[n] for c in held) for n in range(3))))
    return Line((), (), tuple(standings))


def _lines(
    book: Book, moments: Sequence[datetime], by: tuple[str, ...], cells: _Cells
) -> tuple[Line, ...]:
    """The groups in the order of their dimension, or the largest of the last day first."""
    labels = book.labels(by, list(cells))
    nothing = (0, 0, 0)
    lines = [
        Line(
            key,
            labels[key],
            tuple(
                Standing(at, *cells[key].get(place, nothing)) for place, at in enumerate(moments)
            ),
        )
        for key in cells
        if any(deals for _, deals, _ in cells[key].values())
    ]
    order = {stage: n for n, stage in enumerate(book.stage_order())} if by == ("stage",) else {}
    return tuple(
        sorted(
            lines,
            key=lambda line: (
                None in line.key,
                order.get(line.key[0], len(order)),
                -line.standings[-1].minor,
                -max(s.minor for s in line.standings),
                line.label,
            ),
        )
    )
