"""Identifiers in the form a Salesforce export carries: fifteen characters and three that make case not matter."""

from functools import cache

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_PAIRS = [a + b for a in _DIGITS for b in _DIGITS]
_CAPITALS = [a.isupper() + 2 * b.isupper() for a in _DIGITS for b in _DIGITS]
_SQUARE = len(_PAIRS)


def identifier(prefix: str, number: int) -> str:
    """The eighteen characters of the `number`-th record of the object with this three-letter prefix."""
    rest, last = divmod(number, _SQUARE)
    first, middle = divmod(rest, _SQUARE)
    lead, mark = _beginning(prefix)
    capitals = _DIGITS[first].isupper() + 2 * _CAPITALS[middle] + 8 * _CAPITALS[last]
    return f"{lead}{_DIGITS[first]}{_PAIRS[middle]}{_PAIRS[last]}{mark}{_SUFFIX[capitals]}"


@cache
def _beginning(prefix: str) -> tuple[str, str]:
    """The ten characters before the number, and the marks of their case."""
    lead = f"{prefix}5g00000"
    marks = ""
    for start in (0, 5):
        bits = sum(1 << i for i, c in enumerate(lead[start : start + 5]) if c.isupper())
        marks += _SUFFIX[bits]
    return lead, marks
