"""Writes down who looked at whose record and who took rows away, in one place, so that no page can forget it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from salesops.foundations.clock import system_clock
from salesops.records.models import (
    Account,
    Attachment,
    Contact,
    Job,
    Lead,
    Opportunity,
    Person,
    Request,
)
from salesops.records.seen import EXPORT, note_look, note_taken
from salesops.records.user import User

# The pages of records by the name of their address; each is handed the record's key as `key`.
_RECORDS: dict[str, Any] = {
    "opportunity": Opportunity,
    "account": Account,
    "contact": Contact,
    "lead": Lead,
    "convert_lead": Lead,
    "person": Person,
    "organisation_person": Person,
}


class WhoSawWhat:
    """Keeps a line for a look at somebody else's record or a file kept with it, at a confidential request, and for
    each file of rows."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        user = request.user
        if response.status_code == 200 and isinstance(user, User):
            match = request.resolver_match
            if match and match.url_name == "file":
                _note_file(user, match.kwargs["key"])
            elif match and match.url_name == "export_file":
                job = Job.objects.get(pk=match.kwargs["key"])
                note_taken(user, EXPORT, job.arguments["address"], system_clock())
            elif "attachment" in response.headers.get("Content-Disposition", ""):
                note_taken(user, EXPORT, request.get_full_path(), system_clock())
            elif request.method == "GET" and match:
                _note(user, match)
        return response


def _note(user: User, match: Any) -> None:
    name, key = match.url_name, match.kwargs.get("key")
    if name == "request" and _is_confidential(user, key):
        note_look(user, "request", str(key), system_clock())
    elif name in _RECORDS and not _is_own(user, _RECORDS[name], str(key)):
        note_look(user, _RECORDS[name]._meta.db_table, str(key), system_clock())


def _note_file(user: User, key: int) -> None:
    found = Attachment.objects.get(pk=key)
    noun, record = found.noun, found.record_id
    is_own = (
        not _is_confidential(user, record)
        if noun == "request"
        else _is_own(user, _RECORDS[noun], record)
    )
    if not is_own:
        note_look(user, noun, record, system_clock(), file=found.name)


def _is_own(user: User, noun: Any, key: str) -> bool:
    if noun is Person:
        return user.person_id == key
    owner = noun.objects.filter(pk=key).values_list("owner_id", flat=True).first()
    return owner is not None and owner == user.person_id


def _is_confidential(user: User, key: Any) -> bool:
    asked = Request.objects.filter(pk=key, kind__is_secret=True).exclude(asker=user)
    return bool(asked.exists())
