"""Make the secret address of one's calendar, and end it."""

from __future__ import annotations

from salesops.actions.changing import changing
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.calendar_feed import CalendarFeed
from salesops.records.invitation import digest_of, new_token
from salesops.records.user import User


def calendar_of(actor: User) -> CalendarFeed | None:
    """The address the actor has, None where there is none."""
    open_ones = CalendarFeed.objects.filter(login=actor, ended_by=None)
    return open_ones.select_related("made_by").first()


def open_calendar(actor: User, clock: Clock) -> str:
    """A new secret for the actor's address, told this once; one they had before ends."""
    token = new_token()
    with changing(actor, "open_calendar", clock) as change:
        User.objects.select_for_update().get(pk=actor.pk)  # of two at once the later one stands
        CalendarFeed.objects.filter(login=actor, ended_by=None).update(ended_by=change)
        CalendarFeed.objects.create(login=actor, digest=digest_of(token), made_by=change)
    return token


def close_calendar(actor: User, clock: Clock) -> None:
    """Nobody reads the calendar any more."""
    with changing(actor, "close_calendar", clock) as change:
        if not CalendarFeed.objects.filter(login=actor, ended_by=None).update(ended_by=change):
            raise Refusal("Your calendar has no address any more.")
