"""Doing something with a request: it is held meanwhile, each thing done is added to it, and where it is follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from salesops.actions.changing import changing
from salesops.actions.edit_record import Unfit
from salesops.actions.mention import mention
from salesops.actions.notify import notify
from salesops.foundations.business_hours import BusinessHours
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records import notice
from salesops.records.change import Change
from salesops.records.request import NOTE, OPEN, OWNER, REPLY, STATE, Request, RequestEvent
from salesops.records.request_course import follow
from salesops.records.request_reach import requests_handled_by, requests_visible_to
from salesops.records.user import User

LONGEST = 20_000


class Outrun(Refusal):
    """Somebody else has done something with the request that the person did not know of; nothing was written."""


@dataclass
class Held:
    """A request that nobody else can change until the change ends."""

    actor: User
    request: Request
    change: Change

    def add(self, act: str, **told: Any) -> RequestEvent:
        """Write down one thing done with it."""
        made: RequestEvent = RequestEvent.objects.create(
            request=self.request, change=self.change, act=act, **told
        )
        if act in (REPLY, NOTE):
            reaches = requests_handled_by if act == NOTE else requests_visible_to
            tell_of_request(self.change, self.request, made.text, "text", reaches)
        if act in (REPLY, STATE):
            concern(self.change, self.request, self.request.asker_id, self.request.owner_id)
        elif act == OWNER:
            concern(self.change, self.request, made.owner_id)
        return made

    def refuse_who_does_not_handle_it(self) -> None:
        """Refuse whoever may see the request and not answer it for the desk."""
        if not requests_handled_by(self.actor).filter(pk=self.request.pk).exists():
            raise Refusal("Only sales operations does this with a request.")

    def refuse_ended(self) -> None:
        """Refuse a request that is solved or closed."""
        if self.request.state not in OPEN:
            state = self.request.get_state_display().lower()
            raise Refusal(f"{self.request} is {state}. Reopen it first.")

    def last(self, act: str) -> RequestEvent | None:
        """The last event of the kind that stands."""
        found = self.request.events.filter(act=act, undone=None).select_related("change__actor")
        return found.last()


def concern(change: Change, request: Request, *logins: int | None) -> None:
    """Within the change: have whom it concerns told by mail that the request moved."""
    notify(change, notice.REQUEST, "request", str(request.pk), logins)


def tell_of_request(
    change: Change,
    request: Request,
    text: str,
    column: str,
    reaches: Callable[[User], QuerySet[Request]],
) -> None:
    """Tell whoever is mentioned in words of a request; `reaches` are the requests whose such words a login may read."""

    def sees(login: User) -> bool:
        return reaches(login).filter(pk=request.pk).exists()

    mention(change, "request", str(request.pk), text, column, sees)


@contextmanager
def handling(
    actor: User, key: int, verb: str, clock: Clock, hours: BusinessHours, door: str = "browser"
) -> Iterator[Held]:
    """Hold the request, and have it follow from what was added to it at the end. Refuses what is not there to be seen."""
    with changing(actor, verb, clock, door=door, reason=f"R-{key}") as change:
        request = Request.objects.select_for_update().filter(pk=key).first()
        if request is None or not requests_visible_to(actor).filter(pk=key).exists():
            raise Refusal("There is no such request, or it is not yours to see.")
        yield Held(actor, request, change)
        keep_course(request, hours)


def keep_course(request: Request, hours: BusinessHours) -> None:
    """Write down where the request is, as its events tell."""
    follow(request, request.events.select_related("change"), hours)
    request.save()


def words(column: str, text: str, missing: str) -> str:
    """What somebody wrote, without blanks around it. Refuses nothing, and a book."""
    plain = text.replace("\0", "").replace("\r\n", "\n").strip()
    if not plain:
        raise Unfit(column, missing)
    if len(plain) > LONGEST:
        raise Unfit(column, f"Write at most {LONGEST:,} characters; these are {len(plain):,}.")
    return plain
