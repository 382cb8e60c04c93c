"""Money is an integer of minor units and a currency; rates are Decimal; nothing is a float."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from salesops.foundations.problem import Refusal

_EXACT = Context(prec=100)  # more digits than any amount times any rate has
MINUS = "\N{MINUS SIGN}"
# ISO 4217 currencies whose minor unit is not a hundredth.
_DIGITS = {
    **dict.fromkeys(
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0
    ),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
}
SYMBOLS = {
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "JPY": "¥",
    "INR": "₹",
    "KRW": "₩",
    "ILS": "₪",
    "CAD": "CA$",
    "AUD": "A$",
    "NZD": "NZ$",
    "BRL": "R$",
}
_STEPS = (
    (Decimal(10) ** 12, "T"),
    (Decimal(10) ** 9, "B"),
    (Decimal(10) ** 6, "M"),
    (Decimal(10) ** 3, "K"),
)


def minor_digits(currency: str) -> int:
    """How many decimal places the currency has; 2 for one that is not known."""
    return _DIGITS.get(currency, 2)


@dataclass(frozen=True)
class MinorUnits:
    """How a book counts money: the decimal places of its reporting currency, and whether all its money has as many."""

    digits: int = 2
    alike: bool = False


HUNDREDTHS = MinorUnits()


def currencies_with(digits: int) -> list[str]:
    """The currencies known to have that many decimal places, other than the usual 2."""
    return sorted(c for c, d in _DIGITS.items() if d == digits)


def minor_units(amount: Decimal | str | int, currency: str) -> int:
    """An amount in major units as minor units; half a unit goes to the even one."""
    exact = _EXACT.scaleb(Decimal(amount), minor_digits(currency))
    return int(exact.to_integral_value(ROUND_HALF_EVEN))


def to_decimal(minor: int, currency: str) -> Decimal:
    """Minor units as an amount in major units."""
    return _EXACT.scaleb(Decimal(minor), -minor_digits(currency))


def convert(minor: int, source: str, target: str, rate: Decimal) -> int:
    """Money of `source` in `target`, at `rate` units of target for one of source, rounded once."""
    return minor_units(_EXACT.multiply(to_decimal(minor, source), rate), target)


def format_money(minor: int, currency: str, *, compact: bool = False) -> str:
    """Money for people: $1,234.50, or compact with three significant digits: $9.50M, $640K."""
    amount = to_decimal(abs(minor), currency)
    sign = MINUS if minor < 0 else ""
    mark = SYMBOLS.get(currency, f"{currency} ")
    if compact and amount >= 1000:
        return f"{sign}{mark}{_compact(amount)}"
    if compact:
        return f"{sign}{mark}{amount.to_integral_value(ROUND_HALF_EVEN):,}"
    digits = minor_digits(currency)
    whole = amount == amount.to_integral_value()
    return f"{sign}{mark}{amount:,.0f}" if whole else f"{sign}{mark}{amount:,.{digits}f}"


def format_change(minor: int, currency: str, *, compact: bool = False) -> str:
    """What money changed by, for people: +$1,234.50; no sign where nothing changed."""
    return ("+" if minor > 0 else "") + format_money(minor, currency, compact=compact)


def split(minor: int, weights: Sequence[int | Decimal]) -> list[int]:
    """Parts in proportion to the weights that add up to the whole (largest remainder, earlier first)."""
    if not weights or any(w < 0 for w in weights) or not any(weights):
        raise ValueError("A split needs weights that are not negative and not all zero.")
    total = sum(Fraction(w) for w in weights)
    size, sign = abs(minor), -1 if minor < 0 else 1
    exact = [size * Fraction(w) / total for w in weights]
    parts = [int(e) for e in exact]
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: size - sum(parts)]:
        parts[i] += 1
    return [sign * part for part in parts]


@dataclass(frozen=True)
class Rate:
    """What one unit of `currency` was worth in the reporting currency over a half-open span of days."""

    currency: str
    valid_from: date
    valid_to: date
    rate: Decimal


@dataclass(frozen=True)
class Rates:
    """Dated exchange rates into one reporting currency."""

    reporting: str
    rates: tuple[Rate, ...]

    def rate(self, currency: str, on: date) -> Decimal:
        """The rate of a currency on a day. Raises Refusal where none is known."""
        if currency == self.reporting:
            return Decimal(1)
        for known in self.rates:
            if known.currency == currency and known.valid_from <= on < known.valid_to:
                return known.rate
        raise Refusal(
            f"No exchange rate from {currency} to {self.reporting} is known for {on:%-d %B %Y}. "
            "Open a file of exchange rates that covers that day."
        )

    def convert(self, minor: int, currency: str, on: date) -> int:
        """Money in the reporting currency at the rate of the day."""
        return convert(minor, currency, self.reporting, self.rate(currency, on))


def _compact(amount: Decimal) -> str:
    rounded = Context(prec=3, rounding=ROUND_HALF_EVEN).plus(amount)
    for size, letter in _STEPS:
        if rounded >= size:
            scaled = rounded / size
            places = 2 - max(0, scaled.adjusted())
            return f"{scaled:.{max(0, places)}f}{letter}" if letter != "K" else f"{_k(scaled)}K"
    return f"{rounded:,.0f}"


def _k(scaled: Decimal) -> str:
    places = 2 - max(0, scaled.adjusted())
    text = f"{scaled:.{max(0, places)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
