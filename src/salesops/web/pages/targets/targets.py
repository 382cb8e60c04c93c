"""All targets: how those stand that run now, those to come, and what became of the last ones."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from salesops.book.standing import State, standings
from salesops.book.target import Target
from salesops.foundations.problem import Refusal
from salesops.web.books import speaks_of, steady_book
from salesops.web.pages.targets.told import lines
from salesops.web.targets import sets_targets, targets_seen

MOST_PAST = 24


def targets(request: HttpRequest) -> HttpResponse:
    """The three lists."""
    book = steady_book()

    def ends(target: Target) -> str:
        try:
            return book.period(target.period).end.isoformat()
        except Refusal:
            return ""  # of a calendar there is no more

    seen = [(ends(t), t) for t in targets_seen()]
    over = [(end, t) for end, t in seen if end <= f"{book.today}"]
    past = [t for _, t in sorted(over, key=lambda one: one[0], reverse=True)]
    others = standings(book, (t for end, t in seen if end > f"{book.today}"))
    context = {
        "now": lines([s for s in others if s.state is not State.NOT_BEGUN]),
        "coming": lines([s for s in others if s.state is State.NOT_BEGUN]),
        "past": lines(standings(book, past[:MOST_PAST])),
        "more": max(0, len(past) - MOST_PAST),
        "may_set": sets_targets(request),
        "today": book.today,
        "speaks_of": speaks_of(book),
    }
    return render(request, "targets/targets.html", context)
