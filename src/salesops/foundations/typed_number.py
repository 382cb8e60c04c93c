"""Numbers as people type them, read exactly: money as 3.2m, 450k or 1,250.50; other numbers with commas or without."""

from __future__ import annotations

import re
from decimal import Decimal

from salesops.foundations.money import SYMBOLS, minor_digits
from salesops.foundations.problem import Refusal

MOST_PLACES = 6  # of an exact number
_MONEY = re.compile(
    r"(?P<sign>[-\N{MINUS SIGN}]?)(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<part>\d+))?(?P<step>[kmb]?)",
    re.I,
)
_STEPS = {"": 0, "k": 3, "m": 6, "b": 9}
_CODES = {mark: code for code, mark in SYMBOLS.items()}
_LONGEST = 30
_NUMBER = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?")


def typed_money(text: str, currency: str) -> tuple[int | None, str]:
    """An amount in minor units and its currency: the one typed with it, else the one given."""
    typed = "".join(text.split())
    if not typed:
        return None, currency
    mark, number = _without_mark(typed)
    if mark and currency and mark != currency:
        raise Refusal(f"This is kept in {currency}. Write the amount in {currency}.")
    known = currency or mark
    if not known:
        raise Refusal("Name the currency as well, such as USD 450k.")
    found = _MONEY.fullmatch(number) if len(number) <= _LONGEST else None
    if found is None:
        raise Refusal("Write an amount such as 3.2m, 450k or 1,250.50.")
    places = len(found["part"] or "")
    exact = Decimal(found["whole"].replace(",", "") + (found["part"] or ""))
    shift = _STEPS[found["step"].lower()] + minor_digits(known) - places
    minor = exact.scaleb(shift)
    if minor != minor.to_integral_value():
        raise Refusal(f"{known} has {minor_digits(known)} decimal places; this has more.")
    return (-int(minor) if found["sign"] else int(minor)), known


def currency_of(text: str) -> str:
    """The code of the currency typed with an amount, empty where none is."""
    return _without_mark("".join(text.split()))[0]


def typed_decimal(text: str) -> Decimal | None:
    """An exact number of nothing or more, with commas or without; None for nothing."""
    plain = "".join(text.split())
    if not plain:
        return None
    if len(plain) > _LONGEST or not re.search(r"\d", plain) or not _NUMBER.fullmatch(plain):
        raise Refusal("Write a number such as 3 or 1.5.")
    found = Decimal(plain.replace(",", ""))
    if found != round(found, MOST_PLACES):
        raise Refusal(f"Six decimal places are kept; {plain} has more.")
    return found


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
