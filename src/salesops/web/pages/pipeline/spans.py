"""The days a page of the pipeline counts over, as its address names them, and how its deals may be split."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from django.http import HttpRequest

from salesops.book.book import Book
from salesops.foundations.period import Period
from salesops.web.books import speaks_of

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


def over_of(request: HttpRequest) -> str:
    """The span asked for, by name or as `first..last`; else the last four quarters."""
    first, last = (request.GET.get(name, "").strip() for name in ("first", "last"))
    return (
        f"{first}..{last}"
        if first and last
        else request.GET.get("over", "").strip() or "last_4_quarters"
    )


def span_shown(book: Book, period: Period) -> dict[str, Any]:
    """What the part of a page above its answer tells of the days."""
    since, is_all = book.facts.history_from, period.label == "all"
    return {
        "spans": SPANS,
        "first": None if is_all else period.start,
        "last": None if is_all else min(period.end - timedelta(days=1), book.today),
        "whole_from": book.as_of(since).today if since else None,
        "last_day": book.facts.data_as_of.date().isoformat(),
        "speaks_of": speaks_of(book),
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


def splits_shown(book: Book, groups: Iterable[str], by: str) -> dict[str, Any]:
    """What the part of a page above its answer tells of splits."""
    return {
        "splits": [(name, TITLES[name]) for name in _splits(book, groups)],
        "split_title": TITLES.get(by, ""),
    }


def chosen(whole: Group, groups: Sequence[Group], key: str | None) -> Group:
    """The group that `split_of` tells; else the whole."""
    found = (group for group in groups if key is not None and (group.key or "") == key)
    return next(found, whole)


def _splits(book: Book, groups: Iterable[str]) -> list[str]:
    return [name for name in groups if name != "segment" or book.settings.segments]
