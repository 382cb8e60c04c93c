"""Identifiers in the form a Salesforce export carries: fifteen characters and three that make case not matter."""

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def identifier(prefix: str, number: int) -> str:
    """The eighteen characters of the `number`-th record of the object with this three-letter prefix."""
    digits = ""
    while number:
        number, digit = divmod(number, 62)
        digits = _DIGITS[digit] + digits
    short = f"{prefix}5g00000{digits.rjust(5, '0')}"
    suffix = ""
    for start in (0, 5, 10):
        bits = sum(1 << i for i, c in enumerate(short[start : start + 5]) if c.isupper())
        suffix += _SUFFIX[bits]
    return short + suffix
