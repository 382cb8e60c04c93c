"""A mark under a word shows where in a text something is wrong."""

from __future__ import annotations

import re

_WIDEST = 100  # characters of a long text that are shown around the place


def pointed(text: str, start: int, end: int, sentence: str) -> str:
    """The sentence, the text below it in one line, and a mark under `text[start:end]`."""
    line = re.sub(r"\s", " ", text)
    start = max(0, min(start, len(line) - 1))
    end = max(start + 1, min(end, len(line)))
    first = max(0, start - _WIDEST // 2) if len(line) > _WIDEST else 0
    shown = line[first : first + _WIDEST]
    before, after = "…" if first else "", "…" if first + _WIDEST < len(line) else ""
    place = len(before) + start - first
    mark = "^" * min(end - start, len(shown) - (start - first))
    return f"{sentence}\n  {before}{shown}{after}\n  {' ' * place}{mark}"
