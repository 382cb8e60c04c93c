"""The history of a record in words: what each change made of it, who, when, why and from where."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Count

from salesops.actions.undo_conversion import is_of_conversion
from salesops.records.change import Change
from salesops.records.field_access import hidden_fields
from salesops.records.models import Person, PipelineStage, ProcessChange
from salesops.records.reach import reach
from salesops.records.record import FOREVER, OWN, Record, Version
from salesops.records.user import User
from salesops.records.visibility import editable_within, visible_within
from salesops.web.pages.changes.words import said_of
from salesops.web.pages.keeping.facts import (
    TITLES,
    Names,
    column_of,
    in_words,
    names_of,
    own_fields,
    title_of,
)
from salesops.web.pages.keeping.part import Part
from salesops.web.pages.pipelines.words import meant_before

MOST = 200
OUTSIDE = "outside"
OF_MERGES = ("merge_", "unmerge_")  # which are taken apart, or done again
DOORS = {
    "browser": "Browser",
    "import": "Import",
    "command": "Command line",
    "api": "Another program",
    "system": "salesops itself",
}
NOT_TOLD = OWN | {"custom", "origin", "created_at", "created_on"}


_OF_A_ROW = {"Created": "added", "Deleted": "taken away", "Brought back": "there again"}


@dataclass(frozen=True)
class Difference:
    """One column that changed; a sentence alone where there is no old and new. `of` names the row it is of."""

    title: str
    old: str = ""
    new: str = ""
    is_plain: bool = False
    of: str = ""


@dataclass(frozen=True)
class Entry:
    """One state of a record, as what it changed. `undoes` is the change that can be taken back, `together` how many
    records it is taken back in."""

    at: datetime
    who: str
    what: tuple[Difference, ...]
    source: str
    reason: str
    is_first_seen: bool
    change: Change | None
    undoes: int | None
    together: int = 1


def history(
    actor: User, record: Record, currency: str, *, may_edit: bool, parts: Iterable[Part] = ()
) -> list[Entry]:
    """The newest states first, those of its parts among them; older ones than the newest two hundred are left out."""
    noun = type(record)
    found = noun.versions.objects.filter(record_id=record.pk, is_tombstone=False)
    versions = list(found.order_by("-begins_at", "-version")[: MOST + 1])
    left_out = NOT_TOLD | hidden_fields(reach(actor), record)
    editable = {record.pk} if may_edit else set[str]()
    told = [e for _, e in _told(actor, noun, versions, currency, editable, left_out)]
    for part in parts:
        told += _of_part(actor, record, part, currency)
    told.sort(key=lambda e: e.at, reverse=True)
    return told[:MOST]


def _of_part(actor: User, record: Record, part: Part, currency: str) -> list[Entry]:
    """What happened to the rows that belong to a record, those taken away as well, each told with its name."""
    of_it = {part.of: record.pk}
    seen = visible_within(reach(actor), part.noun, also_deleted=True).filter(**of_it)
    keys = list(seen.values_list("pk", flat=True)[:MOST])
    if not keys:
        return []
    found = part.noun.versions.objects.filter(record_id__in=keys, is_tombstone=False, **of_it)
    versions = list(found.order_by("-begins_at", "-version")[: MOST + 1])
    editable = editable_within(reach(actor), part.noun, also_deleted=True).filter(pk__in=keys)
    theirs = set(editable.values_list("pk", flat=True))
    names = names_of(actor, part.noun, versions)
    column, told = column_of(part.noun, part.named_by), []
    left_out = NOT_TOLD | {part.of}
    for version, entry in _told(actor, part.noun, versions, currency, theirs, left_out):
        if entry.is_first_seen and entry.what[0].is_plain:
            continue  # a source showed the row without saying since when, as it does of nearly all
        name = in_words(column, getattr(version, part.named_by), currency, names) or part.title
        told.append(replace(entry, what=tuple(_of_row(name, d) for d in entry.what)))
    return told


def _of_row(name: str, difference: Difference) -> Difference:
    """The difference as one of a row, told with its name: Crane: quantity 2 → 3."""
    title = _OF_A_ROW.get(difference.title) if difference.is_plain else None
    return replace(difference, of=name, title=title or difference.title.lower())


def _told(
    actor: User,
    noun: type[Record],
    versions: Sequence[Version],
    currency: str,
    editable: Collection[str],
    left_out: Collection[str],
) -> list[tuple[Version, Entry]]:
    """States of one noun, the newest first, each with what it changed of the one of its record before it."""
    opened = {v.opened_by for v in versions if v.opened_by}
    changes = Change.objects.filter(pk__in=opened).select_related("actor").in_bulk()
    undone = set(Change.objects.filter(undoes__in=opened).values_list("undoes_id", flat=True))
    sources = {v.changed_by_id for v in versions if v.changed_by_id}
    persons = {p.pk: str(p) for p in Person.objects.filter(pk__in=sources).only("id", "name")}
    names = names_of(actor, noun, versions)
    told, former = list[tuple[Version, Entry]](), dict[str, Version]()
    for version in reversed(versions):
        old, change = former.get(version.record_id), changes.get(version.opened_by or 0)
        former[version.record_id] = version
        if old is None and len(versions) > MOST:
            continue  # what it was before is among what is left out
        can_be_undone = (
            version.record_id in editable
            and change is not None
            and change.door != "import"
            and not change.verb.startswith(OF_MERGES)
            and change.pk not in undone
            and version.ends_at == FOREVER
        )
        entry = Entry(
            at=version.begins_at,
            who=_who(change, persons.get(version.changed_by_id or "")),
            what=differences(noun, old, version, currency, names, left_out),
            source=DOORS.get(change.door, change.door) if change else version.origin or "",
            reason=change.reason if change else "",
            is_first_seen=version.was_first_seen,
            change=change,
            undoes=change.pk if change and can_be_undone else None,
        )
        told.append((version, entry))
    together = _taken_back_together(actor, noun, [e.undoes for _, e in told if e.undoes])
    return [(version, _as_undone(entry, together)) for version, entry in reversed(told)]


def _as_undone(entry: Entry, together: Mapping[int, int]) -> Entry:
    if entry.undoes is None:
        return entry
    many = together.get(entry.undoes, 0)
    return replace(entry, together=many) if many else replace(entry, undoes=None)


def _taken_back_together(
    actor: User, noun: type[Record], changes: Collection[int]
) -> dict[int, int]:
    """Of changes that could be taken back those which the actor may take back, each with how many records it touched:
    it goes back whole or not at all. A merge is taken apart elsewhere."""
    if not changes:
        return {}
    made = noun.versions.objects.filter(opened_by__in=changes, is_tombstone=False)
    touched = made.values_list("opened_by").annotate(Count("record_id", distinct=True))
    found = dict(touched.order_by("opened_by"))
    scope = reach(actor)
    if not scope.edits_all and any(many > 1 for many in found.values()):
        theirs = editable_within(scope, noun, also_deleted=True).values("pk")
        others = made.exclude(record_id__in=theirs).values_list("opened_by", flat=True).distinct()
        for change in others:
            del found[change]
    return found


def _who(change: Change | None, person: str | None) -> str:
    """Who did it, empty where nobody is known. Whoever imports a history has not made what it tells; the person it
    names has."""
    login = str(change.actor) if change and change.actor else ""
    if change and change.door == "import":
        return person or login
    return login or person or OUTSIDE


def differences(
    noun: type[Record],
    old: Version | None,
    new: Version,
    currency: str,
    names: Names,
    left_out: Collection[str],
) -> tuple[Difference, ...]:
    """What one state differs from another in, the most telling first."""
    if old is None:
        return (
            Difference("Seen as it is now" if new.was_first_seen else "Created", is_plain=True),
        )
    if bool(old.deleted_at) != bool(new.deleted_at):
        return (Difference("Deleted" if new.deleted_at else "Brought back", is_plain=True),)
    columns = [str(f.column) for f in noun.versions._meta.concrete_fields]
    order = list(TITLES.get(noun._meta.db_table, {}))
    columns.sort(key=lambda c: order.index(c) if c in order else len(order))
    told = [
        Difference(
            title_of(noun, c),
            _said(noun, old, c, currency, names),
            _said(noun, new, c, currency, names),
        )
        for c in columns
        if c not in left_out and getattr(old, c) != getattr(new, c)
    ]
    told += _own_fields_that_differ(noun, old, new, currency, names)
    return tuple(told) or (Difference("Saved without a visible change", is_plain=True),)


def _own_fields_that_differ(
    noun: type[Record], old: Version, new: Version, currency: str, names: Names
) -> list[Difference]:
    """What fields of the company's own say in one state and not in another, also of a field that is gone."""
    was, now = old.custom or {}, new.custom or {}
    changed = [key for key in sorted({*was, *now}) if was.get(key) != now.get(key)]
    if not changed:
        return []
    known = {f.key: f for f in own_fields(noun)}
    changed.sort(key=lambda key: list(known).index(key) if key in known else len(known))
    told = []
    for key in changed:
        field = known.get(key)
        column, title = (field.column, str(field)) if field else (None, key)
        before, after = (
            in_words(column, state.get(key), getattr(version, "currency", None) or currency, names)
            for state, version in ((was, old), (now, new))
        )
        told.append(Difference(title, before or "nothing", after or "nothing"))
    return told


def _said(noun: type[Record], state: Any, column: str, currency: str, names: Names) -> str:
    if noun is ProcessChange:
        return said_of(state, column, currency, names.get("person", {})) or "nothing"
    if noun is PipelineStage and column == "meant_before":
        return meant_before(state.meant_before) or "nothing else"
    known = getattr(state, "currency", None) or currency
    return in_words(column_of(noun, column), getattr(state, column), known, names) or "nothing"


def done_in_words(entry: Entry) -> str:
    """What was just done, as one short sentence: Stage changed to Won."""
    if entry.change is not None and is_of_conversion(entry.change):
        return _of_conversion(entry.change)
    first = entry.what[0]
    undone = "Undone: " if entry.change and entry.change.undoes_id else ""
    title = first.title[0].lower() + first.title[1:] if undone else first.title
    before = undone + (f"{first.of}: " if first.of else "")
    if first.is_plain:
        more = f" and {len(entry.what) - 1} more" if len(entry.what) > 1 else ""
        return f"{before}{title}{more}."
    if undone:
        return f"{before}{title} is {first.new} again."
    return f"{before}{title} changed to {first.new}."


def _of_conversion(change: Change) -> str:
    if change.undoes is None:
        return "The lead is converted."
    if change.undoes.undoes_id is None:
        return "Undone: the lead is not converted any more."
    return "The lead is converted again."
