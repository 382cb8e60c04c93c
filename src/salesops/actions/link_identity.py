"""Whom an identity provider vouches for becomes a login: known, linked by a verified address, or invited; nobody else."""

from __future__ import annotations

from django.db import IntegrityError

from salesops.actions.accept_invitation import accept_for, find_invitation
from salesops.actions.changing import changing
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.change import Change
from salesops.records.identity import Identity
from salesops.records.invitation import Invitation
from salesops.records.user import User

STRANGER = "{email} has no login here and was not invited. Ask an administrator of this office to invite this address."
UNVERIFIED = (
    "Your identity provider does not vouch for your address, so it cannot be told who you are here. "
    "Open the link of your invitation, or sign in with your password and link it in your account."
)
OTHER = "{email} is linked to somebody else at the identity provider. Ask an administrator."
TAKEN = "This is linked to another login already. Sign in with it to take the link away there."


def login_of(
    issuer: str, subject: str, email: str, clock: Clock, *, name: str = "", token: str = ""
) -> User:
    """The login of whom the issuer vouches for; `email` is an address it has verified, or empty.

    Known by the subject; else by the link of an invitation (`token`); else by the address, of a login or of an
    invitation. The first time that is kept. Refuses a stranger, and whoever stands linked to another subject.
    """
    known = Identity.objects.filter(issuer=issuer, subject=subject, ended_by=None)
    found = known.select_related("login").first()
    if found is not None and not token:
        return found.login
    if token:
        return _accepted(find_invitation(token, clock), issuer, subject, email, clock, name)
    if not email:
        raise Refusal(UNVERIFIED)
    login = User.objects.filter(email=email).first()
    if login is not None:
        if login.is_active:
            with changing(login, "link_identity", clock, reason=email) as change:
                _link(login, issuer, subject, email, change)
        return login
    invitation = (
        Invitation.objects.filter(email=email, login=None, used_by=None, taken_back_by=None)
        .order_by("-pk")
        .first()
    )
    if invitation is None or not invitation.is_open(clock()):
        raise Refusal(STRANGER.format(email=email))
    return _accepted(invitation, issuer, subject, email, clock, name)


def identity_of(login: User) -> Identity | None:
    """As whom of a provider the login is known, None where it is not linked."""
    return Identity.objects.filter(login=login, ended_by=None).first()


def link_identity(actor: User, issuer: str, subject: str, email: str, clock: Clock) -> None:
    """Let the actor sign in as whom the issuer vouches for. Refuses whom another login is linked to."""
    if Identity.objects.filter(issuer=issuer, subject=subject, login=actor, ended_by=None).exists():
        return
    with changing(actor, "link_identity", clock, reason=email or subject) as change:
        Identity.objects.filter(issuer=issuer, login=actor, ended_by=None).update(ended_by=change)
        _link(actor, issuer, subject, email, change)


def unlink_identity(actor: User, clock: Clock, *, has_passwords: bool) -> None:
    """The actor signs in by the provider no more. Refuses to take away the only way in."""
    if not (has_passwords and actor.has_usable_password()):
        raise Refusal(
            "You have no other way to sign in. Ask an administrator for a link to set a password first."
        )
    with changing(actor, "unlink_identity", clock) as change:
        if not Identity.objects.filter(login=actor, ended_by=None).update(ended_by=change):
            raise Refusal("Your login is not linked any more.")


def _accepted(
    invitation: Invitation, issuer: str, subject: str, email: str, clock: Clock, name: str
) -> User:
    """The login of an invitation that is used up by it."""
    if not (invitation.email or email):
        raise Refusal(UNVERIFIED)
    login = invitation.login or User(email=email, role=invitation.role)
    if invitation.login is None:
        login.email = invitation.email or email
        login.name = name.strip() or invitation.name
        login.set_unusable_password()
    with changing(None, "accept_invitation", clock, reason=login.email) as change:
        accept_for(invitation, login, change)
        # Let in again by an administrator, somebody may be another at the provider than before.
        Identity.objects.filter(issuer=issuer, login=login, ended_by=None).update(ended_by=change)
        _link(login, issuer, subject, email or login.email, change)
    return login


def _link(login: User, issuer: str, subject: str, email: str, change: Change) -> None:
    others = Identity.objects.filter(issuer=issuer, ended_by=None)
    if others.filter(login=login).exclude(subject=subject).exists():
        raise Refusal(OTHER.format(email=login.email))
    if others.filter(subject=subject).exclude(login=login).exists():
        raise Refusal(TAKEN)
    if others.filter(subject=subject, login=login).exists():
        return
    try:
        Identity.objects.create(
            issuer=issuer, subject=subject, email=email, login=login, begun_by=change
        )
    except IntegrityError:  # of two at once the first one stands
        raise Refusal(TAKEN) from None
