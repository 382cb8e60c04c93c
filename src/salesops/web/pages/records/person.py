"""A person: their numbers beside everybody's, their deals, their places in the organisation."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from salesops.book.picture import interval_in_words, value_in_words
from salesops.insights import LIBRARY_PERIOD, OF_A_PERSON
from salesops.kpis import KPIS
from salesops.web.books import speaks_of, steady_book, whole_book
from salesops.web.pages.records.records import deals_of, name_of, record


def person(request: HttpRequest, key: str) -> HttpResponse:
    """The person with that id."""
    book = whole_book()
    found = record(book, "person", key)
    steady = steady_book()
    period = steady.period(LIBRARY_PERIOD)
    numbers = []
    for name in OF_A_PERSON:
        mine = next(
            (f for f in steady.measure(name, period=period, by=["person"]) if f.key == (key,)), None
        )
        whole = steady.measure(name, period=period)
        if mine is None or mine.value is None:
            continue
        kpi = KPIS[name]
        numbers.append(
            {
                "kpi": kpi,
                "value": value_in_words(kpi.unit, mine.value, whole.currency, compact=True),
                "n": mine.n,
                "interval": interval_in_words(whole, mine, compact=True),
                "whole": value_in_words(kpi.unit, whole.value, whole.currency, compact=True),
            }
        )
    return render(
        request,
        "records/person.html",
        {
            "person": found,
            "manager": name_of(book, "person", found["manager_id"]),
            "numbers": numbers,
            "period": period,
            "speaks_of": speaks_of(steady),
            **deals_of(book, "owner_id", key),
            "places": book.engine.run(
                "SELECT team, role, valid_from, valid_to FROM team_membership WHERE person_id = $key ORDER BY valid_from",
                {"key": key},
            ).dicts(),
            "currency": book.facts.currency,
        },
    )
