"""The addresses of files: one to attach them to a record, one that hands a file out, one that takes it away."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from salesops.actions.attach_files import attach_files, take_file_away
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.records.attachment import Attachment
from salesops.records.attachment_reach import ATTACHABLE, REQUEST, sees_files_of
from salesops.records.change import Change
from salesops.records.kept_content import place_of
from salesops.records.models import NOUNS
from salesops.records.user import User
from salesops.web.pages.keeping.record_page import actor_of, after
from salesops.web.uploads import given

# No browser shows it as a page of ours, whatever it holds and whatever it is called.
ONLY_BYTES = "application/octet-stream"
SHUT = "default-src 'none'; sandbox"


@require_POST
def attach(request: HttpRequest, noun: str, key: str) -> HttpResponse:
    """Keep the files of a form with a record."""
    actor = actor_of(request)
    if noun not in ATTACHABLE or not sees_files_of(actor, noun, key):
        raise Http404
    change = attach_files(actor, noun, key, given(request), _office(), system_clock)
    return HttpResponseRedirect(_back(actor, noun, key, change))


@require_GET
def file(request: HttpRequest, key: int) -> FileResponse:
    """What the file holds, for whoever may see its record now."""
    found = _found(request, key)
    try:
        held = place_of(_office(), found.digest).open("rb")
    except FileNotFoundError as error:
        raise Refusal(
            f"“{found.name}” is missing from the folder of this office. Tell who keeps the office: it is in a backup."
        ) from error
    answer = FileResponse(held, as_attachment=True, filename=found.name, content_type=ONLY_BYTES)
    answer.headers["Content-Security-Policy"] = SHUT
    return answer


@require_POST
def away(request: HttpRequest, key: int) -> HttpResponse:
    """The record has the file no more."""
    found, actor = _found(request, key), actor_of(request)
    change = take_file_away(actor, found, system_clock)
    return HttpResponseRedirect(_back(actor, found.noun, found.record_id, change))


def _found(request: HttpRequest, key: int) -> Attachment:
    """404 where it is not there, was taken away, or is with what its reader may not see: alike."""
    held = Attachment.objects.filter(pk=key, ended_by=None).first() if key < 2**63 else None
    if held is None or not sees_files_of(actor_of(request), held.noun, held.record_id):
        raise Http404
    attachment: Attachment = held
    return attachment


def _back(actor: User, noun: str, key: str, change: Change) -> str:
    if noun == REQUEST:
        return f"{reverse('request', args=[key])}?done={change.pk}"
    return after(actor, NOUNS[noun], key, change.pk)


def _office() -> Path:
    return Path(settings.SALESOPS_OFFICE)
