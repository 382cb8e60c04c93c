"""What a stage meant when is told by days, whatever was given and taken back in whatever order."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from salesops.book.stage_meaning import given, taken_back, turns

FIRST, DAYS = date(2026, 1, 1), 6
VALUES: dict[str, tuple[Any, ...]] = {"outcome": ("open", "won", None), "is_qualified": (True, False, None)}  # fmt: skip


def _on(day: date, now: dict[str, Any], before: dict[str, dict[str, Any]] | None) -> dict[str, Any]:
    """The meaning on a day, read as the book reads it."""
    meant = dict(now)
    for until, was in sorted((before or {}).items(), reverse=True):
        if date.fromisoformat(until) > day:
            meant |= was
    return meant


def test_each_day_has_what_was_last_said_of_it() -> None:
    chance = random.Random(5)
    for _ in range(150):
        now: dict[str, Any] = {"outcome": "open", "is_qualified": None}
        before: dict[str, dict[str, Any]] | None = None
        said = [dict(now) for _ in range(DAYS)]
        for _ in range(6):
            at = chance.randrange(1, DAYS)
            day = FIRST + timedelta(days=at)
            if chance.random() < 0.3:
                values, before = taken_back(now, before, day)
                now |= values
                for name in VALUES:
                    was, became = said[at - 1][name], said[at][name]
                    for later in said[at:] if was != became else ():
                        if later[name] != became:
                            break
                        later[name] = was
            else:
                always = chance.random() < 0.2
                new = {n: chance.choice(v) for n, v in VALUES.items() if chance.random() < 0.7}
                before = given(now, before, new, None if always else day)
                now |= new
                for later in said[0 if always else at :]:
                    later |= new
            read = [_on(FIRST + timedelta(days=n), now, before) for n in range(DAYS)]
            assert read == said
            assert all(t.was[n] != t.became[n] for t in turns(now, before) for n in t.was)
