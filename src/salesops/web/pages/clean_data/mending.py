"""The records a check finds in an office, mended where they stand: a row in place, or many at once."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase

from salesops.web.books import what_is_wrong, whole_book
from salesops.web.pages.clean_data.worklist import check_of, records_of
from salesops.web.pages.working.kinds import worklist_of
from salesops.web.pages.working.lists import working_list


def mending(request: HttpRequest, check: str) -> HttpResponseBase:
    """The list as it is worked in; one of what is not edited in lists is there to read."""
    asked = check_of(check)
    kind = worklist_of(asked, whole_book())
    if kind is None or what_is_wrong().report.of(asked.name).why:
        return records_of(request, check)
    return working_list(request, kind)
