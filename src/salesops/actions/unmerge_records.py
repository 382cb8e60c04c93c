"""Take a merge back, however long ago: each record is there again, with what pointed at it; what changed since stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from salesops.actions.changing import changing
from salesops.actions.contacts_of_deals import bring_doubles_back
from salesops.actions.merge_records import NAMING, refuse_others
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.change import Change
from salesops.records.custom_field import to_put_back, with_values
from salesops.records.duplicate import Merge
from salesops.records.models import NOUNS
from salesops.records.reach import reach
from salesops.records.record import OWN, Record
from salesops.records.share import Share
from salesops.records.user import User
from salesops.records.visibility import editable_by, editable_within


@dataclass
class Unmerged:
    """What taking a merge back did: the records that are there again, how many others point at them again, the
    columns of the winner that are as before, and what stays because somebody changed it since."""

    change: Change
    noun: str
    winner: str
    records: list[str] = field(default_factory=list)
    back: int = 0
    columns: list[str] = field(default_factory=list)
    stays: list[str] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)


def may_take_apart(actor: User, noun: type[Record], merges: Iterable[Merge]) -> set[int]:
    """Of merges of one noun the changes whose records are all the actor's to change, those that went into another too."""
    parts: dict[int, set[str]] = {}
    for merge in merges:
        parts.setdefault(merge.change_id, set()).update((merge.winner, merge.loser))
    wanted = {key for keys in parts.values() for key in keys}
    theirs = editable_within(reach(actor), noun, also_deleted=True).filter(pk__among=wanted)
    may = set(theirs.values_list("pk", flat=True)) if wanted else set[str]()
    return {change for change, keys in parts.items() if keys <= may}


def unmerge_records(
    actor: User, merge: Change, clock: Clock, *, reason: str = "", door: str = "browser"
) -> Unmerged:
    """Take back what `merge` did. Who may change all that goes back may."""
    merges = list(Merge.objects.select_related("change").filter(change=merge).order_by("pk"))
    if not merges:
        raise Refusal("This merged no records, so there is nothing to take back.")
    name, winner = merges[0].noun, merges[0].winner
    noun = NOUNS[name]
    with changing(
        actor, f"unmerge_{name}", clock, door=door, reason=reason, undoes=merge
    ) as change:
        held = Merge.objects.select_for_update().filter(change=merge, ended_by=None)
        merges = list(held.order_by("pk"))
        if not merges:
            raise Refusal("This was taken back already.")
        _refuse_later(noun, winner)
        done = Unmerged(change, name, winner)
        for each in merges:
            _bring_back(actor, noun, each, done)
        if name == "contact":
            bring_doubles_back(merge)
        _put_back(actor, noun, merge, done)
        Share.objects.filter(begun_by=merge, ended_by=None).update(ended_by=change)
        Merge.objects.filter(pk__in=[m.pk for m in merges]).update(ended_by=change)
    return done


def _refuse_later(noun: type[Record], winner: str) -> None:
    """A winner that was itself merged since is unpacked from the outside."""
    later = Merge.objects.filter(noun=noun._meta.db_table, loser=winner, ended_by=None).first()
    if later is not None:
        records = {r.pk: str(r) for r in noun.objects.filter(pk__in=[winner, later.winner])}
        raise Refusal(
            f"“{records.get(winner, winner)}” was itself merged into “{records.get(later.winner, later.winner)}” "
            "since. Take that merge back first."
        )


def _bring_back(actor: User, noun: type[Record], merge: Merge, done: Unmerged) -> None:
    noun.objects.filter(pk=merge.loser).update(deleted_at=None)
    if not editable_by(actor, noun).filter(pk=merge.loser).exists():
        raise Refusal(
            "Only who may change the merged records can take this apart. Ask sales operations."
        )
    done.records.append(merge.loser)
    for table, columns in merge.moved.items():
        if table in NAMING:
            naming = NAMING[table]._default_manager.filter(pk__in=columns["record_id"])
            naming.filter(record_id=merge.winner).update(record_id=merge.loser)
            continue
        for column, keys in columns.items():
            _point_back(actor, NOUNS[table], column, keys, merge, done)


def _point_back(
    actor: User, noun: type[Record], column: str, keys: list[str], merge: Merge, done: Unmerged
) -> None:
    still = noun.objects.select_for_update().filter(
        Q(pk__among=set(keys)), **{column: merge.winner}
    )
    rows = list(still.order_by("pk").values_list("pk", "deleted_at"))
    refuse_others(actor, noun, [key for key, deleted_at in rows if deleted_at is None])
    noun.objects.filter(pk__among={key for key, _ in rows}).update(**{column: merge.loser})
    done.back += len(rows)
    if len(keys) > len(rows):
        done.left[noun._meta.db_table] += len(keys) - len(rows)


def _put_back(actor: User, noun: type[Record], merge: Change, done: Unmerged) -> None:
    """The winner's own values, column by column, unless somebody changed them since."""
    record = noun.objects.select_for_update().filter(pk=done.winner).first()
    versions = noun.versions.objects.filter(record_id=done.winner, is_tombstone=False)
    ours = list(versions.filter(opened_by=merge.pk).order_by("version"))
    if record is None or not ours:
        return
    former = versions.filter(version__lt=ours[0].version).order_by("-version").first()
    if former is None:
        return
    values: dict[str, Any] = {}
    for model_field in noun.versions._meta.concrete_fields:
        column = str(model_field.column)
        if column in OWN or getattr(former, column) == getattr(ours[-1], column):
            continue
        if column == "custom":
            back, stay = to_put_back(former.custom, ours[-1].custom, record.custom)
            values[column] = with_values(record.custom, back.items())
            done.stays += stay
        elif getattr(record, column) == getattr(ours[-1], column):
            values[column] = getattr(former, column)
        else:
            done.stays.append(column)
    if values.get("custom") == record.custom:
        del values["custom"]
    if values:
        if record.deleted_at is None:
            refuse_others(actor, noun, [record.pk])
        noun.objects.filter(pk=record.pk).update(**values)
        done.columns = list(values)
