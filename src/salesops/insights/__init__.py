"""Insights: one file a finding; each looks at a book and says something specific and true, or nothing."""

from collections.abc import Mapping, Sequence

from salesops.book.book import Book
from salesops.book.facts import EVERYTHING
from salesops.foundations.catalogue import catalogue
from salesops.foundations.problem import Refusal
from salesops.insights._bands import Look, alerts, bands, last_look
from salesops.insights._choosing import (
    GOALS,
    ROLES,
    STAGES,
    Reason,
    are_chosen,
    choose,
    choose_of,
    forget_key_numbers,
    keep_key_numbers,
    key_numbers,
)
from salesops.insights._finding import Finding, Insight
from salesops.insights._readings import (
    KEY_NUMBERS,
    LIBRARY_PERIOD,
    OF_A_PERSON,
    KeyReading,
    key_reading,
    quarter_readings,
    recent_quarters,
)

INSIGHTS: Mapping[str, Insight] = catalogue(__name__, Insight)
MOST = 5

__all__ = [
    "GOALS",
    "INSIGHTS",
    "KEY_NUMBERS",
    "LIBRARY_PERIOD",
    "MOST",
    "OF_A_PERSON",
    "ROLES",
    "STAGES",
    "Finding",
    "Insight",
    "KeyReading",
    "Look",
    "Reason",
    "alerts",
    "are_chosen",
    "bands",
    "choose",
    "choose_of",
    "every_finding",
    "findings",
    "forget_key_numbers",
    "keep_key_numbers",
    "key_numbers",
    "key_reading",
    "last_look",
    "most_telling",
    "quarter_readings",
    "recent_quarters",
]


def findings(book: Book, most: int = MOST) -> list[Finding]:
    """What the book shows, the most money first; fewer than `most` where there is less to say."""
    return most_telling(every_finding(book), most)


def every_finding(book: Book) -> list[Finding]:
    """All that the book shows. Insights read it whole and as it is now: a part or a former state is refused."""
    if book.at is not None or book.criterion or book.scope != EVERYTHING:
        raise Refusal("Findings speak of the whole book as it is now.")
    found = [f for insight in INSIGHTS.values() if (f := insight.look(book)) is not None]
    return _ordered(found)


def most_telling(found: Sequence[Finding], most: int = MOST) -> list[Finding]:
    """The few to be shown, about different sides of selling as long as there are others.

    Deals past their date and deals gone quiet are much the same deals.
    """
    first: dict[str, Finding] = {}
    for finding in (ordered := _ordered(found)):
        first.setdefault(finding.about, finding)
    chosen = list(first.values())
    return _ordered((chosen + [f for f in ordered if f not in chosen])[:most])


def _ordered(found: Sequence[Finding]) -> list[Finding]:
    """What is news, then the most money first."""
    return sorted(found, key=lambda f: (not f.is_news, -f.weight, f.name))
