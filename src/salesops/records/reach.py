"""How far somebody who is signed in can see: whose records, and which were shared with them by name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Q

from salesops.book.facts import EVERYTHING, Scope
from salesops.foundations.clock import system_clock
from salesops.records.person import Person
from salesops.records.share import Share, still_shared
from salesops.records.user import User

ADMINISTRATORS = frozenset({"administrator"})
# Who answer for the office, for the team, and for how it works.
DECIDE = frozenset({"administrator", "vp", "manager"})
OPERATIONS = frozenset({"vp", "manager", "analyst", "representative"})
SEE_ALL = ADMINISTRATORS | OPERATIONS
EDIT_ALL = SEE_ALL - {"analyst"}
LEADER = "sales_leader"

NOTHING: Mapping[str, frozenset[str]] = {}


@dataclass(frozen=True)
class Reach:
    """`owner_ids` are the people whose records are seen, None meaning everybody's; `shared` and
    `shared_to_edit` the keys of single records by noun. `team` is the team whose quota a leader sees.
    Who is nobody (`is_known` false) sees nothing, not even a product."""

    is_known: bool
    owner_ids: frozenset[str] | None = frozenset()
    person_id: str | None = None
    role: str = ""
    team: str = ""
    shared: Mapping[str, frozenset[str]] = field(default_factory=lambda: NOTHING)
    shared_to_edit: Mapping[str, frozenset[str]] = field(default_factory=lambda: NOTHING)

    @property
    def is_all(self) -> bool:
        """Everybody's records are seen, and what the company spends and earns."""
        return self.owner_ids is None

    @property
    def edits_all(self) -> bool:
        """Everything may be changed."""
        return self.role in EDIT_ALL

    @property
    def scope(self) -> Scope:
        """The same as a book knows it, for somebody who is known."""
        if self.owner_ids is None:
            return EVERYTHING
        shared = {noun: tuple(sorted(keys)) for noun, keys in self.shared.items()}
        return Scope(tuple(sorted(self.owner_ids)), shared, self.team)

    @property
    def fingerprint(self) -> str:
        """Changes with whatever somebody may see, but for the records themselves."""
        shared = sorted((noun, sorted(keys)) for noun, keys in self.shared.items())
        owners = None if self.owner_ids is None else sorted(self.owner_ids)
        told = (self.is_known, self.role, self.person_id, owners, self.team, shared)
        return hashlib.sha256(repr(told).encode()).hexdigest()

    def covers(self, person_id: str | None) -> bool:
        """The person is one of those whose records are seen."""
        return self.owner_ids is None or person_id in self.owner_ids


NOBODY = Reach(is_known=False)

_kept: ContextVar[dict[tuple[object, ...], Reach] | None] = ContextVar("reach", default=None)


@contextmanager
def found_once() -> Iterator[None]:
    """In here, where nothing is changed, each login's reach is found out once: a page asks for it some fifty times."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def reach(user: User) -> Reach:
    """The reach of a login now. A login that was ended, or of no role and no person, reaches nothing."""
    kept = _kept.get()
    if kept is None:
        return _reach(user)
    key = (user.pk, user.is_active, user.role, user.person_id)
    if key not in kept:
        kept[key] = _reach(user)
    return kept[key]


def _reach(user: User) -> Reach:
    if not user.is_active:
        return NOBODY
    if user.role in SEE_ALL:
        return Reach(True, None, user.person_id, user.role)
    person = Person.objects.filter(pk=user.person_id, deleted_at__isnull=True).first()
    if person is None:
        return NOBODY
    leads = user.role == LEADER
    shared, shared_to_edit = _shared_with(person)
    return Reach(
        is_known=True,
        owner_ids=below(person.pk) if leads else frozenset({person.pk}),
        person_id=person.pk,
        role=user.role,
        team=(person.team or "") if leads else "",
        shared=shared,
        shared_to_edit=shared_to_edit,
    )


def below(person_id: str) -> frozenset[str]:
    """The person and everybody they manage, directly or through others. Survives managers in a circle."""
    with connection.cursor() as cursor:
        # UNION drops who was met before, which is what ends a circle.
        cursor.execute(
            "WITH RECURSIVE line (id) AS ("
            "SELECT id FROM person WHERE id = %s AND deleted_at IS NULL "
            "UNION SELECT person.id FROM person JOIN line ON person.manager_id = line.id "
            "WHERE person.deleted_at IS NULL) SELECT id FROM line",
            [person_id],
        )
        return frozenset(row[0] for row in cursor.fetchall())


def above(person_id: str) -> frozenset[str]:
    """Everybody who manages the person, directly or through others. Survives managers in a circle."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE line (id, manager_id) AS ("
            "SELECT id, manager_id FROM person WHERE id = %s AND deleted_at IS NULL "
            "UNION SELECT person.id, person.manager_id FROM person JOIN line ON person.id = line.manager_id "
            "WHERE person.deleted_at IS NULL) SELECT id FROM line WHERE id <> %s",
            [person_id, person_id],
        )
        return frozenset(row[0] for row in cursor.fetchall())


def _shared_with(person: Person) -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    whom = Q(person_id=person.pk)
    if person.team:
        whom |= Q(team=person.team)
    seen: dict[str, set[str]] = {}
    edited: dict[str, set[str]] = {}
    found = Share.objects.filter(whom, still_shared(system_clock()))
    for noun, key, may_edit in found.values_list("noun", "record_id", "may_edit"):
        seen.setdefault(noun, set()).add(key)
        if may_edit:
            edited.setdefault(noun, set()).add(key)
    return (
        {noun: frozenset(keys) for noun, keys in seen.items()},
        {noun: frozenset(keys) for noun, keys in edited.items()},
    )
