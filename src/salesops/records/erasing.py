"""Erasing one person from an office's records: their words in every state, the keys that would tell of them, their login."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import Q

from salesops.book.custom import Kind
from salesops.records.calendar_feed import CalendarFeed
from salesops.records.change import Change
from salesops.records.context import history_written_by_hand, within
from salesops.records.custom_field import CustomField
from salesops.records.duplicate import KeptApart, LookAlike, Merge
from salesops.records.erasure import ErasedKey, Erasure, digest_of
from salesops.records.invitation import Invitation
from salesops.records.mentions import KEYS
from salesops.records.models import NOUNS, Identity, Notice, PipelineVisit, RecentlySeen, User
from salesops.records.record import Record
from salesops.records.sealing import altered_by_erasing
from salesops.records.somebody import LOGIN, Somebody, erased_values, pseudonym
from salesops.records.telling import Telling

AT_ONCE = 1_000
# What the program that signs people in keeps of a login goes with it.
_OF_SIGNING_IN = frozenset({"account", "mfa", "usersessions", "socialaccount"})


def erase(one: Somebody, change: Change, salt: str) -> dict[str, int]:
    """Within a transaction: the person is in none of their records any more, nor in any state these ever had.

    The records stay, called by a pseudonym. Returns how many records and states of them there are, and logins.
    """
    counts: Counter[str] = Counter()
    for noun, key in one.subjects:
        if noun != LOGIN:
            counts["records"] += 1
            counts["states"] += _empty(NOUNS[noun], key, pseudonym(salt, noun, key), change)
    for noun in ("contact", "lead", "person"):
        _forget_comparisons(noun, one.keys(noun))
    logins = one.logins()
    for login in logins:
        _end(login, one, change, salt)
    counts["logins"] = len(logins)
    for (noun, key), new in one.renamed.items():
        _rename(NOUNS[noun], key, new, change)
    _remember(one, change, salt)
    return dict(counts)


def rename_in_fields(one: Somebody, change: Change) -> int:
    """Within a transaction: fields of the company's own that name the person by a key that goes name the new one.

    Before texts are cleaned, which would take a key that is an address for a mention. Returns how many rows it were.
    """
    altered = 0
    whose = CustomField.objects.filter(kind=Kind.PERSON.value).values_list("noun", "key")
    keys = {key: new for (noun, key), new in one.renamed.items() if noun == "person"}
    for (name, field), (key, new) in product(whose, keys.items()):
        both: tuple[Any, ...] = (NOUNS[name], NOUNS[name].versions)
        for model in both:
            for rows in _portions(model, Q(**{f"custom__{field}": key})):
                with altered_by_erasing(model, rows, change.pk), history_written_by_hand():
                    for pk, custom in model._base_manager.filter(pk__in=rows).values_list(
                        "pk", "custom"
                    ):
                        model._base_manager.filter(pk=pk).update(custom={**custom, field: new})
                altered += len(rows)
    return altered


def sign_out(telling: Telling, logins: Sequence[User]) -> int:
    """End the sessions of the logins, and those that hold a mention of the person. Returns how many."""
    mine = {str(login.pk) for login in logins}
    ended = 0
    for session in Session.objects.iterator():
        told = session.get_decoded()
        said = json.dumps(told, ensure_ascii=False, default=str)
        if told.get("_auth_user_id") in mine or telling.is_in(said):
            session.delete()
            ended += 1
    return ended


def _empty(noun: type[Record], key: str, called: str, change: Change) -> int:
    """The record as it is from now on by the triggers, so that copies of it follow; then every state before."""
    values = erased_values(noun._meta.db_table, called)
    with within(change.pk, change.at):
        noun.objects.filter(pk=key).update(**values)
    states = noun.versions.objects.filter(record_id=key)
    for versions in _portions(noun.versions, Q(record_id=key)):
        with altered_by_erasing(noun.versions, versions, change.pk):
            noun.versions.objects.filter(pk__in=versions).update(**values)
    return states.count()


def _forget_comparisons(noun: str, keys: Sequence[str]) -> None:
    """What was noted of them when they were compared with others."""
    Merge.objects.filter(Q(winner__in=keys) | Q(loser__in=keys), noun=noun).update(replaced={})
    pairs = Q(left__in=keys) | Q(right__in=keys)
    KeptApart.objects.filter(pairs, noun=noun).update(proposal={})
    LookAlike.objects.filter(pairs, noun=noun).delete()


def _end(login: User, one: Somebody, change: Change, salt: str) -> None:
    """Nobody can sign in with it, and nothing says whose it was; what was done with it stays done by it."""
    of = (
        ("person", login.person_id)
        if login.person_id in one.keys("person")
        else (LOGIN, str(login.pk))
    )
    called = pseudonym(salt, of[0], str(of[1]))
    address = f"{called.lower().replace(' ', '-')}-{login.pk}@erased.invalid"
    for model in apps.get_models():
        if model._meta.app_label in _OF_SIGNING_IN:
            for field in _leading_to(model, User):
                model._base_manager.filter(**{field.attname: login.pk}).delete()
    RecentlySeen.objects.filter(login=login).delete()
    PipelineVisit.objects.filter(login=login).delete()
    Notice.objects.filter(login=login).delete()
    Identity.objects.filter(login=login).delete()
    CalendarFeed.objects.filter(login=login, ended_by=None).update(ended_by=change)
    theirs = Q(login=login) | Q(email__iexact=login.email)
    Invitation.objects.filter(theirs).update(email=address, name=called)
    User.objects.filter(pk=login.pk).update(
        email=address, name=called, password=make_password(None), is_active=False, last_login=None
    )


def _rename(noun: type[Record], key: str, new: str, change: Change) -> None:
    """The record goes by another key, wherever it is named."""
    with history_written_by_hand():
        values = noun.objects.filter(pk=key).values().first()
        if values is not None:
            former = noun.objects.filter(pk=key)
            former._raw_delete(
                former.db
            )  # what names it is told of the other key, and not let go of
            noun.objects.create(**{**values, "id": new})
        for model, column, rows in _naming(noun, key):
            for keys in _portions(model, rows):
                with altered_by_erasing(model, keys, change.pk):
                    model._base_manager.filter(pk__in=keys).update(**{column: new})


def _naming(noun: type[Record], key: str) -> Iterator[tuple[type[models.Model], str, Q]]:
    """Every column that names a record by its key, and the rows that name this one."""
    name = noun._meta.db_table
    yield noun.versions, "record_id", Q(record_id=key)
    for model in apps.get_models(include_auto_created=True):
        columns = [f.attname for f in _leading_to(model, noun)]
        for column in columns:
            yield model, column, Q(**{column: key})
            if issubclass(model, Record):
                yield model.versions, column, Q(**{column: key})
        if name == "person" and issubclass(model, Record):
            yield model.versions, "changed_by_id", Q(changed_by_id=key)
        own = {f.name for f in model._meta.concrete_fields}
        if "noun" in own:
            for column in sorted(KEYS & own):
                yield model, column, Q(**{"noun": name, column: key})


def _leading_to(model: type[models.Model], to: type[models.Model]) -> list[Any]:
    return [
        f
        for f in model._meta.concrete_fields
        if isinstance(f, models.ForeignKey) and f.related_model is to
    ]


def _portions(model: type[models.Model], rows: Q) -> Iterator[list[Any]]:
    keys = list(model._base_manager.filter(rows).order_by("pk").values_list("pk", flat=True))
    return (keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE))


def _remember(one: Somebody, change: Change, salt: str) -> None:
    """What stays: that somebody was erased, and their keys as digests, so that no import brings them back."""
    noun, key = one.subjects[0]
    now = one.renamed.get((noun, key), key)
    made = Erasure.objects.create(change=change, noun=noun, key=now, salt=salt)
    known = {s: one.renamed.get(s, s[1]) for s in (*one.subjects, *one.renamed) if s[0] != LOGIN}
    ErasedKey.objects.bulk_create(
        [
            ErasedKey(erasure=made, noun=of, digest=digest_of(salt, of, k), key=new)
            for (of, k), new in known.items()
        ],
        ignore_conflicts=True,
    )
