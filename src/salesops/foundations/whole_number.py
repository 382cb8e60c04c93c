"""Reading a whole number, such as the key of a change, out of an address or a form."""

from __future__ import annotations

MOST_DIGITS = 18  # what every database holds as a key


def whole_number(text: str, digits: int = MOST_DIGITS) -> int | None:
    """The number of 0 or more that somebody wrote; None where it is none, or has more digits."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= digits
    return int(text) if is_number else None
