"""Changing the settings of an office's book: kept with who and why, and in force once the book was made anew by them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from salesops.actions.changing import changing
from salesops.actions.enqueue import enqueue
from salesops.book.settings import Settings, load_settings
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.change import reason_of
from salesops.records.job import RUNNING, WAITING, Job
from salesops.records.reach import DECIDE
from salesops.records.settings_change import SettingsChange
from salesops.records.user import User

APPLY_SETTINGS = "apply_settings"
LOCK = "follow"  # what makes the book, which is one work at a time


def may_change_settings(user: User) -> bool:
    """Whether somebody may change the settings."""
    return user.is_active and user.role in DECIDE


def refuse_who_may_not(actor: User) -> None:
    """Refuse whoever may not change the settings."""
    if not may_change_settings(actor):
        raise Refusal(
            "Only administrators, the VP and managers of sales operations change the settings. "
            "Send them a request."
        )


def edition_of(settings: Settings) -> str:
    """What tells these settings from others, to be handed back with a form filled in from them."""
    return hashlib.sha256(settings.model_dump_json().encode()).hexdigest()[:16]


def change_settings(
    actor: User,
    book: Path,
    said: Settings,
    clock: Clock,
    *,
    seen: str,
    reason: str = "",
    door: str = "browser",
) -> Job:
    """Have the book in the folder made anew by other settings; what stages mean stays, as those are records.

    `seen` is the edition of the settings somebody looked at: who was overtaken looks again.
    """
    refuse_who_may_not(actor)
    now = load_settings(book)
    said = said.model_copy(update={"stages": now.stages})
    with changing(actor, "change_settings", clock, door=door, reason=reason_of(reason)) as made:
        # Of two at once the second finds what the first has asked for.
        list(User.objects.select_for_update().filter(role__in=DECIDE).order_by("pk"))
        if applying() is not None:
            raise Refusal("The settings are being changed just now. Wait for that to end.")
        if seen != edition_of(now):
            raise Refusal("Somebody changed the settings meanwhile. Look at them again.")
        if said == now:
            raise Refusal("Nothing of this is different.")
        SettingsChange.objects.create(
            change=made, before=now.model_dump(mode="json"), after=said.model_dump(mode="json")
        )
        return enqueue(actor, APPLY_SETTINGS, {"change": made.pk}, clock, lock_key=LOCK, priority=1)


def applying() -> Job | None:
    """The work that makes the book anew by other settings; None where there is none."""
    return Job.objects.filter(kind=APPLY_SETTINGS, state__in=(WAITING, RUNNING)).first()
