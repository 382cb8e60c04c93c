"""The days a page of the pipeline counts over, as its address names them, and how its deals may be split."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from django.http import HttpRequest

from salesops.book.book import Book
from salesops.foundations.period import Period
from salesops.pipeline import first_day
from salesops.web.books import narrowed_book, speaks_of
from salesops.web.pages.pipeline.days import Days, days_asked
from salesops.web.pages.pipeline.tabs import tabs

SPANS = (
    ("this_quarter", "This quarter"),
    ("last_quarter", "Last quarter"),
    ("last_4_quarters", "Last 4 quarters"),
    ("this_year", "This year"),
    ("all", "All time"),
)
TITLES = {
    "team": "Team",
    "person": "Owner",
    "month": "Month",
    "quarter": "Quarter",
    "source": "Source",
    "type": "Type",
    "pipeline": "Pipeline",
    "segment": "Segment",
}


@dataclass(frozen=True)
class Spanned:
    """What an address asks of a page that counts over days; a span of own days is `first..last`."""

    book: Book
    before: Book | None  # as it was known on the day compared with
    days: Days
    over: str
    period: Period
    by: str
    group: str | None

    @property
    def whose(self) -> dict[str, Any]:
        """What the deals are asked with: of the chosen group, or of all."""
        return {} if self.group is None else {"by": self.by, "group": self.group or None}


def spanned(request: HttpRequest, groups: Iterable[str]) -> Spanned:
    """The book, days and split that an address asks for; it may be split by `groups`."""
    whole = narrowed_book(request)
    days = days_asked(request, whole)
    book = days.book(whole)
    over, (by, group) = _over(request, book), split_of(request, book, groups)
    return Spanned(book, days.book_before(whole), days, over, book.period(over), by, group)


def span_shown(request: HttpRequest, asked: Spanned, groups: Iterable[str]) -> dict[str, Any]:
    """What a page shows of what it is asked, whether or not there is an answer."""
    book, period, is_all = asked.book, asked.period, asked.period.label == "all"
    first, last = period.start, min(period.last_day, book.today)
    is_own = asked.over not in dict(SPANS)
    return {
        "tabs": tabs(request),
        "asked": asked,
        "spans": SPANS,
        "first": None if is_all else first,
        "last": None if is_all else last,
        "span_asked": {"first": str(first), "last": str(last)} if is_own else {"over": asked.over},
        "whole_from": first_day(book),
        "last_day": book.facts.data_as_of.date().isoformat(),
        "speaks_of": speaks_of(book),
        "days": asked.days.shown,
        "days_carried": ("as_of", "before", "by", "where"),
        "splits": [(name, TITLES[name]) for name in _splits(book, groups)],
        "split_title": TITLES.get(asked.by, ""),
    }


class _Keyed(Protocol):
    @property
    def key(self) -> str | None: ...


Group = TypeVar("Group", bound=_Keyed)


def split_of(request: HttpRequest, book: Book, groups: Iterable[str]) -> tuple[str, str | None]:
    """What is split by, and the group chosen of that: None where none is, empty for the one without a name."""
    given = {k: str(v).strip() for k, v in request.GET.items()}
    by = given.get("by", "")
    if by not in _splits(book, groups):
        return "", None
    return by, "" if given.get("null") else given.get("group")


def chosen(whole: Group, groups: Sequence[Group], key: str | None) -> Group:
    """The group that `split_of` tells; else the whole."""
    found = (group for group in groups if key is not None and (group.key or "") == key)
    return next(found, whole)


def _over(request: HttpRequest, book: Book) -> str:
    """The span asked for, by name or as `first..last`; else the last four quarters.

    Where only one of the two days is said, the other is the first or the last one that is known.
    """
    first, last = (request.GET.get(name, "").strip() for name in ("first", "last"))
    if first or last:
        return f"{first or first_day(book) or last}..{last or book.today}"
    return request.GET.get("over", "").strip() or "last_4_quarters"


def _splits(book: Book, groups: Iterable[str]) -> list[str]:
    return [name for name in groups if name != "segment" or book.settings.segments]
