"""Give many records the same value: sorted out first, then done as one change, in steps where they are many."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from salesops.actions.changing import changing
from salesops.actions.edit_record import Unfit, Values, give_values, held_to_edit
from salesops.actions.enqueue import enqueue
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.change import Change
from salesops.records.context import within
from salesops.records.custom_field import PREFIX, value_of
from salesops.records.field_access import Access, field_access
from salesops.records.job import Job
from salesops.records.reach import reach
from salesops.records.record import Record
from salesops.records.user import User
from salesops.records.visibility import editable_by, editable_within, visible_within

MOST_AT_ONCE = 500  # more are changed by a worker, in steps
MOST = 20_000
SEEN_AT_ONCE = 2_000
EDIT_MANY, UNDO_MANY = "edit_many", "undo_many"

GONE = "no longer there, or not yours to see"
NOT_YOURS = "not yours to change"
ALREADY_SO = "already so"


@dataclass(frozen=True)
class Alike:
    """Records that get the same values by column, such as {"stage": "Won"}. The values can be kept as JSON."""

    values: Values
    keys: tuple[str, ...]


@dataclass
class SortedOut:
    """What giving many records a value would do: which change, which are left and why, the money of those that change.

    `examples` are the largest that change, with their new values. `digest` tells whether it is still the same.
    """

    alike: list[Alike] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)
    money: dict[str, int] = field(default_factory=dict)
    examples: list[tuple[Any, Values]] = field(default_factory=list)
    digest: str = ""

    @property
    def count(self) -> int:
        """How many records change."""
        return sum(len(each.keys) for each in self.alike)


def sort_out(
    actor: User,
    noun: type[Record],
    keys: Sequence[str],
    column: str,
    read: Callable[[Any], Values],
    *,
    most_examples: int = 8,
) -> SortedOut:
    """What giving each of the records the values that `read` makes for it would do; `read` raises Unfit."""
    if len(keys) > MOST:
        raise Refusal(
            f"These are {len(keys):,} records; {MOST:,} can be changed at once. Narrow the list first."
        )
    found, scope = SortedOut(), reach(actor)
    groups: dict[str, tuple[Values, list[str]]] = {}
    known: dict[tuple[Any, ...], Values | Unfit] = {}
    told = hashlib.sha256()
    for wanted in _batches(list(dict.fromkeys(keys))):
        there = visible_within(scope, noun).filter(pk__among=set(wanted)).order_by("pk")
        editable = editable_within(scope, noun).filter(pk__among=set(wanted))
        may = set(editable.values_list("pk", flat=True))
        records = list(there)
        if len(records) < len(wanted):
            found.left[GONE] += len(wanted) - len(records)
        for record in records:
            values = _values(record, column, read, known)
            if record.pk not in may or field_access(scope, record, column) is not Access.WRITE:
                found.left[NOT_YOURS] += 1
            elif isinstance(values, Unfit):
                found.left[str(values)] += 1
            elif all(value_of(record, c) == v for c, v in values.items()):
                found.left[ALREADY_SO] += 1
            else:
                groups.setdefault(repr(values), (values, []))[1].append(record.pk)
                told.update(repr((record.pk, value_of(record, column), values)).encode())
                _tell_money(found, record)
                found.examples.append((record, values))
        found.examples.sort(key=lambda e: -(getattr(e[0], "amount_minor", None) or 0))
        del found.examples[most_examples:]
    found.alike = [Alike(values, tuple(keys)) for values, keys in groups.values()]
    found.digest = told.hexdigest()
    return found


def edit_alike(
    actor: User,
    noun: type[Record],
    alike: Sequence[Alike],
    clock: Clock,
    *,
    reason: str = "",
    door: str = "browser",
) -> Change:
    """Do it as one change: all of them, or none when one may not be changed."""
    with changing(actor, f"edit_{noun._meta.db_table}", clock, door=door, reason=reason) as change:
        for each in alike:
            _give(actor, noun, each.keys, each.values)
    return change


def edit_alike_soon(
    actor: User,
    noun: type[Record],
    alike: Sequence[Alike],
    clock: Clock,
    *,
    reason: str = "",
    door: str = "browser",
) -> Job:
    """Have it done by a worker in steps, still as one change. What may no longer be changed by then is left."""
    name = noun._meta.db_table
    with changing(actor, f"edit_{name}", clock, door=door, reason=reason) as change:
        asked = [{"values": _as_json(each.values), "keys": list(each.keys)} for each in alike]
        arguments = {"change": change.pk, "noun": name, "alike": asked}
        return enqueue(actor, EDIT_MANY, arguments, clock, lock_key=f"{EDIT_MANY} {change.pk}")


def give_some(
    change: Change, noun: type[Record], keys: Sequence[str], values: Values
) -> tuple[int, int]:
    """One step of a change in steps, within the caller's transaction: how many were changed and how many left."""
    actor = change.actor
    assert actor is not None
    may = editable_by(actor, noun).filter(pk__among=set(keys)).values_list("pk", flat=True)
    allowed = sorted(may)
    try:
        with transaction.atomic(), within(change.pk, change.effective_at):
            _give(actor, noun, allowed, values)
    except Refusal:  # no longer a value that fits
        return 0, len(keys)
    return len(allowed), len(keys) - len(allowed)


def _give(actor: User, noun: type[Record], keys: Sequence[str], values: Values) -> None:
    """Set the values on all of them; what follows from a stage is the same within a pipeline, and fields of the
    company's own are kept as one, so that each record keeps the others it has."""
    scope, alike = reach(actor), defaultdict(list)
    are_own = any(c.startswith(PREFIX) for c in values)
    for wanted in _batches(keys):
        for record in held_to_edit(actor, noun, wanted):
            if any(field_access(scope, record, c) is not Access.WRITE for c in values):
                raise Refusal(f"You may not change this of “{record}”.")
            own = json.dumps(record.custom, sort_keys=True) if are_own else ""
            alike[getattr(record, "pipeline", None), own].append(record)
    for records in alike.values():
        first = records[0]
        columns = give_values(actor, first, values)
        given = {c: getattr(first, c) for c in columns}
        for batch in _batches([r.pk for r in records]):
            noun.objects.filter(pk__among=set(batch)).update(**given)


def _values(
    record: Any,
    column: str,
    read: Callable[[Any], Values],
    known: dict[tuple[Any, ...], Values | Unfit],
) -> Values | Unfit:
    """What a record would be given; asked once for those that are alike in what that depends on."""
    alike = (
        getattr(record, "pipeline", None),
        getattr(record, "currency", None),
        value_of(record, column),
    )
    if alike not in known:
        try:
            known[alike] = read(record)
        except Unfit as unfit:
            known[alike] = unfit
    return known[alike]


def _tell_money(found: SortedOut, record: Any) -> None:
    amount = getattr(record, "amount_minor", None)
    if amount is not None:
        currency = getattr(record, "currency", None) or ""
        found.money[currency] = found.money.get(currency, 0) + amount


def _as_json(values: Mapping[str, Any]) -> dict[str, Any]:
    return {c: v.isoformat() if hasattr(v, "isoformat") else v for c, v in values.items()}


def _batches(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), SEEN_AT_ONCE):
        yield keys[start : start + SEEN_AT_ONCE]
