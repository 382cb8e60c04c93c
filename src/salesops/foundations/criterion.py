"""A criterion is a condition over a table's columns, in the SQL an analyst already knows.

One text has two readings that agree: an Ibis predicate over a table, and a yes, no or unknown for one
record. Unknown is SQL's: a comparison with an empty value is neither true nor false, and only what is true
is chosen. `account.industry` reads a column of the table that `account_id` refers to; in both readings it
is named `account__industry`. Money may be written in major units under its name without `_minor`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from salesops.foundations.problem import Refusal
from salesops.foundations.table import Column, Table, Type

if TYPE_CHECKING:
    from sqlglot import exp

MOST_CHARACTERS = 4_000
MOST_DEPTH = 60

Record = Mapping[str, Any]
_NUMBERS = (Type.MONEY, Type.COUNT, Type.DECIMAL, Type.SHARE, Type.RATE)
_TEXTS = (Type.ID, Type.TEXT, Type.CHOICE, Type.CURRENCY)
_KIND = {
    **dict.fromkeys(_NUMBERS, "number"),
    **dict.fromkeys(_TEXTS, "text"),
    Type.DATE: "date",
    Type.INSTANT: "instant",
    Type.YES_NO: "yes_no",
}


@dataclass(frozen=True)
class _Node:
    """One reading step: its kind, how to build the Ibis value, and how to answer for one record."""

    kind: str  # number, text, date, instant, yes_no
    ibis: Callable[[Any], Any]
    value: Callable[[Record], Any]
    literal: Any = None
    is_literal: bool = False
    column: Column | None = None


@dataclass(frozen=True)
class Criterion:
    """A condition that was understood. `columns` are the paths it reads, such as `account.industry`."""

    text: str
    columns: tuple[str, ...]
    _node: _Node

    def predicate(self, table: Any) -> Any:
        """The condition as an Ibis boolean over `table`, whose referred columns are `account__industry`."""
        return self._node.ibis(table)

    def matches(self, record: Record) -> bool | None:
        """True, False, or None for unknown. The record has the same names as the table's columns."""
        found: bool | None = self._node.value(record)
        return found


def parse(
    text: str, table: Table, tables: Mapping[str, Table], *, minor_digits: int = 2
) -> Criterion:
    """Understand `text` over the columns of `table`. Raises Refusal that points at the wrong word."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    if not text.strip():
        raise Refusal("The condition is empty. Write one such as: amount >= 50000")
    if len(text) > MOST_CHARACTERS:
        raise Refusal(f"The condition is longer than {MOST_CHARACTERS:,} characters. Shorten it.")
    if _depth(text) > MOST_DEPTH:
        raise Refusal(
            f"The condition has more than {MOST_DEPTH} brackets in one another. Simplify it."
        )
    try:
        statements = sqlglot.parse(f"SELECT 1 WHERE {text}\n", dialect="duckdb")
        where = statements[0].args.get("where") if len(statements) == 1 and statements[0] else None
    except (SqlglotError, RecursionError) as error:
        raise Refusal(_not_read(text, error)) from None
    if where is None or any(
        statements[0].args.get(k)  # type: ignore[union-attr]
        for k in (
            "group",
            "having",
            "order",
            "limit",
            "windows",
            "qualify",
            "joins",
            "from",
            "from_",
        )
    ):
        raise Refusal(_pointed(text, text.split()[0], "This is not one condition."))
    reader = _Reader(text, table, tables, minor_digits)
    node = reader.condition(where.this)
    return Criterion(text, tuple(dict.fromkeys(reader.columns)), node)


class _Reader:
    def __init__(
        self, text: str, table: Table, tables: Mapping[str, Table], minor_digits: int
    ) -> None:
        self.text = text
        self.table = table
        self.tables = tables
        self.scale = Decimal(10) ** minor_digits
        self.columns: list[str] = []

    # -- conditions ------------------------------------------------------------------------------

    def condition(self, node: exp.Expression) -> _Node:
        """A node that is yes, no or unknown."""
        found = self.read(node)
        if found.kind != "yes_no":
            raise self._wrong(node, "This is a value, not a condition. Compare it with something.")
        return found

    def read(self, node: exp.Expression) -> _Node:
        """Any node."""
        from sqlglot import exp

        kinds: dict[type[Any], Callable[[Any], _Node]] = {
            exp.Paren: lambda n: self.read(n.this),
            exp.And: lambda n: self._both(n, is_and=True),
            exp.Or: lambda n: self._both(n, is_and=False),
            exp.Not: self._not,
            exp.EQ: lambda n: self._compare(n, n.this, n.expression, "="),
            exp.NEQ: lambda n: self._compare(n, n.this, n.expression, "<>"),
            exp.LT: lambda n: self._compare(n, n.this, n.expression, "<"),
            exp.LTE: lambda n: self._compare(n, n.this, n.expression, "<="),
            exp.GT: lambda n: self._compare(n, n.this, n.expression, ">"),
            exp.GTE: lambda n: self._compare(n, n.this, n.expression, ">="),
            exp.Between: self._between,
            exp.In: self._in,
            exp.Is: self._is,
            exp.Like: lambda n: self._like(n, ignore_case=False),
            exp.ILike: lambda n: self._like(n, ignore_case=True),
            exp.Column: self._column,
            exp.Literal: self._literal,
            exp.Boolean: lambda n: _constant(bool(n.this), "yes_no"),
            exp.Neg: self._negative,
            exp.Add: lambda n: self._arithmetic(n, "+"),
            exp.Sub: lambda n: self._arithmetic(n, "-"),
            exp.Mul: lambda n: self._arithmetic(n, "*"),
            exp.Lower: lambda n: self._text_function(n, "lower"),
            exp.Upper: lambda n: self._text_function(n, "upper"),
            exp.Length: lambda n: self._text_function(n, "length"),
            exp.Coalesce: self._coalesce,
            exp.Cast: self._date_cast,
            exp.TsOrDsToDate: lambda n: self._as_date(n, n.this),
            exp.Date: lambda n: self._as_date(n, n.this),
        }
        how = kinds.get(type(node))
        if how is None:
            raise self._wrong(
                node,
                "This cannot be used in a condition. Use and, or, not, =, <>, <, <=, >, >=, between, in, "
                "like, is null, + - *, lower, upper, length and coalesce.",
            )
        return how(node)

    def _both(self, node: Any, *, is_and: bool) -> _Node:
        left, right = self.condition(node.this), self.condition(node.expression)
        decides = not is_and  # the value that settles the answer alone

        def value(record: Record) -> bool | None:
            a, b = left.value(record), right.value(record)
            if decides in (a, b):
                return decides
            return None if a is None or b is None else not decides

        if is_and:
            return _Node("yes_no", lambda t: left.ibis(t) & right.ibis(t), value)
        return _Node("yes_no", lambda t: left.ibis(t) | right.ibis(t), value)

    def _not(self, node: Any) -> _Node:
        inner = self.condition(node.this)

        def value(record: Record) -> bool | None:
            found = inner.value(record)
            return None if found is None else not found

        return _Node("yes_no", lambda t: ~inner.ibis(t), value)

    def _compare(self, node: Any, a: Any, b: Any, sign: str) -> _Node:
        left, right = self._pair(node, self.read(a), self.read(b))
        if left.kind == "yes_no" and sign not in ("=", "<>"):
            raise self._wrong(node, "Yes and no have no order. Use = or <>.")
        test = _SIGNS[sign]

        def value(record: Record) -> bool | None:
            x, y = left.value(record), right.value(record)
            return None if x is None or y is None else test(x, y)

        return _Node("yes_no", lambda t: test(left.ibis(t), right.ibis(t)), value)

    def _between(self, node: Any) -> _Node:
        low = self._compare(node, node.this, node.args["low"], ">=")
        high = self._compare(node, node.this, node.args["high"], "<=")
        return _conjunction(low, high)

    def _in(self, node: Any) -> _Node:
        if node.args.get("query") or not node.expressions:
            raise self._wrong(
                node, "List the values in brackets: stage in ('Proposal', 'Negotiation')."
            )
        tests = [self._compare(node, node.this, e, "=") for e in node.expressions]

        def value(record: Record) -> bool | None:
            found = [t.value(record) for t in tests]
            return True if True in found else None if None in found else False

        def build(table: Any) -> Any:
            whole = tests[0].ibis(table)
            for test in tests[1:]:
                whole = whole | test.ibis(table)
            return whole

        return _Node("yes_no", build, value)

    def _is(self, node: Any) -> _Node:
        from sqlglot import exp

        inner = self.read(node.this)
        if isinstance(node.expression, exp.Null):
            return _Node(
                "yes_no", lambda t: inner.ibis(t).isnull(), lambda r: inner.value(r) is None
            )
        if isinstance(node.expression, exp.Boolean) and inner.kind == "yes_no":
            wanted = bool(node.expression.this)
            return _Node(
                "yes_no",
                lambda t: (inner.ibis(t) if wanted else ~inner.ibis(t)).fill_null(False),
                lambda r: inner.value(r) is wanted,
            )
        raise self._wrong(node, "After is comes null or not null.")

    def _like(self, node: Any, *, ignore_case: bool) -> _Node:
        left, pattern = self.read(node.this), self.read(node.expression)
        if left.kind != "text" or not pattern.is_literal or not isinstance(pattern.literal, str):
            raise self._wrong(node, "like compares text with a pattern in quotes, such as 'Acme%'.")
        wanted: str = pattern.literal
        shape = re.compile(
            "".join(".*" if c == "%" else "." if c == "_" else re.escape(c) for c in wanted),
            re.S | (re.I if ignore_case else 0),
        )

        def value(record: Record) -> bool | None:
            found = left.value(record)
            return None if found is None else shape.fullmatch(found) is not None

        if ignore_case:
            return _Node("yes_no", lambda t: left.ibis(t).ilike(wanted), value)
        return _Node("yes_no", lambda t: left.ibis(t).like(wanted), value)

    # -- values ----------------------------------------------------------------------------------

    def _column(self, node: Any) -> _Node:
        parts = [p.name for p in node.parts]
        if len(parts) > 2:
            raise self._wrong(node, "A column is named as name or table.name.")
        name = parts[-1].lower()
        if len(parts) == 1 or parts[0].lower() == self.table.name:
            column, path = self._own(node, name), ""
        else:
            column, path = self._referred(node, parts[0].lower(), name), parts[0].lower()
        key = f"{path}__{column.name}" if path else column.name
        self.columns.append(f"{path}.{column.name}" if path else column.name)
        kind = _KIND[column.type]
        in_major = column.type is Type.MONEY and name != column.name
        scale = self.scale

        def value(record: Record) -> Any:
            found = record.get(key)
            if found is None:
                return None
            if kind == "number":
                return Decimal(found) / scale if in_major else Decimal(found)
            return found

        node_of = _Node(kind, lambda t: t[key], value, column=column)
        if in_major:
            return _Node("major", lambda t: t[key], value, column=column)
        return node_of

    def _own(self, node: Any, name: str) -> Column:
        return self._pick(node, name, self.table)

    def _referred(self, node: Any, table: str, name: str) -> Column:
        referring = self.table.column.get(f"{table}_id")
        if referring is None or not referring.refers_to:
            known = [
                c.name[:-3] for c in self.table.columns if c.refers_to and c.name.endswith("_id")
            ]
            raise self._wrong(
                node, f"{self.table.name} refers to {', '.join(known)}, not to {table}."
            )
        return self._pick(node, name, self.tables[referring.refers_to])

    def _pick(self, node: Any, name: str, table: Table) -> Column:
        found = table.column.get(name)
        if found is None:
            money = table.column.get(f"{name}_minor")
            if money is not None and money.type is Type.MONEY:
                return money
            names = [n.removesuffix("_minor") for n in table.column]
            near = difflib.get_close_matches(name, names, 3, 0.4) or names[:6]
            raise self._wrong(
                node, f"{table.name} has no column “{name}”. Near it: {', '.join(near)}."
            )
        return found

    def _literal(self, node: Any) -> _Node:
        if node.is_string:
            return _constant(str(node.this), "text")
        try:
            return _constant(Decimal(node.this), "number")
        except InvalidOperation:
            raise self._wrong(node, "This is not a number.") from None

    def _negative(self, node: Any) -> _Node:
        inner = self.read(node.this)
        if inner.kind != "number":
            raise self._wrong(node, "Only a number can be negative.")
        if inner.is_literal:
            return _constant(-inner.literal, "number")
        return _Node(
            "number",
            lambda t: -inner.ibis(t),
            lambda r: None if inner.value(r) is None else -inner.value(r),
        )

    def _arithmetic(self, node: Any, sign: str) -> _Node:
        left, right = self.read(node.this), self.read(node.expression)
        majors = [n for n in (left, right) if n.kind == "major"]
        if majors and sign == "*":
            raise self._wrong(node, "Multiply the number you compare with, not the money.")
        if majors:
            left, right = self._minor(node, left), self._minor(node, right)
        if {left.kind, right.kind} != {"number"}:
            raise self._wrong(node, f"Only numbers can stand on both sides of {sign}.")
        work = _OPERATIONS[sign]

        def value(record: Record) -> Any:
            x, y = left.value(record), right.value(record)
            return None if x is None or y is None else work(x, y)

        return _Node("number", lambda t: work(left.ibis(t), right.ibis(t)), value)

    def _text_function(self, node: Any, name: str) -> _Node:
        inner = self.read(node.this)
        if inner.kind != "text":
            raise self._wrong(node, f"{name} takes text.")
        work: Callable[[str], Any] = {
            "lower": str.lower,
            "upper": str.upper,
            "length": lambda s: Decimal(len(s)),
        }[name]

        def value(record: Record) -> Any:
            found = inner.value(record)
            return None if found is None else work(found)

        kind = "number" if name == "length" else "text"
        return _Node(kind, lambda t: getattr(inner.ibis(t), name)(), value)

    def _coalesce(self, node: Any) -> _Node:
        parts = [self.read(node.this), *(self.read(e) for e in node.expressions)]
        if any(p.kind == "major" for p in parts):
            parts = [self._minor(node, p) for p in parts]
            result = "number"
        else:
            result = parts[0].kind
            parts = [self._pair(node, parts[0], p)[1] for p in parts]
        import_kind = result

        def build(table: Any) -> Any:
            import ibis

            return ibis.coalesce(*(p.ibis(table) for p in parts))

        return _Node(
            import_kind,
            build,
            lambda r: next((v for p in parts if (v := p.value(r)) is not None), None),
        )

    def _date_cast(self, node: Any) -> _Node:
        from sqlglot import exp

        if node.to.this != exp.DataType.Type.DATE:
            raise self._wrong(node, "Only dates are written with their type: date '2026-01-31'.")
        return self._as_date(node, node.this)

    def _as_date(self, node: Any, inner: Any) -> _Node:
        from sqlglot import exp

        if not isinstance(inner, exp.Literal) or not inner.is_string:
            raise self._wrong(node, "A date is written as date '2026-01-31'.")
        return _constant(self._day(node, str(inner.this)), "date")

    # -- agreement -------------------------------------------------------------------------------

    def _pair(self, node: Any, left: _Node, right: _Node) -> tuple[_Node, _Node]:
        """Both sides in one kind; text in quotes becomes a day or an instant beside one."""
        if "major" in (left.kind, right.kind):
            return self._minor(node, left), self._minor(node, right)
        if left.is_literal and not right.is_literal:
            right, left = self._pair(node, right, left)
            return left, right
        if left.kind == "date" and right.is_literal and right.kind == "text":
            right = _constant(self._day(node, right.literal), "date")
        if left.kind == "instant" and right.is_literal and right.kind in ("text", "date"):
            right = _constant(self._instant(node, str(right.literal)), "instant")
        if left.kind != right.kind:
            raise self._wrong(
                node, f"{_A[left.kind]} cannot be compared with {_A[right.kind].lower()}."
            )
        return left, right

    def _minor(self, node: Any, side: _Node) -> _Node:
        """A side of a comparison with money, in minor units and exact."""
        scale = self.scale
        if side.kind == "major":
            column = side

            def in_minor(record: Record) -> Any:
                found = column.value(record)
                return None if found is None else found * scale

            return _Node("number", side.ibis, in_minor)
        if side.is_literal and side.kind == "number":
            return _constant(side.literal * scale, "number")
        raise self._wrong(
            node, "Money written in major units is compared with money or a plain number."
        )

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
        return Refusal(_pointed(self.text, _words(node), sentence))


def _constant(value: Any, kind: str) -> _Node:
    def build(_table: Any) -> Any:
        import ibis

        if isinstance(value, Decimal):
            return (
                ibis.literal(int(value))
                if value == value.to_integral_value()
                else ibis.literal(value)
            )
        return ibis.literal(value)

    return _Node(kind, build, lambda _r: value, literal=value, is_literal=True)


def _conjunction(left: _Node, right: _Node) -> _Node:
    def value(record: Record) -> bool | None:
        a, b = left.value(record), right.value(record)
        if a is False or b is False:
            return False
        return None if a is None or b is None else True

    return _Node("yes_no", lambda t: left.ibis(t) & right.ibis(t), value)


_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
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
_A = {
    "number": "A number",
    "text": "Text",
    "date": "A day",
    "instant": "An instant",
    "yes_no": "A yes or no",
}


def _words(node: Any) -> str:
    """The piece of text a node stands for, as near as it can be found again."""
    from sqlglot import exp

    for part in node.find_all(exp.Column, exp.Literal, exp.Anonymous, bfs=True):
        return str(part.sql()) if isinstance(part, exp.Column) else str(part.this)
    return str(node.sql())


def _pointed(text: str, words: str, sentence: str) -> str:
    """The sentence, with the text below it and a mark under the wrong word."""
    line = " ".join(text.split())
    place = line.lower().find(words.lower().strip('"'))
    if place < 0:
        return f"{sentence}\n  {line}"
    return f"{sentence}\n  {line}\n  {' ' * place}{'^' * max(1, len(words))}"


def _not_read(text: str, error: Exception) -> str:
    found = getattr(error, "errors", None)
    word = str(found[0].get("highlight") or "") if found else ""
    return _pointed(text, word or text.split()[-1], "This condition cannot be read from here on.")


def _depth(text: str) -> int:
    deepest = now = 0
    for character in text:
        now += (character == "(") - (character == ")")
        deepest = max(deepest, now)
    return deepest
