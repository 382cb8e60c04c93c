"""Undo an import: what it created is deleted, what it changed goes back, field by field, in small steps."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from django.db import transaction

from salesops.actions.import_rows import (
    FIRST_STEP,
    LARGEST_STEP,
    Watch,
    let_others_write,
    may_import,
)
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.change import Change
from salesops.records.context import within
from salesops.records.custom_field import to_put_back, with_values
from salesops.records.import_run import ImportRun, ImportUndo, LeftByUndo, undone_imports
from salesops.records.merging import say_again, update
from salesops.records.models import NOUNS
from salesops.records.record import OWN, Record, Version
from salesops.records.user import User

UNDONE_WITHIN = timedelta(days=30)
# The undoing is true from where the state it replaces began: that state was never to be seen.
AT_ONCE = datetime.min.replace(tzinfo=UTC)


@dataclass
class Effect:
    """What undoing does to one noun: records deleted and put back, and those that somebody changed since.

    `left` counts records that stay whole, `kept` records of which some columns stay.
    """

    deleted: int = 0
    back: int = 0
    kept: int = 0
    left: int = 0


@dataclass
class _Undoing:
    """What undoing does to some records; `left` holds for each that stays the columns, none meaning whole."""

    deleted: list[str] = field(default_factory=list)
    back: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    past: list[str] = field(default_factory=list)  # as they are; only states before that were added
    left: dict[str, list[str]] = field(default_factory=dict)

    def add_to(self, effect: Effect) -> None:
        """Count it."""
        effect.deleted += len(self.deleted)
        effect.back += len(self.back) + len(self.past)
        effect.kept += sum(1 for columns in self.left.values() if columns)
        effect.left += sum(1 for columns in self.left.values() if not columns)


def may_undo_until(run: ImportRun) -> datetime:
    """Until when the import may be undone."""
    return (run.ended_at or run.started_at) + UNDONE_WITHIN


def can_be_undone(run: ImportRun, now: datetime) -> bool:
    """The import stands, in whole or in part, and is not too old to be undone."""
    return run.state in ("done", "cancelled", "undoing") and now <= may_undo_until(run)


def refuse_undo(actor: User | None, run: ImportRun, now: datetime) -> None:
    """Refuse who may not undo imports, and an import that cannot be undone."""
    if actor is not None and not may_import(actor):
        raise Refusal(
            "Only sales operations and administrators undo an import; an analyst only looks. Ask one of them."
        )
    if run.state == "undone":
        raise Refusal("This import was undone already.")
    if run.state == "applying":
        raise Refusal("This import is still being written. Stop it first, then undo it.")
    if now > may_undo_until(run):
        raise Refusal(
            f"An import can be undone for {UNDONE_WITHIN.days} days. Change its records instead."
        )


Left = tuple[
    str, str, list[str]
]  # a noun, a key, and the columns that stay, none meaning all of it


def preview_undo(
    run: ImportRun, left: list[Left] | None = None, most: int = 0, watch: Watch = lambda *_: None
) -> dict[str, Effect]:
    """What undoing would delete, put back and leave, noun by noun; nothing is written.

    The first `most` records that stay are added to `left`.
    """
    found, done = {}, 0
    for name in _touched(run):
        effect = Effect()
        for _, keys in _batches(NOUNS[name], run.change_id, ""):
            undoing = _work_out(NOUNS[name], run.change_id, keys)
            undoing.add_to(effect)
            if left is not None:
                stays = islice(undoing.left.items(), max(0, most - len(left)))
                left += [(name, key, columns) for key, columns in stays]
            done += len(keys)
            watch(name, done, touched(run))
        found[name] = effect
    return found


def touched(run: ImportRun) -> int:
    """How many records the import created, changed or deleted."""
    return sum(touched_of(counts) for counts in run.counts.values())


def touched_of(counts: Mapping[str, int]) -> int:
    """How many records that is of one noun."""
    return counts["created"] + counts["changed"] + counts.get("deleted", 0)


def start_undo(actor: User | None, run: ImportRun, clock: Clock, *, reason: str = "") -> ImportUndo:
    """The undoing, which is then done with `go_on_undoing`. One that was stopped goes on where it was."""
    with transaction.atomic():
        held = ImportRun.objects.select_for_update().get(pk=run.pk)
        now = clock()
        refuse_undo(actor, held, now)
        undo = ImportUndo.objects.filter(run=held).first()
        if undo is None:
            said = f"Undid the import of {', '.join(held.files) or 'files'}."
            change = Change.objects.create(
                at=now,
                effective_at=now,
                actor=actor,
                verb="undo_import",
                door="import",
                reason=f"{said} {reason}".strip(),
                undoes=held.change,
            )
            undo = ImportUndo.objects.create(run=held, change=change, started_at=now)
        held.state = "undoing"
        held.save(update_fields=["state"])
    return undo


def go_on_undoing(undo: ImportUndo, clock: Clock, watch: Watch = lambda *_: None) -> ImportUndo:
    """Undo what is not yet undone, step by step. Killed and called again, it does each record once."""
    run = undo.run
    total = touched(run)
    done = sum(sum(c.values()) for c in undo.counts.values())
    for name in _touched(run):
        size = FIRST_STEP
        for after, keys in _batches(NOUNS[name], run.change_id, undo.reached.get(name, "")):
            while keys:
                began = time.monotonic()
                undo = _step(undo, name, after, keys[:size], clock)
                after, done, keys = keys[:size][-1], done + len(keys[:size]), keys[size:]
                watch(name, done, total)
                size = let_others_write(size, time.monotonic() - began)
    with transaction.atomic():
        undo = ImportUndo.objects.select_for_update().get(pk=undo.pk)
        if undo.ended_at is None:
            undo.ended_at = clock()
            undo.save()
            ImportRun.objects.filter(pk=run.pk).update(state="undone")
    return undo


def _touched(run: ImportRun) -> list[str]:
    """The nouns the import did something to; what refers to others goes first."""
    return [name for name in reversed(NOUNS) if name in run.counts and touched_of(run.counts[name])]


def _batches(noun: type[Record], change: int, after: str) -> Iterator[tuple[str, list[str]]]:
    """The keys of the records the change touched, in order, each batch with the key it comes after.

    Walks along the table's keys, so that what was killed goes on after the last of them.
    """
    reached, walked = after, after
    while True:
        found = noun.objects.filter(pk__gt=walked).order_by("pk").values_list("pk", flat=True)
        keys = list(found[:LARGEST_STEP])
        if not keys:
            return
        span = noun.versions.objects.filter(
            opened_by=change, record_id__gt=walked, record_id__lte=keys[-1]
        )
        touched = list(span.order_by("record_id").values_list("record_id", flat=True).distinct())
        walked = keys[-1]
        if touched:
            yield reached, touched
            reached = touched[-1]


def _step(undo: ImportUndo, name: str, after: str, keys: list[str], clock: Clock) -> ImportUndo:
    noun = NOUNS[name]
    with transaction.atomic():
        undo = ImportUndo.objects.select_for_update().get(pk=undo.pk)
        if undo.ended_at is not None or undo.reached.get(name, "") != after:
            raise Refusal("This undoing goes on elsewhere already.")
        change = undo.run.change_id
        held = noun.objects.select_for_update().filter(pk__in=keys)
        list(held.order_by("pk").values_list("pk", flat=True))
        found = _work_out(noun, change, keys)
        with within(undo.change_id, AT_ONCE):
            noun.objects.filter(pk__in=found.deleted).update(deleted_at=clock())
            update(noun, found.back)
            say_again(noun, found.past, undo.change_id, clock())
        LeftByUndo.objects.bulk_create(
            LeftByUndo(undo=undo, noun=name, record_id=key, columns=columns)
            for key, columns in found.left.items()
        )
        effect = Effect(**undo.counts.get(name, {}))
        found.add_to(effect)
        undo.counts[name] = vars(effect)
        undo.reached[name] = keys[-1]
        undo.save()
    return undo


def _work_out(noun: type[Record], change: int, keys: Sequence[str]) -> _Undoing:
    """Compare the state before the import, the one it left and the present one of each record."""
    found = _Undoing()
    undone = {number for pair in undone_imports().items() for number in pair}
    versions: dict[str, list[Version]] = defaultdict(list)
    for version in noun.versions.objects.filter(record_id__in=keys, is_tombstone=False).order_by(
        "begins_at", "version"
    ):
        versions[version.record_id].append(version)
    for record in noun.objects.filter(pk__in=keys).order_by("pk"):
        states = versions[record.pk]
        ours = [v for v in states if v.opened_by == change]
        if ours:
            others = [v for v in states if v.opened_by not in undone]
            is_later = any(v.version > ours[-1].version for v in others if v not in ours)
            _work_out_one(record, states, ours, found, is_later=is_later)
    return found


def _work_out_one(
    record: Record, states: list[Version], ours: list[Version], found: _Undoing, *, is_later: bool
) -> None:
    """`ours` are the states the import made; `is_later` says that others made some since, which still stand."""
    first, last = min(v.version for v in ours), ours[-1]
    before = [v for v in states if v.version < first]
    former = before[-1] if before else None
    columns = [str(f.column) for f in last._meta.concrete_fields if f.column not in OWN]
    # A state that a source remembers may lack columns that its record has, which nobody changed.
    changed_since = [c for c in columns if is_later and getattr(record, c) != getattr(last, c)]
    if former is None or former.deleted_at is not None:
        if record.deleted_at is not None:
            return  # somebody deleted it since
        if changed_since:
            found.left[record.pk] = []
        else:
            found.deleted.append(record.pk)
        return
    if (former.begins_at, former.version) > (last.begins_at, last.version):
        found.past.append(record.pk)
        return
    imported = [c for c in columns if c != "custom" and getattr(last, c) != getattr(former, c)]
    kept = [c for c in imported if c in changed_since]
    values = {c: getattr(former, c) for c in imported if c not in changed_since}
    own, stay = to_put_back(former.custom, last.custom, record.custom)
    if own:
        values["custom"] = with_values(record.custom, own.items())
    if kept or stay:
        found.left[record.pk] = kept + stay
    if values:
        found.back.append((record.pk, values))
