"""A name as people type it, on one line."""

from __future__ import annotations


def one_line(text: str) -> str:
    """The text with single blanks between its words, and without the character no database keeps."""
    return " ".join(text.replace("\0", "").split())
