"""What a source tells as deleted: it is deleted here since the same moment, and comes back when its source has it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from salesops.records.context import history_written_by_hand
from salesops.records.import_run import ImportRun
from salesops.records.record import FOREVER, Record

TOLD_OF = frozenset({"opportunity"})  # of other rows an import only knows those that are there


def deleted_by_source(noun: type[Record], deleted: Sequence[str]) -> set[str]:
    """Those of the deleted records that nobody deleted but an import, as their source had."""
    if noun._meta.db_table not in TOLD_OF or not deleted:
        return set()
    return last_touched_by(noun, deleted, ImportRun.objects.values("change_id"))


def last_touched_by(noun: type[Record], keys: Sequence[str], changes: Any) -> set[str]:
    """Those of the records whose present state one of the changes made."""
    last = noun.versions.objects.filter(record_id__in=keys, ends_at=FOREVER, opened_by__in=changes)
    return set(last.values_list("record_id", flat=True))


def delete_since(
    noun: type[Record], since: Mapping[str, datetime], change: int, now: datetime, mark: int
) -> None:
    """Delete each record since the moment given, but never before what is known of it last."""
    with history_written_by_hand():
        states = list(noun.versions.objects.filter(record_id__in=list(since), ends_at=FOREVER))
        for state in states:
            at = max(since[state.record_id], state.begins_at + timedelta(microseconds=1))
            noun.versions.objects.filter(pk=state.pk).update(ends_at=at, closed_by=change)
            noun.objects.filter(pk=state.record_id).update(deleted_at=at)
            state.pk, state.begins_at, state.deleted_at = None, at, at
            state.opened_by, state.recorded_at, state.mark = change, now, mark
            state.changed_by_id, state.was_first_seen = None, False
        noun.versions.objects.bulk_create(states)
