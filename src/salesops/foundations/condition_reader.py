"""The reader of conditions checks each piece against the declared columns and turns it into a value."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from salesops.foundations.condition_value import (
    MOST_DIGITS,
    NUMERIC,
    Record,
    Value,
    arithmetic,
    certainty,
    chosen,
    comparison,
    constant,
    digits_of,
    emptiness,
    first_known,
    joined,
    likeness,
    negation,
    negative,
    scaled,
    text_function,
)
from salesops.foundations.money import MinorUnits, currencies_with, minor_digits
from salesops.foundations.pointing import pointed
from salesops.foundations.problem import Refusal
from salesops.foundations.table import Column, Table, Type

if TYPE_CHECKING:
    from sqlglot import exp

MOST_WHOLE_DIGITS = 18
MOST_PLACES = 9
_FINEST = 3  # digits of the finest minor unit; money in major units is compared in thousandths
WORDS = (
    "and, or, not, =, <>, <, <=, >, >=, between, in, like, ilike, is null, is true, +, -, *, lower, "
    "upper, length and coalesce"
)
_KIND = {
    **dict.fromkeys((Type.COUNT, Type.DECIMAL, Type.SHARE, Type.RATE), "number"),
    **dict.fromkeys((Type.ID, Type.TEXT, Type.CHOICE, Type.CURRENCY), "text"),
    Type.MONEY: "minor",
    Type.DATE: "date",
    Type.INSTANT: "instant",
    Type.YES_NO: "yes_no",
}
_SIZE = {  # digits before and after the point, as the storage types have them
    Type.MONEY: (19, 0),
    Type.COUNT: (19, 0),
    Type.DECIMAL: (12, 6),
    Type.SHARE: (3, 6),
    Type.RATE: (9, 9),
}
_A = {
    **dict.fromkeys(NUMERIC, "A number"),
    "text": "Text",
    "date": "A day",
    "instant": "An instant",
    "yes_no": "A yes or no",
}
_OPERANDS = frozenset({"this", "expression"})
_LIST = frozenset({"this", "expressions"})


class Reader:
    """Reads one condition over one table; `columns` gathers the paths it met."""

    def __init__(
        self, text: str, offset: int, table: Table, tables: Mapping[str, Table], units: MinorUnits
    ) -> None:
        self.text = text
        self.offset = offset
        self.table = table
        self.tables = tables
        self.units = units
        self.columns: list[str] = []
        self._ways = self._known_ways()

    # -- conditions ------------------------------------------------------------------------------

    def condition(self, node: exp.Expr) -> Value:
        """A node that is yes, no or unknown."""
        found = self.read(node)
        if found.kind != "yes_no":
            raise self._wrong(node, "This is a value, not a condition. Compare it with something.")
        return found

    def read(self, node: exp.Expr) -> Value:
        """Any node. What a node holds beyond what is understood is refused, never passed over."""
        way, understood = self._ways.get(type(node), (None, frozenset[str]()))
        if way is None or any(v for k, v in node.args.items() if k not in understood):
            raise self._wrong(node, f"This cannot be used in a condition. Use {WORDS}.")
        return way(node)

    def _known_ways(self) -> dict[type[Any], tuple[Callable[[Any], Value], frozenset[str]]]:
        from sqlglot import exp

        signs = {"=": exp.EQ, "<>": exp.NEQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE}
        operations = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul}
        functions = {"lower": exp.Lower, "upper": exp.Upper, "length": exp.Length}
        one = frozenset({"this"})
        maybe_not = _OPERANDS | {"negate"}
        return {
            exp.Paren: (lambda n: self.read(n.this), one),
            exp.And: (lambda n: self._joined(n, is_and=True), _OPERANDS),
            exp.Or: (lambda n: self._joined(n, is_and=False), _OPERANDS),
            exp.Not: (lambda n: negation(self.condition(n.this)), one),
            **{kind: (self._signed(sign), _OPERANDS) for sign, kind in signs.items()},
            exp.Between: (self._between, frozenset({"this", "low", "high"})),
            exp.In: (self._in, _LIST | {"query", "field", "unnest"}),
            exp.Is: (self._is, _OPERANDS),
            exp.Like: (lambda n: self._like(n, ignore_case=False), maybe_not),
            exp.ILike: (lambda n: self._like(n, ignore_case=True), maybe_not),
            exp.Column: (self._column, frozenset({"this", "table", "db", "catalog"})),
            exp.Literal: (self._literal, frozenset({"this", "is_string"})),
            exp.Boolean: (lambda n: constant(bool(n.this), "yes_no"), one),
            exp.Null: (self._null, frozenset()),
            exp.Neg: (self._negative, one),
            **{kind: (self._operated(sign), _OPERANDS) for sign, kind in operations.items()},
            **{kind: (self._on_text(name), one) for name, kind in functions.items()},
            exp.Coalesce: (self._coalesce, _LIST | {"is_nvl", "is_null"}),
            exp.Cast: (self._date_cast, frozenset({"this", "to"})),
            exp.Date: (lambda n: self._as_date(n, n.this), one),
        }

    def _signed(self, sign: str) -> Callable[[Any], Value]:
        return lambda n: self._compare(n, n.this, n.expression, sign)

    def _joined(self, node: Any, *, is_and: bool) -> Value:
        return joined([self.condition(n) for n in _chain(node)], is_and=is_and)

    def _compare(self, node: Any, a: Any, b: Any, sign: str) -> Value:
        return self._compared(node, self.read(a), self.read(b), sign)

    def _compared(self, node: Any, left: Value, right: Value, sign: str) -> Value:
        left, right = self._one_kind(node, _in_minor(left, right))
        if not (left.reads or right.reads):
            raise self._wrong(node, "This compares two constants. Name a column on one side.")
        if left.kind == "yes_no" and sign not in ("=", "<>"):
            raise self._wrong(node, "Yes and no have no order. Use = or <>.")
        return comparison(left, right, sign)

    def _between(self, node: Any) -> Value:
        low = self._compare(node, node.this, node.args["low"], ">=")
        high = self._compare(node, node.this, node.args["high"], "<=")
        return joined([low, high], is_and=True)

    def _in(self, node: Any) -> Value:
        if not node.expressions:
            raise self._wrong(
                node, "List the values in brackets: stage in ('Proposal', 'Negotiation')."
            )
        wanted = self.read(node.this)
        tests = [self._compared(e, wanted, self.read(e), "=") for e in node.expressions]
        return joined(tests, is_and=False)

    def _is(self, node: Any) -> Value:
        from sqlglot import exp

        inner = self.read(node.this)
        if isinstance(node.expression, exp.Null) and inner.reads:
            return emptiness(inner)
        if isinstance(node.expression, exp.Boolean) and inner.kind == "yes_no":
            return certainty(inner, bool(node.expression.this))
        raise self._wrong(
            node, "A column is null or not null; a condition is true, false or neither."
        )

    def _like(self, node: Any, *, ignore_case: bool) -> Value:
        left, pattern = self.read(node.this), self.read(node.expression)
        if left.kind != "text" or not left.reads or not isinstance(pattern.literal, str):
            raise self._wrong(node, "like compares text with a pattern in quotes, such as 'Acme%'.")
        if "\\" in pattern.literal:
            raise self._wrong(
                node.expression, "A pattern has no escape: % is any text and _ any one character."
            )
        found = likeness(left, pattern.literal, ignore_case=ignore_case)
        return negation(found) if node.args.get("negate") else found

    # -- columns ---------------------------------------------------------------------------------

    def _column(self, node: Any) -> Value:
        if any(p.args.get("quoted") for p in node.parts):
            raise self._wrong(
                node, "Text stands in single quotes, 'Won'; a column stands without quotes."
            )
        parts = [p.name.lower() for p in node.parts]
        if len(parts) > 2:
            raise self._wrong(node, "A column is named as name or table.name.")
        referred = parts[0] if len(parts) == 2 and parts[0] != self.table.name else ""
        table = self._referred(node, referred) if referred else self.table
        column = self._pick(node, parts[-1], table)
        value = self._own_units(referred, column)
        if column.name == parts[-1]:
            return value
        return self._in_major(referred, table, column, value)

    def _met(self, referred: str, name: str) -> str:
        """Remember that a column is read, and say how it is named in a table and a record."""
        self.columns.append(f"{referred}.{name}" if referred else name)
        return f"{referred}__{name}" if referred else name

    def _own_units(self, referred: str, column: Column) -> Value:
        key = self._met(referred, column.name)
        kind = _KIND[column.type]
        if kind not in NUMERIC:
            return Value(kind, lambda w: w[key], lambda r: r.get(key))

        def of(record: Record) -> Decimal | None:
            found = record.get(key)
            return None if found is None else Decimal(found)

        whole, places = _SIZE[column.type]
        return Value(kind, lambda w: w[key], of, whole=whole, places=places, is_integer=not places)

    def _in_major(self, referred: str, table: Table, column: Column, minor: Value) -> Value:
        """Money in thousandths of its currency: one scale for every currency."""
        currency = None if self.units.alike else table.currency_of(column)
        key = self._met(referred, currency.name) if currency else ""

        def units(number: Decimal, finest: int) -> Value:
            """What one whole unit is, times a number: in units of ten to the minus `finest`, or minor ones."""
            if currency is None:
                return constant(_shifted(number, self.units.digits, finest), "number")
            return chosen(
                lambda r: _shifted(number, minor_digits(r.get(key) or ""), finest),
                [
                    (_uses(key, digits), constant(_shifted(number, digits, finest), "number"))
                    for digits in (0, _FINEST)
                ],
                constant(_shifted(number, 2, finest), "number"),
            )

        whole = arithmetic(minor, units(Decimal(1), _FINEST), "*", "major")
        return replace(whole, minor=minor, in_minor=lambda number: units(number, 0))

    def _referred(self, node: Any, name: str) -> Table:
        column = self.table.column.get(f"{name}_id")
        if column is not None and column.refers_to:
            return self.tables[column.refers_to]
        known = [c.name[:-3] for c in self.table.columns if c.refers_to and c.name.endswith("_id")]
        others = f"{self.table.name} refers to {', '.join(known)}" if known else "No table is there"
        raise self._wrong(node, f"{others}, not to “{name}”.")

    def _pick(self, node: Any, name: str, table: Table) -> Column:
        found = table.column.get(name)
        if found is not None:
            return found
        money = table.column.get(f"{name}_minor")
        if money is not None and money.type is Type.MONEY:
            return money
        names = [n.removesuffix("_minor") for n in table.column]
        near = difflib.get_close_matches(name, names, 3, 0.4) or names[:6]
        raise self._wrong(
            node.parts[-1], f"{table.name} has no column “{name}”. Near it: {', '.join(near)}."
        )

    # -- constants -------------------------------------------------------------------------------

    def _literal(self, node: Any) -> Value:
        if node.is_string:
            return constant(str(node.this), "text")
        try:
            found = Decimal(node.this)
        except InvalidOperation:
            raise self._wrong(node, "This is not a number.") from None
        whole, places = digits_of(found)
        if whole > MOST_WHOLE_DIGITS or places > MOST_PLACES:
            raise self._wrong(
                node,
                f"A number has at most {MOST_WHOLE_DIGITS} digits before the point and "
                f"{MOST_PLACES} after it.",
            )
        return constant(found, "number")

    def _null(self, node: Any) -> Value:
        raise self._wrong(node, "Nothing equals null. Ask with is null or is not null.")

    def _date_cast(self, node: Any) -> Value:
        from sqlglot import exp

        if node.to.this != exp.DataType.Type.DATE:
            raise self._wrong(node, "Only dates are written with their type: date '2026-01-31'.")
        return self._as_date(node, node.this)

    def _as_date(self, node: Any, inner: Any) -> Value:
        from sqlglot import exp

        if not isinstance(inner, exp.Literal) or not inner.is_string:
            raise self._wrong(node, "A date is written as date '2026-01-31'.")
        return constant(self._day(node, str(inner.this)), "date")

    # -- calculations ----------------------------------------------------------------------------

    def _negative(self, node: Any) -> Value:
        inner = self.read(node.this)
        if inner.kind not in NUMERIC:
            raise self._wrong(node, "Only a number can be negative.")
        return negative(inner)

    def _operated(self, sign: str) -> Callable[[Any], Value]:
        return lambda n: self._arithmetic(n, sign)

    def _arithmetic(self, node: Any, sign: str) -> Value:
        left, right = self.read(node.this), self.read(node.expression)
        if left.kind not in NUMERIC or right.kind not in NUMERIC:
            raise self._wrong(node, f"Only numbers can stand on both sides of {sign}.")
        if sign == "*":
            if "number" not in (left.kind, right.kind):
                raise self._wrong(node, "Money cannot be multiplied by money.")
            kind = left.kind if right.kind == "number" else right.kind
        else:
            left, right = self._one_unit(node, [left, right])
            kind = "minor" if "minor" in (left.kind, right.kind) else left.kind
        return self._held(node, arithmetic(left, right, sign, kind))

    def _on_text(self, name: str) -> Callable[[Any], Value]:
        return lambda n: self._text_function(n, name)

    def _text_function(self, node: Any, name: str) -> Value:
        inner = self.read(node.this)
        if inner.kind != "text":
            raise self._wrong(node, f"{name} takes text.")
        return text_function(inner, name)

    def _coalesce(self, node: Any) -> Value:
        parts = [self.read(n) for n in (node.this, *node.expressions)]
        return self._held(node, first_known(self._one_kind(node, parts)))

    # -- agreement -------------------------------------------------------------------------------

    def _one_kind(self, node: Any, values: list[Value]) -> list[Value]:
        """All values in the kind of the first that reads; quoted text becomes a day or an instant."""
        model = next((v for v in values if v.literal is None), values[0])
        if model.kind in NUMERIC:
            same = self._one_unit(node, values)
            whole, places = max(v.whole for v in same), max(v.places for v in same)
            if whole + places > MOST_DIGITS:
                raise self._too_large(node)
            return same
        return [v if v is model else self._as_kind(node, v, model) for v in values]

    def _as_kind(self, node: Any, value: Value, model: Value) -> Value:
        written = isinstance(value.literal, str | date)
        if model.kind == "date" and value.kind == "text" and written:
            return constant(self._day(node, value.literal), "date")
        if model.kind == "instant" and value.kind in ("text", "date") and written:
            return constant(self._instant(node, str(value.literal)), "instant")
        if value.kind != model.kind:
            raise self._wrong(
                node, f"{_A[model.kind]} cannot be compared with {_A[value.kind].lower()}."
            )
        return value

    def _one_unit(self, node: Any, values: list[Value]) -> list[Value]:
        """Numbers that can be compared and added: plain numbers beside money are in its unit."""
        kinds = {v.kind for v in values}
        for value in values:
            if value.kind not in NUMERIC:
                raise self._wrong(
                    node, f"A number cannot be compared with {_A[value.kind].lower()}."
                )
        if {"minor", "major"} <= kinds:
            raise self._wrong(
                node,
                "One side is in minor units, the other not. Write both with or without _minor.",
            )
        if "major" not in kinds:
            return values
        return [
            v if v.kind == "major" else self._held(node, scaled(v, 10**_FINEST, "major"))
            for v in values
        ]

    def _held(self, node: Any, value: Value) -> Value:
        if value.kind in NUMERIC and not value.fits:
            raise self._too_large(node)
        return value

    def _too_large(self, node: Any) -> Refusal:
        return self._wrong(node, "This could grow beyond 38 digits. Calculate with fewer columns.")

    def _day(self, node: Any, text: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise self._wrong(node, f"“{text}” is not a day. Write it as '2026-01-31'.") from None

    def _instant(self, node: Any, text: str) -> datetime:
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            raise self._wrong(
                node, f"“{text}” is not an instant. Write '2026-01-31 14:00'."
            ) from None
        if found.tzinfo is not None:
            raise self._wrong(node, "Instants are in UTC here; write them without a zone.")
        return found

    def _wrong(self, node: Any, sentence: str) -> Refusal:
        start, end = _span(node, self.text, self.offset)
        return Refusal(pointed(self.text, start, end, sentence))


def _shifted(number: Decimal, digits: int, finest: int) -> Decimal:
    return number.scaleb(finest - digits if finest else digits)


def _uses(key: str, digits: int) -> Callable[[Any], Any]:
    """Whether a row's currency has that many digits."""
    return lambda w: w[key].isin(currencies_with(digits))


def _in_minor(left: Value, right: Value) -> list[Value]:
    """A column of money beside a plain number: the number is turned, not the column of every row."""
    for money, number in ((left, right), (right, left)):
        if money.minor and money.in_minor and isinstance(number.literal, Decimal):
            turned = money.in_minor(number.literal)
            return [money.minor, turned] if money is left else [turned, money.minor]
    return [left, right]


def _chain(node: Any) -> Iterator[Any]:
    """The terms of `a and b and c`, in order and without recursion."""
    waiting = [node]
    while waiting:
        now = waiting.pop()
        if type(now) is type(node):
            waiting += [now.expression, now.this]
        else:
            yield now


def _span(node: Any, text: str, offset: int) -> tuple[int, int]:
    """From where to where in the text a node reaches, as near as its words are known."""
    places = [
        (n.meta["start"] - offset, n.meta["end"] + 1 - offset)
        for n in node.walk()
        if n.meta.get("start") is not None
    ]
    if places:
        return min(p[0] for p in places), max(p[1] for p in places)
    words = str(node.sql())
    found = text.lower().find(words.lower())
    return (found, found + len(words)) if found >= 0 else (0, len(text))
