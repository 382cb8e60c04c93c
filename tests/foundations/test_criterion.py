"""A criterion gives the same answer over a table and for one record, and refuses with a pointer."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import ibis
import pytest

from salesops.foundations.criterion import MOST_CHARACTERS, MOST_DEPTH, Criterion, parse
from salesops.foundations.money import MinorUnits
from salesops.foundations.problem import Refusal
from salesops.tables import TABLES

DEAL: dict[str, Any] = {
    "name": "Größe 100 %",
    "stage": "Won",
    "amount_minor": 5_000_000,
    "currency": "USD",
    "value_minor": 4_000_000,
    "probability": Decimal("0.25"),
    "close_date": date(2026, 3, 31),
    "created_at": datetime.fromisoformat("2026-01-31T14:00"),
    "is_won": True,
    "loss_reason": None,
    "account__industry": "Software",
    "account__annual_revenue_minor": 900,
    "account__currency": "JPY",
}


def read(text: str, table: str = "opportunity") -> Criterion:
    """The criterion over a declared table."""
    return parse(text, TABLES[table], TABLES)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("stage = 'Won'", True),
        ("stage <> 'Won'", False),
        ("stage != 'Won'", False),
        ("opportunity.stage = 'Won'", True),
        ("STAGE = 'Won'", True),
        ("'Won' = stage", True),
        ("is_won", True),
        ("not is_won", False),
        ("is_won = true", True),
        ("is_won is not true", False),
        ("is_won = (stage = 'Lost')", False),
        ("stage in ('Lost', 'Won')", True),
        ("stage not in ('Lost', 'Won')", False),
        ("loss_reason in ('Price')", None),
        ("loss_reason not in ('Price')", None),
        ("stage in ('Won', loss_reason)", True),
        ("stage not in ('Lost', loss_reason)", None),
        ("loss_reason = 'Price' or is_won", True),
        ("loss_reason = 'Price' and is_won", None),
        ("loss_reason = 'Price' and not is_won", False),
        ("loss_reason is null", True),
        ("(loss_reason = 'Price') is not false", True),
        ("coalesce(loss_reason, stage) = 'Won'", True),
        ("account.industry in ('Software', 'Media')", True),
        ("name like 'Gr%'", True),
        ("name not like 'Gr%'", False),
        ("name not ilike 'gr%'", False),
        ("name ilike 'GR_SSE%'", False),
        ("name ilike 'GRÖ_E%'", True),
        ("upper(name) = 'GRÖẞE 100 %'", True),
        ("length(name) = 11", True),
        ("close_date between '2026-01-01' and '2026-03-31'", True),
        ("close_date < date '2026-03-31'", False),
        ("coalesce('2026-01-01', close_date) = '2026-01-01'", True),
        ("created_at >= '2026-01-31 14:00'", True),
        ("created_at > date '2026-01-31'", True),
        ("created_at < '2026-01-31'", False),
        ("probability * 4 = 1", True),
        ("probability = 0.25", True),
        ("probability < 0.250000001", True),
        ("probability > -1", True),
        ("- probability < 0", True),
    ],
)
def test_a_condition_reads_as_sql_does(text: str, answer: bool | None) -> None:
    assert read(text).matches(DEAL) is answer


@pytest.mark.parametrize(
    "text",
    [
        "amount = 50000",
        "amount = 50000.00",
        "amount_minor = 5000000",
        "amount between 49999.99 and 50000.01",
        "coalesce(amount, 0) = 50000",
        "coalesce(amount, 0) > 49999.99",
        "amount + 1 = 50001",
        "amount - value = 10000",
        "amount * 2 = 100000",
        "2 * amount = 100000",
        "amount * probability = 12500",
        "-amount = -50000",
        "amount > value",
        "value = 40000",
        "account.annual_revenue = 900",
    ],
)
def test_money_without_minor_is_in_whole_units_also_when_calculated(text: str) -> None:
    assert read(text).matches(DEAL) is True


def test_money_of_each_row_is_in_the_units_of_its_own_currency() -> None:
    over = read("amount >= 50000")
    deals = {"JPY": 50_000, "USD": 5_000_000, "KWD": 50_000_000, "XXX": 5_000_000}
    for currency, minor in deals.items():
        assert over.matches({"amount_minor": minor, "currency": currency}) is True
        assert over.matches({"amount_minor": minor - 1, "currency": currency}) is False


def test_money_in_the_reporting_currency_is_in_its_units_whatever_the_row_is_in() -> None:
    over = parse("value >= 50000", TABLES["opportunity"], TABLES, units=MinorUnits(0))
    assert over.matches({"value_minor": 50_000, "currency": "USD"}) is True
    assert over.columns == ("value_minor",)


def test_where_all_money_has_as_many_decimals_the_currency_of_a_row_is_not_asked() -> None:
    over = parse(
        "amount >= 50000.5", TABLES["opportunity"], TABLES, units=MinorUnits(3, alike=True)
    )
    assert over.columns == ("amount_minor",)
    assert over.sql(str) == "(amount_minor >= CAST(50000500 AS BIGINT))"
    assert over.matches({"amount_minor": 50_000_500}) is True
    assert over.matches({"amount_minor": 50_000_499}) is False


def test_a_criterion_names_the_columns_it_reads_once() -> None:
    text = "amount > 5 and amount < 9 and opportunity.stage = 'Won' and account.industry = 'Media'"
    assert read(text).columns == ("amount_minor", "currency", "stage", "account.industry")


@pytest.mark.parametrize("table", TABLES)
def test_every_declared_column_can_be_written_as_it_is_named(table: str) -> None:
    for column in TABLES[table].columns:
        assert read(f"{column.name} is null", table).columns == (column.name,)
        assert read(f"not ({table}.{column.name} is null)", table).columns == (column.name,)


@pytest.mark.parametrize(
    ("text", "word", "sentence"),
    [
        ("name = 'x' and nam = 'y'", "nam", "opportunity has no column “nam”"),
        ("stage = 'x'\n  and acount.industry = 'y'", "acount.industry", "not to “acount”"),
        ("account.industri = 'y'", "industri", "account has no column “industri”"),
        ('stage = "Won"', '"Won"', "single quotes"),
        ("stage = 5", "stage = 5", "Text cannot be compared with a number"),
        ("amount > 'big'", "amount > 'big'", "A number cannot be compared with text"),
        ("is_won > false", "is_won", "no order"),
        ("close_date > 'soon'", "close_date > 'soon'", "“soon” is not a day"),
        ("close_date > '2026-02-30'", "close_date > '2026-02-30'", "is not a day"),
        ("created_at > '2026-01-01T00:00+02:00'", "created_at", "without a zone"),
        ("close_date = created_at", "close_date = created_at", "A day cannot be compared"),
        ("amount > amount_minor", "amount > amount_minor", "with or without _minor"),
        ("amount * value > 5", "amount * value", "Money cannot be multiplied by money"),
        ("is_won and stage", "stage", "a value, not a condition"),
        ("stage = null", "null", "is null"),
        ("stage in ()", "stage", "List the values"),
        ("stage in (5, 'x')", "5", "Text cannot be compared with a number"),
        ("amount / 2 > 1", "amount / 2", "cannot be used in a condition"),
        ("1 = 1", "1 = 1", "two constants"),
        ("stage = 'Won' or 1=1", "1=1", "two constants"),
        ("lower('A') = 'a'", "lower('A') = 'a'", "two constants"),
        ("true", "true", "names no column"),
        ("sum(amount) > 5", "sum(amount", "cannot be used"),
        ("name like stage", "name like stage", "pattern in quotes"),
        ("name like 'a\\%'", "'a\\%'", "no escape"),
        ("name like 'a' escape 'b'", "name like 'a'", "cannot be used"),
        ("amount > 1e40", "1e40", "at most 18 digits"),
        ("probability > 0.0000000001", "0.0000000001", "9 after it"),
        ("amount_minor * value_minor > 1", "amount_minor * value_minor", "multiplied by money"),
        ("stage_position * stage_position * stage_position > 1", "stage_position", "38 digits"),
        ("amount between symmetric 9 and 1", "amount between symmetric 9 and 1", "cannot be used"),
        ("stage = 'Won' order by 1", "stage", "not one condition"),
        ("stage = 'Won' limit 5", "stage", "not one condition"),
        ("stage = 'Won' union select 1", "stage", "not one condition"),
        ("stage = 'Won'; drop table opportunity", ";", "no semicolon"),
        ("stage = 'Won';", ";", "no semicolon"),
        ("stage = 'Won' -- and is_won", "'Won'", "a comment"),
        ("/* all */ stage = 'Won'", "stage", "a comment"),
        ("stage = 'Won", "'Won", "quote may be open"),
        ("stage = ", "=", "cannot be read"),
        ("stage = 'Won' and ()", "()", "cannot be used"),
        ("(stage = 'Won'", "'Won'", "cannot be read"),
        ("stage in (select name from account)", "stage", "List the values"),
        ("exists (select 1)", "1", "cannot be used"),
    ],
)
def test_a_refusal_points_at_the_wrong_word(text: str, word: str, sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        read(text)
    said, shown, mark = str(refused.value).splitlines()
    assert sentence in said
    start = mark.index("^")
    assert shown[start:].startswith(word), str(refused.value)


def test_only_the_neighbourhood_of_a_wrong_word_in_a_long_condition_is_shown() -> None:
    with pytest.raises(Refusal) as refused:
        read("stage = 'Won' or " * 100 + "stgae = 'Won'" + " or stage = 'Lost'" * 100)
    _, shown, mark = str(refused.value).splitlines()
    assert len(shown) < 110
    assert shown[mark.index("^") :].startswith("stgae")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  \n ",
        "'",
        ")",
        ";",
        "--",
        "/*",
        "*",
        "stage",
        "is_won) or (is_won",
        "stage = 'x' group by 1 having 1 = 1",
        "stage = 'x' window w as ()",
        "stage = 'x' for update",
        "stage = 'x' using sample 5",
        "is_won as x",
        "x := 5",
        "stage = ?",
        "stage = $1",
        "stage = :x",
        "stage = e'\\n'",
        "stage = $$Won$$",
        "'Won' 'Lost' = stage",
        "stage collate nocase = 'won'",
        "stage ~ 'W.*'",
        "stage similar to 'W.*'",
        "stage like any ('Won')",
        "stage = any (select 1)",
        "stage is not distinct from 'Won'",
        "case when is_won then true else false end",
        "cast(amount as varchar) = '5'",
        "amount::text = '5'",
        "try_cast(close_date as date) is null",
        "read_csv('/etc/passwd') is null",
        "getenv('HOME') = stage",
        "coalesce() = 1",
        "lower() = 'x'",
        "lower(stage, name) = 'x'",
        "opportunity.account.industry = 'x'",
        "a.b.c.d = 1",
        "account.* is null",
        "rowid = 1",
        "stage[1] = 'W'",
        "{'a': 1}.a = 1",
        "interval '1 day' > 5",
        "amount > 99999999999999999999999999999999999999999",
        "amount > 1e999999999999999999999",
        "close_date = '0000-00-00'",
        "created_at = '99999-01-01'",
        "owner.name.x = 'y'",
        "stage = '\0'",
        "stage = '\ud800'",
        "ｓtage = 'x'",
        "𝓼tage = 'x'",
        "stage = 'x' \N{SEMICOLON} drop",
        "(" * 10_000 + "is_won" + ")" * 10_000,
        "(" * 1_500 + "is_won" + ")" * 1_500,
        "(" * 200 + "is_won" + ")" * 200,
        "(" * 3_000,
        "[" * 3_000,
        "{" * 3_000,
        "not " * 900 + "is_won",
        "- " * 900 + "amount > 5",
        "case " * 500,
        "stage in (" * 300,
        "lower(" * 300,
        "amount" + " + 1" * 900 + " > 5",
        "is_won" + " = is_won" * 300,
    ],
)
def test_an_odd_condition_is_refused_in_sentences(text: str) -> None:
    with pytest.raises(Refusal, match=r"\.|:"):
        read(text)


def test_a_condition_may_be_as_long_as_allowed() -> None:
    text = "is_won" + " or is_won" * ((MOST_CHARACTERS - 6) // 10)
    table = ibis.table(TABLES["opportunity"].ibis_schema(), name="opportunity")
    assert read(text).matches({"is_won": False}) is False
    assert "OR" in ibis.to_sql(table.filter(read(text).predicate(table)))
    with pytest.raises(Refusal, match="longer than"):
        read(text + " " * 10)


def test_a_condition_may_be_nested_as_deep_as_allowed() -> None:
    inner = MOST_DEPTH - 3  # not, a column and its name are three steps
    table = ibis.table(TABLES["opportunity"].ibis_schema(), name="opportunity")
    for text in ("(" * inner + "not is_won" + ")" * inner, "not " * inner + "(is_won)"):
        read(text).matches({"is_won": False})
        ibis.to_sql(table.filter(read(text).predicate(table)))
    with pytest.raises(Refusal, match="nested"):
        read("(" * (MOST_DEPTH + 1) + "is_won" + ")" * (MOST_DEPTH + 1))


def test_a_pattern_of_many_wildcards_is_answered_without_delay() -> None:
    assert read("name like '" + "%a" * 200 + "%b'").matches({"name": "a" * 2_000}) is False


def test_lower_and_upper_of_every_character_are_those_of_the_engine() -> None:
    from salesops.foundations.condition_value import lower, upper

    connection = duckdb.connect()
    found = connection.sql(
        "SELECT chr(i::INTEGER) AS c, lower(c), upper(c) FROM range(1, 1114112) t(i) "
        "WHERE i NOT BETWEEN 55296 AND 57343"
    ).fetchall()
    assert [c for c, small, capital in found if (lower(c), upper(c)) != (small, capital)] == []
