"""What a person sees when something is not there or went wrong."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """No such page or record."""
    return render(
        request,
        "failed.html",
        {
            "title": "Nothing is here",
            "sentence": "This page or record is not in the book.",
            "in_office": "This page or record is not there, or is not among what you may see.",
        },
        status=404,
    )


def broken(request: HttpRequest) -> HttpResponse:
    """Our fault."""
    return render(
        request,
        "failed.html",
        {
            "title": "Something went wrong here",
            "sentence": "Nothing was changed. The terminal shows what happened; "
            "please report it together with what you did.",
            "in_office": "Nothing was changed. Tell whoever keeps this office when it happened and what you did; "
            "its log shows the rest.",
        },
        status=500,
    )


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """A form that did not come from one of our pages, or from one that is too old."""
    return render(
        request,
        "failed.html",
        {
            "title": "This form is too old",
            "sentence": "Nothing was changed. Go back, load the page again and send it once more.",
        },
        status=403,
    )
