"""Sharing a record with a person or a team, and ending that."""

from __future__ import annotations

from salesops.actions.changing import changing
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.person import Person
from salesops.records.record import Record
from salesops.records.share import SHAREABLE, Share
from salesops.records.user import User
from salesops.records.visibility import editable_by


def share_record(
    actor: User,
    record: Record,
    clock: Clock,
    *,
    person: Person | None = None,
    team: str = "",
    may_edit: bool = False,
    door: str = "browser",
) -> Share:
    """Let a person, or everybody of a team, see the record, or edit it as well.

    Who may edit the record may. Shared before with the same, it is now as said here.
    """
    noun = record._meta.db_table
    if noun not in SHAREABLE:
        raise Refusal("This is seen with the record it belongs to. Share that one.")
    if (person is None) == (team == ""):
        raise Refusal("Choose a person or a team to share it with.")
    _refuse_who_may_not(actor, record)
    whom = person.pk if person else team
    reason = f"{noun} {record.pk} with {whom}, {'to edit' if may_edit else 'to read'}"
    with changing(actor, "share_record", clock, door=door, reason=reason) as change:
        former = Share.objects.filter(
            noun=noun, record_id=record.pk, person=person, team=team, ended_by=None
        )
        former.update(ended_by=change)
        return Share.objects.create(
            noun=noun,
            record_id=record.pk,
            person=person,
            team=team,
            may_edit=may_edit,
            begun_by=change,
        )


def end_share(
    actor: User, share: Share, record: Record, clock: Clock, *, door: str = "browser"
) -> None:
    """The record is shared so no longer. Who may edit the record may."""
    _refuse_who_may_not(actor, record)
    reason = f"{share.noun} {share.record_id} with {share.person_id or share.team}"
    with changing(actor, "end_share", clock, door=door, reason=reason) as change:
        found = Share.objects.filter(
            pk=share.pk, noun=record._meta.db_table, record_id=record.pk, ended_by=None
        )
        if not found.update(ended_by=change):
            raise Refusal("This was not shared any more.")


def _refuse_who_may_not(actor: User, record: Record) -> None:
    if not editable_by(actor, type(record)).filter(pk=record.pk).exists():
        raise Refusal("Only who may edit a record may share it.")
