"""Sharing a record with a person or a team, and ending that."""

from __future__ import annotations

from datetime import datetime

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
    ends_at: datetime | None = None,
    door: str = "browser",
) -> Share:
    """Let a person, or everybody of a team, see the record, or edit it as well, for good or until an instant.

    Who may edit the record may. Shared before with the same, it is now as said here. Refuses an instant that has
    passed, and a person or team that there is not.
    """
    noun = record._meta.db_table
    if noun not in SHAREABLE:
        raise Refusal("This is seen with the record it belongs to. Share that one.")
    if (person is None) == (team == ""):
        raise Refusal("Choose a person or a team to share it with.")
    of_it = Person.objects.filter(deleted_at=None)
    if not of_it.filter(**({"pk": person.pk} if person else {"team": team})).exists():
        raise Refusal("Nobody in the organisation is called so. Choose from the list.")
    if ends_at is not None and ends_at <= clock():
        raise Refusal("The last day has passed. Choose a later one, or none.")
    _refuse_who_may_not(actor, record)
    whom = person.pk if person else team
    until = f", until {ends_at:%Y-%m-%d %H:%M} UTC" if ends_at else ""
    reason = f"{noun} {record.pk} with {whom}, {'to edit' if may_edit else 'to read'}{until}"
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
            ends_at=ends_at,
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
