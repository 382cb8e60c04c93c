"""Adding somebody to the organisation: who they are, whom they report to, in which team, and since when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from salesops.actions.changing import changing
from salesops.actions.create_record import create_within
from salesops.actions.edit_record import Unfit
from salesops.actions.move_person import day_in, refuse_who_may_not
from salesops.foundations.clock import Clock
from salesops.records.models import Person
from salesops.records.organisation import Place, organisation
from salesops.records.record import Record
from salesops.records.user import User


def add_person(
    actor: User, values: Mapping[str, Any], place: Place, clock: Clock, *, zone: str
) -> Record:
    """Somebody new with these values by column, in this place; before their first day they are not there yet."""
    refuse_who_may_not(actor)
    with changing(actor, "create_person", clock) as change:
        today = day_in(zone, clock)
        there = organisation(max(values.get("hired_on") or today, today), today)
        if place.manager_id and place.manager_id not in there.members:
            raise Unfit("manager", "Whom they report to is not here on that day.")
        _refuse_known(values.get("email") or "")
        given = {"is_active": True, **values, **asdict(place)}
        return create_within(change, actor, Person, given)


def _refuse_known(email: str) -> None:
    """Refuse the address of somebody who is there: files and logins know people by it."""
    known = Person.objects.filter(email__iexact=email, deleted_at=None).first() if email else None
    if known is not None:
        raise Unfit("email", f"{known} has this address already.")
