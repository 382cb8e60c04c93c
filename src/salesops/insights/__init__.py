"""Insights: one file a finding; each looks at a book and says something specific and true, or nothing."""

from collections.abc import Mapping

from salesops.book.book import Book
from salesops.foundations.catalogue import catalogue
from salesops.insights._finding import Finding, Insight

INSIGHTS: Mapping[str, Insight] = catalogue(__name__, Insight)
MOST = 5

__all__ = ["INSIGHTS", "Finding", "Insight", "findings"]


def findings(book: Book, most: int = MOST) -> list[Finding]:
    """What the book shows, the most money first; fewer than `most` where there is less to say."""
    found = [f for insight in INSIGHTS.values() if (f := insight.look(book)) is not None]
    return sorted(found, key=lambda f: -f.weight)[:most]
