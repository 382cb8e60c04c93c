"""Choosing what one is sent."""

from __future__ import annotations

from salesops.actions.changing import changing
from salesops.foundations.clock import Clock
from salesops.records.user import User


def choose_messages(actor: User, clock: Clock, *, weekly: bool, door: str = "browser") -> None:
    """Have the weekly message sent or not. Everybody chooses for themselves."""
    if actor.wants_weekly_message == weekly:
        return
    reason = f"weekly message {'on' if weekly else 'off'}"
    with changing(actor, "choose_messages", clock, door=door, reason=reason):
        User.objects.filter(pk=actor.pk).update(wants_weekly_message=weekly)
