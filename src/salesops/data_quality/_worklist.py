"""The records a check finds, as a list that can be filtered, sorted and exported."""

from __future__ import annotations

import dataclasses

from salesops.book.book import Book
from salesops.book.listing import ListColumn, Listing
from salesops.data_quality._asking import NOUNS, joined
from salesops.data_quality._check import Check, Lent
from salesops.data_quality._lent import OWNER

_ACCOUNT = Lent("a", "LEFT JOIN account a ON a.id = x.account_id")
_OWNER_NAME = ListColumn("owner", "Owner", "coalesce(p.name, x.owner_id)")
_COLUMNS = {
    "opportunity": (
        ListColumn("name", "Opportunity", "coalesce(x.name, x.id)"),
        ListColumn("account", "Account", "a.name"),
        _OWNER_NAME,
        ListColumn("team", "Team", "x.team", shown=False),
        ListColumn("stage", "Stage", "x.stage"),
        ListColumn("value", "Value", "x.value_minor", "money", narrow=True),
    ),
    "account": (
        ListColumn("name", "Account", "coalesce(x.name, x.id)"),
        ListColumn("country", "Country", "x.country"),
        _OWNER_NAME,
        ListColumn("team", "Team", "p.team", shown=False),
        ListColumn("value", "Open pipeline", "d.value_minor", "money", narrow=True),
    ),
    "person": (
        ListColumn("name", "Person", "coalesce(x.name, x.id)"),
        ListColumn("team", "Team", "x.team"),
        ListColumn("value", "Open pipeline", "d.value_minor", "money", narrow=True),
    ),
}
_LENT = {"opportunity": (_ACCOUNT, OWNER)}
_SEARCHED = {"opportunity": ("x.name", "a.name", "p.name", "x.id")}
_FACETS = {"opportunity": ("owner", "team", "stage"), "account": ("owner", "team")}


def worklist(check: Check, book: Book) -> Listing:
    """The list of what the check finds in the book as it is."""
    noun = NOUNS[check.table]
    columns = _COLUMNS[check.table]
    named = {c.name for c in columns}
    *first, value = columns
    shown = [_on(book, c) for c in check.shows if c.name not in named]
    shown = [dataclasses.replace(c, narrow=place == 0) for place, c in enumerate(shown)]
    lent = (*_LENT.get(check.table, ()), *noun.lent, *check.lent)
    return Listing(
        table=check.table,
        joins=_dated(book, joined(lent)),
        columns=(*first, *shown, value),
        search=_SEARCHED.get(check.table, ("x.name", "x.id")),
        facets=_FACETS.get(check.table, ()),
        order=f"{value.sql} DESC NULLS LAST, x.id",
        summed=noun.money,
        total_words="at stake",
        only=_dated(book, f"({check.concerns}) AND ({check.is_wrong})"),
    )


def _on(book: Book, column: ListColumn) -> ListColumn:
    return dataclasses.replace(column, sql=_dated(book, column.sql))


def _dated(book: Book, sql: str) -> str:
    """The SQL with the day written out, as lists take no values of their own."""
    return sql.replace("$today", f"DATE '{book.today.isoformat()}'")
