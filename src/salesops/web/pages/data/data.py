"""Data: which files the book was made from, and everything that was wrong with them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from salesops.web.books import manifest, whole_book
from salesops.web.pages.data.problems import every_problem, refused_files


def data(request: HttpRequest) -> HttpResponse:
    """Files, problems with counts and examples, and the refused rows to mend."""
    book = whole_book()
    found = manifest()
    return render(
        request,
        "data/data.html",
        {
            "files": found.files if found else [],
            "problems": every_problem(book.engine),
            "refused": refused_files(book.engine),
            "currency": book.facts.currency,
            "history_from": book.facts.history_from,
        },
    )
