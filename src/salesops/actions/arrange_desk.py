"""Deciding which kinds of requests there are and what they promise, and keeping words that are sent often."""

from __future__ import annotations

import re
from collections.abc import Sequence

from salesops.actions.changing import changing
from salesops.actions.edit_record import Unfit
from salesops.actions.handling_request import words
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.reach import ADMINISTRATORS, SEE_ALL
from salesops.records.record import new_key
from salesops.records.request import PRIORITIES, CannedAnswer, RequestKind
from salesops.records.request_kinds import keep_usual_kinds
from salesops.records.request_reach import works_the_desk
from salesops.records.user import User

LONGEST_NAME = 80
MOST_MINUTES = 2_000 * 60  # a year of business hours


def save_kind(
    actor: User,
    key: str,
    clock: Clock,
    *,
    name: str,
    asks: str,
    priority: int,
    answer_minutes: int,
    solve_minutes: int,
    owner: User | None = None,
    is_secret: bool = False,
    handlers: Sequence[User] = (),
    is_offered: bool = True,
    door: str = "browser",
) -> RequestKind:
    """Change a kind, or make one where `key` is empty. Only an administrator may.

    Requests that were asked keep the service level they were asked under.
    """
    if not (actor.is_active and actor.role in ADMINISTRATORS):
        raise Refusal("Only an administrator decides which kinds of requests there are.")
    title = _name("name", name)
    if priority not in dict(PRIORITIES):
        raise Unfit("priority", "Choose one of the list.")
    if not 0 < answer_minutes <= solve_minutes <= MOST_MINUTES:
        raise Unfit(
            "solve_minutes",
            "Write hours above 0, at most 2,000, and no more for the first answer than for the solution.",
        )
    _refuse_strangers([*handlers, *([owner] if owner else [])])
    with changing(actor, "save_request_kind", clock, door=door, reason=title) as change:
        keep_usual_kinds()
        kind = RequestKind.objects.select_for_update().filter(pk=key.replace("\0", "")).first()
        if kind is None:
            if key:
                raise Refusal("There is no such kind of request.")
            plain = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:40]
            taken = not plain or RequestKind.objects.filter(pk=plain).exists()
            kind = RequestKind(
                key=new_key() if taken else plain, position=RequestKind.objects.count() + 1
            )
        kind.name, kind.asks, kind.priority = title, asks.replace("\0", "").strip(), priority
        kind.answer_minutes, kind.solve_minutes = answer_minutes, solve_minutes
        kind.owner, kind.is_secret, kind.is_offered = owner, is_secret, is_offered
        kind.save()
        kind.handlers.set(handlers)
        change.reason = f"{kind.key}: {title}{', secret' if is_secret else ''}"
        change.save(update_fields=["reason"])
    return kind


def save_canned_answer(
    actor: User,
    key: int | None,
    title: str,
    text: str,
    clock: Clock,
    *,
    is_offered: bool = True,
    door: str = "browser",
) -> CannedAnswer:
    """Change words that are sent often, or keep new ones where `key` is None. Everybody of the desk may."""
    if not works_the_desk(actor):
        raise Refusal("Only sales operations keeps answers.")
    heading = _name("title", title)
    plain = words("text", text, "Write the answer.")
    with changing(actor, "save_canned_answer", clock, door=door, reason=heading):
        answer = CannedAnswer() if key is None else CannedAnswer.objects.filter(pk=key).first()
        if answer is None:
            raise Refusal("There is no such answer.")
        answer.title, answer.text, answer.is_offered = heading, plain, is_offered
        answer.save()
    return answer


def _name(column: str, text: str) -> str:
    plain = words(column, " ".join(text.split()), "Give it a name.")
    if len(plain) > LONGEST_NAME:
        raise Unfit(column, f"Write at most {LONGEST_NAME} characters.")
    return plain


def _refuse_strangers(logins: Sequence[User]) -> None:
    for login in logins:
        if not (login.is_active and login.role in SEE_ALL):
            raise Refusal(f"{login} does not work for sales operations. Choose from the list.")
