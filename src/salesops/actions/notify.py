"""Having people told by mail of what a change means for them: written down with the change, or not at all."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings

from salesops.records.change import Change
from salesops.records.notice import WANTS, Notice
from salesops.records.user import User


def notify(change: Change, kind: str, noun: str, key: str, logins: Iterable[int | None]) -> None:
    """Have each of the logins told, but for who did it, where the office sends mail and they want to be."""
    if settings.SALESOPS_MAIL is None:
        return
    wanted = User.objects.filter(is_active=True, **{WANTS[kind]: True})
    told = wanted.filter(pk__in=[key for key in logins if key and key != change.actor_id])
    Notice.objects.bulk_create(
        [
            Notice(login=login, kind=kind, noun=noun, record_id=key, change=change, at=change.at)
            for login in told
        ],
        ignore_conflicts=True,  # two things done at once with a record are told as one
    )
