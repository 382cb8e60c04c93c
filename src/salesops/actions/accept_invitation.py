"""Accepting an invitation: whoever holds its link gets a login, or a new password for theirs, once."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from salesops.actions.changing import changing
from salesops.actions.invite_person import end_links, refuse_taken
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.change import Change
from salesops.records.invitation import Invitation, digest_of
from salesops.records.user import User

GONE = "This link does not work: it was used, taken back or is too old. Ask an administrator for a new one."


def find_invitation(token: str, clock: Clock) -> Invitation:
    """The invitation a link stands for. Refuses one that is not open, without saying why."""
    found = Invitation.objects.filter(digest=digest_of(token)).first()
    if found is None or not found.is_open(clock()):
        raise Refusal(GONE)
    return found


def accept_invitation(
    token: str,
    clock: Clock,
    *,
    password: str,
    name: str = "",
    email: str = "",
    door: str = "browser",
) -> User:
    """Use the link up and return the login. `email` counts only where the invitation names none.

    Refuses a link that is not open and a password that is easily guessed.
    """
    invitation = find_invitation(token, clock)
    address = (invitation.email or email).strip().lower()
    login = invitation.login or User(email=address, role=invitation.role)
    login.name = name.strip() or login.name or invitation.name
    refuse_weak(password, login)
    login.set_password(password)  # before the database is held: it takes a fifth of a second
    with changing(None, "accept_invitation", clock, door=door, reason=address) as change:
        accept_for(invitation, login, change)
    return login


def accept_for(invitation: Invitation, login: User, change: Change) -> None:
    """Within a change: the invitation is used up, and the login, as it stands here, is there. Once."""
    # Of two at once only one finds it unused.
    unused = Invitation.objects.filter(pk=invitation.pk, used_by=None, taken_back_by=None)
    if not unused.update(used_by=change):
        raise Refusal(GONE)
    if invitation.login is None:
        _refuse_taken(invitation, login)
        login.person = invitation.person
        login.save()
    else:
        login.save(update_fields=["name", "password"])
    end_links(change, email=login.email)
    if invitation.forgets_factors:
        _forget_factors(login)


def refuse_weak(password: str, login: User) -> None:
    """Refuse a password that is easily guessed."""
    try:
        validate_password(password, login)
    except ValidationError as error:
        raise Refusal(" ".join(error.messages)) from None


def _refuse_taken(invitation: Invitation, login: User) -> None:
    if not login.email or "@" not in login.email:
        raise Refusal("Write your email address, such as ann@example.com.")
    if User.objects.filter(email=login.email).exists():
        raise Refusal(f"{login.email} can sign in already.")
    if invitation.person is not None:
        refuse_taken(invitation.person)


def _forget_factors(login: User) -> None:
    from allauth.mfa.models import Authenticator

    Authenticator.objects.filter(user=login).delete()
