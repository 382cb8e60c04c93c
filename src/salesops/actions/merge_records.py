"""Merge records that are one thing into one of them, which what pointed at the others then points at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import ForeignKey, Model, Q

from salesops.actions.changing import changing
from salesops.actions.contacts_of_deals import take_doubles_away
from salesops.actions.edit_record import held_to_edit
from salesops.book.custom import Kind
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.attachment import Attachment
from salesops.records.change import Change
from salesops.records.custom_field import defined, with_values
from salesops.records.duplicate import KeptApart, LookAlike, Merge
from salesops.records.field_access import Access, field_access
from salesops.records.models import NOUNS
from salesops.records.reach import reach
from salesops.records.record import Record
from salesops.records.request import RequestLink
from salesops.records.share import Share, still_shared
from salesops.records.user import User
from salesops.records.visibility import editable_by
from salesops.tables import TABLES

MERGEABLE = ("account", "contact", "lead")
MOST = 12
# What names a record by its noun and key, and is no record itself.
NAMING: dict[str, type[Model]] = {each._meta.db_table: each for each in (RequestLink, Attachment)}
# Columns that say one thing together: a choice of one is a choice of all.
TOGETHER = (("annual_revenue_minor", "currency"), ("created_at", "created_on"))
# When it was first heard of is not a matter of choice.
OLDEST = "created_at"

NOT_ALL_YOURS = (
    "Something that belongs to these records is not yours to change, so you cannot merge them. "
    "Ask sales operations."
)

Moved = dict[str, dict[str, list[str]]]


def merge_records(
    actor: User,
    noun: type[Record],
    winner: str,
    losers: Sequence[str],
    clock: Clock,
    *,
    choices: Mapping[str, str] | None = None,
    reason: str = "",
    door: str = "browser",
) -> Change:
    """Merge `losers` into `winner`, as one change.

    `choices` names for columns the record whose value stands; the others are filled as `proposed` does. Who merges
    must be able to change all of the records and all that points at them.
    """
    name = noun._meta.db_table
    others = [key for key in dict.fromkeys(losers) if key != winner]
    if name not in MERGEABLE:
        raise Refusal(f"Records of {name.replace('_', ' ')} are not merged.")
    if not others:
        raise Refusal("Choose at least two records to merge.")
    if len(others) >= MOST:
        raise Refusal(f"At most {MOST} records are merged at once.")
    with changing(actor, f"merge_{name}", clock, door=door, reason=reason) as change:
        held = {r.pk: r for r in held_to_edit(actor, noun, [winner, *others])}
        first, rest = held[winner], [held[key] for key in others]
        moved = {r.pk: _move(actor, noun, r.pk, winner) for r in rest}
        if name == "contact":
            take_doubles_away(winner, change)
        values = _values(first, rest, choices or {})
        _refuse_hidden(actor, first, values)
        replaced = {c: _text(getattr(first, c)) for c in values}
        if values:
            noun.objects.filter(pk=winner).update(**values)
        _end_circle(noun, winner)
        noun.objects.filter(pk__among=set(others)).update(deleted_at=change.at)
        weights = _weights(name, winner, others)
        for record in rest:
            _share_alike(name, record.pk, winner, change)
            Merge.objects.create(
                noun=name,
                loser=record.pk,
                winner=winner,
                change=change,
                weight=weights.get(record.pk),
                moved=moved[record.pk],
                replaced=replaced,
            )
        _look_on(name, winner, others)
    return change


def chosen_first(records: Sequence[Record]) -> Record:
    """Which of them to merge into: the one that says the most, of these the oldest."""

    def rank(record: Record) -> tuple[int, str, str]:
        filled = sum(getattr(record, c) is not None for c in columns_of(type(record)))
        return -filled, str(getattr(record, OLDEST, None) or "9"), record.pk

    return min(records, key=rank)


def proposed(winner: Record, others: Sequence[Record]) -> dict[str, str]:
    """For each column in which they differ, the record whose value would stand: the winner's, else the oldest's that
    has one."""
    found = {}
    for columns in _choosable(type(winner)):
        having = [r for r in (winner, *_by_age(others)) if _says(r, columns)]
        if having and len({tuple(getattr(r, c) for c in columns) for r in (winner, *others)}) > 1:
            found[columns[0]] = having[0].pk
    return found


def columns_of(noun: type[Record]) -> list[str]:
    """The columns of its table that people enter, without its key."""
    return [c.name for c in TABLES[noun._meta.db_table].columns if not c.derived and c.name != "id"]


def what_points_at(noun: type[Record]) -> list[tuple[type[Record], str]]:
    """Each noun and column that refers to records of `noun`."""
    return [
        (other, str(field.column))
        for other in NOUNS.values()
        for field in other._meta.concrete_fields
        if isinstance(field, ForeignKey) and field.related_model is noun
    ]


def _choosable(noun: type[Record]) -> list[tuple[str, ...]]:
    """Columns one chooses a value of, those that go together as one."""
    after = {c for group in TOGETHER for c in group[1:]}
    groups = {group[0]: group for group in TOGETHER}
    return [groups.get(c, (c,)) for c in columns_of(noun) if c not in after]


def _says(record: Record, columns: Sequence[str]) -> bool:
    return getattr(record, columns[0]) is not None


def _by_age(records: Sequence[Record]) -> list[Record]:
    return sorted(records, key=lambda r: (str(getattr(r, OLDEST, None) or "9"), r.pk))


def _values(winner: Record, others: Sequence[Record], choices: Mapping[str, str]) -> dict[str, Any]:
    """What the winner gets: by column, where it is another value than its own."""
    among = {r.pk: r for r in (winner, *others)}
    standing = proposed(winner, others) | dict(choices)
    oldest = _by_age([r for r in among.values() if _says(r, (OLDEST,))])
    if oldest:
        standing[OLDEST] = oldest[0].pk
    values: dict[str, Any] = {}
    for columns in _choosable(type(winner)):
        key = standing.get(columns[0])
        if key is None:
            continue
        if key not in among:
            raise Refusal("A value was chosen from a record that is not among these.")
        values |= {c: getattr(among[key], c) for c in columns}
    if values.get("parent_id") in among:
        values["parent_id"] = None
    elif getattr(winner, "parent_id", None) in among:
        values.setdefault("parent_id", None)
    values["custom"] = _own_fields(winner, _by_age(others), values.get("currency"))
    return {c: v for c, v in values.items() if v != getattr(winner, c)}


def _own_fields(winner: Record, others: Sequence[Record], currency: str | None) -> dict[str, Any]:
    """The winner's own fields, and where it has none the oldest's that has one.

    Money is never carried into another currency, in which it would be another amount.
    """
    of_money = {
        f.key for f in defined(winner._meta.db_table, also_retired=True) if f.kind == Kind.MONEY
    }
    stays = currency or getattr(winner, "currency", None)
    given: dict[str, Any] = {}
    for record in (*reversed(others), winner):
        differs = stays != (getattr(record, "currency", None) or stays)
        given |= {k: v for k, v in record.custom.items() if not (differs and k in of_money)}
    lost = [k for k in winner.custom if k in of_money and k not in given]
    if lost:
        raise Refusal(
            f"“{winner}” keeps money in {winner.currency}. Choose the revenue of this record to merge into."  # type: ignore[attr-defined]
        )
    return with_values(given, ())


def _refuse_hidden(actor: User, winner: Record, values: Mapping[str, Any]) -> None:
    scope = reach(actor)
    for column in values:
        if field_access(scope, winner, column) is not Access.WRITE:
            raise Refusal(f"You may not change “{column.replace('_', ' ')}” here.")


def _move(actor: User, noun: type[Record], loser: str, winner: str) -> Moved:
    """Have everything that points at the loser point at the winner; returns what that was."""
    moved: Moved = {}
    for other, column in what_points_at(noun):
        pointing = other.objects.select_for_update().filter(**{column: loser})
        rows = list(pointing.order_by("pk").values_list("pk", "deleted_at"))
        if not rows:
            continue
        refuse_others(actor, other, [key for key, deleted_at in rows if deleted_at is None])
        keys = [key for key, _ in rows]
        other.objects.filter(pk__among=set(keys)).update(**{column: winner})
        moved.setdefault(other._meta.db_table, {})[column] = keys
    name = noun._meta.db_table
    linked = RequestLink.objects.filter(noun=name, record_id=winner)
    once = {"request_link": Q(request__in=list(linked.values_list("request", flat=True)))}
    for table, model in NAMING.items():
        naming = model._default_manager.filter(noun=name, record_id=loser)
        naming = naming.exclude(once.get(table, Q(pk__in=())))
        if found := [str(key) for key in naming.values_list("pk", flat=True)]:
            model._default_manager.filter(pk__in=found).update(record_id=winner)
            moved[table] = {"record_id": found}
    return moved


def refuse_others(actor: User, noun: type[Record], keys: Sequence[str]) -> None:
    """Refuse where one of the records is not the actor's to change."""
    may = editable_by(actor, noun).filter(pk__among=set(keys)).count()
    if may != len(set(keys)):
        raise Refusal(NOT_ALL_YOURS)


def _end_circle(noun: type[Record], winner: str) -> None:
    """An account must not come to belong to itself, directly or through others."""
    if not any(f.name == "parent" for f in noun._meta.concrete_fields):
        return
    met, above = {winner}, noun.objects.values_list("parent_id", flat=True).get(pk=winner)
    while above is not None and above not in met:
        met.add(above)
        above = noun.objects.filter(pk=above).values_list("parent_id", flat=True).first()
    if above == winner:
        noun.objects.filter(pk=winner).update(parent_id=None)


def _share_alike(noun: str, loser: str, winner: str, change: Change) -> None:
    """With whom the loser was shared, the winner is."""
    for share in Share.objects.filter(still_shared(change.at), noun=noun, record_id=loser):
        there = Share.objects.filter(
            noun=noun, record_id=winner, person=share.person_id, team=share.team, ended_by=None
        )
        if not there.filter(still_shared(change.at)).exists():
            there.update(ended_by=change)
            Share.objects.create(
                noun=noun,
                record_id=winner,
                person_id=share.person_id,
                team=share.team,
                may_edit=share.may_edit,
                ends_at=share.ends_at,
                begun_by=change,
            )


def _weights(noun: str, winner: str, losers: Sequence[str]) -> dict[str, float]:
    """What the search made of each loser: with the winner, or with another of them."""
    group, found = {winner, *losers}, dict[str, float]()
    alike = LookAlike.objects.filter(noun=noun, left__among=group, right__among=group)
    for left, right, weight in alike.values_list("left", "right", "weight"):
        for key in (left, right):
            found[key] = max(weight, found.get(key, weight))
    return found


def _look_on(noun: str, winner: str, losers: Sequence[str]) -> None:
    """What looked like a loser looks like the winner, until the next search says more."""
    gone = set(losers)
    apart = set(
        KeptApart.objects.filter(noun=noun, ended_by=None).filter(left=winner).values_list("right", flat=True)
    ) | set(
        KeptApart.objects.filter(noun=noun, ended_by=None).filter(right=winner).values_list("left", flat=True)
    )  # fmt: skip
    alike = LookAlike.objects.filter(noun=noun)
    pairs = list(alike.filter(left__among=gone)) + list(alike.filter(right__among=gone))
    for pair in {p.pk: p for p in pairs}.values():
        other = pair.right if pair.left in gone else pair.left
        pair.delete()
        if other in gone or other == winner or other in apart:
            continue
        left, right = sorted((winner, other))
        if not alike.filter(left=left, right=right).exists():
            pair.pk, pair.left, pair.right = None, left, right
            pair.save(force_insert=True)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
