"""Waiting for a job: its progress with rate and time left, and a way to stop it."""

import os
import signal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from salesops.jobs.progress import Progress
from salesops.web.pages.opening.session import examination_of, progress_of


def wait(request: HttpRequest, session: str) -> HttpResponse:
    """The page, or with `part` only its moving part; when done, on to the next step."""
    progress = progress_of(session)
    following = _following(session, progress)
    is_part = "part" in request.GET
    if following and is_part:
        response = HttpResponse()
        response["HX-Redirect"] = following
        return response
    if following:
        return redirect(following)
    context = {"progress": progress, "session": session}
    return render(request, "opening/progress.html" if is_part else "opening/wait.html", context)


@require_POST
def cancel(request: HttpRequest, session: str) -> HttpResponse:  # noqa: ARG001
    """Stop the job; nothing was changed by it."""
    progress = progress_of(session)
    if progress.state == "running" and progress.pid and progress.pid != os.getpid():
        os.kill(progress.pid, signal.SIGTERM)
    return redirect("opening")


def _following(session: str, progress: Progress) -> str:
    if progress.state != "done":
        return ""
    if progress.kind == "sample":
        return reverse("found")
    if progress.kind == "check" and not examination_of(session).must_answer:
        return reverse("opening_check", kwargs={"session": session})
    return reverse("opening_columns", kwargs={"session": session})
