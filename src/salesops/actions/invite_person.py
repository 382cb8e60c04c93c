"""Inviting somebody to sign in, by a link that works once; and the first administrator, whom nobody can invite."""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from salesops.actions.administering import refuse_others
from salesops.actions.changing import changing
from salesops.actions.mailing import mail_link
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.change import Change
from salesops.records.invitation import Invitation, digest_of, new_token
from salesops.records.person import Person
from salesops.records.reach import ADMINISTRATORS
from salesops.records.user import ROLES, User

LASTS = timedelta(days=7)
FIRST_LASTS = timedelta(hours=24)
# What a login did before is on record under its address; the one link of an address is its last.
_TAKEN = "{email} can sign in already. Give them another role, or a link for a new password."


def invite_person(
    actor: User,
    email: str,
    role: str,
    clock: Clock,
    *,
    name: str = "",
    person: Person | None = None,
    mailed_below: str = "",
    door: str = "browser",
) -> str:
    """Make a link for somebody new and return what stands in it; an earlier one for the address ends.

    Where the office has mail and `mailed_below` is the address that links begin with, it is mailed to them.
    Only an administrator may. Refuses an address that can sign in, a role there is not, and a person of the
    organisation who has a login.
    """
    refuse_others(actor)
    address = _address(email)
    if role not in dict(ROLES):
        raise Refusal("Choose what they may do from the list.")
    with changing(actor, "invite_person", clock, door=door, reason=f"{address} as {role}") as made:
        if User.objects.filter(email=address).exists():
            raise Refusal(_TAKEN.format(email=address))
        if person is not None:
            refuse_taken(person)
        end_links(made, email=address)
        return _link(
            made,
            clock,
            LASTS,
            mailed_below,
            email=address,
            name=name.strip(),
            role=role,
            person=person,
        )


def invite_first_administrator(clock: Clock, *, door: str = "command") -> str:
    """Make the link for the first administrator and return what stands in it; an earlier one ends.

    For whoever runs the program. Refuses where somebody is an administrator already.
    """
    with changing(None, "invite_first_administrator", clock, door=door) as made:
        if User.objects.filter(role__in=ADMINISTRATORS, is_active=True).exists():
            raise Refusal("There is an administrator already, who can invite others.")
        end_links(made, email="")
        return _link(made, clock, FIRST_LASTS, role="administrator")


def let_in_again(
    actor: User,
    login: User,
    clock: Clock,
    *,
    forgets_factors: bool = False,
    mailed_below: str = "",
    door: str = "browser",
) -> str:
    """Make a link by which somebody sets a new password, and return what stands in it; it is mailed as above.

    Only an administrator may. With `forgets_factors` passkeys, codes and recovery codes go when it is used.
    """
    refuse_others(actor)
    if not login.is_active:
        raise Refusal(f"{login} may not sign in. Let them sign in first.")
    with changing(actor, "let_in_again", clock, door=door, reason=login.email) as made:
        end_links(made, email=login.email)
        return _link(
            made,
            clock,
            FIRST_LASTS,
            mailed_below,
            email=login.email,
            role=login.role,
            login=login,
            forgets_factors=forgets_factors,
        )


def let_in_from_outside(email: str, clock: Clock, *, door: str = "command") -> str:
    """Make a link by which a login sets a new password, and return what stands in it.

    For whoever runs the program, when no administrator can sign in. Refuses an address without a login that may.
    """
    address = _address(email)
    login = User.objects.filter(email=address, is_active=True).first()
    if login is None:
        raise Refusal(f"{address} has no login here that may sign in.")
    with changing(None, "let_in_again", clock, door=door, reason=address) as made:
        end_links(made, email=address)
        return _link(made, clock, FIRST_LASTS, email=address, role=login.role, login=login)


def take_back_invitation(
    actor: User, invitation: Invitation, clock: Clock, *, door: str = "browser"
) -> None:
    """The link works no more. Only an administrator may."""
    refuse_others(actor)
    with changing(actor, "take_back_invitation", clock, door=door, reason=str(invitation)) as made:
        found = Invitation.objects.filter(pk=invitation.pk, used_by=None, taken_back_by=None)
        if not found.update(taken_back_by=made):
            raise Refusal("This link was used or taken back already.")


def end_links(change: Change, *, email: str) -> None:
    """Whatever link an address had works no more."""
    Invitation.objects.filter(email=email, used_by=None, taken_back_by=None).update(
        taken_back_by=change
    )


def refuse_taken(person: Person) -> None:
    """Refuse a person of the organisation who has a login."""
    other = User.objects.filter(person=person).first()
    if other is not None:
        raise Refusal(f"{person} signs in as {other.email} already.")


def _link(
    made: Change, clock: Clock, lasts: timedelta, mailed_below: str = "", **more: object
) -> str:
    token = new_token()
    invitation = Invitation.objects.create(
        digest=digest_of(token), made_by=made, expires_at=clock() + lasts, **more
    )
    if mailed_below:
        mail_link(made.actor, invitation, f"{mailed_below}{token}", clock)
    return token


def _address(text: str) -> str:
    address = text.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise Refusal(
            f"“{text.strip()}” is not an email address, such as ann@example.com."
        ) from None
    return address
