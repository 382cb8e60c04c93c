"""A criterion is a condition over a table's columns, in the SQL an analyst already knows.

One text has two readings that agree: what an engine computes over a table, written in Ibis or in SQL, and a
yes, no or unknown for one record. Unknown is SQL's: a comparison with an empty value is neither true nor
false, and only what is true is chosen. `account.industry` reads a column of the table that `account_id`
refers to; in both readings it is named `account__industry`. Money may be written in major units under its
name without `_minor`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from salesops.foundations.condition_reader import Reader
from salesops.foundations.condition_value import Record, Value
from salesops.foundations.condition_writer import IbisWords, Sql, SqlWords
from salesops.foundations.money import HUNDREDTHS, MinorUnits
from salesops.foundations.pointing import pointed
from salesops.foundations.problem import Refusal
from salesops.foundations.table import Table

if TYPE_CHECKING:
    from sqlglot import exp

MOST_CHARACTERS = 4_000
MOST_DEPTH = 25
_BEFORE = "SELECT 1 WHERE "
_TOO_DEEP = f"The condition is nested more than {MOST_DEPTH} deep. Simplify it."


@dataclass(frozen=True)
class Criterion:
    """A condition that was understood. `columns` are the paths it reads, such as `account.industry`."""

    text: str
    columns: tuple[str, ...]
    _value: Value

    def predicate(self, table: Any) -> Any:
        """The condition as an Ibis boolean over `table`, whose referred columns are `account__industry`."""
        return self._value.written(IbisWords(table))

    def sql(self, column: Callable[[str], str]) -> str:
        """The condition in DuckDB's SQL; `column` says how a column, such as `account__industry`, is named there."""
        written: Sql = self._value.written(SqlWords(column))
        return written.text

    def matches(self, record: Record) -> bool | None:
        """True, False, or None for unknown. The record has the same names as the table's columns."""
        found: bool | None = self._value.of(record)
        return found


def parse(
    text: str, table: Table, tables: Mapping[str, Table], *, units: MinorUnits = HUNDREDTHS
) -> Criterion:
    """Understand `text` over the columns of `table`. Raises Refusal that points at the wrong word.

    `units` are the book's: derived money is in its reporting currency.
    """
    _check_text(text)
    condition = _parsed(text)
    if _depth(condition) > MOST_DEPTH:
        raise Refusal(_TOO_DEEP)
    reader = Reader(text, len(_BEFORE), table, tables, units)
    value = reader.condition(condition)
    if not reader.columns:
        raise Refusal(
            pointed(text, 0, len(text), "This names no column, so it is the same for every row.")
        )
    return Criterion(text, tuple(dict.fromkeys(reader.columns)), value)


def _check_text(text: str) -> None:
    if not text.strip():
        raise Refusal("The condition is empty. Write one such as: amount >= 50000")
    if len(text) > MOST_CHARACTERS:
        raise Refusal(f"The condition is longer than {MOST_CHARACTERS:,} characters. Shorten it.")
    if any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text):
        raise Refusal("The condition holds bytes that are not text. Type it again.")


def _parsed(text: str) -> exp.Expr:
    """The condition as SQLGlot reads it, and nothing beside it."""
    import sqlglot
    from sqlglot.errors import ParseError, TokenError

    try:
        tokens = sqlglot.tokenize(text, dialect="duckdb")
        _check_tokens(text, tokens)
        statements = sqlglot.parse(f"{_BEFORE}{text}\n", dialect="duckdb")
    except TokenError:
        place = max(text.rfind("'"), text.rfind('"'), 0)
        sentence = "From here on this cannot be read; a quote may be open."
        raise Refusal(pointed(text, place, len(text), sentence)) from None
    except ParseError as error:
        raise Refusal(_not_read(text, error)) from None
    except RecursionError:
        raise Refusal(_TOO_DEEP) from None
    statement = statements[0] if len(statements) == 1 else None
    where = statement.args.get("where") if statement is not None else None
    if statement is None or where is None or _says_more(statement):
        raise Refusal(pointed(text, 0, len(text), "This is not one condition."))
    condition: exp.Expr = where.this
    return condition


def _check_tokens(text: str, tokens: list[Any]) -> None:
    """Brackets within measure; no comments and no second statement."""
    from sqlglot import TokenType

    deepest = now = 0
    for token in tokens:
        if token.token_type is TokenType.SEMICOLON:
            raise Refusal(
                pointed(text, token.start, token.end + 1, "A condition holds no semicolon.")
            )
        now += (token.token_type is TokenType.L_PAREN) - (token.token_type is TokenType.R_PAREN)
        deepest = max(deepest, now)
    if deepest > MOST_DEPTH:
        raise Refusal(_TOO_DEEP)
    for token in tokens:
        if token.comments:
            raise Refusal(
                pointed(text, token.start, token.end + 1, "Beside this is a comment. Remove it.")
            )


def _says_more(statement: Any) -> bool:
    """Whether the text went on into an order, a limit or another clause."""
    return any(v for k, v in statement.args.items() if k not in ("expressions", "where"))


def _depth(condition: exp.Expr) -> int:
    """How deep the condition is nested; a chain of ands, or of ors, is one step."""
    from sqlglot import exp

    deepest = 0
    waiting: list[tuple[Any, int]] = [(condition, 1)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        for child in node.iter_expressions():
            chained = isinstance(node, exp.And | exp.Or) and type(child) is type(node)
            waiting.append((child, depth if chained else depth + 1))
    return deepest


def _not_read(text: str, error: Any) -> str:
    found = error.errors[0] if error.errors else {}
    before, word = str(found.get("start_context") or ""), str(found.get("highlight") or "")
    place = f"{_BEFORE}{text}\n".find(before + word) + len(before) - len(_BEFORE)
    sentence = "This condition cannot be read from here on."
    return pointed(text, place, place + len(word), sentence)
