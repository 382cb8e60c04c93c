"""Footers: the lines a report writes after its rows, its name, totals and copyright, which are no rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

TAIL = 8 * 1024
MOST_LINES = 40
_SIGN = re.compile(
    r"copyright .{0,20}\d{4}.{0,20}salesforce\.com|confidential information - do not distribute"
    r"|^grand totals? \([\d,.\s]+ records?\)$",
    re.I,
)
_TOTAL = re.compile(r"^(grand )?totals?( \([\d,.\s]+ records?\))?:?$", re.I)


def may_be_of_footer(cells: Sequence[str], width: int) -> bool:
    """Whether a record could be a line of a footer: one text at its beginning, or a total."""
    if width < 3 or not cells or not cells[0].strip():
        return False
    return not any(c.strip() for c in cells[1:]) or bool(_TOTAL.match(cells[0].strip()))


def is_footer(records: Sequence[Sequence[str]]) -> bool:
    """Whether the last records of a file, all of which may be, are a footer: one of them says so."""
    return any(_SIGN.search(cells[0].strip()) for cells in records if cells)


def may_end_in_footer(path: Path) -> bool:
    """Whether the end of a file holds what only a footer says."""
    size = path.stat().st_size
    with path.open("rb") as source:
        source.seek(max(0, size - TAIL))
        text = source.read().decode("utf-8", "replace")
    return any(_SIGN.search(line.strip().strip('",;')) for line in text.splitlines())
