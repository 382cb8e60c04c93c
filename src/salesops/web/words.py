"""Sizes and fixed values as people say them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from salesops.foundations.instant import in_zone
from salesops.foundations.money import format_money
from salesops.foundations.period_words import day_in_words
from salesops.foundations.table import Type


def of_type(kind: Type, value: Any, currency: str, zone: Callable[[], str]) -> str:
    """A value of a declared type as people read it; money in `currency`, an instant on the clocks of a zone."""
    match kind:
        case Type.MONEY:
            return format_money(value, currency)
        case Type.DATE:
            return day_in_words(value)
        case Type.SHARE:
            return f"{(value * 100).normalize():f} %"
        case Type.YES_NO:
            return "Yes" if value else "No"
        case Type.COUNT:
            return f"{value:,}"
        case Type.DECIMAL:
            return f"{value.normalize():,f}"
        case Type.CHOICE:
            return said(value)
        case Type.INSTANT:
            return f"{in_zone(value, zone()):%-d %b %Y, %H:%M}"
    return str(value)


def said(choice: str | None) -> str:
    """A value of a fixed list as people read it: No decision for no_decision; anything else as it is."""
    text = choice or ""
    return text.replace("_", " ").capitalize() if text.islower() and text.isascii() else text


def bytes_in_words(size: int) -> str:
    """38 MB."""
    amount = float(size)
    for unit in ("bytes", "KB", "MB"):
        if amount < 1024:
            return f"{amount:,.0f} {unit}"
        amount /= 1024
    return f"{amount:,.1f} GB"


_PLURALS = {
    "opportunity": "opportunities",
    "opportunity_version": "states of opportunities",
    "activity": "activities",
    "person": "people",
    "campaign_spend": "campaign spends",
    "recurring_revenue": "lines of recurring revenue",
}


def counted(table: str, rows: int) -> str:
    """1,016 accounts; 49 people."""
    return f"{rows:,} {table.replace('_', ' ') if rows == 1 else several(table)}"


def several(table: str) -> str:
    """The word for several rows of a table: accounts, people."""
    one = table.replace("_", " ")
    return _PLURALS.get(table, f"{one}s")
