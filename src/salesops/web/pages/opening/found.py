"""The last step: three to five true findings, with their rows."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from salesops.web.books import what_stands_out, whole_book


def found(request: HttpRequest) -> HttpResponse:
    """What the files show at once."""
    book = whole_book()
    counts = dict(book.engine.run("SELECT outcome, count(*) FROM opportunity GROUP BY 1").rows)
    return render(
        request,
        "opening/found.html",
        {
            "findings": what_stands_out().findings,
            "counts": counts,
            "total": sum(counts.values()),
            "currency": book.facts.currency,
            "today": book.today,
            "history_from": book.facts.history_from,
        },
    )
