"""What an insight is, what it finds, and the few words findings share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from salesops.book.book import Book

MOST_CHARACTERS = 3_500  # of a condition in a link


@dataclass(frozen=True)
class Finding:
    """One true, specific sentence with its evidence.

    `money_minor` is what it concerns; `rows` how many records; `link` where these rows are. `weight`
    orders findings: money in minor units, so that the largest comes first. `about` is the same for
    findings that look at the same side of selling, so that those shown are not all about one.
    """

    name: str
    title: str
    text: str
    evidence: tuple[str, ...]
    rows: int
    money_minor: int | None
    link: str
    link_words: str
    tone: str = "warn"  # warn, bad or good
    is_news: bool = False  # of the last month, and told before what stands for longer
    about: str = "open deals"  # or records, leads, winning, people, time, forecast

    @property
    def weight(self) -> int:
        """Larger comes first."""
        return self.money_minor or 0


@dataclass(frozen=True)
class Insight:
    """A way to look at a book."""

    name: str
    look: Callable[[Book], Finding | None]


def deals_where(condition: str, *, sort: str = "-value") -> str:
    """The address of the opportunities for which a criterion is true."""
    return f"/opportunities?{urlencode({'where': condition, 'sort': sort})}"


def literal(text: str) -> str:
    """Text inside a criterion."""
    return "'" + text.replace("'", "''") + "'"


def one_of(ids: Iterable[str]) -> tuple[str, int]:
    """A list for a criterion, and how many of the ids it holds: as many as a link can carry."""
    held: list[str] = []
    length = 0
    for one in ids:
        length += len(one) + 4
        if length > MOST_CHARACTERS:
            break
        held.append(literal(one))
    return f"({', '.join(held)})", len(held)
