"""The second door: the sample company."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from salesops.jobs.run import start
from salesops.web.pages.opening.session import begin, folder_of


@require_POST
def sample(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Simulate it, open it, and go on to what was found."""
    session = begin([])
    start("sample", settings.SALESOPS_BOOK, folder_of(session))
    return redirect("opening_wait", session=session)
