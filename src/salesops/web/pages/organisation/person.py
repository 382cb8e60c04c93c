"""Somebody in the organisation: their facts, edited in place by who may, and where they have stood and will stand."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from salesops.actions.move_person import day_in, may_move
from salesops.foundations.clock import system_clock
from salesops.records.models import Person
from salesops.records.organisation import BEGINNING, FOREVER_DAY, spans_of
from salesops.records.reach import ADMINISTRATORS
from salesops.records.user import User
from salesops.web.books import manifest
from salesops.web.pages.keeping.record_page import Kind, page, reading
from salesops.web.pages.organisation.organisation import planned


def _beside(actor: User, person: Person, _currency: str) -> dict[str, Any]:
    spans = list(reversed(spans_of(person.pk)))
    today = day_in(reading()[1], system_clock)
    managers = {s.manager_id for s in spans} | {person.manager_id}
    names = {p.pk: str(p) for p in Person.objects.filter(pk__in=managers - {None})}
    return {
        "spans": [
            {
                "manager": names.get(s.manager_id, "Nobody"),
                "team": s.team,
                "role": s.role,
                "begins": s.valid_from if s.valid_from and s.valid_from > BEGINNING else None,
                "ends": s.valid_to if s.valid_to and s.valid_to < FOREVER_DAY else None,
                "is_now": (s.valid_from or BEGINNING) <= today < (s.valid_to or FOREVER_DAY),
            }
            for s in spans
        ],
        "manager": names.get(person.manager_id or "", "Nobody"),
        "planned": planned(today, person.pk),
        "may_move": may_move(actor),
        "invites": actor.role in ADMINISTRATORS
        and person.is_active is not False
        and not User.objects.filter(person=person).exists(),
        "has_numbers": manifest() is not None,
        "keeps": True,
    }


PERSON = Kind(Person, "organisation/person.html", _beside)


def person(request: HttpRequest, key: str) -> HttpResponse:
    """The person with that id."""
    return page(request, PERSON, key)
