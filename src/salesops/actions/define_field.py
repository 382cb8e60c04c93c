"""Defining the fields that a company adds to its records: new ones, their names and order, and those no longer in use."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence, Set
from typing import Any

from salesops.actions.changing import changing
from salesops.actions.edit_record import Unfit, edit_record, held_to_edit
from salesops.book.custom import HAVE_FIELDS, MADE_OF, Kind
from salesops.foundations.clock import Clock
from salesops.foundations.one_line import one_line
from salesops.foundations.problem import Refusal
from salesops.foundations.table import Type
from salesops.records.change import Change
from salesops.records.custom_field import ASKED, NEEDED, CustomField, defined
from salesops.records.models import NOUNS
from salesops.records.reach import DECIDE
from salesops.records.record import Version
from salesops.records.user import User
from salesops.tables import TABLES

LONGEST_LABEL, LONGEST_HELP, LONGEST_CHOICE = 60, 300, 120
MOST_FIELDS, MOST_CHOICES = 100, 200  # of a kind of record, of a field
_LONGEST_KEY = 40


def may_define(actor: User) -> bool:
    """The actor may define fields."""
    return actor.is_active and actor.role in DECIDE


def refuse_who_may_not(actor: User) -> None:
    """Refuse whoever may not define fields."""
    if not may_define(actor):
        raise Refusal(
            "Only administrators, the VP and managers of sales operations define fields. Ask them."
        )


def kinds_for(noun: str) -> list[Kind]:
    """The kinds a field of such records can be of: money only where a record names its currency."""
    with_currency = any(c.type is Type.CURRENCY for c in TABLES[noun].columns)
    return [k for k in Kind if with_currency or k is not Kind.MONEY]


def define_field(
    actor: User | None,
    noun: str,
    label: str,
    kind: str,
    clock: Clock,
    *,
    key: str = "",
    choices: str = "",
    help: str = "",
    asked: str = "",
    door: str = "browser",
    reason: str = "",
) -> CustomField:
    """A new field at the end of those of a kind of record. `choices` are a line each; `asked` is ASKED or NEEDED where
    who makes a record is to be asked for it.

    Its key is made of its name unless another is given, which must be free; `actor` is None for who has the machine.
    """
    if actor is not None:
        refuse_who_may_not(actor)
    if noun not in HAVE_FIELDS:
        raise Unfit("noun", "Choose one of the list.")
    if kind not in list(Kind):
        raise Unfit("kind", "Choose one of the list.")
    if Kind(kind) not in kinds_for(noun):
        raise Unfit("kind", f"A {noun} names no currency, so it cannot hold money. Choose number.")
    there = defined(noun, also_retired=True)
    if len(there) >= MOST_FIELDS:
        raise Refusal(f"There are {MOST_FIELDS} fields already, which is the most.")
    with changing(actor, "create_custom_field", clock, door=door, reason=reason):
        made = CustomField(
            noun=noun,
            label=_label(noun, label, there),
            kind=kind,
            help=_help(help),
            asked=_asked(asked),
            position=max((f.position or 0 for f in there), default=0) + 1,
            is_active=True,
        )
        made.choices = "\n".join(_choices(choices)) if kind == Kind.CHOICE else None
        taken = taken_names(noun)
        made.key = key or key_of(str(made.label), Kind(kind), taken)
        if not taken.isdisjoint(_called(made.key, Kind(kind))):
            raise Refusal(
                f"Another field is called {made.key} already. Choose that one, or another name."
            )
        made.id = f"{noun}.{made.key}"
        made.save(force_insert=True)
    return made


def edit_field(
    actor: User,
    key: str,
    values: Mapping[str, Any],
    clock: Clock,
    *,
    seen: int,
    reason: str = "",
) -> Change:
    """Give a field another `label`, `help`, `choices` or `asked`, or take it out of use with `is_active`.

    A choice that is left out is no longer offered; records that have it keep it.
    """
    refuse_who_may_not(actor)
    field = CustomField.objects.filter(pk=key, deleted_at=None).first()
    if field is None:
        raise Refusal("There is no such field.")
    if set(values) - {"label", "help", "choices", "is_active", "asked"}:
        raise Refusal("A field keeps its kind and its key, as records hold values of it.")
    given = dict(values)
    if "label" in given:
        others = [f for f in defined(str(field.noun), also_retired=True) if f.pk != key]
        given["label"] = _label(str(field.noun), str(given["label"]), others)
    if "help" in given:
        given["help"] = _help(str(given["help"] or ""))
    if "asked" in given:
        given["asked"] = _asked(str(given["asked"] or ""))
    if "choices" in given:
        if field.kind != Kind.CHOICE:
            raise Unfit("choices", "Only a choice has choices.")
        offered = _choices(str(given["choices"] or ""))
        retired = [c for c in (*field.retired, *field.offered) if c not in offered]
        given["choices"] = "\n".join(offered)
        given["retired_choices"] = "\n".join(dict.fromkeys(retired)) or None
    return edit_record(actor, CustomField, key, given, clock, seen=seen, reason=reason)


def move_field(actor: User, key: str, place: int, clock: Clock) -> Change:
    """Put a field at another place among those of its kind of record, counted from 1. One change."""
    refuse_who_may_not(actor)
    with changing(actor, "arrange_fields", clock) as change:
        moved = CustomField.objects.filter(pk=key, deleted_at=None, is_active=True).first()
        if moved is None:
            raise Refusal("There is no such field in use.")
        others = [f for f in defined(str(moved.noun)) if f.pk != key]
        held_to_edit(actor, CustomField, [key, *(f.pk for f in others)])
        others.insert(max(0, min(len(others), place - 1)), moved)
        for position, field in enumerate(others, 1):
            if field.position != position:
                CustomField.objects.filter(pk=field.pk).update(position=position)
    return change


def key_of(label: str, kind: Kind, taken: Set[str]) -> str:
    """The key a new field gets, in letters that conditions read; its column is called like none that is `taken`."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:_LONGEST_KEY].strip("_") or "field"
    keys = [plain, *(f"{plain}_{n}" for n in range(2, 2 * MOST_FIELDS + 2))]
    return next(key for key in keys if taken.isdisjoint(_called(key, kind)))


def refuse_values_lost(defined_as: Version) -> None:
    """Refuse to undo the defining of a field that records have values of since."""
    there = NOUNS[defined_as.noun].objects.filter(deleted_at=None)
    if there.filter(custom__has_key=defined_as.key).exists():
        raise Refusal(
            f"Records have values of {defined_as.label} already. Take it out of use instead."
        )


def _label(noun: str, text: str, others: Sequence[CustomField]) -> str:
    label = one_line(text)
    if not label:
        raise Unfit("label", "Give the field a name.")
    if len(label) > LONGEST_LABEL:
        raise Unfit("label", f"A name has at most {LONGEST_LABEL} characters.")
    own = {_plain(c.name) for c in TABLES[noun].columns}
    if label.casefold() in own:
        raise Unfit("label", f"Every {noun} has a field {label} already. Choose another name.")
    for other in others:
        if str(other).casefold() == label.casefold():
            again = "" if other.is_active else " It is out of use; take it into use again."
            raise Unfit("label", f"There is a field {other} already.{again}")
    return label


def _plain(column: str) -> str:
    return column.removesuffix("_id").removesuffix("_minor").replace("_", " ")


def _help(text: str) -> str | None:
    plain = one_line(text)
    if len(plain) > LONGEST_HELP:
        raise Unfit("help", f"Write at most {LONGEST_HELP} characters.")
    return plain or None


def _asked(text: str) -> str | None:
    if text not in ("", ASKED, NEEDED):
        raise Unfit("asked", "Choose one of the list.")
    return text or None


def _choices(text: str) -> list[str]:
    lines = map(one_line, text.splitlines())
    found = list(dict.fromkeys(line for line in lines if line))
    if not found:
        raise Unfit("choices", "Write the choices, one a line.")
    if len(found) > MOST_CHOICES:
        raise Unfit("choices", f"A field has at most {MOST_CHOICES} choices.")
    if any(len(choice) > LONGEST_CHOICE for choice in found):
        raise Unfit("choices", f"A choice has at most {LONGEST_CHOICE} characters.")
    return found


def taken_names(noun: str) -> set[str]:
    """What fields of such records are called. Also one whose defining was undone keeps its key, as records may hold
    values under it."""
    taken = CustomField.objects.filter(noun=noun).values_list("key", "kind")
    return {name for key, kind in taken for name in _called(key, Kind(kind))}


def _called(key: str, kind: Kind) -> set[str]:
    """What conditions may call it: budget_minor is also budget, sponsor_id also the sponsor of sponsor.name."""
    column = f"{key}{MADE_OF[kind].ending}"
    return {key, column, column.removesuffix("_minor"), column.removesuffix("_id")}
