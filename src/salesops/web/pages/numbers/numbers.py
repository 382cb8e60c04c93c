"""Numbers: the library of KPIs with what each says now, or which file it needs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from salesops.book.picture import value_in_words
from salesops.insights import LIBRARY_PERIOD
from salesops.kpis import KPIS
from salesops.web.books import speaks_of, steady_book
from salesops.web.pages.numbers.reading import PRESETS
from salesops.web.pages.targets.told import lines
from salesops.web.targets import running

GROUPS = (
    ("forecast", "Forecast"),
    ("pipeline", "Pipeline"),
    ("conversion", "Conversion"),
    ("cycle", "Sales cycle"),
    ("size", "Deal size"),
    ("quota", "Quota"),
    ("people", "People"),
    ("economics", "Unit economics"),
    ("data", "Data"),
)


def numbers(request: HttpRequest) -> HttpResponse:
    """Every KPI by group, over the last four quarters."""
    book = steady_book()
    label = request.GET.get("period", "") or LIBRARY_PERIOD
    period = book.period(label)
    of_everybody = reversed(running(book, with_teams=False))
    targets = {s.target.kpi: lines([s])[0] for s in of_everybody}
    groups = []
    for key, title in GROUPS:
        kpis = []
        for kpi in KPIS.values():
            if kpi.group != key:
                continue
            figure = book.measure(kpi.name, period=period).figure
            kpis.append(
                {
                    "kpi": kpi,
                    "value": value_in_words(
                        kpi.unit, figure.value, book.facts.currency, compact=True
                    ),
                    "why": figure.why,
                    "target": targets.get(kpi.name),
                }
            )
        groups.append({"key": key, "title": title, "kpis": kpis})
    context = {
        "groups": groups,
        "period": period,
        "label": label,
        "presets": PRESETS,
        "speaks_of": speaks_of(book),
    }
    return render(request, "numbers/numbers.html", context)
