"""Insights: one file a finding; each looks at a book and says something specific and true, or nothing."""

from collections.abc import Mapping

from salesops.book.book import Book
from salesops.book.facts import EVERYTHING
from salesops.foundations.catalogue import catalogue
from salesops.foundations.problem import Refusal
from salesops.insights._finding import Finding, Insight
from salesops.insights._readings import (
    KEY_NUMBERS,
    LIBRARY_PERIOD,
    KeyReading,
    key_reading,
    quarter_readings,
    recent_quarters,
)

INSIGHTS: Mapping[str, Insight] = catalogue(__name__, Insight)
MOST = 5

__all__ = [
    "INSIGHTS",
    "KEY_NUMBERS",
    "LIBRARY_PERIOD",
    "Finding",
    "Insight",
    "KeyReading",
    "findings",
    "key_reading",
    "quarter_readings",
    "recent_quarters",
]


def findings(book: Book, most: int = MOST) -> list[Finding]:
    """What the book shows, the most money first; fewer than `most` where there is less to say.

    Those shown are about different sides of selling as long as there are others: deals past their date
    and deals gone quiet are much the same deals. Insights read the whole book as it is now, so a part of
    it or a former state is refused.
    """
    if book.at is not None or book.criterion or book.scope != EVERYTHING:
        raise Refusal("Findings speak of the whole book as it is now.")
    found = [f for insight in INSIGHTS.values() if (f := insight.look(book)) is not None]
    ordered = sorted(found, key=lambda f: (-f.weight, f.name))
    return sorted(_varied(ordered, most), key=lambda f: (-f.weight, f.name))


def _varied(ordered: list[Finding], most: int) -> list[Finding]:
    """The first about each side of selling, then whatever else there is."""
    first: dict[str, Finding] = {}
    for finding in ordered:
        first.setdefault(finding.about, finding)
    chosen = list(first.values())
    return (chosen + [f for f in ordered if f not in chosen])[:most]
