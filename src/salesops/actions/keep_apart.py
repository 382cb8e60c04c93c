"""Say that records which look alike are not the same, which is remembered, and take that back."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from salesops.actions.changing import changing
from salesops.actions.edit_record import held_to_edit
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.change import Change
from salesops.records.duplicate import KeptApart, LookAlike
from salesops.records.models import NOUNS
from salesops.records.record import Record
from salesops.records.user import User

PROPOSAL = ("entity", "weight", "probability", "why")


def keep_apart(
    actor: User, noun: type[Record], keys: Sequence[str], clock: Clock, *, door: str = "browser"
) -> Change:
    """None of the records is the same as another of them. Who may change all of them may say so."""
    name, wanted = noun._meta.db_table, sorted(set(keys))
    if len(wanted) < 2:
        raise Refusal("Choose at least two records to keep apart.")
    with changing(actor, "keep_apart", clock, door=door) as change:
        held_to_edit(actor, noun, wanted)
        alike = LookAlike.objects.filter(noun=name, left__in=wanted, right__in=wanted)
        proposals = {(p.left, p.right): p for p in alike}
        there = KeptApart.objects.filter(
            noun=name, left__in=wanted, right__in=wanted, ended_by=None
        )
        known = set(there.values_list("left", "right"))
        for left, right in combinations(wanted, 2):
            if (left, right) in known:
                continue
            made = proposals.get((left, right))
            KeptApart.objects.create(
                noun=name,
                left=left,
                right=right,
                weight=made.weight if made else None,
                proposal={c: getattr(made, c) for c in PROPOSAL} if made else {},
                begun_by=change,
            )
        alike.delete()
    return change


def keep_apart_no_more(actor: User, apart: Change, clock: Clock, *, door: str = "browser") -> None:
    """Take back what `apart` said; what had been proposed is again."""
    said = list(KeptApart.objects.filter(begun_by=apart, ended_by=None))
    if not said:
        raise Refusal("This was taken back already.")
    with changing(actor, "keep_apart_no_more", clock, door=door, undoes=apart) as change:
        noun = NOUNS[said[0].noun]
        held_to_edit(actor, noun, sorted({key for s in said for key in (s.left, s.right)}))
        KeptApart.objects.filter(pk__in=[s.pk for s in said]).update(ended_by=change)
        for each in said:
            if each.proposal:
                LookAlike.objects.get_or_create(
                    noun=each.noun, left=each.left, right=each.right, defaults=each.proposal
                )
