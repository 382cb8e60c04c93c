"""Comparing a batch of incoming rows with the records: what is new, what differs, and what people's own word is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from salesops.records.custom_field import with_values
from salesops.records.import_run import undone_imports
from salesops.records.imported_deletions import deleted_by_source, last_touched_by
from salesops.records.imported_erasures import without_erased
from salesops.records.imported_meanings import Differing, told_as, without_peoples_own
from salesops.records.imported_merges import Merges, follow_merges
from salesops.records.incoming import Incoming
from salesops.records.opportunity import Opportunity
from salesops.records.pipeline_stage import PipelineStage
from salesops.records.record import Record
from salesops.records.source_word import UNSAID, Words, as_said, said_before


@dataclass
class Difference:
    """A batch against what is kept: rows to create, and for each key to change its new values.

    `returning` are the keys of those to create that an import brought before and its undoing took away; `deleted` the
    rows that their source deleted of records that are there. `left_deleted` counts rows of what is deleted and stays so,
    and `left_restored` those that somebody brought back since their source deleted them.
    `said` is what the source says of each record that it had not said, and `differing` what people say otherwise.
    """

    created: list[Incoming] = field(default_factory=list)
    returning: set[str] = field(default_factory=set)
    changed: list[tuple[Incoming, dict[str, Any]]] = field(default_factory=list)
    deleted: list[Incoming] = field(default_factory=list)
    former: dict[str, dict[str, Any]] = field(default_factory=dict)
    same: int = 0
    left_deleted: int = 0
    left_erased: int = 0
    left_restored: int = 0
    said: dict[str, dict[str, Any]] = field(default_factory=dict)
    differing: list[Differing] = field(default_factory=list)


def compare(noun: type[Record], batch: Sequence[Incoming], source: str) -> Difference:
    """What writing the batch of a source would do. A blank keeps the old value; what was deleted here stays so, and who was
    erased.

    A deal that its source deleted is deleted here, and there again once the source says so; one that was never here is
    not made, and one that somebody brought back stays until the source deletes it anew.
    What refers to a record that was merged is taken to refer to what it was merged into, and what its source now says
    otherwise of it than before goes there as well.
    What people said a stage means stands, unless its source says otherwise than before.
    """
    batch, erased = without_erased(noun, batch)
    found = Difference(left_erased=erased)
    batch = follow_merges(noun, batch)
    merges = Merges.of(noun, batch)
    kept = {r["id"]: r for r in noun.objects.filter(id__in=merges.concerned(batch)).values()}
    gone = [key for key, record in kept.items() if record["deleted_at"] is not None]
    found.returning = _taken_by_an_undoing(noun, gone)
    by_source = deleted_by_source(noun, gone)
    before = said_before(noun._meta.db_table, kept, source)
    for row in batch:
        former = kept.get(row.key)
        told = before.get(row.key, {})
        if said := _said_anew(noun, row, former, told):
            found.said[row.key] = said
        if row.is_deleted:
            if former is None or former["deleted_at"] is not None:
                found.left_deleted += 1
                continue
            if told.get("is_deleted"):  # as it was before, and since then somebody brought it back
                found.left_restored += 1
                continue
            found.former[row.key] = former
            found.deleted.append(row)
            continue
        if former is not None and row.key in merges.winners:
            _compare_merged(row, former, kept.get(merges.winners[row.key]), found)
            continue
        if former is None or row.key in found.returning:
            found.created.append(row)
            continue
        if former["deleted_at"] is not None and row.key not in by_source:
            found.left_deleted += 1
            continue
        found.former[row.key] = former
        new = {
            c: v
            for c, v in row.values.items()
            if v is not None and v != former[c] and not merges.was_replaced(row.key, c, v)
        }
        if noun is PipelineStage:
            new, differing = without_peoples_own(row, former, new, told)
            found.differing += differing
        if own := _own_that_differ(row, former):
            new["custom"] = with_values(former["custom"], own.items())
        if former["deleted_at"] is not None:
            new["deleted_at"] = None
        if new or row.past:
            found.changed.append((row, new))
        else:
            found.same += 1
    return found


def _said_anew(
    noun: type[Record], row: Incoming, former: dict[str, Any] | None, told: Words
) -> dict[str, Any]:
    """What the row says of its stage, or of whether its deal is deleted, that its source had not said."""
    if noun is PipelineStage:
        named_by = ("pipeline", "stage")
        of_it = {c: v for c, v in row.values.items() if v is not None and c not in named_by}
        said = {told_as(row, c): as_said(v) for c, v in of_it.items()}
    elif noun is Opportunity and former is not None:
        said = {"is_deleted": row.is_deleted}
    else:
        return {}
    return {c: v for c, v in said.items() if told.get(c, UNSAID.get(c)) != v}


def _compare_merged(
    row: Incoming, former: dict[str, Any], winner: dict[str, Any] | None, found: Difference
) -> None:
    """A record that was merged: what its source changed since then is changed in it, and in what it lives on in."""
    new = {c: v for c, v in row.values.items() if v is not None and v != former[c]}
    if own := _own_that_differ(row, former):
        new["custom"] = with_values(former["custom"], own.items())
    if not new:
        found.same += 1
        return
    found.former[row.key] = former
    found.changed.append((row, new))
    if winner is None or winner["deleted_at"] is not None:
        return
    there = {c: v for c, v in new.items() if v != winner[c] and v != winner["id"]}
    there.pop("custom", None)
    if own := {k: v for k, v in own.items() if v != winner["custom"].get(k)}:
        there["custom"] = with_values(winner["custom"], own.items())
    if there:
        found.former.setdefault(winner["id"], winner)
        found.changed.append((Incoming(winner["id"], row.values), there))


def _own_that_differ(row: Incoming, former: dict[str, Any]) -> dict[str, Any]:
    """The fields of the company's own of which the row says something else than what is kept."""
    kept = former["custom"] or {}
    return {k: v for k, v in row.custom.items() if v is not None and v != kept.get(k)}


def _taken_by_an_undoing(noun: type[Record], deleted: list[str]) -> set[str]:
    """Those of the deleted records that nobody deleted but the undoing of the import they came with."""
    undoings = undone_imports().values() if deleted else ()
    return last_touched_by(noun, deleted, undoings) if undoings else set()
