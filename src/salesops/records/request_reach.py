"""Whose requests somebody may see, and with which of them they may do what the desk does.

Sales operations handles every request, but for those of a secret kind: these are for the people named with the
kind, for who has the request, and for administrators. Who asked sees their own, without the desk's notes.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from salesops.records.models import NOUNS
from salesops.records.reach import ADMINISTRATORS, SEE_ALL
from salesops.records.record import Record
from salesops.records.request import Request, RequestKind
from salesops.records.user import User
from salesops.records.visibility import visible_to

# What a request may be about.
LINKABLE = ("opportunity", "account")


def works_the_desk(user: User) -> bool:
    """The login is one of sales operations, or administers the office. Analysts answer requests too."""
    return user.is_active and user.role in SEE_ALL


def requests_handled_by(user: User) -> QuerySet[Request]:
    """The requests that the login may answer, with all that is noted of them."""
    if not works_the_desk(user):
        return Request.objects.none()
    if user.role in ADMINISTRATORS:
        return Request.objects.all()
    named = RequestKind.objects.filter(Q(handlers=user) | Q(owner=user)).values("pk")
    return Request.objects.filter(Q(kind__is_secret=False) | Q(owner=user) | Q(kind__in=named))


def requests_visible_to(user: User) -> QuerySet[Request]:
    """The requests that the login may see: those it handles and those it asked."""
    if not user.is_active:
        return Request.objects.none()
    own = Request.objects.filter(asker=user)
    return requests_handled_by(user) | own if works_the_desk(user) else own


def may_have(kind: RequestKind) -> QuerySet[User]:
    """The logins that a request of the kind can be given to."""
    desk = User.objects.filter(is_active=True, role__in=SEE_ALL)
    if kind.is_secret:
        named = kind.handlers.values("pk")
        desk = desk.filter(Q(role__in=ADMINISTRATORS) | Q(pk__in=named) | Q(pk=kind.owner_id or 0))
    return desk.order_by("name", "email")


def about(user: User, text: str) -> tuple[str, Record] | None:
    """The record that “opportunity/d1” names, where it can be asked about and the login may see it."""
    noun, _, key = text.partition("/")
    if noun not in LINKABLE or "\0" in key:
        return None
    found = visible_to(user, NOUNS[noun]).filter(pk=key).first()
    return (noun, found) if found else None
