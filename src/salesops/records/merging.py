"""Writing what a batch of incoming rows says otherwise into the records, with the history that each has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, Exists, F, Max, Min, OuterRef, Q, Value
from django.db.models.functions import Greatest

from salesops.records.comparing import Difference
from salesops.records.context import history_written_by_hand
from salesops.records.custom_field import with_values
from salesops.records.import_run import undone_imports
from salesops.records.imported_deletions import delete_since
from salesops.records.in_bulk import insert
from salesops.records.incoming import Incoming
from salesops.records.record import FOREVER, Record
from salesops.records.source_word import remember_words

# What of an opportunity makes a state of its own: as a book sees it when it looks for unrecorded states.
STATE = ("pipeline", "stage", "amount_minor", "currency", "close_date", "owner_id")
_OF_A_VERSION = ("valid_from", "changed_by_id", "change_source")


States = list[dict[str, Any]]


@dataclass(frozen=True)
class Under:
    """What every version written belongs to: the change, the source, when it is seen and recorded."""

    change: int
    origin: str
    seen_at: datetime
    now: datetime


@dataclass
class Plan:
    """How a difference is written: what to create, what to remember, what merely to change, and what to delete, each
    with the states before and after those that are known."""

    created: list[Incoming]
    remembered: list[tuple[Incoming, dict[str, Any], States, States]]
    updated: list[tuple[str, dict[str, Any]]]
    deleted: list[tuple[Incoming, States, States]]
    same: int
    noted: int  # records that stay as they are, of which the source says what it had not said

    @property
    def changed(self) -> int:
        """Records that will not be as they were, or know more of their past."""
        return len(self.remembered) + len(self.updated)


def plan(noun: type[Record], difference: Difference) -> Plan:
    """Tell rows with states nobody knew from rows that differ, and these from those that do not."""
    found = Plan(difference.created, [], [], [], difference.same, 0)
    rows = [*(row for row, _ in difference.changed), *difference.deleted]
    spans = _known_spans(noun, [row.key for row in rows if row.past])
    for row, new in difference.changed:
        older, newer = _unknown(row.past, spans.get(row.key))
        if older or newer:
            found.remembered.append((row, new, older, newer))
        elif new:
            found.updated.append((row.key, new))
        else:
            found.same += 1
    for row in difference.deleted:
        found.deleted.append((row, *_unknown(row.past, spans.get(row.key))))
    if difference.said:
        of_rows = (
            found.created,
            *((r for r, *_ in rows) for rows in (found.remembered, found.deleted)),
        )
        touched = {r.key for rows in of_rows for r in rows} | {key for key, _ in found.updated}
        found.noted = len(difference.said.keys() - touched)
    return found


def write(noun: type[Record], difference: Difference, under: Under) -> Plan:
    """Write it; within a transaction and a context."""
    found = plan(noun, difference)
    remember_words(noun._meta.db_table, difference.said, under.change)
    _create(noun, [r for r in found.created if r.key not in difference.returning], under)
    _bring_back(noun, [r for r in found.created if r.key in difference.returning], under)
    for row, new, older, newer in found.remembered:
        _remember(noun, row, new, older, newer, difference.former[row.key], under)
    update(noun, found.updated)
    for row, older, newer in found.deleted:
        if older or newer:
            last = newer[-1] if newer else {}
            new = {c: v for c, v in last.items() if c in row.values and v is not None}
            _remember(noun, row, new, older, newer, difference.former[row.key], under)
    if found.deleted:
        since = {row.key: row.deleted_at or under.seen_at for row, _, _ in found.deleted}
        delete_since(noun, since, under.change, under.now, _mark())
    return found


def _create(noun: type[Record], rows: Sequence[Incoming], under: Under) -> None:
    if not rows:
        return
    columns = list(rows[0].values)
    with history_written_by_hand():
        insert(
            noun,
            ["id", "origin", "custom", *columns],
            (
                [r.key, under.origin, with_values({}, r.custom.items()), *r.values.values()]
                for r in rows
            ),
        )
        states = [state for row in rows for state in _states(row, under)]
        _insert_versions(noun, states, columns, under)


def _bring_back(noun: type[Record], rows: Sequence[Incoming], under: Under) -> None:
    """Records that an undoing took away are there again, as if they came for the first time."""
    if not rows:
        return
    fresh: dict[str, Any] = {"deleted_at": None, "origin": under.origin}
    with history_written_by_hand():
        own = [with_values({}, r.custom.items()) for r in rows]
        update(
            noun,
            [(r.key, fresh | {"custom": c} | r.values) for r, c in zip(rows, own, strict=True)],
        )
        gone = noun.versions.objects.filter(record_id__in=[r.key for r in rows], ends_at=FOREVER)
        gone.update(ends_at=F("begins_at"), closed_by=under.change)
        states = [state for row in rows for state in _states(row, under)]
        _insert_versions(noun, states, list(rows[0].values), under)


def say_again(noun: type[Record], keys: Sequence[str], change: int, now: datetime) -> None:
    """Open the present state of each record anew under a change that alters only what is known of their past."""
    mark = _mark()
    with history_written_by_hand():
        present = list(noun.versions.objects.filter(record_id__in=keys, ends_at=FOREVER))
        noun.versions.objects.filter(pk__in=[v.pk for v in present]).update(
            ends_at=F("begins_at"), closed_by=change
        )
        for version in present:
            version.pk, version.opened_by = None, change
            version.recorded_at, version.mark = now, mark
        noun.versions.objects.bulk_create(present)


@dataclass(frozen=True)
class _State:
    key: str
    begins_at: datetime
    ends_at: datetime
    values: dict[str, Any]
    changed_by_id: str | None = None
    was_first_seen: bool = False
    origin: str = ""
    custom: dict[str, Any] = field(default_factory=dict)


def _states(row: Incoming, under: Under) -> list[_State]:
    """Every state of a new record: those its source remembers, and the one it is in if that is another."""
    own = with_values({}, row.custom.items())
    told = _told(row.key, row.past, FOREVER, under.origin, own)
    if told and _is_state(row.values, row.past[-1]):
        return told
    begins_at = under.seen_at
    if told:
        begins_at = max(begins_at, told[-1].begins_at + timedelta(microseconds=1))
        last = told.pop()
        told.append(_State(**{**vars(last), "ends_at": begins_at}))
    seen = _State(
        row.key,
        begins_at,
        FOREVER,
        row.values,
        was_first_seen=True,
        origin=under.origin,
        custom=own,
    )
    return [*told, seen]


def _told(
    key: str, past: Sequence[dict[str, Any]], until: datetime, origin: str, custom: dict[str, Any]
) -> list[_State]:
    ends = [*(p["valid_from"] for p in past[1:]), until][: len(past)]
    return [
        _State(
            key=key,
            begins_at=p["valid_from"],
            ends_at=ends_at,
            values={c: v for c, v in p.items() if c not in _OF_A_VERSION},
            changed_by_id=p["changed_by_id"],
            origin=origin,
            custom=custom,
        )
        for p, ends_at in zip(past, ends, strict=True)
    ]


def _is_state(now: dict[str, Any], then: dict[str, Any]) -> bool:
    return all(now[c] == then[c] for c in STATE)


def _insert_versions(
    noun: type[Record], states: Sequence[_State], columns: Sequence[str], under: Under
) -> None:
    mark = _mark()
    own = (
        "record_id begins_at ends_at recorded_at opened_by changed_by_id was_first_seen is_tombstone "
        "mark origin custom"
    ).split()
    rows = (
        [
            s.key, s.begins_at, s.ends_at, under.now, under.change, s.changed_by_id, s.was_first_seen,
            False, mark, s.origin, s.custom, *(s.values.get(c) for c in columns),
        ]
        for s in states
    )  # fmt: skip
    insert(noun.versions, [*own, *columns], rows)


def _mark() -> int:
    """The transaction, by which a copy that follows knows what it has not seen."""
    if connection.vendor == "sqlite":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        return int(cursor.fetchone()[0])


def _known_spans(noun: type[Record], keys: list[str]) -> dict[str, tuple[datetime, datetime]]:
    """From when and up to when each record's states are known; what was undone is not."""
    if not keys:
        return {}
    found = noun.versions.objects.filter(record_id__in=keys, deleted_at=None)
    if undone := undone_imports():
        undoings = noun.versions.objects.filter(opened_by__in=undone.values())
        is_undone = Q(Exists(undoings.filter(record_id=OuterRef("record_id"))))
        found = found.exclude(opened_by__in=undone.values())
        found = found.exclude(is_undone & Q(opened_by__in=undone))
    spans = found.values("record_id").annotate(first=Min("begins_at"), last=Max("begins_at"))
    return {s["record_id"]: (s["first"], s["last"]) for s in spans}


def _unknown(
    past: list[dict[str, Any]], span: tuple[datetime, datetime] | None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The remembered states before and after those that are known."""
    if span is None:
        return [], []
    first, last = span
    return (
        [p for p in past if p["valid_from"] < first],
        [p for p in past if p["valid_from"] > last],
    )


def _remember(
    noun: type[Record],
    row: Incoming,
    new: dict[str, Any],
    older: list[dict[str, Any]],
    newer: list[dict[str, Any]],
    former: dict[str, Any],
    under: Under,
) -> None:
    """Put remembered states before and after the known ones, and the record into its present one."""
    versions = noun.versions.objects.filter(record_id=row.key)
    columns = list(row.values)
    now = {c: new.get(c, former[c]) for c in columns}
    back = {"deleted_at": None} if "deleted_at" in new else {}
    origin, custom = former["origin"], former["custom"]
    with history_written_by_hand():
        if older:
            first = _known_spans(noun, [row.key])[row.key][0]
            _insert_versions(noun, _told(row.key, older, first, origin, custom), columns, under)
        if newer:
            kept = [{**p, **{c: now[c] for c in columns if p.get(c) is None}} for p in newer]
            custom = new.get("custom", custom)
            told = _told(row.key, kept, FOREVER, origin, custom)
            # An undoing may have put the state back at a later moment than what is told now.
            ends_at = Greatest("begins_at", Value(told[0].begins_at, DateTimeField()))
            versions.filter(ends_at=FOREVER).update(ends_at=ends_at, closed_by=under.change)
            _insert_versions(noun, told, columns, under)
            state = {c: told[-1].values[c] for c in columns}
            noun.objects.filter(id=row.key).update(**state, custom=custom, **back)
            new = {c: v for c, v in now.items() if v != state[c]}
    if new:
        noun.objects.filter(id=row.key).update(**new)


def update(noun: type[Record], rows: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """Change the columns that differ; the triggers keep what was."""
    alike: dict[tuple[str, ...], list[list[Any]]] = defaultdict(list)
    for key, new in rows:
        alike[tuple(new)].append([*new.values(), key])
    fields = {f.column: f for f in noun._meta.concrete_fields}
    for columns, values in alike.items():
        sets = ", ".join(f'"{c}" = %s' for c in columns)
        prepared = [
            [*(fields[c].get_db_prep_save(v, connection) for c, v in zip(columns, row[:-1], strict=True)), row[-1]]
            for row in values
        ]  # fmt: skip
        with connection.cursor() as cursor:
            cursor.executemany(f'UPDATE "{noun._meta.db_table}" SET {sets} WHERE id = %s', prepared)
