"""A change of settings in words: what differs, and what that does to numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from salesops.book.sales_process import in_words
from salesops.book.settings import Settings
from salesops.foundations.period_words import period_in_words
from salesops.web.pages.settings.settings import (
    MONTHS,
    PATTERNS,
    WEEKDAYS,
    YEAR_ENDS,
    YEAR_NAMES,
)

NOT_SAID = "As in the files"


@dataclass(frozen=True)
class Differs:
    """One thing that is other than before."""

    title: str
    old: str
    new: str


def differences(before: Settings, after: Settings) -> list[Differs]:
    """What differs, in the order of the form."""
    found = [
        *_of_the_book(before, after),
        *_of_segments(before, after),
        *_of_the_process(before, after),
    ]
    return [each for each in found if each.old != each.new]


def effects(before: Settings, after: Settings, today: date) -> list[str]:
    """What that does to numbers, a sentence each."""
    found = []
    if before.calendar != after.calendar:
        was, will = (_quarter(s, today) for s in (before, after))
        if was != will:
            found.append(
                f"Today lies in {will}; until now in {was}. Periods and quotas are read by these days."
            )
    if before.calendar.time_zone != after.calendar.time_zone:
        found.append(
            f"On which day something happened is told by the clocks of {after.calendar.time_zone}."
        )
    if before.currency != after.currency:
        found.append(
            "Every value is worked out anew at the rates there are. Amounts keep their own currency."
        )
    if before.segments != after.segments:
        found.append(
            "Deals are put into the first segment whose condition they meet, those of the past as well."
        )
    return found


def _of_the_book(before: Settings, after: Settings) -> Iterator[Differs]:
    was, now = before.calendar, after.calendar
    yield Differs("Name", before.title or "None", after.title or "None")
    yield Differs("Reporting currency", before.currency or NOT_SAID, after.currency or NOT_SAID)
    months = (MONTHS[was.first_month - 1], MONTHS[now.first_month - 1])
    yield Differs("Fiscal year begins in", *months)
    patterns = dict(PATTERNS)
    yield Differs("Months are", patterns[was.pattern], patterns[now.pattern])
    days = (WEEKDAYS[was.year_end_weekday], WEEKDAYS[now.year_end_weekday])
    yield Differs("A year of weeks ends on", *days)
    ends = dict(YEAR_ENDS)
    yield Differs("Which of these days", ends[was.year_end], ends[now.year_end])
    names = dict(YEAR_NAMES)
    yield Differs("A fiscal year is called by", names[was.year_named_by], names[now.year_named_by])
    yield Differs("Time zone", was.time_zone, now.time_zone)


def _of_segments(before: Settings, after: Settings) -> Iterator[Differs]:
    old = {s.name: s.criterion for s in before.segments}
    new = {s.name: s.criterion for s in after.segments}
    for name in dict.fromkeys((*old, *new)):
        yield Differs(f"Segment {name}", old.get(name, "None"), new.get(name, "None"))
    stay = [name for name in old if name in new]
    order = [name for name in new if name in old]
    yield Differs("Order of segments", ", ".join(stay), ", ".join(order))


def _of_the_process(before: Settings, after: Settings) -> Iterator[Differs]:
    """What each stage asks from a day on; a version that asks nothing is there all the same."""
    old, new = (
        {(v.since, r.pipeline, r.stage): in_words(r) for v in s.sales_process for r in v.stages}
        for s in (before, after)
    )
    for key in sorted({*old, *new}):
        since, pipeline, stage = key
        where = f"{stage} ({pipeline})" if pipeline else stage
        title = f"Process from {since:%-d %b %Y}, {where}"
        yield Differs(title, old.get(key) or "Nothing", new.get(key) or "Nothing")
    was, now = ({v.since: v.note or "In force" for v in s.sales_process} for s in (before, after))
    for since in sorted({*was, *now}):
        title = f"Process from {since:%-d %b %Y}"
        yield Differs(title, was.get(since, "None"), now.get(since, "None"))


def _quarter(settings: Settings, today: date) -> str:
    found = settings.calendar.calendar().period_of(today, "quarter")
    return f"{period_in_words(found)} ({found.start:%-d %b %Y} – {found.last_day:%-d %b %Y})"
