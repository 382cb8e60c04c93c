"""Where a column of a file may go beside the declared columns: to a field of the company's own, there or to be made."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date

from salesops.actions.define_field import key_of, kinds_for, may_define, taken_names
from salesops.book.custom import HAVE_FIELDS, Kind, own_column, own_field
from salesops.importers.model import SourceColumn
from salesops.importers.sampling import SAMPLES
from salesops.records.custom_field import defined
from salesops.records.models import Person
from salesops.records.user import User
from salesops.records.visibility import visible_to
from salesops.web.pages.custom_fields.custom_fields import KINDS
from salesops.web.pages.opening.columns import Further

_NUMBER = re.compile(r"[-+(]?[\d.,' ]*\d[\d.,' ]*\)?")
_MONEY = re.compile(r"([A-Z]{3}|[$€£¥])\s*[-\d.,' ]+|[-\d.,' ]+\s*([A-Z]{3}|[$€£¥])")
_DAY = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}")


def own_places(actor: User) -> Further:
    """The fields of the company's own that a column may go to, and for who may define one, a new one of each kind."""
    taken = {noun: taken_names(noun) for noun in HAVE_FIELDS}
    known = {noun: defined(noun) for noun in HAVE_FIELDS}
    told = visible_to(actor, Person).values_list("name", "email")
    people = {text.casefold() for one in told for text in one if text}

    def places(table: str, column: SourceColumn) -> list[tuple[str, list[tuple[str, str]]]]:
        if table not in HAVE_FIELDS:
            return []
        there = [(own_column(Kind(str(f.kind)), str(f.key)), str(f)) for f in known[table]]
        groups = [("Your own fields", there)] if there else []
        if may_define(actor):
            groups.append(
                (
                    "A new field",
                    _new(table, column, {name for name, _ in there}, taken[table], people),
                )
            )
        return groups

    return places


def _new(
    table: str, column: SourceColumn, there: set[str], taken: set[str], people: Collection[str]
) -> list[tuple[str, str]]:
    """A new field of each kind, the one that the values look like first; the one that was chosen before stays."""
    seems, kinds = kind_of(column.samples, people), kinds_for(table)
    kinds.sort(key=lambda k: k is not seems)
    chosen = column.target.partition(".")[2]
    was = own_field(chosen) if chosen not in there else None
    made = []
    for kind in kinds:
        key = was[0] if was and was[1] is kind else key_of(column.name, kind, taken)
        looks = ", as the values look" if kind is seems else ""
        made.append((own_column(kind, key), f"New: {KINDS[kind][0].lower()}{looks}"))
    return made


def kind_of(samples: list[str], people: Collection[str] = ()) -> Kind:
    """What the first different values of a column look like; where many rows have but a few, a choice.

    `people` are the names and addresses of those there are, in small letters.
    """
    values = [s.strip() for s in samples if s.strip()]
    if not values:
        return Kind.TEXT
    if all(v.casefold() in people for v in values):
        return Kind.PERSON
    if all(_DAY.fullmatch(v.partition(" ")[0].partition("T")[0]) or _is_day(v) for v in values):
        return Kind.DATE
    if all(_NUMBER.fullmatch(v) for v in values):
        return Kind.NUMBER
    if all(_MONEY.fullmatch(v) for v in values):
        return Kind.MONEY
    return Kind.CHOICE if 1 < len(set(values)) < SAMPLES else Kind.TEXT


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
