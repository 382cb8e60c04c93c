"""A value inside a condition has two readings that agree: an engine's expression, and an answer for one record.

Numbers are exact in both. Each carries how many digits it can have, so that what could outgrow an
engine's 38 digits is known before it runs. Text is compared by code points; lower and upper change one
code point into one code point, as DuckDB does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from typing import Any

from salesops.foundations.condition_writer import Words

Record = Mapping[str, Any]

NUMERIC = ("number", "minor", "major")
MOST_DIGITS = 38
_EXACT = Context(prec=4 * MOST_DIGITS)
_INTEGER_DIGITS = 18  # what surely fits 64 bits


@dataclass(frozen=True)
class Value:
    """One piece of a condition.

    `kind` is number, minor (money in minor units), major (money in thousandths of its currency), text,
    date, instant or yes_no. A number has at most `whole` digits before the point and `places` after it.
    """

    kind: str
    written: Callable[[Words], Any]
    of: Callable[[Record], Any]
    literal: Any = None
    reads: bool = True  # it reads a column, so that it differs from row to row
    whole: int = 0
    places: int = 0
    is_integer: bool = False  # the engine holds it as a 64-bit integer
    is_negated: bool = False  # a not stands before it
    minor: Value | None = None  # for a column of money in whole units: the same in minor units
    in_minor: Callable[[Decimal], Value] | None = (
        None  # and a plain number as minor units of its row
    )

    @property
    def fits(self) -> bool:
        """Whether an engine can hold every number it could become."""
        return self.whole + self.places <= MOST_DIGITS


# -- constants -----------------------------------------------------------------------------------


def constant(value: Any, kind: str) -> Value:
    """A value that is the same for every record."""
    if isinstance(value, Decimal):
        return _number(value, kind)

    def build(words: Words) -> Any:
        return words.literal(value)

    return Value(kind, build, lambda _r: value, literal=value, reads=False)


def _number(value: Decimal, kind: str) -> Value:
    whole, places = digits_of(value)
    is_integer = not places and whole <= _INTEGER_DIGITS

    def build(words: Words) -> Any:
        if is_integer:
            return words.literal(int(value), "int64")
        return words.literal(value, f"decimal({whole + places}, {places})")

    return Value(kind, build, lambda _r: value, value, False, whole, places, is_integer)


def digits_of(value: Decimal) -> tuple[int, int]:
    """How many digits stand before the point, at least one, and how many after it."""
    _, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int) or not any(digits):
        return 1, 0
    trailing = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    return max(1, value.adjusted() + 1), max(0, -(exponent + trailing))


# -- yes, no or unknown --------------------------------------------------------------------------


def joined(terms: Sequence[Value], *, is_and: bool) -> Value:
    """All of the terms, or any of them; a term that settles the answer outweighs an unknown one."""
    settles = not is_and

    def of(record: Record) -> bool | None:
        found = [t.of(record) for t in terms]
        if settles in found:
            return settles
        return None if None in found else is_and

    return _yes_no(lambda w: _balanced([x.written(w) for x in terms], is_and), of, *terms)


def _balanced(built: list[Any], is_and: bool) -> Any:
    """A tree of little depth, however many terms there are."""
    if len(built) == 1:
        return built[0]
    middle = len(built) // 2
    left, right = _balanced(built[:middle], is_and), _balanced(built[middle:], is_and)
    return left & right if is_and else left | right


def negation(inner: Value) -> Value:
    """Not; the negation of unknown is unknown."""

    def of(record: Record) -> bool | None:
        found = inner.of(record)
        return None if found is None else not found

    return replace(_yes_no(lambda w: ~inner.written(w), of, inner), is_negated=True)


def comparison(left: Value, right: Value, sign: str) -> Value:
    """A comparison of two values of one kind; unknown where one is empty."""
    test = SIGNS[sign]
    one, other = _alike(left, right)

    def of(record: Record) -> bool | None:
        x, y = left.of(record), right.of(record)
        return None if x is None or y is None else test(x, y)

    return _yes_no(lambda w: test(one(w), other(w)), of, left, right)


def emptiness(inner: Value) -> Value:
    """Whether the value is empty; never unknown."""
    return _yes_no(lambda w: _bracketed(inner)(w).isnull(), lambda r: inner.of(r) is None, inner)


def _bracketed(value: Value) -> Callable[[Words], Any]:
    """The expression so that what follows it does not fall under its `not`, which Ibis leaves bare."""
    if not value.is_negated:
        return value.written

    def build(words: Words) -> Any:
        return words.coalesce(value.written(words), words.null("boolean"))

    return build


def certainty(inner: Value, wanted: bool) -> Value:
    """Whether a condition is surely so; never unknown."""

    def build(words: Words) -> Any:
        found = inner.written(words)
        return (found if wanted else ~found).fill_null(False)

    return _yes_no(build, lambda r: inner.of(r) is wanted, inner)


def likeness(inner: Value, pattern: str, *, ignore_case: bool) -> Value:
    """Whether text has the shape of a pattern, where % is any text and _ one code point."""
    wanted = lower(pattern) if ignore_case else pattern

    def build(words: Words) -> Any:
        found = inner.written(words)
        return (found.lower() if ignore_case else found).like(wanted)

    def of(record: Record) -> bool | None:
        found = inner.of(record)
        if found is None:
            return None
        return _has_shape(lower(found) if ignore_case else found, wanted)

    return _yes_no(build, of, inner)


def _has_shape(text: str, pattern: str) -> bool:
    """LIKE in linear memory and at most text times pattern steps."""
    at = place = 0
    star, resume = -1, 0
    while at < len(text):
        if place < len(pattern) and pattern[place] == "%":
            star, resume = place, at
            place += 1
        elif place < len(pattern) and pattern[place] in ("_", text[at]):
            at, place = at + 1, place + 1
        elif star >= 0:
            resume += 1
            at, place = resume, star + 1
        else:
            return False
    return not pattern[place:].strip("%")


def _yes_no(
    build: Callable[[Words], Any], of: Callable[[Record], bool | None], *inner: Value
) -> Value:
    return Value("yes_no", build, of, reads=any(v.reads for v in inner))


# -- numbers -------------------------------------------------------------------------------------


def arithmetic(left: Value, right: Value, sign: str, kind: str) -> Value:
    """A sum, difference or product, exact in both readings."""
    exact = _EXACTLY[sign]
    if sign == "*":
        whole, places = left.whole + right.whole, left.places + right.places
    else:
        whole = max(left.whole, right.whole) + 1
        places = max(left.places, right.places)
    digits = whole + places

    def of(record: Record) -> Decimal | None:
        x, y = left.of(record), right.of(record)
        return None if x is None or y is None else exact(x, y)

    def build(words: Words) -> Any:
        work = _OPERATIONS[sign]
        if sign == "*":
            # In one width, without which Ibis finds no common type; wider than 64 bits where the product
            # may be, since DuckDB keeps to the width of its operands.
            width = max(left.whole + left.places, right.whole + right.places, min(digits, 19))
            one, other = (_as_decimal(v, width, v.places) for v in (left, right))
            return work(one(words), other(words)).cast(f"decimal({digits}, {places})")
        one, other = (_as_decimal(v, digits, places) for v in (left, right))
        return work(one(words), other(words))

    return Value(
        kind,
        build,
        of,
        reads=left.reads or right.reads,
        whole=whole,
        places=places,
    )


def negative(inner: Value) -> Value:
    """The number with the other sign."""
    if inner.literal is not None:
        return constant(inner.literal.copy_negate(), inner.kind)

    def of(record: Record) -> Decimal | None:
        found = inner.of(record)
        return None if found is None else found.copy_negate()

    exact = _as_decimal(inner, inner.whole + inner.places, inner.places)
    return Value(
        inner.kind,
        lambda w: -exact(w),
        of,
        reads=inner.reads,
        whole=inner.whole,
        places=inner.places,
    )


def scaled(inner: Value, factor: int, kind: str) -> Value:
    """The number times a whole factor, as another kind of number."""
    if inner.literal is not None:
        return constant(_EXACT.multiply(inner.literal, Decimal(factor)), kind)
    return arithmetic(inner, constant(Decimal(factor), "number"), "*", kind)


def _alike(*values: Value) -> list[Callable[[Words], Any]]:
    """The expressions of values, in one storage type where they are numbers."""
    if values[0].kind not in NUMERIC or all(v.is_integer for v in values):
        return [_bracketed(v) for v in values]
    places = max(v.places for v in values)
    digits = max(v.whole for v in values) + places
    return [_as_decimal(v, digits, places) for v in values]


def _as_decimal(value: Value, digits: int, places: int) -> Callable[[Words], Any]:
    def build(words: Words) -> Any:
        kind = f"decimal({digits}, {places})"
        if value.literal is not None:
            return words.literal(value.literal, kind)
        return value.written(words).cast(kind)

    return build


def chosen(
    of: Callable[[Record], Decimal],
    branches: Sequence[tuple[Callable[[Words], Any], Value]],
    other: Value,
) -> Value:
    """One of several constants: that of the first branch whose condition holds, else the other."""
    values = [v for _, v in branches] + [other]

    def build(words: Words) -> Any:
        *cases, last = [one(words) for one in _alike(*values)]
        conditions = [condition(words) for condition, _ in branches]
        return words.cases(list(zip(conditions, cases, strict=True)), last)

    return Value(
        other.kind,
        build,
        of,
        whole=max(v.whole for v in values),
        places=max(v.places for v in values),
        is_integer=all(v.is_integer for v in values),
    )


# -- text and absence ----------------------------------------------------------------------------


def text_function(inner: Value, name: str) -> Value:
    """lower, upper or length of a text; length counts code points."""
    work = _ON_TEXT[name]

    def of(record: Record) -> Any:
        found = inner.of(record)
        return None if found is None else work(found)

    def build(words: Words) -> Any:
        found = getattr(inner.written(words), name)()
        return found.cast("int64") if name == "length" else found

    if name == "length":
        return Value("number", build, of, reads=inner.reads, whole=10, is_integer=True)
    return Value("text", build, of, reads=inner.reads)


def first_known(values: Sequence[Value]) -> Value:
    """The first value that is not empty; all are of one kind."""

    def build(words: Words) -> Any:
        return words.coalesce(*(build_one(words) for build_one in _alike(*values)))

    return Value(
        values[0].kind,
        build,
        lambda r: next((v for x in values if (v := x.of(r)) is not None), None),
        reads=any(v.reads for v in values),
        whole=max(v.whole for v in values),
        places=max(v.places for v in values),
        is_integer=all(v.is_integer for v in values),
    )


def lower(text: str) -> str:
    """Small letters, one code point for one."""
    return text.lower() if text.isascii() else "".join(c.lower()[0] for c in text)


def upper(text: str) -> str:
    """Capital letters, one code point for one: ß becomes ẞ, and what has no single capital stays."""
    return text.upper() if text.isascii() else "".join(map(_capital, text))


def _capital(character: str) -> str:
    if character == "ß":
        return "ẞ"
    for found in (character.upper(), character.title()):
        if len(found) == 1:
            return found
    return character


_ON_TEXT: dict[str, Callable[[str], Any]] = {
    "lower": lower,
    "upper": upper,
    "length": lambda s: Decimal(len(s)),
}
SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
}
_EXACTLY: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": _EXACT.add,
    "-": _EXACT.subtract,
    "*": _EXACT.multiply,
}
