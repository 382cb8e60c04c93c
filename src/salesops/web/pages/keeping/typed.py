"""What people type into a fact, read exactly: money as 3.2m, 450k or 1,250.50; days as 2026-03-31."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from salesops.actions.edit_record import Unfit
from salesops.foundations.instant import in_zone
from salesops.foundations.money import to_decimal
from salesops.foundations.period import day_begins
from salesops.foundations.problem import Refusal
from salesops.foundations.typed_number import MOST_PLACES, typed_decimal, typed_money


def money(column: str, text: str, currency: str) -> tuple[int | None, str]:
    """An amount in minor units and its currency: the one typed with it, else the one given."""
    with _fits(column):
        return typed_money(text, currency)


def money_to_type(minor: int | None, currency: str) -> str:
    """An amount as one would type it."""
    return "" if minor is None else f"{to_decimal(minor, currency):,f}"


def day(column: str, text: str) -> date | None:
    """A day written year first."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise Unfit(column, "Write a day as 2026-03-31.") from error


def moment(column: str, text: str, zone: str) -> datetime | None:
    """A day and time on the clocks of a zone, as a browser writes them; a day alone is its first instant."""
    typed = text.strip().replace(" ", "T")
    if not typed:
        return None
    if "T" not in typed:
        found = day(column, typed)
        return day_begins(found, zone) if found else None
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=ZoneInfo(zone))
    except ValueError as error:
        raise Unfit(column, "Write a day and time as 2026-03-31 14:30.") from error


def moment_to_type(at: datetime, zone: str) -> str:
    """A moment as a browser writes it."""
    return f"{in_zone(at, zone):%Y-%m-%dT%H:%M}"


def count(column: str, text: str) -> int | None:
    """A whole number, with commas or without."""
    plain = text.strip().replace(",", "")
    if not plain:
        return None
    if not (plain.isascii() and plain.isdigit() and len(plain) < 18):
        raise Unfit(column, "Write a whole number.")
    return int(plain)


def decimal(column: str, text: str) -> Decimal | None:
    """An exact number of nothing or more, with commas or without."""
    with _fits(column):
        return typed_decimal(text)


@contextmanager
def _fits(column: str) -> Iterator[None]:
    """What cannot be read is told of its column."""
    try:
        yield
    except Refusal as refusal:
        raise Unfit(column, str(refusal)) from refusal


def share(column: str, text: str) -> Decimal | None:
    """A share of a whole, written in per cent."""
    plain = text.strip().removesuffix("%")
    found = decimal(column, plain) if re.fullmatch(r"[\d.\s]*", plain) else None
    if found is None and not text.strip():
        return None
    if found is None or found > 100:
        raise Unfit(column, "Write per cent from 0 to 100, such as 37.5.")
    if found != round(found, MOST_PLACES - 2):
        raise Unfit(column, "Four decimal places of a per cent are kept; this has more.")
    return found / 100


def number_to_type(value: Decimal) -> str:
    """An exact number as one would type it."""
    return f"{value.normalize():f}"
