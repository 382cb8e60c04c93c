"""Lists of records: columns, filters, sort and totals over one table, as SQL with parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from salesops.book.engine import Engine, Rows
from salesops.foundations.problem import Refusal


@dataclass(frozen=True)
class ListColumn:
    """One column of a list: `sql` over the table `x` and what it is joined with; `kind` tells how it is shown."""

    name: str
    title: str
    sql: str
    # text, choice, money, own_money, count, number, share, date, yes
    kind: str = "text"
    shown: bool = True
    narrow: bool = False  # also shown where there is little room

    @property
    def is_number(self) -> bool:
        """Shown aligned to the right."""
        return self.kind in ("money", "own_money", "count", "number", "share")


@dataclass(frozen=True)
class Listing:
    """A list over one table. `facets` are the columns one value of which may be asked for."""

    table: str
    joins: str
    columns: tuple[ListColumn, ...]
    search: tuple[str, ...]
    facets: tuple[str, ...]
    order: str
    summed: str = ""  # SQL of what is added up of all rows and shown with the list
    total_words: str = "in all"
    only: str = ""  # SQL condition over x and what it is joined with that every row fulfils

    @property
    def total(self) -> str:
        """SQL of the sum, null where nothing is added up."""
        return f"CAST(sum({self.summed}) AS BIGINT)" if self.summed else "NULL"

    def column(self, name: str) -> ListColumn:
        """The column of that name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise Refusal(f"This list has no column “{name}”.")


@dataclass(frozen=True)
class Ask:
    """What of a list is asked for: text to look for, a value a facet, a sort such as `-value`, a page from 1."""

    text: str = ""
    facets: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""
    page: int = 1
    size: int = 50
    extra: str = ""  # SQL condition over x, such as a criterion's

    @property
    def offset(self) -> int:
        """How many rows are before the page."""
        return (max(1, self.page) - 1) * self.size


class Reads(Protocol):
    """Runs SQL whose answer may be longer than memory."""

    def each(self, sql: str, values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The rows by column name, read a few at a time."""


def rows_of(engine: Engine, listing: Listing, ask: Ask, *, everything: bool = False) -> Rows:
    """One page of the list, or all of it at once."""
    sql, values = _asked(listing, ask)
    limit = "" if everything else f" LIMIT {ask.size} OFFSET {ask.offset}"
    return engine.run(sql + limit, values)


def every_row(engine: Reads, listing: Listing, ask: Ask) -> Iterator[dict[str, Any]]:
    """All of the list, for an export; nothing is asked before the first is wanted."""
    yield from engine.each(*_asked(listing, ask))


def _asked(listing: Listing, ask: Ask) -> tuple[str, dict[str, Any]]:
    columns = ", ".join(f'{c.sql} AS "{c.name}"' for c in listing.columns)
    where, values = conditions(listing, ask)
    sql = (
        f'SELECT x.id AS "_id", {columns} FROM "{listing.table}" x {listing.joins} {where} '
        f"ORDER BY {order_of(listing, ask)}"
    )
    return sql, values


def totals_of(engine: Engine, listing: Listing, ask: Ask) -> tuple[int, int | None]:
    """How many rows the filters leave, and their sum."""
    where, values = conditions(listing, ask)
    found = engine.run(
        f'SELECT count(*), {listing.total} FROM "{listing.table}" x {listing.joins} {where}', values
    ).rows[0]
    return int(found[0]), None if found[1] is None else int(found[1])


def conditions(listing: Listing, ask: Ask) -> tuple[str, dict[str, Any]]:
    """The WHERE of what is asked for, with its values. Raises Refusal for a filter the list does not have."""
    found: list[str] = []
    values: dict[str, Any] = {}
    if ask.text:
        looked: Sequence[str] = listing.search
        found.append("(" + " OR ".join(f"contains(lower({s}), $text)" for s in looked) + ")")
        values["text"] = ask.text.lower()
    for place, (name, value) in enumerate(sorted(ask.facets.items())):
        if name not in listing.facets:
            raise Refusal(f"This list cannot be filtered by “{name}”.")
        found.append(f"CAST({listing.column(name).sql} AS VARCHAR) = $facet{place}")
        values[f"facet{place}"] = value
    found += [f"({condition})" for condition in (listing.only, ask.extra) if condition]
    return (f"WHERE {' AND '.join(found)}" if found else ""), values


def order_of(listing: Listing, ask: Ask) -> str:
    """The ORDER BY of what is asked for; the column it sorts by is selected under its name."""
    if not ask.sort:
        return listing.order
    name = ask.sort.removeprefix("-")
    listing.column(name)  # refuses what is no column
    direction = "DESC" if ask.sort.startswith("-") else "ASC"
    return f'"{name}" {direction} NULLS LAST, x.id'
