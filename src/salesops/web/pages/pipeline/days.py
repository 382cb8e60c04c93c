"""The two days a page of the pipeline speaks of: the day itself, and the one it is compared with.

A page asks `days_of`, or `days_asked` where it compares only when asked to, and gives its template what `shown` says
as `days`; `pipeline/_days.html`, within the page's form, has the fields and the slider. Both days stand in the
address as `as_of` and `before`.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest

from salesops.book.book import Book
from salesops.foundations.period_words import day_in_words
from salesops.foundations.problem import Refusal
from salesops.pipeline import first_day

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Days:
    """The pipeline at the end of `day` against that at the end of `before`, within what history knows."""

    day: date
    before: date
    first: date  # at whose end history first says what was open
    last: date  # of which the book speaks now
    has_history: bool
    is_compared: bool = True  # else `before` is a day nobody asked for

    def book(self, book: Book) -> Book:
        """A book as it was known at the end of the day; of the last one, as it is now."""
        return _at_the_end(book, self.day)

    def book_before(self, book: Book) -> Book | None:
        """A book as it was known at the end of the day compared with; None where none is."""
        return _at_the_end(book, self.before) if self.is_compared else None

    @property
    def shown(self) -> dict[str, Any]:
        """What the part of the template needs."""
        most = (self.last - self.first).days
        place, compared = ((d - self.first).days for d in (self.day, self.before))
        return {
            "day": self.day,
            "before": self.before,
            "first": self.first,
            "last": self.last,
            "has_history": self.has_history,
            "is_compared": self.is_compared,
            "most": most,
            "place": place,
            "compared": compared,
            "between": place - compared,
            "said": day_in_words(self.day),
            "compared_said": day_in_words(self.before),
        }


def days_of(request: HttpRequest, book: Book) -> Days:
    """The days the address asks for; else the last one the book knows, against the end of the quarter before."""
    day = _asked(request, "as_of")
    before = _asked(request, "before")
    if before is None:
        before = book.calendar.period_of(day or book.today, "quarter").start - A_DAY
    return days_between(book, before, day or book.today)


def days_asked(request: HttpRequest, book: Book) -> Days:
    """The day the address asks for, compared with another only where it asks for that."""
    days = days_of(request, book)
    is_compared = _asked(request, "before") is not None and days.before < days.day
    return dataclasses.replace(days, is_compared=is_compared)


def days_between(book: Book, before: date, day: date) -> Days:
    """Two days; one that history does not reach becomes the nearest it does, and `before` is the earlier."""
    last = book.last_day
    begins = first_day(book)
    first = min(begins, last) if begins else last
    day = max(first, min(day, last))
    return Days(
        day=day,
        before=max(first, min(before, day - A_DAY)),
        first=first,
        last=last,
        has_history=begins is not None,
    )


def _at_the_end(book: Book, day: date) -> Book:
    asked = book.as_of(day)
    return asked if asked.instant < book.instant else book


def _asked(request: HttpRequest, name: str) -> date | None:
    text = request.GET.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal(f"“{text}” is not a day such as 2026-06-30.") from None
