"""The answer to a part of a page that has the browser go on to a page of its own."""

from __future__ import annotations

from django.http import HttpResponse


def sent_on(address: str) -> HttpResponse:
    """Nothing to be put into the page; htmx leaves it for that address."""
    return HttpResponse(headers={"HX-Redirect": address})
