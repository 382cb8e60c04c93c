"""A criterion on opportunities as a condition in SQL, for who asks of many in one statement."""

from __future__ import annotations

from functools import lru_cache

from salesops.book.book import Book
from salesops.book.custom import Custom, tables_with
from salesops.book.deletion import DELETED_NOW
from salesops.foundations.criterion import parse
from salesops.foundations.money import MinorUnits
from salesops.foundations.problem import Refusal


def narrowing(book: Book) -> str:
    """The book's own criterion over the opportunity `x`; `true` where it has none."""
    return condition_in(book, book.criterion) if book.criterion else "true"


def narrowed_history(book: Book) -> str:
    """The book's own criterion over the state `v`, asked of its deal as it is now or was when it was deleted."""
    if not book.criterion:
        return "true"
    asked = condition_in(book, book.criterion, deals=_OF_HISTORY)
    return f"v.opportunity_id IN (SELECT x.id FROM {_OF_HISTORY} x WHERE {asked})"


# All deals that history knows: those there are, and those that are deleted.
_OF_HISTORY = f"(SELECT * FROM opportunity UNION ALL SELECT * EXCLUDE (deleted_at, back_at) FROM {DELETED_NOW})"


def condition_in(book: Book, criterion: str, *, deals: str = "opportunity") -> str:
    """A criterion over the opportunity `x`, one of `deals`, in the book's money and with the columns it was given."""
    return _condition(criterion, book.facts.units, book.facts.custom, deals=deals)


@lru_cache(maxsize=256)
def _condition(where: str, units: MinorUnits, custom: Custom, *, deals: str = "opportunity") -> str:
    """A criterion over the opportunity `x`, one of `deals`; what it asks of other tables is asked in them."""
    tables = tables_with(custom)
    deal = tables["opportunity"]
    criterion = parse(where, deal, tables, units=units)
    referred = dict.fromkeys(c.partition(".")[0] for c in criterion.columns if "." in c)
    if not referred:
        return criterion.sql(lambda name: f'x."{name}"')
    joins = " ".join(
        f'LEFT JOIN "{deal.column[f"{name}_id"].refers_to}" "{name}" ON "{name}".id = deal."{name}_id"'
        for name in referred
    )
    return f"x.id IN (SELECT deal.id FROM {deals} deal {joins} WHERE {criterion.sql(_named)})"


def condition_on_a_state(book: Book, criterion: str) -> tuple[str, tuple[str, ...]]:
    """A criterion over one state `v` of an opportunity, and the columns it reads.

    Raises Refusal where it reads other tables, of which no past is kept.
    """
    return _on_a_state(criterion, book.facts.units, book.facts.custom)


@lru_cache(maxsize=256)
def _on_a_state(where: str, units: MinorUnits, custom: Custom) -> tuple[str, tuple[str, ...]]:
    tables = tables_with(custom)
    criterion = parse(where, tables["opportunity"], tables, units=units)
    there = [c for c in criterion.columns if "." in c]
    if there:
        raise Refusal(
            f"What “{there[0]}” was in the past is not known: history is kept of deals alone. "
            "Write the rule with what stands on the deal."
        )
    text = criterion.sql(lambda name: "v.opportunity_id" if name == "id" else f'v."{name}"')
    return text, criterion.columns


def _named(column: str) -> str:
    """A column of the deal or, such as `account__industry`, of what it refers to."""
    there, separator, name = column.partition("__")
    return f'"{there}"."{name}"' if separator else f'deal."{column}"'
