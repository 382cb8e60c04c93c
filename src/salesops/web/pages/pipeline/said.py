"""Shares and spans of days with what they lie between, as the pages of the pipeline say them."""

from __future__ import annotations

from salesops.foundations.counting import counted
from salesops.foundations.percent import in_percent, in_percents
from salesops.foundations.statistics import wilson


def share_said(hit: int, n: int) -> dict[str, str] | None:
    """So many of so many: the share, its interval and the counts; None of none."""
    interval = wilson(hit, n)
    if interval is None:
        return None
    low, high = interval
    return {
        "value": in_percent(hit / n),
        "range": in_percents(low, high),
        "n": f"{hit:,} of {n:,}",
    }


def days_said(days: int | None) -> str:
    """1 day, 12 days; nothing where it is not known."""
    return "" if days is None else counted(days, "day")


def range_said(low: int | None, high: int | None) -> str:
    """11–12, or 11 or more where the end is not reached."""
    if low is None:
        return ""
    return f"{low:,}–{high:,}" if high is not None else f"{low:,} or more"
