"""People compared: what each did against what is expected of them, as a funnel plot and by name, never ranked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString

from salesops.book.book import Book
from salesops.foundations.money import format_money
from salesops.foundations.period import Period
from salesops.kpis._definition import Unit
from salesops.pipeline.compared_deals import GROUPS
from salesops.pipeline.comparison import MEASURES, Comparison, Standing, comparison
from salesops.pipeline.comparison_words import (
    WITHIN,
    is_better,
    left_out,
    range_said,
    side,
    value_said,
    verdict,
)
from salesops.web.books import narrowed_book, speaks_of
from salesops.web.charts.funnel_plot import Dot, funnel_plot
from salesops.web.export import as_asked, is_export, major
from salesops.web.pages.numbers.reading import PRESETS
from salesops.web.pages.pipeline.days import Days, days_asked
from salesops.web.pages.pipeline.kept import kept
from salesops.web.pages.pipeline.tabs import tabs
from salesops.web.paging import page_of, paged

SIZE = 50
TITLES = {"person": "People", "team": "Teams"}
ACROSS = {
    "productivity": "How much there is to go by: deals that are expected",
}
IN_DEALS = "How much there is to go by, in deals"


@dataclass(frozen=True)
class Asked:
    """What the address asks for."""

    book: Book
    before: Book | None  # as it was known on the day compared with
    days: Days
    label: str
    period: Period
    measure: str
    by: str
    carried: dict[str, str]

    def found(self, book: Book) -> Comparison:
        """The comparison as a book knows it, worked out once."""
        period = book.period(self.label)
        return kept(
            book,
            ("people compared", period, self.measure, self.by),
            lambda: comparison(book, measure=self.measure, by=self.by, period=period),
        )


def people_compared(request: HttpRequest) -> HttpResponseBase:
    """The page, or with `export` everybody of the comparison as a file."""
    asked = _asked(request)
    found = asked.found(asked.book)
    former = asked.found(asked.before) if asked.before else None
    then = {s.key: s for s in former.standings} if former else {}
    currency = asked.book.facts.currency
    if is_export(request):
        return as_asked(request, f"{asked.measure}-compared", *_file(found, currency))
    page = page_of(request)
    shown = found.standings[(page - 1) * SIZE : page * SIZE + 1]
    return render(
        request,
        "pipeline/people_compared.html",
        {
            "tabs": tabs(request),
            "asked": asked,
            "measures": [(name, measure.title) for name, measure in MEASURES.items()],
            "measure": MEASURES[asked.measure],
            "groups": list(TITLES.items()),
            "presets": PRESETS,
            "is_own_period": asked.label not in dict(PRESETS),
            "days": asked.days.shown,
            "history_from": asked.book.facts.history_from,
            "former": former,
            "speaks_of": speaks_of(asked.book),
            "sees_part": not asked.book.scope.is_everything,
            "found": found,
            "verdict": verdict(found),
            "within": WITHIN[asked.measure],
            "left_out": left_out(found),
            "chart": _drawn(asked, found, currency),
            "by_time": asked.measure == "productivity",
            "told": [_told(asked, found, s, then.get(s.key), currency) for s in shown[:SIZE]],
        }
        | paged(page, shown, SIZE),
    )


def _asked(request: HttpRequest) -> Asked:
    whole = narrowed_book(request)
    days = days_asked(request, whole)
    book = days.book(whole)
    label = request.GET.get("period", "").strip() or "last_4_quarters"
    measure, by = request.GET.get("measure", ""), request.GET.get("by", "")
    return Asked(
        book=book,
        before=days.book_before(whole),
        days=days,
        label=label,
        period=book.period(label),
        measure=measure if measure in MEASURES else "win_rate",
        by=by if by in GROUPS else "person",
        carried={n: request.GET[n] for n in ("as_of", "where") if request.GET.get(n)},
    )


def _deals(asked: Asked, key: str) -> str:
    """Where the deals of somebody are."""
    query = {"by": asked.by, "at": key, "period": asked.label} | asked.carried
    return f"{reverse('rows', args=[MEASURES[asked.measure].rows])}?{urlencode(query)}"


def _drawn(asked: Asked, found: Comparison, currency: str) -> SafeString:
    """The chart, whose limits take longer than all else of the page; its dots lead to what the address asks for."""
    question = (asked.period, asked.label, asked.measure, asked.by, *asked.carried.items())
    return kept(
        asked.book,
        ("people compared, drawn", *question),
        lambda: _chart(asked, found, currency),
    )


def _chart(asked: Asked, found: Comparison, currency: str) -> SafeString:
    def words(value: float) -> str:
        return value_said(found, value, currency)

    dots = [
        Dot(s.name, s.worth, s.adjusted, words(s.adjusted), _deals(asked, s.key), _kind(found, s))
        for s in found.standings
    ]
    return funnel_plot(
        dots,
        found.limits,
        (found.usual, f"All together: {words(found.usual)}"),
        words,
        f"{MEASURES[found.measure].title} of {len(dots)} {TITLES[found.by].lower()} with the mix held equal, "
        "by how much there is to go by",
        ACROSS.get(found.measure, IN_DEALS),
    )


def _kind(found: Comparison, standing: Standing) -> str:
    if not standing.stands_out:
        return ""
    return "good" if is_better(found, standing) else "bad"


def _told(
    asked: Asked, found: Comparison, standing: Standing, former: Standing | None, currency: str
) -> dict[str, Any]:
    def words(value: float) -> str:
        return value_said(found, value, currency, short=True)

    return {
        "deals": _deals(asked, standing.key),
        "name": standing.name,
        "n": standing.n,
        "months": None if standing.months is None else f"{standing.months:.0f}",
        "a_month": ""
        if standing.minor_a_month is None
        else format_money(standing.minor_a_month, currency, compact=True),
        "raw": words(standing.raw),
        "expected": words(standing.expected),
        "adjusted": words(standing.adjusted),
        "then": former and {"adjusted": words(former.adjusted), "n": former.n},
        "shrunk": words(standing.shrunk),
        "range": range_said(found, standing, currency),
        "side": side(found, standing),
        "tone": _kind(found, standing),
    }


def _file(found: Comparison, currency: str) -> tuple[list[str], Iterator[list[Any]]]:
    measure = MEASURES[found.measure]
    is_money = measure.unit is Unit.MONEY
    values = ["raw", "expected", "adjusted", "shrunk", "low", "high"]
    unit = f"_{currency.lower()}" if is_money else ""
    header = [found.by, "name", measure.counted, *(f"{name}{unit}" for name in values)]
    header += ["to_go_by", "standard_deviations", "stands_out", "months", f"won_{currency.lower()}"]

    def rows() -> Iterator[list[Any]]:
        for s in found.standings:
            told = [getattr(s, name) for name in values]
            if is_money:
                told = [major(round(value), currency) for value in told]
            yield [
                s.key, s.name, s.n, *told, s.worth, s.z, s.stands_out, s.months, major(s.won_minor, currency)
            ]  # fmt: skip

    return header, rows()
