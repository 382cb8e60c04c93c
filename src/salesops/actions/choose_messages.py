"""Choosing what one is mailed."""

from __future__ import annotations

from collections.abc import Collection

from salesops.actions.changing import changing
from salesops.foundations.clock import Clock
from salesops.records.notice import MENTION, REQUEST, TASK, WANTS
from salesops.records.user import User

WEEKLY = "weekly"
# Each kind of message, in words, with the column of a login that has it sent.
MESSAGES = {
    MENTION: ("mentions", WANTS[MENTION]),
    REQUEST: ("requests", WANTS[REQUEST]),
    TASK: ("tasks", WANTS[TASK]),
    WEEKLY: ("weekly message", "wants_weekly_message"),
}


def choose_messages(
    actor: User, wanted: Collection[str], clock: Clock, *, door: str = "browser"
) -> None:
    """Have the kinds of message in `wanted` sent, and no others. Everybody chooses for themselves."""
    chosen = {column: kind in wanted for kind, (_, column) in MESSAGES.items()}
    words = [
        f"{words} {'on' if chosen[column] else 'off'}"
        for words, column in MESSAGES.values()
        if getattr(actor, column) != chosen[column]
    ]
    if not words:
        return
    with changing(actor, "choose_messages", clock, door=door, reason=", ".join(words)):
        User.objects.filter(pk=actor.pk).update(**chosen)
