"""Home: the key numbers with their course, what changed since the last import, what is wrong with the data."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from salesops.book.book import Book
from salesops.book.measurement import Measurement
from salesops.book.picture import interval_in_words, value_in_words
from salesops.foundations.money import format_money
from salesops.foundations.period import Period
from salesops.insights import findings
from salesops.kpis import KPIS
from salesops.web.books import manifest, whole_book
from salesops.web.charts.certainty import certainty
from salesops.web.charts.sparkline import sparkline
from salesops.web.pages.data.problems import problems_of

KEY = (
    "closed_to_date",
    "quota_attainment",
    "open_pipeline",
    "weighted_pipeline",
    "win_rate",
    "close_rate",
    "sales_cycle",
    "average_deal_size",
    "cac",
    "ltv",
    "time_spent_selling",
    "data_completeness",
)
MOST_TILES = 12
QUARTERS = 8


def home(request: HttpRequest) -> HttpResponse:
    """The picture of the book, or the two doors where there is none yet."""
    if manifest() is None:
        return redirect("opening")
    book = whole_book()
    tiles, silent = _tiles(book)
    bar, key = _certainty(book)
    return render(
        request,
        "home/home.html",
        {
            "today": book.today,
            "tiles": tiles,
            "silent": silent,
            "bar": bar,
            "bar_key": key,
            "findings": findings(book),
            "changes": _changes(book),
            "problems": problems_of(book)[:5],
            "currency": book.facts.currency,
        },
    )


def _tiles(book: Book) -> tuple[list[dict[str, Any]], list[str]]:
    year = Period(
        _year_before(book), book.today + timedelta(days=1), f"12 months to {book.today:%-d %b %Y}"
    )
    tiles, silent = [], []
    for name in KEY:
        tile = _tile(book, name, year)
        if tile is None:
            silent.append(KPIS[name].title)
        else:
            tiles.append(tile)
    return tiles[:MOST_TILES], silent


def _year_before(book: Book) -> Any:
    return book.today + timedelta(days=1) - timedelta(days=365)


def _tile(book: Book, name: str, year: Period) -> dict[str, Any] | None:
    kpi = KPIS[name]
    over = book.period("this_quarter") if name in ("quota_attainment", "closed_to_date") else year
    measured = book.measure(name, period=over)
    if measured.value is None:
        return None
    return {
        "name": name,
        "title": kpi.title,
        "value": value_in_words(kpi.unit, measured.value, measured.currency, compact=True),
        "note": _note(kpi.basis.value, over, measured),
        "spark": sparkline(_course(book, name), f"{kpi.title} by quarter"),
    }


def _note(basis: str, over: Period, measured: Measurement) -> str:
    interval = interval_in_words(measured, measured.figure)
    when = "today" if basis == "point" and not measured.kpi.parts else over.label
    return f"{when}, 95 %: {interval}" if interval else when


def _course(book: Book, name: str) -> list[float | None]:
    """The last quarters, from one question where the number can be split by quarter."""
    kpi = KPIS[name]
    now = book.calendar.period_of(book.today, "quarter")
    quarters = [now]
    while len(quarters) < QUARTERS:
        quarters.insert(0, book.calendar.previous(quarters[0]))
    if kpi.is_dated:
        by_label = {
            f.key[0]: f.value for f in book.measure(name, period=_span(quarters), by=["quarter"])
        }
        return [_number(by_label.get(q.label)) for q in quarters]
    return [_number(m.value) for m in book.series(name, quarters)]


def _span(quarters: list[Period]) -> Period:
    return Period(quarters[0].start, quarters[-1].end, f"{quarters[0].label}..{quarters[-1].label}")


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _certainty(book: Book) -> tuple[Any, list[tuple[str, str]]]:
    """This quarter by certainty: won, commit, best case, the rest of what is due."""
    quarter = book.period("this_quarter")
    found = dict(
        book.engine.run(
            "SELECT CASE WHEN is_won THEN 'closed' WHEN forecast_category = 'commit' THEN 'commit' "
            "WHEN forecast_category = 'best_case' THEN 'best' ELSE 'pipe' END, sum(value_minor) "
            "FROM opportunity WHERE value_minor > 0 AND close_date >= $start AND close_date < $end "
            "AND (is_won OR NOT is_closed) GROUP BY 1",
            {"start": quarter.start, "end": quarter.end},
        ).rows
    )
    words = {"closed": "Won", "commit": "Commit", "best": "Best case", "pipe": "Pipeline"}
    parts = [
        (
            kind,
            int(found[kind]),
            f"{said} {format_money(int(found[kind]), book.facts.currency, compact=True)}",
        )
        for kind, said in words.items()
        if found.get(kind)
    ]
    return certainty(parts), [(kind, said) for kind, _, said in parts]


def _changes(book: Book) -> list[dict[str, Any]]:
    rows = book.engine.run(
        "SELECT what, count(*), sum(value_minor) FROM _change GROUP BY 1 ORDER BY 2 DESC"
    ).rows
    words = {
        "new": "new opportunities",
        "gone": "no longer in the files",
        "stage": "changed stage",
        "value": "changed value",
        "close date": "changed close date",
        "owner": "changed owner",
    }
    return [{"what": words[what], "rows": count, "money": money} for what, count, money in rows]
