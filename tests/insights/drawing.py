"""Many alike lines of a drawn table."""

from __future__ import annotations


def many(count: int, line: str, start: int = 1) -> list[str]:
    """`count` lines; `{n}` in them counts from `start`."""
    return [line.replace("{n}", str(n)) for n in range(start, start + count)]


def table(header: str, *groups: list[str]) -> str:
    """A drawn table of several groups of lines."""
    return "\n".join([header, *(line for group in groups for line in group)])


# A call on the last day of June 2026 makes that the day the book is read on.
CALLED = """
    id     kind  occurred_at       is_done
    today  call  2026-06-30T10:00  yes
"""
