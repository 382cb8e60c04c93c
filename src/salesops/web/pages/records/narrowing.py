"""A long list asks for one page in two steps: which rows, from few columns; then these rows, in full.

A list over a million rows joined with others shows fifty of them. Which fifty is found from the columns that
filter and order them, with only the joins these need.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from salesops.book.engine import Engine, Rows
from salesops.book.listing import (
    Ask,
    ListColumn,
    Listing,
    conditions,
    order_of,
    rows_of,
    totals_of,
)
from salesops.engines.literals import literal

_FEW = 500  # more keys are read faster as one text than as so many constants
_ADDED_UP = re.compile(r"\(\s*(SELECT|WITH)\b")
_ADDED_BY = re.compile(r"(?<=FROM opportunity )GROUP BY 1\) (\w+) ON \1\.(\w+) = x\.id")
_JOIN = re.compile(r"(?=LEFT JOIN )")
_ALIAS = re.compile(r".* (\w+) ON ", re.DOTALL)
_BY_ID = re.compile(r"LEFT JOIN (\w+) (\w+) ON \2\.id = (x\.\w+)\s*$")


def totals(engine: Engine, listing: Listing, ask: Ask) -> tuple[int, int | None]:
    """How many rows the filters leave, and their sum. Raises Refusal for a filter the list does not have."""
    return totals_of(
        engine, _lean(listing, list(ask.facets), listing.summed), _searched(listing, ask)
    )


def page(engine: Engine, listing: Listing, ask: Ask) -> Rows:
    """The rows of one page, in order, with every column. Raises Refusal for an unknown sort or filter."""
    wanted = _searched(listing, ask)
    sort = [ask.sort.removeprefix("-")] if ask.sort else []
    lean = _lean(listing, [*ask.facets, *sort], "" if sort else listing.order)
    if _ADDED_UP.search(lean.joins) and not _ADDED_BY.search(lean.joins):
        # What is added up for every row is not added up twice.
        return rows_of(engine, listing, wanted)
    referred = _referred(listing)
    found = rows_of(engine, _reading(lean, referred), wanted).dicts()
    listing, of_them = named(
        listing, Ask(sort=ask.sort, size=ask.size), (row["_id"] for row in found)
    )
    full = _lean(listing, [c.name for c in listing.columns], "" if sort else listing.order)
    return rows_of(engine, _joined_to(full, referred, found), of_them)


def _referred(listing: Listing) -> dict[str, tuple[str, str]]:
    """The tables joined by their id: alias → table, and what of the list names its rows."""
    joins = (_BY_ID.match(part) for part in _JOIN.split(listing.joins) if part)
    return {found[2]: (found[1], found[3]) for found in joins if found}


def _reading(lean: Listing, referred: Mapping[str, tuple[str, str]]) -> Listing:
    """The same list, which also says what of other tables its rows name."""
    keys = tuple(ListColumn(f"_{alias}", "", key) for alias, (_, key) in referred.items())
    return dataclasses.replace(lean, columns=(*lean.columns, *keys))


def _joined_to(
    listing: Listing, referred: Mapping[str, tuple[str, str]], found: Sequence[Mapping[str, Any]]
) -> Listing:
    """The same list joined to those rows alone which the rows found name, and not to whole tables."""
    joins = []
    for part in (p for p in _JOIN.split(listing.joins) if p):
        alias = _alias(part)
        if alias in referred:
            table, key = referred[alias]
            named = _listed(row[f"_{alias}"] for row in found)
            few = f"(SELECT * FROM {table} WHERE id IN ({named}))"
            joins.append(f"LEFT JOIN {few} {alias} ON {alias}.id = {key} ")
        else:
            joins.append(part)
    return dataclasses.replace(listing, joins="".join(joins))


def _listed(keys: Iterable[str | None]) -> str:
    """Keys as SQL lists them, each once."""
    return ", ".join(literal(key) for key in dict.fromkeys(keys) if key is not None) or "NULL"


def sums_by(engine: Engine, listing: Listing, ask: Ask, name: str) -> dict[str, tuple[int, int]]:
    """How many rows and how much each value of a column has among those the filters leave."""
    column = listing.column(name).sql
    rows, values = rows_narrowed(listing, ask, f"{column} {listing.total}")
    found = engine.run(
        f"SELECT {column} AS value, count(*), {listing.total} {rows} GROUP BY 1", values
    )
    return {str(value): (int(count), int(total or 0)) for value, count, total in found.rows}


def rows_narrowed(listing: Listing, ask: Ask, read: str) -> tuple[str, dict[str, Any]]:
    """SQL from FROM on of the rows the filters leave, with the joins that `read` needs, and its values."""
    lean = _lean(listing, list(ask.facets), read)
    where, values = conditions(lean, _searched(listing, ask))
    return f'FROM "{listing.table}" x {lean.joins} {where}', values


def keys_of(engine: Engine, listing: Listing, ask: Ask, most: int) -> list[str]:
    """The ids of the rows the filters leave, at most so many. Raises Refusal for a filter the list does not have."""
    lean = dataclasses.replace(_lean(listing, list(ask.facets), ""), order="x.id")
    wanted = dataclasses.replace(_searched(listing, ask), sort="", page=1, size=most)
    return [str(row[0]) for row in rows_of(engine, lean, wanted).rows]


def adds_up(listing: Listing) -> bool:
    """Whether a list adds up for each of its rows what is in others, which is done of few rows alone."""
    return _ADDED_UP.search(listing.joins) is not None


@dataclass(frozen=True)
class Hits:
    """The rows that hold a text: the keys of the first in their order and, where these are all, what is told of them.

    `values` has of each facet its values with how many rows each has, the commonest first.
    """

    keys: tuple[str, ...]
    is_whole: bool
    total: int | None
    values: Mapping[str, list[tuple[str, int]]]


def hits(
    engine: Engine, listing: Listing, ask: Ask, names: Sequence[str], most: int, most_values: int
) -> Hits:
    """Look once for a text of which a page asks three things: which rows, how much, and the values of facets."""
    columns = [f"CAST({listing.column(name).sql} AS VARCHAR)" for name in names]
    sort = ask.sort.removeprefix("-")
    by = f', {listing.column(sort).sql} AS "{sort}"' if sort else ""
    read = " ".join([*columns, listing.summed, by or listing.order])
    rows, given = rows_narrowed(listing, ask, read)
    told = "".join(f", {sql}" for sql in columns)
    found = engine.run(
        f"SELECT x.id, {listing.summed or 'NULL'}{told}{by} {rows} "
        f"ORDER BY {order_of(listing, ask)} LIMIT {most + 1}",
        given,
    ).rows
    is_whole = len(found) <= most
    worth = [row[1] for row in found if row[1] is not None]
    return Hits(
        keys=tuple(str(row[0]) for row in found[:most]),
        is_whole=is_whole,
        total=int(sum(worth)) if worth and listing.summed else None,
        values={
            name: _commonest((row[place] for row in found), most_values)
            for place, name in enumerate(names, 2)
            if is_whole
        },
    )


def _commonest(texts: Iterable[str | None], most: int) -> list[tuple[str, int]]:
    counts = Counter(text for text in texts if text is not None)
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:most]


def holding(engine: Engine, listing: Listing, text: str, most: int) -> tuple[str, ...] | None:
    """The ids of the rows that hold the text; None where they are more than `most`."""
    rows, values = rows_narrowed(listing, Ask(text=text), "")
    found = engine.run(f"SELECT x.id {rows} LIMIT {most + 1}", values).rows
    return None if len(found) > most else tuple(str(row[0]) for row in found)


def named(listing: Listing, ask: Ask, keys: Iterable[str]) -> tuple[Listing, Ask]:
    """The same question of these rows, in place of those that hold its text; only for them is anything added up."""
    keys = list(keys)
    these = (
        f"""SELECT unnest(from_json({literal(json.dumps(keys))}, '["VARCHAR"]'))"""
        if len(keys) > _FEW
        else _listed(keys)
    )
    joins = _ADDED_BY.sub(lambda m: f"WHERE {m[2]} IN ({these}) {m[0]}", listing.joins)
    return dataclasses.replace(listing, joins=joins), _with(ask, f"x.id IN ({these})")


def _with(ask: Ask, condition: str) -> Ask:
    """The same question with a condition in place of its text."""
    both = " AND ".join(f"({c})" for c in (condition, ask.extra) if c)
    return dataclasses.replace(ask, text="", extra=both)


def _lean(listing: Listing, names: list[str], also: str) -> Listing:
    """The list with the columns named, and the joins these and `also` are read from."""
    columns = tuple(listing.column(name) for name in dict.fromkeys(names))
    read = " ".join([also, listing.only, *(c.sql for c in columns)])
    return dataclasses.replace(listing, joins=_joins(listing, read), columns=columns)


def _searched(listing: Listing, ask: Ask) -> Ask:
    """The same question with the text it looks for as a condition that needs no join."""
    if not ask.text:
        return ask
    return _with(ask, _search(listing, ask.text))


def values_of(
    engine: Engine, listing: Listing, ask: Ask, names: Sequence[str], most: int
) -> dict[str, list[tuple[str, int]]]:
    """The values of columns with how many rows each has among those the filters leave, the commonest first.

    One reading of the rows for all of them. Of a column that is filtered itself ask without its filter.
    """
    columns = [f"CAST({listing.column(name).sql} AS VARCHAR)" for name in names]
    rows, values = rows_narrowed(listing, ask, " ".join(columns))
    selected = ", ".join(f"{sql} AS f{place}" for place, sql in enumerate(columns))
    order = ", ".join(f"f{place}" for place in range(len(columns)))
    sets = ", ".join(f"(f{place})" for place in range(len(columns)))
    found = engine.run(
        f"SELECT {selected}, count(*) AS n {rows} GROUP BY GROUPING SETS ({sets}) ORDER BY n DESC, {order}",
        values,
    )
    told: dict[str, list[tuple[str, int]]] = {name: [] for name in names}
    for *texts, count in found.rows:
        for name, text in zip(names, texts, strict=True):
            if text is not None and len(told[name]) < most:
                told[name].append((str(text), int(count)))
    return told


def _joins(listing: Listing, read: str) -> str:
    """The joins whose columns are read, in their order."""
    parts = [p for p in _JOIN.split(listing.joins) if p]
    return "".join(p for p in parts if re.search(rf"\b{_alias(p)}\.", read))


def _alias(join: str) -> str:
    found = _ALIAS.match(join)
    if found is None:
        raise ValueError(f"This join names no alias: {join}")
    return found[1]


def _search(listing: Listing, text: str) -> str:
    """Whether one of the searched columns holds the text; a joined table is searched once, not once a row."""
    joined = {_alias(p): _BY_ID.match(p) for p in _JOIN.split(listing.joins) if p}
    wanted = literal(text.lower())
    has_letters = not text.isascii() or any(c.isalpha() for c in text)
    conditions = []
    for column in listing.search:
        condition = f"contains({f'lower({column})' if has_letters else column}, {wanted})"
        there = joined.get(column.partition(".")[0])
        if there is not None:
            table, alias, key = there.groups()
            condition = f"{key} IN (SELECT {alias}.id FROM {table} {alias} WHERE {condition})"
        conditions.append(condition)
    return " OR ".join(conditions)
