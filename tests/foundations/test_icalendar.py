"""A calendar is text as RFC 5545 has it, whatever names people give their deals."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from salesops.foundations.icalendar import Event, icalendar

AT = datetime(2026, 3, 31, 14, 30, tzinfo=UTC)


def _lines(body: bytes) -> list[str]:
    """The content lines, unfolded as 3.1 says."""
    assert body.endswith(b"\r\n")
    return body.replace(b"\r\n ", b"").decode("utf-8").split("\r\n")[:-1]


def _text(lines: list[str], name: str) -> str:
    """The value of a text property, read as 3.3.11 says."""
    (value,) = [line.partition(":")[2] for line in lines if line.startswith(f"{name}:")]
    assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", value), "a mark that is not escaped"
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], value)


def test_a_day_lasts_to_the_next_and_a_moment_as_long_as_it_takes() -> None:
    day = Event("d", AT, date(2026, 12, 31), "Closes: Mill")
    local = timezone(timedelta(hours=2))
    moment = Event("m", AT, datetime(2026, 6, 1, 9, tzinfo=local), "Call", minutes=45)
    lines = _lines(icalendar("Ann", [day, moment]))
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert lines[-1] == "END:VCALENDAR"
    assert [v for v in lines if v.startswith("DT")] == [
        "DTSTAMP:20260331T143000Z", "DTSTART;VALUE=DATE:20261231", "DTEND;VALUE=DATE:20270101",
        "DTSTAMP:20260331T143000Z", "DTSTART:20260601T070000Z", "DTEND:20260601T074500Z",
    ]  # fmt: skip


def test_an_event_is_the_same_one_at_each_reading_and_another_than_any_other() -> None:
    made = [Event(key, AT, date(2026, 1, 1), "x") for key in ("activity/1", "opportunity/1")]
    assert icalendar("Ann", made) == icalendar("Ann", made)
    identities = [v for v in _lines(icalendar("Ann", made)) if v.startswith("UID:")]
    assert len(set(identities)) == 2
    changed = Event("activity/1", AT + timedelta(days=1), date(2027, 1, 1), "y")
    assert identities[0] in _lines(icalendar("Bob", [changed]))


@given(st.text(max_size=300))
def test_any_text_comes_back_and_no_line_is_too_long(text: str) -> None:
    body = icalendar("Ann", [Event("k", AT, date(2026, 1, 1), f"x{text}", description="x\r\ny")])
    for line in body.split(b"\r\n"):
        assert len(line) <= 75
        line.decode("utf-8")  # no character is cut in two
    lines = _lines(body)
    assert all(re.match(r"[A-Z-]+[:;]", line) for line in lines)
    newlines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(c for c in newlines if c in "\n\t" or (c >= " " and c != "\x7f"))
    assert _text(lines, "SUMMARY") == f"x{kept}"
    assert _text(lines, "DESCRIPTION") == "x\ny"
