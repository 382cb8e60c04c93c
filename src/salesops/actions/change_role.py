"""Changing what a login may do: its role, who it is in the organisation, and whether it may sign in."""

from __future__ import annotations

from salesops.actions.administering import locked, refuse_losing_the_last, refuse_others
from salesops.actions.changing import changing
from salesops.actions.invite_person import end_links, refuse_taken
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.person import Person
from salesops.records.reach import ADMINISTRATORS
from salesops.records.user import ROLES, User


def change_role(
    actor: User,
    login: User,
    role: str,
    clock: Clock,
    *,
    person: Person | None = None,
    door: str = "browser",
) -> None:
    """Give a login a role and a person of the organisation, or none. Only an administrator may.

    Refuses to take the role of the last administrator, and a person who has another login.
    """
    refuse_others(actor)
    if role not in dict(ROLES):
        raise Refusal("Choose what they may do from the list.")
    with changing(actor, "change_role", clock, door=door) as change:
        held = locked(login)
        if role not in ADMINISTRATORS:
            refuse_losing_the_last(held)
        if person is not None and person.pk != held.person_id:
            refuse_taken(person)
        change.reason = (
            f"{held.email}: {held.role} → {role}, "
            f"{held.person_id or 'nobody'} → {person.pk if person else 'nobody'}"
        )
        change.save(update_fields=["reason"])
        held.role, held.person = role, person
        held.save(update_fields=["role", "person"])


def end_login(actor: User, login: User, clock: Clock, *, door: str = "browser") -> None:
    """The login may not sign in any more, and whoever is signed in with it is so no longer. Only an administrator may.

    Refuses the last administrator.
    """
    refuse_others(actor)
    with changing(actor, "end_login", clock, door=door, reason=login.email) as change:
        held = locked(login)
        refuse_losing_the_last(held)
        held.is_active = False
        held.save(update_fields=["is_active"])
        end_links(change, email=held.email)


def reopen_login(actor: User, login: User, clock: Clock, *, door: str = "browser") -> None:
    """The login may sign in again, with the password it had. Only an administrator may."""
    refuse_others(actor)
    with changing(actor, "reopen_login", clock, door=door, reason=login.email):
        User.objects.filter(pk=login.pk).update(is_active=True)
