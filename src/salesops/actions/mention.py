"""People are mentioned by @ and their name in what is written; whoever is mentioned must be able to see it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import Q

from salesops.actions.notify import notify
from salesops.actions.unfit import Unfit
from salesops.foundations.clock import Clock
from salesops.records.at_mention import AtMention
from salesops.records.change import Change
from salesops.records.models import Activity
from salesops.records.notice import MENTION
from salesops.records.record import Record
from salesops.records.user import User
from salesops.records.visibility import visible_to

_AT = re.compile(r"(?<![^\s(\[,;:])@(?=\S)")
MOST_OFFERED = 8
MOST_ASKED = 60  # logins whose name fits that are asked whether they see the record


def mention_in(change: Change, record: Record, values: Mapping[str, Any]) -> None:
    """Tell whoever is mentioned in what an activity now says."""
    if isinstance(record, Activity) and values.get("subject"):

        def sees(login: User) -> bool:
            return bool(visible_to(login, Activity).filter(pk=record.pk).exists())

        text = str(values["subject"])
        there = AtMention.objects.filter(noun="activity", record_id=record.pk)
        before = frozenset(there.values_list("login", flat=True))
        mention(change, "activity", record.pk, text, "subject", sees, told=before)


def mention(
    change: Change,
    noun: str,
    key: str,
    text: str,
    column: str,
    sees: Callable[[User], bool],
    *,
    told: frozenset[int] = frozenset(),
) -> None:
    """Within the change that wrote `text`: tell whoever it mentions, but themselves and those who were told before.

    Refuses who may not see it, and a name that two people have.
    """
    if "@" not in text:
        return
    mentioned = _mentioned(text, column)
    for login in mentioned:
        if not sees(login):
            raise Unfit(
                column,
                f"{login} may not see this, so they cannot be mentioned. Leave the @ out, or share it with them.",
            )
    new = [each for each in mentioned if each.pk not in told and each.pk != change.actor_id]
    AtMention.objects.bulk_create(
        AtMention(login=login, change=change, noun=noun, record_id=key) for login in new
    )
    notify(change, MENTION, noun, key, (login.pk for login in new))


def read_mentions(actor: User, noun: str, key: str, clock: Clock) -> None:
    """The actor has seen where they were mentioned."""
    AtMention.objects.filter(login=actor, noun=noun, record_id=key, read_at=None).update(
        read_at=clock()
    )


def offered(text: str, sees: Callable[[User], bool]) -> list[User]:
    """Those who can be mentioned and whose name has a word that begins with the text."""
    begun = text.strip()
    there = User.objects.filter(is_active=True).select_related("person").order_by("name", "pk")
    if begun:
        there = there.filter(
            Q(name__istartswith=begun)
            | Q(name__icontains=f" {begun}")
            | Q(email__istartswith=begun)
        )
    found: list[User] = []
    for login in there[:MOST_ASKED]:
        if len(found) < MOST_OFFERED and sees(login):
            found.append(login)
    return found


def _mentioned(text: str, column: str) -> list[User]:
    """The logins that the text mentions, in its order; the longest name that fits counts."""
    after = [text[found.end() :].casefold() for found in _AT.finditer(text)]
    if not after:
        return []
    names: dict[str, list[User]] = {}
    for login in User.objects.filter(is_active=True).select_related("person"):
        for name in _names(login):
            names.setdefault(name, []).append(login)
    longest_first = sorted(names, key=len, reverse=True)
    mentioned: dict[int, User] = {}
    for rest in after:
        fitting = next((name for name in longest_first if _begins(rest, name)), None)
        if fitting is None:
            continue
        logins = {login.pk: login for login in names[fitting]}
        if len(logins) > 1:
            raise Unfit(
                column,
                f"{len(logins)} people are called {next(iter(logins.values()))}. Write @ and the mail address of one.",
            )
        mentioned |= logins
    return list(mentioned.values())


def _names(login: User) -> Iterable[str]:
    """What a login goes by."""
    own = {login.name, login.email, str(login.person or "")}
    return {" ".join(name.split()).casefold() for name in own if name.strip()}


def _begins(text: str, name: str) -> bool:
    """The text begins with the name, and the name ends there as a word does."""
    end = text[len(name) : len(name) + 1]
    return text.startswith(name) and not (end.isalnum() or end == "_")
