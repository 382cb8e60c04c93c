"""What an insight is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from salesops.book.book import Book


@dataclass(frozen=True)
class Finding:
    """One true, specific sentence with its evidence.

    `money_minor` is what it concerns; `rows` how many records; `link` where these rows are. `weight`
    orders findings: money in minor units, so that the largest comes first.
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

    @property
    def weight(self) -> int:
        """Larger comes first."""
        return self.money_minor or 0


@dataclass(frozen=True)
class Insight:
    """A way to look at a book."""

    name: str
    look: Callable[[Book], Finding | None]
