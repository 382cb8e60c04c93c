"""What holds deals up most, as a finding among the others."""

from __future__ import annotations

from urllib.parse import urlencode

from salesops.book.book import Book
from salesops.insights import Finding
from salesops.pipeline import bottlenecks
from salesops.pipeline.bottleneck_words import cost, sureness


def what_holds_up(book: Book) -> list[Finding]:
    """The first bottleneck, none where there is none or no history to tell."""
    if book.facts.history_from is None:
        return []
    found = bottlenecks(book).found[:1]
    return [
        Finding(
            name="bottleneck",
            title=b.title,
            text=cost(b, book.facts.currency),
            evidence=(f"{b.here.n:,} deals against {b.usual.n:,} of the same mix", sureness(b)),
            rows=b.here.n,
            money_minor=b.worth_minor,
            link=f"/bottlenecks?{urlencode({'finding': b.key})}#deals",
            link_words="See these deals",
            about="time",
        )
        for b in found
    ]
