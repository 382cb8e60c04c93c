"""What numbers of a moment were when months ended, in one statement: asked one by one, each would read all of history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

from salesops.book.book import Book
from salesops.book.measurement import Figure, figure_of
from salesops.foundations.period import Period
from salesops.kpis import KPIS
from salesops.kpis._definition import Cell

# Of the state `v` of an open deal at the end of a month: whether it takes part, and what it adds to the two sums.
# That these are the numbers' own definitions is held by a test.
_ADDS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "open_pipeline": (
            "v.is_qualified",
            "v.worth",
            "CASE WHEN v.worth IS NOT NULL THEN 1 END",
        ),
        "past_due_close_dates": ("true", "CAST(coalesce(v.close_date < v.day, false) AS INT)", "1"),
    }
)
OF_A_MOMENT = frozenset(_ADDS)


def at_month_ends(book: Book, name: str, months: Sequence[Period]) -> dict[str, Figure]:
    """The number when each month ended, by the month's label; without months that history does not reach.

    Of all deals alone: none where the book is narrowed by a condition.
    """
    since = book.facts.history_from
    if book.criterion or since is None:
        return {}
    days = {month.label: month.last_day for month in months}
    ends = [(label, day, book.as_of(day).instant) for label, day in days.items()]
    ends = [end for end in ends if end[2] >= since]
    if not ends:
        return {}
    takes_part, numerator, denominator = _ADDS[name]
    found = book.engine.run(
        f"""WITH month_end AS (
            SELECT unnest($labels) AS label, unnest($days) AS day, unnest($moments) AS moment
        ), v AS (
            SELECT m.label, m.day, v.is_qualified, v.close_date, {_worth(book)} AS worth
            FROM month_end m JOIN opportunity_version v ON v.valid_from <= m.moment AND v.valid_to > m.moment
            {_RATES if book.facts.currencies else ""}
            WHERE NOT v.is_closed
        )
        SELECT label, sum({numerator}), sum({denominator}), count({denominator}), count(*)
        FROM v WHERE {takes_part} GROUP BY label""",
        {
            "labels": [label for label, _, _ in ends],
            "days": [day for _, day, _ in ends],
            "moments": [at for _, _, at in ends],
        },
    ).rows
    kpi = KPIS[name]
    return {
        label: figure_of(kpi, Cell(_exact(above), _exact(below), n, every - n))
        for label, above, below, n, every in found
    }


_RATES = "LEFT JOIN exchange_rate r ON r.currency = v.currency AND r.valid_from <= m.day AND r.valid_to > m.day"


def _worth(book: Book) -> str:
    """Of former days a deal is worth what its currency was worth then."""
    if not book.facts.currencies:
        return "v.value_minor"
    return (
        "CASE WHEN r.minor_rate IS NULL THEN v.value_minor "
        "ELSE CAST(round(v.amount_minor * r.minor_rate) AS BIGINT) END"
    )


def _exact(found: object) -> Fraction | None:
    return None if found is None else Fraction(str(found))
