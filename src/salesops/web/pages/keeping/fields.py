"""A form of several facts of a record at once: what each field offers, and the values that all of them give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from salesops.actions.edit_record import Unfit
from salesops.foundations.table import Type
from salesops.foundations.typed_number import currency_of
from salesops.records.custom_field import asked_for, value_of
from salesops.records.record import Record
from salesops.records.user import User
from salesops.web.pages.keeping import facts
from salesops.web.pages.keeping.facts import Shown
from salesops.web.pages.keeping.record_page import Attempt, open_fact
from salesops.web.pages.keeping.references import Ambiguous

PICKED = ".chosen"  # behind a column's name: which of the records offered for it was picked


def opened(
    actor: User,
    record: Record,
    columns: Sequence[str],
    currency: str,
    given: Mapping[str, str] | None = None,
    unfit: Unfit | None = None,
) -> list[Shown]:
    """The fields of these columns, holding what was typed, else what the record says."""
    noun, made = type(record), []
    names = facts.names_of(actor, noun, [record])
    own = getattr(record, "currency", None) or currency
    needed = {f.name for f in asked_for(noun._meta.db_table) if f.is_needed}
    for name in columns:
        column = facts.column_of(noun, name)
        value = value_of(record, name)
        said = facts.in_words(column, value, own, names)
        field = Shown(name, facts.title_of(noun, name), said, may_edit=True)
        wrong = unfit is not None and unfit.column == name
        offered = unfit.candidates if wrong and isinstance(unfit, Ambiguous) else None
        tried = Attempt(name, "", str(unfit) if wrong else "", offered)
        open_fact(actor, record, field, tried, own)
        if field.control == "search" and not field.choices:
            field.chosen = str(value or "")
            now = [(field.chosen, said)] if value else []
            others = facts.offered_first(actor, record, column) if column else []
            field.choices = now + [o for o in others if o[0] != field.chosen]
        if name in needed:
            field.hint = f"Needed. {field.hint}".strip()
        if given is not None:
            field.typed, field.chosen = given.get(name, ""), given.get(name + PICKED, "")
        made.append(field)
    return made


def asked(noun: type[Record]) -> list[str]:
    """The fields of the company's own that a form of a new record asks for."""
    return [field.name for field in asked_for(noun._meta.db_table)]


def values_of(
    actor: User,
    record: Record,
    columns: Sequence[str],
    given: Mapping[str, str],
    currency: str,
) -> dict[str, Any]:
    """The values by column that a form gives a record. Raises Unfit for the first that cannot be.

    Money is in the currency of the record, else in the one typed with it, else in the usual one.
    """
    values: dict[str, Any] = {}
    for name in columns:
        column = facts.column_of(type(record), name)
        assert column is not None
        form = {"value": given.get(name, ""), "chosen": given.get(name + PICKED, "")}
        named = currency_of(form["value"]) if column.type is Type.MONEY else ""
        # One record has one currency: that of the amount typed first.
        known = values.get("currency") or named or currency
        values |= facts.read(actor, record, column, form, known)
    return values
