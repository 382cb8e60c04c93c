"""An account: its facts, its deals, its people."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from salesops.web.books import whole_book
from salesops.web.pages.records.records import deals_of, name_of, record


def account(request: HttpRequest, key: str) -> HttpResponse:
    """The account with that id."""
    book = whole_book()
    found = record(book, "account", key)
    sums = book.engine.run(
        "SELECT count(*) FILTER (is_won), sum(value_minor) FILTER (is_won), count(*) FILTER (NOT is_closed), "
        "sum(value_minor) FILTER (NOT is_closed), count(*) FILTER (is_closed AND NOT is_won) "
        "FROM opportunity WHERE account_id = $key",
        {"key": key},
    ).rows[0]
    return render(
        request,
        "records/account.html",
        {
            "account": found,
            "owner": name_of(book, "person", found["owner_id"]),
            "parent": name_of(book, "account", found["parent_id"]),
            **deals_of(book, "account_id", key),
            "contacts": book.engine.run(
                "SELECT id, name, title, email, phone FROM contact WHERE account_id = $key ORDER BY name LIMIT 100",
                {"key": key},
            ).dicts(),
            "sums": sums,
            "currency": book.facts.currency,
        },
    )
