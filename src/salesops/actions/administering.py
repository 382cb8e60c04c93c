"""Who may decide about logins, and that one who may always remains."""

from __future__ import annotations

from salesops.foundations.problem import Refusal
from salesops.records.reach import ADMINISTRATORS
from salesops.records.user import User


def refuse_others(actor: User) -> None:
    """Refuse whoever is not an administrator."""
    if not (actor.is_active and actor.role in ADMINISTRATORS):
        raise Refusal("Only an administrator decides who may sign in. Ask one of them.")


def locked(login: User) -> User:
    """The login as it is now, with those of all administrators held until the transaction ends.

    Of two who take away each other's rights at once, the second finds what the first has done.
    """
    held = User.objects.select_for_update().order_by("pk")
    list(held.filter(role__in=ADMINISTRATORS).values_list("pk", flat=True))
    return held.get(pk=login.pk)


def refuse_losing_the_last(login: User) -> None:
    """Refuse to take from the last administrator what makes them one."""
    others = User.objects.filter(role__in=ADMINISTRATORS, is_active=True).exclude(pk=login.pk)
    if login.is_active and login.role in ADMINISTRATORS and not others.exists():
        raise Refusal(
            "This is the last administrator. Make somebody else an administrator first, "
            "or nobody could decide about logins any more."
        )
