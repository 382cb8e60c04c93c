"""Which fields of a record stay hidden from whom: personal data and pay, a line each."""

from __future__ import annotations

from enum import IntEnum

from salesops.records.reach import Reach
from salesops.records.record import Record


class Access(IntEnum):
    """What may be done with a field."""

    NONE = 0
    READ = 1
    WRITE = 2


# To whom a record's person stands how: themselves, those who manage them, sales operations, all others.
OWN, ABOVE, OPERATIONS, OTHERS = "own", "above", "operations", "others"

# (noun, field) → what each of them may. A field that is not here follows its record.
FIELDS: dict[tuple[str, str], dict[str, Access]] = {
    ("person", "email"): {OWN: Access.READ, ABOVE: Access.READ, OPERATIONS: Access.WRITE},
    ("person", "hired_on"): {OWN: Access.READ, ABOVE: Access.READ, OPERATIONS: Access.WRITE},
    ("person", "left_on"): {OWN: Access.READ, ABOVE: Access.READ, OPERATIONS: Access.WRITE},
    ("campaign", "budget_minor"): {OPERATIONS: Access.WRITE},
}


def field_access(scope: Reach, record: Record, field: str) -> Access:
    """The most that may be done with a field of a record that is visible within the reach."""
    rule = FIELDS.get((record._meta.db_table, field))
    if not scope.is_known:
        return Access.NONE
    most = Access.WRITE if rule is None else rule.get(_relation(scope, record), Access.NONE)
    return min(most, Access.READ) if scope.is_all and not scope.edits_all else most


def hidden_fields(scope: Reach, record: Record) -> frozenset[str]:
    """The fields of a visible record that must not leave the program."""
    noun = record._meta.db_table
    return frozenset(
        field
        for of, field in FIELDS
        if of == noun and field_access(scope, record, field) is Access.NONE
    )


def _relation(scope: Reach, record: Record) -> str:
    if scope.is_all:
        return OPERATIONS
    if record._meta.db_table == "person" and scope.covers(record.pk):
        return OWN if record.pk == scope.person_id else ABOVE
    return OTHERS
