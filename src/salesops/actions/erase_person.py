"""Erase a person: asked for by an administrator with a reason, and then done whole by a worker, for ever."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from salesops.actions.enqueue import enqueue
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.change import Change, reason_of
from salesops.records.erasure import ErasedKey, the_salt
from salesops.records.job import RUNNING, WAITING, Job
from salesops.records.models import NOUNS
from salesops.records.reach import ADMINISTRATORS
from salesops.records.sealing import ERASE
from salesops.records.somebody import (
    LOGIN,
    OF_PEOPLE,
    PSEUDONYM,
    Somebody,
    Subject,
    record_of,
    somebody,
)
from salesops.records.user import User

LOOK_FOR_PERSON = "look_for_person"
LOCK = "follow"  # what makes the book holds it too: none may be made of what is being erased
MOST_ATTEMPTS = 20


def may_erase(user: User) -> bool:
    """Whether somebody may erase people."""
    return user.is_active and user.role in ADMINISTRATORS


def refuse_who_may_not(actor: User) -> None:
    """Refuse whoever may not erase people."""
    if not may_erase(actor):
        raise Refusal("Only an administrator erases a person. Ask one of them, with a request.")


def the_person(subjects: Sequence[Subject], also: Sequence[str] = ()) -> Somebody:
    """The person these records are of. Refuses records that are not there, and whoever still works with the office."""
    if not subjects:
        raise Refusal("Say who is to be erased.")
    for noun, key in subjects:
        if noun not in (*OF_PEOPLE, LOGIN) or record_of(noun, key) is None:
            raise Refusal(f"There is no {noun.replace('_', ' ')} {key} whom one could erase.")
    one = somebody(subjects, the_salt(), also)
    for login in one.logins():
        if login.is_active:
            raise Refusal(
                f"{login} may still sign in. End this login under Access first, then erase the person."
            )
    return one


def look_for_person(
    actor: User, subjects: Sequence[Subject], clock: Clock, also: Sequence[str] = ()
) -> Job:
    """Have a worker look for everything that is of a person and everything that mentions them."""
    refuse_who_may_not(actor)
    the_person(subjects, also)
    arguments = {"subjects": [list(s) for s in subjects], "also": list(also)}
    return enqueue(actor, LOOK_FOR_PERSON, arguments, clock, priority=1, most_attempts=2)


def erase_person(
    actor: User | None,
    subjects: Sequence[Subject],
    reason: str,
    typed: str,
    clock: Clock,
    *,
    also: Sequence[str] = (),
    door: str = "browser",
) -> Job:
    """Have a worker erase the person. It cannot be undone nor stopped; `typed` is what they are called, typed once more.

    Without an actor it is whoever keeps the machine.
    """
    if actor is not None:
        refuse_who_may_not(actor)
    said = reason_of(reason)
    if not said:
        raise Refusal(
            "Say why, such as: they asked for it on 3 May. The reason is kept, so leave their name out of it."
        )
    one = the_person(subjects, also)
    if not _is_same(typed, one.called):
        raise Refusal(f"Type {one.called} to say that this is who you mean.")
    return ask_to_erase(actor, one, said, clock, also=also, door=door)


def ask_to_erase(
    actor: User | None,
    one: Somebody,
    reason: str,
    clock: Clock,
    *,
    also: Sequence[str] = (),
    door: str = "browser",
) -> Job:
    """The change and the job, in one transaction; the same job where it is asked for already."""
    with transaction.atomic():
        for job in Job.objects.filter(kind=ERASE, state__in=(WAITING, RUNNING)):
            if {tuple(s) for s in job.arguments.get("subjects", ())} & set(one.subjects):
                raise Refusal("This person is being erased already.")
        now = clock()
        change = Change.objects.create(
            at=now, effective_at=now, actor=actor, verb=ERASE, door=door, reason=reason
        )
        arguments: dict[str, Any] = {
            "change": change.pk,
            "subjects": [list(s) for s in one.subjects],
            "also": list(also),
        }
        return enqueue(
            actor, ERASE, arguments, clock, lock_key=LOCK, priority=1, most_attempts=MOST_ATTEMPTS
        )


def is_erased(noun: str, key: str) -> bool:
    """Whether nothing is left to erase of a record."""
    if not ErasedKey.objects.filter(noun=noun, key=key).exists():
        return False
    return bool(NOUNS[noun].objects.filter(pk=key, name__startswith=PSEUDONYM).exists())


def _is_same(typed: str, called: str) -> bool:
    """As people type: without regard to case and to how many spaces there are."""
    first, second = (
        " ".join(unicodedata.normalize("NFC", t).split()).casefold() for t in (typed, called)
    )
    return first == second
