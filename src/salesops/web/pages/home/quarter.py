"""This quarter at a glance: what is won, what may still come by certainty, and the quota."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from salesops.book.book import Book
from salesops.book.picture import value_in_words
from salesops.foundations.money import format_money
from salesops.foundations.period import Period
from salesops.foundations.period_words import period_in_words
from salesops.insights import quarter_readings
from salesops.kpis._definition import Unit
from salesops.web.charts.certainty import Part, certainty

_WORDS = {"closed": "Won", "commit": "Commit", "best": "Best case", "pipe": "Pipeline"}
_CONDITIONS = {
    "closed": "is_won",
    "commit": "not is_closed and forecast_category = 'commit'",
    "best": "not is_closed and forecast_category = 'best_case'",
    "pipe": "not is_closed and coalesce(forecast_category, '') not in ('commit', 'best_case')",
}


def quarter_of(book: Book) -> dict[str, Any] | None:
    """The running quarter in money; None where nothing of it has any."""
    quarter = book.period("this_quarter")
    parts = _parts(book, quarter)
    figures = {name: m.value for name, m in quarter_readings(book).items()}
    quota = figures["quota"]
    if not parts and quota is None:
        return None
    currency = book.facts.currency

    def money(minor: Any) -> str:
        return format_money(int(minor), currency, compact=True)

    won = figures["closed_to_date"]
    share = figures["quota_attainment"]
    return {
        "title": period_in_words(quarter),
        "days_left": max(0, (quarter.end - book.today).days - 1),
        "won": "Nothing won yet" if won is None else f"{money(won)} won",
        "attainment": value_in_words(Unit.SHARE, share, currency) if share is not None else "",
        "quota": money(quota) if quota is not None else "",
        "forecast": money(figures["forecast"]) if figures["forecast"] is not None else "",
        "bar": certainty(parts, int(quota) if quota is not None else None),
        "key": [(p.kind, p.said, _link(p.kind, quarter)) for p in parts],
    }


def _parts(book: Book, quarter: Period) -> list[Part]:
    found = dict(
        book.engine.run(
            "SELECT CASE WHEN is_won THEN 'closed' WHEN forecast_category = 'commit' THEN 'commit' "
            "WHEN forecast_category = 'best_case' THEN 'best' ELSE 'pipe' END, sum(value_minor) "
            "FROM opportunity WHERE close_date >= $start AND close_date < $end "
            "AND (is_won OR NOT is_closed) GROUP BY 1",
            {"start": quarter.start, "end": quarter.end},
        ).rows
    )
    currency = book.facts.currency
    return [
        Part(
            kind,
            int(found[kind]),
            f"{said} {format_money(int(found[kind]), currency, compact=True)}",
        )
        for kind, said in _WORDS.items()
        if (found.get(kind) or 0) > 0
    ]


def _link(kind: str, quarter: Period) -> str:
    where = (
        f"{_CONDITIONS[kind]} and close_date >= '{quarter.start}' and close_date < '{quarter.end}'"
    )
    return f"/opportunities?{urlencode({'where': where})}"
