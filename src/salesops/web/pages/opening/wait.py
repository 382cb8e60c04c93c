"""Waiting for a job: its progress with rate and time left, and a way to stop it."""

import os
import signal
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from salesops.foundations.percent import in_percent
from salesops.jobs.progress import Progress
from salesops.web.pages.opening.session import examination_of, progress_of
from salesops.web.sent_on import sent_on
from salesops.web.words import bytes_in_words

UNITS: dict[str, Callable[[float], str]] = {
    "examine": lambda rate: bytes_in_words(round(rate)),
    "check": lambda rate: f"{rate:,.0f} rows",
}
TITLES = {
    "examine": "Looking at your files",
    "check": "Reading your files",
    "sample": "Making the sample company",
    "settings": "Working everything out again",
}


def wait(request: HttpRequest, session: str) -> HttpResponse:
    """The page, or with `part` only its moving part; when done, on to the next step."""
    progress = progress_of(session)
    following = _following(session, progress)
    is_part = "part" in request.GET
    if is_part and (following or progress.state != "running"):
        return sent_on(following or request.path)
    if following:
        return redirect(following)
    context = {
        "progress": progress,
        "session": session,
        "title": TITLES[progress.kind],
        "pace": _pace(progress),
        "here": request.path,
    }
    return render(request, "parts/progress.html" if is_part else "opening/wait.html", context)


def _pace(progress: Progress) -> str:
    """How far, how fast and how long still: 38 %, 12 MB a second, about 4 s left."""
    if progress.share is None:
        return ""
    told = [in_percent(progress.share)]
    unit = UNITS.get(progress.kind)
    if progress.rate and unit and progress.step.startswith("Reading "):
        told.append(f"{unit(progress.rate)} a second")
    if progress.seconds_left:
        told.append(f"about {progress.seconds_left:,.0f} s left")
    return ", ".join(told)


@require_POST
def cancel(request: HttpRequest, session: str) -> HttpResponse:  # noqa: ARG001
    """Stop the job; nothing was changed by it. The page that waits, which may be the first to see it end, says so."""
    progress = progress_of(session)
    if progress.state == "running" and progress.pid and progress.pid != os.getpid():
        os.kill(progress.pid, signal.SIGTERM)
    return redirect("opening_wait", session=session)


def _following(session: str, progress: Progress) -> str:
    if progress.state != "done":
        return ""
    if progress.kind == "sample":
        return reverse("found")
    if progress.kind == "settings":
        return reverse("settings") + "?saved=1"
    if progress.kind == "check" and not examination_of(session).must_answer:
        return reverse("opening_check", kwargs={"session": session})
    return reverse("opening_columns", kwargs={"session": session})
