"""Choosing the key numbers: three questions, and a few numbers with the reason for each and what the book has of it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from salesops.book.picture import interval_in_words, value_in_words
from salesops.foundations.problem import Refusal
from salesops.insights import (
    GOALS,
    ROLES,
    STAGES,
    are_chosen,
    choose,
    choose_of,
    forget_key_numbers,
    keep_key_numbers,
)
from salesops.web.books import is_office, speaks_of, steady_book

QUESTIONS = (
    ("role", "Who are you?", ROLES),
    ("goal", "What are you after?", GOALS),
    ("stage", "How far has the company come?", STAGES),
)


def choosing(request: HttpRequest) -> HttpResponse:
    """The questions and, once all are answered, the numbers; on POST they become those of a local book's home."""
    if request.method == "POST":
        return _keep(request)
    answers = [_answered(request.GET.get(key, ""), known) for key, _, known in QUESTIONS]
    book = steady_book()
    context = {
        "questions": [
            {
                "key": key,
                "words": words,
                "answers": [(k, a.words) for k, a in known.items()],
                "said": said,
            }
            for (key, words, known), said in zip(QUESTIONS, answers, strict=True)
        ],
        "chosen": [_line(one) for one in choose_of(book, *answers)] if all(answers) else [],
        "may_keep": not is_office(),
        "are_chosen": not is_office() and are_chosen(settings.SALESOPS_BOOK),
        "did": request.GET.get("did", ""),
        "speaks_of": speaks_of(book),
    }
    return render(request, "numbers/choosing.html", context)


def _answered(said: str, known: Any) -> str:
    return said if said in known else ""


def _keep(request: HttpRequest) -> HttpResponse:
    if is_office():
        raise Refusal("The key numbers of an office are those of its roles.")
    if request.POST.get("do") == "usual":
        forget_key_numbers(settings.SALESOPS_BOOK)
    else:
        said = [request.POST.get(key, "") for key, _, _ in QUESTIONS]
        keep_key_numbers(settings.SALESOPS_BOOK, choose(*said))
    return redirect("home")


def _line(one: Any) -> dict[str, Any]:
    now = one.now
    return {
        "kpi": now.kpi,
        "value": value_in_words(now.kpi.unit, now.value, now.currency, compact=True),
        "interval": interval_in_words(now, now.figure, compact=True),
        "missing": now.figure.why if now.value is None else "",
        "why": one.reason.why,
        "guards": one.reason.guards,
    }
