"""A calendar as other programs subscribe to it: the text of RFC 5545, line by line and octet by octet."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

LONGEST_LINE = 75  # octets, without the line's end (RFC 5545, 3.1)
_WHOSE = uuid.uuid5(uuid.NAMESPACE_URL, "https://salesops.invalid/calendar")


@dataclass(frozen=True)
class Event:
    """A day, or an instant with its length in minutes. `key` makes the event the same one at each reading; `revised_at`
    is when it was last changed."""

    key: str
    revised_at: datetime
    begins: date | datetime
    summary: str
    description: str = ""
    url: str = ""
    minutes: int | None = None


def icalendar(name: str, events: Iterable[Event]) -> bytes:
    """The calendar, whose readers are asked to come again each hour."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//salesops//salesops//EN",
        "CALSCALE:GREGORIAN",
        f"NAME:{_escaped(name)}",
        f"X-WR-CALNAME:{_escaped(name)}",  # for those that do not know RFC 7986
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        *(line for event in events for line in _event(event)),
        "END:VCALENDAR",
    ]
    return b"".join(_folded(line) + b"\r\n" for line in lines)


def _event(event: Event) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{uuid.uuid5(_WHOSE, event.key)}@salesops"
    yield f"DTSTAMP:{_instant(event.revised_at)}"
    if isinstance(event.begins, datetime):
        yield f"DTSTART:{_instant(event.begins)}"
        if event.minutes:
            yield f"DTEND:{_instant(event.begins + timedelta(minutes=event.minutes))}"
    else:
        yield f"DTSTART;VALUE=DATE:{event.begins:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{event.begins + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_escaped(event.summary)}"
    if event.description:
        yield f"DESCRIPTION:{_escaped(event.description)}"
    if event.url:
        yield f"URL:{event.url}"
    yield "TRANSP:TRANSPARENT"  # it blocks nobody's time
    yield "END:VEVENT"


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    """Text as a value: what would end it or mean something is escaped, control characters are gone."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(c for c in plain if c in "\n\t" or (c >= " " and c != "\x7f"))
    for mark in ("\\", ";", ","):
        kept = kept.replace(mark, f"\\{mark}")
    return kept.replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """The line in pieces of no more octets than allowed, none within a character; what goes on begins with a space."""
    pieces, piece = [], b""
    for character in line:
        octets = character.encode("utf-8", "replace")
        if len(piece) + len(octets) > LONGEST_LINE:
            pieces.append(piece)
            piece = b" "
        piece += octets
    return b"\r\n".join([*pieces, piece])
