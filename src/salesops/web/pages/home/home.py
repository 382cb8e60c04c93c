"""Home: what answers its reader's first question, then this quarter, the key numbers and what stands out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from salesops.book.book import Book
from salesops.insights import KEY_NUMBERS, key_numbers
from salesops.web.books import (
    is_office,
    manifest,
    speaks_of,
    steady_book,
    what_stands_out,
    whole_book,
)
from salesops.web.pages.data.problems import problems_of
from salesops.web.pages.home.composition import BEGINNING, OF_A_LOCAL_BOOK, OF_ROLE
from salesops.web.pages.home.quarter import quarter_of
from salesops.web.pages.home.tiles import tiles_of
from salesops.web.pages.home.to_mend import to_mend_of
from salesops.web.pages.targets.told import lines
from salesops.web.targets import running

MOST_PROBLEMS = 5
MOST_TARGETS = 6
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
    office = _of_an_office(request) if is_office() else {}
    rows = office.pop("order", OF_A_LOCAL_BOOK)
    steady = steady_book()
    tiles = tiles_of(steady, KEY_NUMBERS if is_office() else key_numbers(settings.SALESOPS_BOOK))
    targets = running(steady)
    context = {
        **office,
        "rows": [[f"home/_{part}.html" for part in row] for row in rows],
        "today": book.today,
        "quarter": quarter_of(steady),
        "speaks_of": speaks_of(steady),
        "tiles": [t for t in tiles if not t.why],
        "silent": [t for t in tiles if t.why],
        "targets": lines(targets[:MOST_TARGETS]),
        "targets_more": max(0, len(targets) - MOST_TARGETS),
        "currency": book.facts.currency,
        "currency_said": bool(book.settings.currency),
    }
    named = {part for row in rows for part in row}
    if "stands_out" in named:
        context["stands_out"] = what_stands_out()
    if is_office():
        context |= _worklists(request, book, named)
    else:
        context |= {"changes": _changes(book), "problems": problems_of(book)[:MOST_PROBLEMS]}
    return render(request, "home/home.html", context)


def _worklists(request: HttpRequest, book: Book, named: set[str]) -> dict[str, Any]:
    """Those of the parts that an office fills; the menu brings what is for its reader, their tasks and what they saw."""
    from salesops.records.user import User
    from salesops.web.pages.home.worklists import deals_of, queue_of, to_settle_of

    assert isinstance(request.user, User)
    actor = request.user
    return {
        "to_mend": to_mend_of(request, book) if "to_mend" in named else None,
        "deals": deals_of(actor, book) if "deals" in named else None,
        "queue": queue_of(actor) if "queue" in named else None,
        "to_settle": to_settle_of(actor) if "to_settle" in named else None,
    }


def _of_an_office(request: HttpRequest) -> dict[str, Any]:
    """The order of the parts, what an office without a deal begins with, and whether its reader may set the currency."""
    from salesops.actions.change_settings import may_change_settings
    from salesops.records.user import User
    from salesops.web.pages.home.beginning import to_begin_of

    assert isinstance(request.user, User)
    begin = to_begin_of(request.user)
    return {
        "order": BEGINNING if begin else OF_ROLE[request.user.role],
        "begin": begin,
        "may_set": may_change_settings(request.user),
    }


def _changes(book: Book) -> list[dict[str, Any]]:
    """What the last import changed, by kind."""
    rows = book.engine.run(
        "SELECT what, count(*), sum(value_minor) FROM _change GROUP BY 1 ORDER BY 2 DESC"
    ).rows
    return [{"what": _CHANGES[what], "rows": count, "money": money} for what, count, money in rows]
