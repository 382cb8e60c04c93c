"""The rows of a list as the records are now: the book says which rows there are, the records what stands in them.

The book follows within seconds. What was saved meanwhile is shown at once, and said to be ahead of the numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.conf import settings

from salesops.actions.edit_record import version_now
from salesops.book.book import Book
from salesops.book.custom import Kind
from salesops.book.listing import ListColumn
from salesops.engines.literals import literal
from salesops.foundations.money import format_money
from salesops.foundations.table import Column
from salesops.jobs.following import is_followed
from salesops.records.custom_field import PREFIX, as_read, value_of
from salesops.records.field_access import Access, field_access
from salesops.records.reach import Reach, reach
from salesops.records.record import Record
from salesops.records.user import User
from salesops.records.visibility import editable_within, visible_within
from salesops.tables import TABLES
from salesops.web.pages.keeping import facts
from salesops.web.pages.keeping.facts import Shown
from salesops.web.pages.keeping.record_page import Attempt, open_fact
from salesops.web.pages.records.declared import money_of
from salesops.web.pages.working.kinds import Worked
from salesops.web.words import said

# What a book works out where a record has nothing: from the stage, or its own.
FILLED_IN = frozenset({"forecast_category", "currency"})


@dataclass
class Cell:
    """One value of a row. `fact` is the record's column where it may be edited, `opened` its form where it is."""

    column: ListColumn
    said: str
    fact: str = ""
    opened: Shown | None = None


@dataclass
class Line:
    """One row: its cells, whether its reader may change it, and whether the numbers do not know yet what it says."""

    key: str
    name: str
    cells: list[Cell]
    may_edit: bool
    is_ahead: bool
    seen: int = 0
    attempt: Attempt = field(default_factory=Attempt)


class Opened(NamedTuple):
    """The cell that is being edited, with what was tried."""

    key: str = ""
    attempt: Attempt = Attempt()


class Kept(NamedTuple):
    """The records behind some rows: those their reader may see, which of these they may change, and the names in them."""

    records: Mapping[str, Any]
    editable: frozenset[str]
    names: facts.Names
    scope: Reach
    ahead: frozenset[str]  # whose book does not say yet what the record says
    in_book: Mapping[str, Mapping[str, Any]]
    columns: Mapping[str, Column]  # of the records, by what they call them


def kept(actor: User, kind: Worked, book: Book, keys: Sequence[str]) -> Kept:
    """The records of these keys, and in what they are ahead of the book."""
    scope, wanted = reach(actor), frozenset(keys)
    records = {r.pk: r for r in visible_within(scope, kind.noun).filter(pk__among=wanted)}
    editable = editable_within(scope, kind.noun).filter(pk__among=wanted)
    in_book = _in_book(kind, book, keys)
    columns = {c: column for c in kind.facts.values() if (column := kind.column_of(c)) is not None}
    differ = {
        key
        for key, record in records.items()
        if any(_differs(columns.get(c), record, c, v) for c, v in in_book.get(key, {}).items())
    }
    return Kept(
        records,
        frozenset(editable.values_list("pk", flat=True)),
        facts.names_of(actor, kind.noun, records.values()),
        scope,
        frozenset(differ) if differ and not is_followed(settings.SALESOPS_BOOK) else frozenset(),
        in_book,
        columns,
    )


def lines(
    actor: User,
    kind: Worked,
    book: Book,
    shown: Sequence[ListColumn],
    rows: Sequence[Mapping[str, Any]],
    opened: Opened = Opened(),  # noqa: B008  it is never changed
) -> list[Line]:
    """The rows of the book as their records are now; one whose record is gone or no longer to be seen is left out."""
    found = kept(actor, kind, book, [row["_id"] for row in rows])
    currency = book.facts.currency
    made = []
    for row in rows:
        record = found.records.get(row["_id"])
        if record is None:
            continue
        may_edit = record.pk in found.editable
        line = Line(
            key=record.pk,
            name=str(record),
            cells=[_cell(kind, found, record, c, row[c.name], currency) for c in shown],
            may_edit=may_edit,
            is_ahead=record.pk in found.ahead,
        )
        if may_edit and record.pk == opened.key:
            line.attempt = opened.attempt
            _open(actor, record, line, currency)
        made.append(line)
    return made


def _cell(
    kind: Worked, found: Kept, record: Record, column: ListColumn, in_list: Any, currency: str
) -> Cell:
    fact = kind.facts.get(column.name, "")
    if not fact:
        return Cell(column, in_words(column, in_list, currency))
    if field_access(found.scope, record, fact) is Access.NONE:
        return Cell(column, "")
    text = said_now(found, record, fact, currency)
    if column.kind == "money" and not _is_new_money(found, record, fact):
        text = in_words(column, in_list, currency)  # in the currency of the list
    if fact in FILLED_IN and getattr(record, fact) is None:
        text = in_words(column, in_list, currency)
    may_edit = (
        record.pk in found.editable
        and fact in kind.in_place
        and field_access(found.scope, record, fact) is Access.WRITE
    )
    return Cell(column, text, fact if may_edit else "")


def said_now(found: Kept, record: Record, fact: str, currency: str) -> str:
    """What the record says, in words."""
    own = getattr(record, "currency", None) or currency
    if fact == "name":
        return str(record)
    return facts.in_words(found.columns.get(fact), value_of(record, fact), own, found.names)


def in_words(column: ListColumn, value: Any, currency: str) -> str:
    """A value of the book as the list writes it."""
    if value is None:
        return ""
    match column.kind:
        case "money":
            return format_money(value, currency)
        case "count":
            return f"{value:,}"
        case "number":
            return f"{value.normalize():,f}"
        case "share":
            return f"{(value * 100).normalize():f} %"
        case "date":
            return f"{value:%-d %b %Y}"
        case "yes":
            return "Yes" if value else "No"
        case "choice":
            return said(value)
    return str(value)


def _is_new_money(found: Kept, record: Any, fact: str) -> bool:
    known = found.in_book.get(record.pk, {})
    return any(_differs(found.columns.get(c), record, c, known.get(c)) for c in (fact, "currency"))


def _open(actor: User, record: Record, line: Line, currency: str) -> None:
    """Make the cell that is edited the form it is edited with."""
    for cell in line.cells:
        if cell.fact and cell.fact == line.attempt.column:
            own = getattr(record, "currency", None) or currency
            title = cell.column.title
            words = facts.in_words(
                facts.column_of(type(record), cell.fact),
                value_of(record, cell.fact),
                own,
                facts.names_of(actor, type(record), [record]),
            )
            cell.opened = Shown(cell.fact, title, words, may_edit=True)
            # Asked for before the value is read again, so that an edit in between is noticed.
            line.seen = version_now(record)
            record.refresh_from_db()
            open_fact(actor, record, cell.opened, line.attempt, own)


def _in_book(kind: Worked, book: Book, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What the book has of the columns that records are compared in."""
    columns = list(kind.facts.values())
    has_money = any(f.kind == Kind.MONEY for f in kind.own.values())
    columns += ["currency"] if money_of(TABLES[kind.name]) in columns or has_money else []
    asked = ", ".join(f'"{kind.in_book(c)}" AS "{c}"' for c in columns)
    wanted = ", ".join(literal(key) for key in keys) or "NULL"
    found = book.engine.run(f'SELECT id, {asked} FROM "{kind.name}" WHERE id IN ({wanted})').dicts()
    return {row.pop("id"): row for row in found}


def _differs(column: Column | None, record: Any, name: str, in_book: Any) -> bool:
    """The record says another thing than the book, which may say something where the record says nothing."""
    kept = value_of(record, name)
    if name.startswith(PREFIX) and column is not None and kept is not None:
        kept = as_read(column, kept)
    if kept is None and name in FILLED_IN:
        return False
    return bool((None if kept == "" else kept) != (None if in_book == "" else in_book))
