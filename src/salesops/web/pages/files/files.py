"""The addresses of files: they are attached to a record, handed out, taken away, and erased for good."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from salesops.actions.attach_files import attach_files, take_file_away
from salesops.actions.erase_file import erase_file, kept_elsewhere
from salesops.actions.erase_person import may_erase
from salesops.actions.unfit import Unfit
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.jobs.erasing_files import backups_of
from salesops.records.attachment import Attachment
from salesops.records.attachment_reach import ATTACHABLE, REQUEST, sees_files_of
from salesops.records.change import LONGEST_REASON, Change
from salesops.records.kept_content import place_of
from salesops.records.models import NOUNS
from salesops.records.user import User
from salesops.web.pages.keeping.record_page import actor_of, after, place, reading
from salesops.web.uploads import given
from salesops.web.words import bytes_in_words

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


def erase(request: HttpRequest, key: int) -> HttpResponse:
    """What erasing a file for good means, and why it is to be; or the file erased."""
    found, actor = _found(request, key, also_away=True), actor_of(request)
    problem, reason = "", request.POST.get("reason", "")
    if request.method == "POST":
        try:
            change = erase_file(actor, found, reason, _office(), system_clock)
            return HttpResponseRedirect(_back(actor, found.noun, found.record_id, change))
        except Unfit as unfit:
            problem = str(unfit)
    elif not may_erase(actor):
        raise Refusal(
            "Only an administrator erases a file for good. Take it away, or ask one of them."
        )
    record = NOUNS[found.noun].objects.get(pk=found.record_id) if found.noun in NOUNS else None
    context = {
        "kept": found,
        "size": bytes_in_words(found.size),
        "record": str(record) if record else f"Request {found.record_id}",
        "back": _place(found.noun, found.record_id),
        "others": kept_elsewhere(found),
        "backups": len(backups_of(_office())),
        "problem": problem,
        "reason": reason,
        "longest_reason": LONGEST_REASON,
        "zone": reading()[1],
    }
    return render(request, "files/erase.html", context, status=422 if problem else 200)


def _found(request: HttpRequest, key: int, *, also_away: bool = False) -> Attachment:
    """404 where it is not there, was taken away or erased, or is with what its reader may not see: alike."""
    there = Attachment.objects.filter(erased_by=None)
    there = there if also_away else there.filter(ended_by=None)
    held = there.filter(pk=key).first() if key < 2**63 else None
    if held is None or not sees_files_of(actor_of(request), held.noun, held.record_id):
        raise Http404
    attachment: Attachment = held
    return attachment


def _place(noun: str, key: str) -> str:
    return reverse("request", args=[key]) if noun == REQUEST else place(NOUNS[noun], key)


def _back(actor: User, noun: str, key: str, change: Change) -> str:
    if noun == REQUEST:
        return f"{reverse('request', args=[key])}?done={change.pk}"
    return after(actor, NOUNS[noun], key, change.pk)


def _office() -> Path:
    return Path(settings.SALESOPS_OFFICE)
