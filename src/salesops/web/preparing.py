"""How a worker comes by the rows of an export: it asks the page they stand on, through the eyes of who wants them."""

from __future__ import annotations

from pathlib import Path

from django.http import Http404
from django.urls import resolve

from salesops.foundations.problem import Refusal
from salesops.jobs.exporting import Written
from salesops.jobs.progress import Watch
from salesops.records.user import User
from salesops.web.books import engine
from salesops.web.export import Preparing
from salesops.web.middleware.reader import through_the_eyes_of

NO_LONGER = (
    "What was asked for cannot be exported any more. Open its page and see what it says now."
)


def write_export(user: User, address: str, folder: Path, watch: Watch) -> Written:
    """Write into the folder what the page at the address has for this person; jobs find this by the settings."""
    request = Preparing(address, user, folder, watch)
    with through_the_eyes_of(user, reads=True):
        try:
            request.resolver_match = match = resolve(request.path_info)
            watch("Reading the rows", 0, 0)
            match.func(request, *match.args, **match.kwargs)
        except Http404:
            raise Refusal(NO_LONGER) from None
        finally:
            engine().close()  # a worker holds no file of a book that goes on without it
    if request.file is None:
        raise Refusal(NO_LONGER)
    return Written(request.file, request.rows)
