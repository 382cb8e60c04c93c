"""Take the conversion of a lead back, whole: what came of it goes, unless somebody has worked with it since."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from salesops.actions.changing import undoing_once
from salesops.actions.convert_lead import CONVERT
from salesops.actions.merge_records import what_points_at
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.attachment import Attachment
from salesops.records.change import Change
from salesops.records.models import (
    Account,
    Activity,
    Contact,
    Lead,
    Opportunity,
    OpportunityContact,
)
from salesops.records.reach import reach
from salesops.records.record import OWN, Record, Version
from salesops.records.user import User
from salesops.records.visibility import editable_by, visible_to

TOUCHED: tuple[type[Record], ...] = (
    OpportunityContact,
    Opportunity,
    Contact,
    Account,
    Lead,
    Activity,
)


def is_of_conversion(change: Change) -> bool:
    """The change converted a lead, or took such a change back or made it again."""
    first = change
    while first.undoes is not None:
        first = first.undoes
    return first.verb == CONVERT


def undo_conversion(
    actor: User, change: Change, clock: Clock, *, door: str = "browser"
) -> tuple[Change, int]:
    """Take back what a conversion did, or its undoing; the change that does, and how many records went back.

    Who may change the lead and all that came of it may, and who did it. All of it or nothing: where one of them was
    changed since, or something belongs to it since, that is told and all stays. Activities keep what changed on them.
    """
    with undoing_once(actor, change, clock, door=door) as undoing:
        states = [(noun, state) for noun in TOUCHED for state in _states(noun, change)]
        for noun, state in states:
            _refuse_who_may_not(actor, noun, state.now, change)
            _refuse_worked_with(actor, noun, state, change)
        for noun, state in states:
            _put_back(noun, state, undoing)
    return undoing, len(states)


class _State(NamedTuple):
    """A record as it is, as the change left it, and as it was before, None where there was none."""

    now: Any
    left: Version
    former: Version | None

    @property
    def came(self) -> bool:
        """The change made it, or had it there again."""
        gone = self.former is None or self.former.deleted_at is not None
        return gone and self.left.deleted_at is None

    @property
    def is_as_left(self) -> bool:
        """Nothing is otherwise than the change left it."""
        return all(getattr(self.now, c) == getattr(self.left, c) for c in self._columns)

    @property
    def changed(self) -> dict[str, Any]:
        """What the change gave other values than before, each with the value before."""
        former = self.former
        if former is None:
            return {}
        return {
            c: getattr(former, c)
            for c in self._columns
            if getattr(former, c) != getattr(self.left, c)
        }

    @property
    def _columns(self) -> list[str]:
        return [str(f.column) for f in self.left._meta.concrete_fields if f.column not in OWN]


def _states(noun: type[Record], change: Change) -> Iterator[_State]:
    """The records of a noun that the change touched, but for those taken away since that it had made."""
    every = noun.versions.objects.order_by("version")
    left = {v.record_id: v for v in every.filter(opened_by=change.pk, is_tombstone=False)}
    held = noun.objects.select_for_update().filter(pk__among=set(left)).order_by("pk")
    for record in held:
        last = left[record.pk]
        before = every.filter(record_id=record.pk, version__lt=last.version)
        state = _State(record, last, before.exclude(opened_by=change.pk).last())
        if not (state.came and record.deleted_at is not None):
            yield state


def _refuse_who_may_not(actor: User, noun: type[Record], record: Record, change: Change) -> None:
    """What came of it may be somebody else's by now; who did it may take it back as long as nobody has touched it."""
    if noun is Activity or editable_by(actor, noun).filter(pk=record.pk).exists():
        return
    scope = reach(actor)
    did_it = change.actor_id == actor.pk and noun is not Lead
    if not (scope.is_known and (scope.edits_all or did_it)):
        raise Refusal("Only who may edit everything that was changed can undo it.")


def _refuse_worked_with(actor: User, noun: type[Record], state: _State, change: Change) -> None:
    """What goes must be as it came, with nothing that belongs to it since."""
    if not state.came:
        return
    name = noun._meta.db_table
    if not state.is_as_left:
        what = f"{name} “{state.now}”"
        if noun is OpportunityContact:
            what = "contact's role in the deal"
        raise Refusal(
            f"The {what} was changed since, so the conversion stays. Its history shows "
            "who changed it. Each record can still be changed by itself."
        )
    for other, column in what_points_at(noun):
        by_itself = other.versions.objects.filter(opened_by=change.pk).values("record_id")
        pointing = other.objects.filter(**{column: state.now.pk}, deleted_at=None)
        since = list(pointing.exclude(pk__in=by_itself).values_list("pk", flat=True)[:1])
        if since:
            seen = visible_to(actor, other).filter(pk__in=since).first()
            has_name = seen is not None and str(seen) != seen.pk
            raise Refusal(_belongs(noun, state.now, f"“{seen}”" if has_name else "Something"))
    files = Attachment.objects.filter(noun=name, record_id=state.now.pk, ended_by=None)
    if (file := files.first()) is not None:
        raise Refusal(_belongs(noun, state.now, f"The file “{file}”"))


def _belongs(noun: type[Record], record: Record, what: str) -> str:
    return (
        f"{what} belongs to the {noun._meta.db_table} “{record}” since, so the conversion stays. Take that away first, "
        "or change each record by itself."
    )


def _put_back(noun: type[Record], state: _State, undoing: Change) -> None:
    """The values before, where they are still those the change gave."""
    rows = noun.objects.filter(pk=state.now.pk)
    if state.former is None or state.came:
        rows.update(deleted_at=undoing.at)
        return
    changed = state.changed
    since = [c for c in changed if getattr(state.now, c) != getattr(state.left, c)]
    if since and noun is not Activity:
        raise Refusal(
            f"The {noun._meta.db_table} “{state.now}” was changed since, so all of it stays as it is. Its history "
            "shows who changed it."
        )
    rows.update(**{c: v for c, v in changed.items() if c not in since})
