"""The first step: drop files, or look at the sample company."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from salesops.jobs.run import start
from salesops.web.pages.opening.session import begin, folder_of


def files(request: HttpRequest) -> HttpResponse:
    """The drop zone; on POST the files are kept and looked at."""
    if request.method == "POST":
        uploads = request.FILES.getlist("files")
        if not uploads:
            return render(
                request,
                "opening/files.html",
                {"problem": "Choose at least one file first."},
                status=422,
            )
        session = begin(uploads)
        start("examine", settings.SALESOPS_BOOK, folder_of(session))
        return redirect("opening_wait", session=session)
    return render(request, "opening/files.html", {})
