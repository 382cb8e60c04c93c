"""Home: this quarter, the key numbers, what stands out, what changed, and what is wrong with the data."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from salesops.book.book import Book
from salesops.web.books import (
    is_office,
    manifest,
    speaks_of,
    steady_book,
    what_stands_out,
    whole_book,
)
from salesops.web.pages.data.problems import problems_of
from salesops.web.pages.home.quarter import quarter_of
from salesops.web.pages.home.tiles import tiles_of
from salesops.web.pages.home.to_mend import to_mend_of

MOST_PROBLEMS = 5
_CHANGES = {
    "new": "new opportunities",
    "gone": "no longer in the files",
    "stage": "changed stage",
    "value": "changed value",
    "close date": "changed close date",
    "owner": "changed owner",
}


def home(request: HttpRequest) -> HttpResponse:
    """The picture of the book, or the two doors where there is none yet."""
    if manifest() is None:
        return redirect("opening")
    book = whole_book()
    steady = steady_book()
    tiles = tiles_of(steady)
    return render(
        request,
        "home/home.html",
        {
            "today": book.today,
            "quarter": quarter_of(steady),
            "speaks_of": speaks_of(steady),
            "to_mend": to_mend_of(request, book) if is_office() else None,
            "tiles": [t for t in tiles if not t.why],
            "silent": [t for t in tiles if t.why],
            "stands_out": what_stands_out(),
            "changes": _changes(book),
            "problems": problems_of(book)[:MOST_PROBLEMS],
            "currency": book.facts.currency,
            "currency_said": bool(book.settings.currency),
        },
    )


def _changes(book: Book) -> list[dict[str, Any]]:
    """What the last import changed, by kind."""
    rows = book.engine.run(
        "SELECT what, count(*), sum(value_minor) FROM _change GROUP BY 1 ORDER BY 2 DESC"
    ).rows
    return [{"what": _CHANGES[what], "rows": count, "money": money} for what, count, money in rows]
