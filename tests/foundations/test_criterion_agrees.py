"""For any condition and any rows, the engine chooses the rows for which the record says yes."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesops.foundations.criterion import Criterion, parse
from salesops.foundations.problem import Refusal
from salesops.foundations.table import DUCKDB_TYPE, Column, Table, Type

account = Table(
    "account",
    "Who buys.",
    ("id",),
    (
        Column("id", Type.ID, "Which."),
        Column("industry", Type.CHOICE, "Line of business."),
        Column("annual_revenue_minor", Type.MONEY, "Revenue."),
        Column("currency", Type.CURRENCY, "Its currency."),
    ),
)
deal = Table(
    "deal",
    "What is sold.",
    ("id",),
    (
        Column("id", Type.ID, "Which."),
        Column("account_id", Type.ID, "Who buys.", refers_to="account"),
        Column("name", Type.TEXT, "Its name."),
        Column("stage", Type.CHOICE, "Its stage."),
        Column("amount_minor", Type.MONEY, "Its worth."),
        Column("currency", Type.CURRENCY, "Its currency."),
        Column("value_minor", Type.MONEY, "Its worth in the reporting currency.", derived=True),
        Column("seats", Type.COUNT, "How many."),
        Column("quantity", Type.DECIMAL, "How much."),
        Column("probability", Type.SHARE, "How likely."),
        Column("rate", Type.RATE, "At what rate."),
        Column("close_date", Type.DATE, "When it closes."),
        Column("created_on", Type.DATE, "When it was made."),
        Column("created_at", Type.INSTANT, "The instant it was made."),
        Column("closed_at", Type.INSTANT, "The instant it closed."),
        Column("is_won", Type.YES_NO, "Won."),
        Column("is_closed", Type.YES_NO, "Closed."),
    ),
)
LET = {"account": account, "deal": deal}

LETTERS = "aAbßẞİıſσςΣÉé\u0301%_\\' \n\tKKǰŉ中👍🏽."
DAYS = [date(1, 1, 1), date(1969, 12, 31), date(2024, 2, 29), date(2026, 1, 31), date(9999, 12, 31)]
INSTANTS = [
    datetime.fromisoformat(text)
    for text in (
        "2026-01-31",
        "2026-01-31T14:00:00.000001",
        "1969-12-31T23:59:59.999999",
        "9999-12-31T23:59:59",
        "0001-01-01",
    )
]
WHOLE = [0, 1, -1, 5, 100, 5_000_000, 2**53 + 1, 2**63 - 1, -(2**63)]

texts = st.one_of(
    st.sampled_from(["", "Won", "won", "Straße", "STRASSE", "a%b", "I", "i"]),
    st.text(st.sampled_from(LETTERS), max_size=6),
)
days = st.one_of(st.sampled_from(DAYS), st.dates())
instants = st.one_of(st.sampled_from(INSTANTS), st.datetimes())
wholes = st.one_of(st.sampled_from(WHOLE), st.integers(-(2**63), 2**63 - 1), st.integers(-9, 9))


def decimals(whole: int, places: int) -> st.SearchStrategy[Decimal]:
    """Every number a column of that many digits can hold, small ones often."""
    most = 10 ** (whole + places) - 1
    return st.one_of(st.integers(-most, most), st.integers(-30, 30)).map(
        lambda n: Decimal(n).scaleb(-places)
    )


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), values)


currencies = st.sampled_from(["USD", "EUR", "JPY", "KWD", "???"])
records = st.fixed_dictionaries(
    {
        "name": maybe(texts),
        "stage": maybe(st.sampled_from(["Won", "Lost", "Straße"])),
        "amount_minor": maybe(wholes),
        "currency": maybe(currencies),
        "value_minor": maybe(wholes),
        "seats": maybe(wholes),
        "quantity": maybe(decimals(12, 6)),
        "probability": maybe(decimals(3, 6)),
        "rate": maybe(decimals(9, 9)),
        "close_date": maybe(days),
        "created_on": maybe(days),
        "created_at": maybe(instants),
        "closed_at": maybe(instants),
        "is_won": maybe(st.booleans()),
        "is_closed": maybe(st.booleans()),
        "account__industry": maybe(texts),
        "account__annual_revenue_minor": maybe(wholes),
        "account__currency": maybe(currencies),
    }
)


# What units, digits and length forbid; nothing else that is generated may be refused.
FORBIDDEN = ("_minor", "38 digits", "multiplied by money", "longer", "nested")


def understood(text: str, table: Table) -> Criterion | Refusal:
    """The criterion, or why it is none."""
    try:
        return parse(text, table, LET)
    except Refusal as refusal:
        return refusal


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


SIGN = st.sampled_from(["=", "<>", "!=", "<", "<=", ">", ">="])
text_literals = texts.map(quoted)
number_literals = st.one_of(
    st.sampled_from(["0", "1", "-1", "0.5", "50000", "1e3", ".25", "0.000000001", "1.50"]),
    st.integers(-(10**18) + 1, 10**18 - 1).map(str),
    decimals(9, 9).map(lambda d: format(d, "f")),
)


def called(name: str) -> Any:
    return lambda inner: f"{name}({inner})"


def either(pair: tuple[str, str]) -> str:
    return f"coalesce({pair[0]}, {pair[1]})"


text_columns = st.sampled_from(["name", "stage", "deal.stage", "account.industry", "currency"])
text_values: st.SearchStrategy[str] = st.recursive(
    text_columns,
    lambda inner: st.one_of(
        inner.map(called("lower")),
        inner.map(called("upper")),
        st.tuples(inner, st.one_of(inner, text_literals)).map(either),
        st.tuples(text_literals, inner).map(either),
    ),
    max_leaves=3,
)


def calculated(columns: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Columns and literals, added, multiplied, negated, replaced when empty."""
    return st.recursive(
        columns,
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from("+-*"), st.one_of(inner, number_literals)).map(
                lambda p: f"({p[0]} {p[1]} {p[2]})"
            ),
            inner.map(lambda x: f"(- {x})"),
            st.tuples(inner, st.one_of(inner, number_literals)).map(either),
        ),
        max_leaves=4,
    )


plain_numbers = st.one_of(
    st.sampled_from(["seats", "quantity", "probability", "rate"]),
    text_values.map(called("length")),
)
minor_money = st.sampled_from(["amount_minor", "value_minor", "account.annual_revenue_minor"])
major_money = st.sampled_from(["amount", "value", "account.annual_revenue", "deal.amount"])
number_values = st.one_of(
    calculated(plain_numbers),
    calculated(st.one_of(minor_money, plain_numbers)),
    calculated(st.one_of(major_money, plain_numbers)),
)
date_columns = st.sampled_from(["close_date", "created_on"])
date_literals = st.one_of(days.map(lambda d: f"date '{d}'"), days.map(lambda d: f"'{d}'"))
date_values = st.one_of(date_columns, st.tuples(date_columns, date_literals).map(either))
instant_columns = st.sampled_from(["created_at", "closed_at"])
instant_literals = st.one_of(instants.map(lambda i: f"'{i}'"), date_literals)
instant_values = st.one_of(
    instant_columns, st.tuples(instant_columns, instant_literals).map(either)
)


def compared(
    values: st.SearchStrategy[str], literals: st.SearchStrategy[str]
) -> st.SearchStrategy[str]:
    """Every way two values of one kind can be compared."""
    other = st.one_of(values, literals)
    return st.one_of(
        st.tuples(values, SIGN, other).map(" ".join),
        st.tuples(literals, SIGN, values).map(" ".join),
        st.tuples(values, other, other).map(lambda v: f"{v[0]} between {v[1]} and {v[2]}"),
        st.tuples(values, st.sampled_from(["in", "not in"]), st.lists(other, min_size=1)).map(
            lambda v: f"{v[0]} {v[1]} ({', '.join(v[2])})"
        ),
        st.tuples(values, st.sampled_from(["is null", "is not null"])).map(" ".join),
    )


likes = st.tuples(
    text_values,
    st.sampled_from(["like", "not like", "ilike", "not ilike"]),
    st.text(st.sampled_from(LETTERS.replace("\\", "")), max_size=5).map(quoted),
).map(" ".join)
conditions: st.SearchStrategy[str] = st.recursive(
    st.one_of(
        compared(text_values, text_literals),
        compared(number_values, number_literals),
        compared(date_values, date_literals),
        compared(instant_values, instant_literals),
        likes,
        st.sampled_from(["is_won", "is_closed", "is_won = is_closed", "is_won <> true"]),
    ),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join),
        inner.map(lambda c: f"({c})"),
        inner.map(lambda c: f"not ({c})"),
        st.tuples(
            inner, st.sampled_from(["is true", "is not true", "is false", "is null", "= is_won"])
        ).map(lambda c: f"({c[0]}) {c[1]}"),
        inner.map(lambda c: f"coalesce({c}, is_closed)"),
        st.tuples(st.sampled_from(["=", "<>"]), inner).map(lambda c: f"is_won {c[0]} ({c[1]})"),
        st.tuples(st.sampled_from(["=", "<>"]), inner).map(
            lambda c: f"is_won {c[0]} (not ({c[1]}))"
        ),
    ),
    max_leaves=5,
)

WIDE = {
    **{n: t for n, t in deal.ibis_schema().items() if n not in ("id", "account_id")},
    "account__industry": "string",
    "account__annual_revenue_minor": "int64",
    "account__currency": "string",
}


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    """An engine with the wide table, as a book would hand it to a predicate."""
    connection = duckdb.connect()
    declared = {c.name: c.type for t in LET.values() for c in t.columns}
    columns = ", ".join(f'"{n}" {DUCKDB_TYPE[declared[n.split("__")[-1]]]}' for n in WIDE)
    connection.execute(f"CREATE TABLE wide (place BIGINT, {columns})")
    return connection


@settings(max_examples=200)
@given(text=conditions, rows=st.lists(records, min_size=1, max_size=6))
def test_the_engine_and_the_record_agree_row_for_row(
    connection: duckdb.DuckDBPyConnection, text: str, rows: list[dict[str, Any]]
) -> None:
    criterion = understood(text, deal)
    if isinstance(criterion, Refusal):
        assert any(reason in str(criterion) for reason in FORBIDDEN), str(criterion)
        return
    connection.execute("DELETE FROM wide")
    marks = ", ".join("?" for _ in range(len(WIDE) + 1))
    for place, row in enumerate(rows):
        connection.execute(f"INSERT INTO wide VALUES ({marks})", [place, *(row[n] for n in WIDE)])
    table = ibis.table({"place": "int64", **WIDE}, name="wide")
    chosen = table.select("place", answer=criterion.predicate(table)).order_by("place")
    found = connection.execute(ibis.to_sql(chosen, dialect="duckdb")).fetchall()
    expected = [criterion.matches(row) for row in rows]
    assert [answer for _, answer in found] == expected, text
    written = criterion.sql(lambda name: f'"{name}"')
    plain = connection.execute(f"SELECT {written} FROM wide ORDER BY place").fetchall()
    assert [answer for (answer,) in plain] == expected, f"{text}: {written}"


@settings(max_examples=150)
@given(
    st.lists(
        st.sampled_from(
            "( ) [ ] { } , . ; : :: ' \" -- /* */ * + - / % = <> < > || @ $ ? # \\ ~ | & ! "
            "and or not in is null true like ilike between case when then else end select from where "
            "exists any all cast as date interval lower coalesce length distinct over group order limit "
            "union with escape stage amount is_won account account.industry 'x' 5 1e9 0x1 '2026-01-01' "
            "\n \t é 中 👍 \u200b \ufeff".split(" ")
        ),
        max_size=14,
    ).map(" ".join)
)
def test_any_row_of_words_is_understood_or_refused(text: str) -> None:
    criterion = understood(text, deal)
    if isinstance(criterion, Refusal):
        assert str(criterion)
        return
    assert criterion.columns
    table = ibis.table({"place": "int64", **WIDE}, name="wide")
    assert ibis.to_sql(table.filter(criterion.predicate(table)), dialect="duckdb")
