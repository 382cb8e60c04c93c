"""What people type into a fact, read exactly: money as 3.2m, 450k or 1,250.50; days as 2026-03-31."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from salesops.actions.edit_record import Unfit
from salesops.foundations.instant import in_zone
from salesops.foundations.money import SYMBOLS, minor_digits, to_decimal
from salesops.foundations.period import day_begins

_MONEY = re.compile(
    r"(?P<sign>[-\N{MINUS SIGN}]?)(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<part>\d+))?(?P<step>[kmb]?)",
    re.I,
)
_STEPS = {"": 0, "k": 3, "m": 6, "b": 9}
_CODES = {mark: code for code, mark in SYMBOLS.items()}
_LONGEST = 30
_NUMBER = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?")
_PLACES = 6  # of an exact number, and of a share


def money(column: str, text: str, currency: str) -> tuple[int | None, str]:
    """An amount in minor units and its currency: the one typed with it, else the one given."""
    typed = "".join(text.split())
    if not typed:
        return None, currency
    mark, number = _without_mark(typed)
    if mark and currency and mark != currency:
        raise Unfit(column, f"This is kept in {currency}. Write the amount in {currency}.")
    known = currency or mark
    if not known:
        raise Unfit(column, "Name the currency as well, such as USD 450k.")
    found = _MONEY.fullmatch(number) if len(number) <= _LONGEST else None
    if found is None:
        raise Unfit(column, "Write an amount such as 3.2m, 450k or 1,250.50.")
    places = len(found["part"] or "")
    exact = Decimal(found["whole"].replace(",", "") + (found["part"] or ""))
    shift = _STEPS[found["step"].lower()] + minor_digits(known) - places
    minor = exact.scaleb(shift)
    if minor != minor.to_integral_value():
        raise Unfit(column, f"{known} has {minor_digits(known)} decimal places; this has more.")
    return (-int(minor) if found["sign"] else int(minor)), known


def currency_of(text: str) -> str:
    """The code of the currency typed with an amount, empty where none is."""
    return _without_mark("".join(text.split()))[0]


def _without_mark(typed: str) -> tuple[str, str]:
    """The currency's code written before or behind the number, empty where none is, and the number."""
    for mark, code in sorted(_CODES.items(), key=lambda entry: -len(entry[0])):
        if typed.startswith(mark):
            return code, typed[len(mark) :]
    found = re.match(r"([A-Za-z]{3})(?=[-\N{MINUS SIGN}\d])", typed) or re.search(
        r"(?<=\d)([A-Z]{3})$", typed
    )
    if found is None:
        return "", typed
    return found[1].upper(), typed[: found.start()] + typed[found.end() :]


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
    plain = "".join(text.split())
    if not plain:
        return None
    if len(plain) > _LONGEST or not re.search(r"\d", plain) or not _NUMBER.fullmatch(plain):
        raise Unfit(column, "Write a number such as 3 or 1.5.")
    found = Decimal(plain.replace(",", ""))
    if found != round(found, _PLACES):
        raise Unfit(column, f"Six decimal places are kept; {plain} has more.")
    return found


def share(column: str, text: str) -> Decimal | None:
    """A share of a whole, written in per cent."""
    plain = text.strip().removesuffix("%")
    found = decimal(column, plain) if re.fullmatch(r"[\d.\s]*", plain) else None
    if found is None and not text.strip():
        return None
    if found is None or found > 100:
        raise Unfit(column, "Write per cent from 0 to 100, such as 37.5.")
    if found != round(found, _PLACES - 2):
        raise Unfit(column, "Four decimal places of a per cent are kept; this has more.")
    return found / 100


def number_to_type(value: Decimal) -> str:
    """An exact number as one would type it."""
    return f"{value.normalize():f}"
