"""Amounts arrive as they were meant in every country's way of writing them, to the last cent."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from salesops.importers import Answers, formats
from tests.importers.opened import look, opened


def deals(amounts: list[str], column: str = "Amount") -> dict[str, str]:
    """A file of deals with a column of amounts."""
    lines = [f"d{i}\tWon\t2025-01-31\t{amount}" for i, amount in enumerate(amounts)]
    return {"deals.csv": "\n".join([f"Id\tStage\tClose Date\t{column}", *lines])}


def minor(folder: Path, amounts: list[str]) -> list[int | None]:
    """The amounts in cents that come of a column."""
    return opened(folder, deals(amounts)).column("opportunity", "amount_minor")


@pytest.mark.parametrize(
    ("written", "cents"),
    [
        ("1234.56", 123456),
        ("1,234.56", 123456),
        ("1.234,56", 123456),
        ("1 234,56", 123456),
        ("1\u00a0234,56", 123456),
        ("1\u202f234,56", 123456),
        ("1'234.56", 123456),
        ("1’234.56", 123456),
        ("1,00,000", 10000000),
        ("(1,234.00)", -123400),
        ("-1.234,56", -123456),
        ("−12.50", -1250),
        ("12.50-", -1250),
        ("€1.2k", 120000),
        ("$ 1,234.5M", 123450000000),
        ("2,5 Mio. €", 250000000),
        ("1.5bn", 150000000000),
        ("USD 1,234.56", 123456),
        ("1.234,56 EUR", 123456),
        ("1e3", 100000),
        ("0.125", 13),
        ("90071992547409.93", 9007199254740993),
        ("$90,071,992,547,409.93", 9007199254740993),
        ("0", 0),
        ("1234.", 123400),
        (".5", 50),
    ],
)
def test_an_amount_is_read_as_it_is_written_in_the_world(
    tmp_path: Path, written: str, cents: int
) -> None:
    assert minor(tmp_path, [written]) == [cents]


@pytest.mark.parametrize(
    "nonsense",
    [
        "abc",
        "-",
        "1,2,3",
        "10 20",
        "1.2.3",
        "12-34",
        "9e40",
        "99999999999999999999999999999",
        "nan",
    ],
)
def test_what_is_no_amount_is_left_empty_and_told_with_its_row(
    tmp_path: Path, nonsense: str
) -> None:
    book = opened(tmp_path, deals(["100", "200", nonsense]))
    assert book.told("not_number") == [(4, "Amount", nonsense)]
    assert book.column("opportunity", "amount_minor") == [10000, 20000, None]


@pytest.mark.parametrize("doubtful", ["1.234", "1,234", "€ 12.500", "-1.234"])
def test_an_amount_that_can_be_read_two_ways_is_asked_about(tmp_path: Path, doubtful: str) -> None:
    question = look(tmp_path, deals(["7", doubtful])).must_answer[0]
    assert f"The numbers in “Amount” of deals.csv, such as {doubtful}," in question.sentence
    assert [c.value for c in question.choices] == ["number:point", "number:comma"]


def test_a_doubtful_amount_far_down_is_asked_about_too(tmp_path: Path) -> None:
    assert look(tmp_path, deals(["100"] * 600 + ["1.234"])).must_answer


@pytest.mark.parametrize(("said", "cents"), [("number:point", 123), ("number:comma", 123400)])
def test_the_answer_decides(tmp_path: Path, said: str, cents: int) -> None:
    question = look(tmp_path, deals(["1.234"])).questions[0]
    book = opened(tmp_path, deals(["1.234"]), Answers(choices={question.id: said}))
    assert book.column("opportunity", "amount_minor") == [cents]


@pytest.mark.parametrize(
    ("certain", "cents"), [("1,5", 123400), ("2.25", 123), ("0.125", 123), ("1.234.567", 123400)]
)
def test_one_certain_value_decides_the_whole_column(
    tmp_path: Path, certain: str, cents: int
) -> None:
    assert minor(tmp_path, ["1.234", certain])[0] == cents


def test_a_column_that_contradicts_itself_asks_and_says_so(tmp_path: Path) -> None:
    question = look(tmp_path, deals(["1.234", "1,50", "2.25"])).must_answer[0]
    assert "only be read the one way, some only the other" in question.sentence


def test_numbers_without_doubt_ask_nothing(tmp_path: Path) -> None:
    assert look(tmp_path, deals(["100", "2000.5", "3"])).questions == []


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("€5", "EUR"),
        ("5 USD", "USD"),
        ("US$5", "USD"),
        ("CA$5", "CAD"),
        ("R$5", "BRL"),
        ("£5", "GBP"),
        ("CHF 5", "CHF"),
        ("1.5 Mio. EUR", "EUR"),
    ],
)
def test_the_currency_is_taken_from_the_amount(tmp_path: Path, written: str, code: str) -> None:
    assert opened(tmp_path, deals([written])).column("opportunity", "currency") == [code]


def test_a_currency_without_cents_has_none(tmp_path: Path) -> None:
    assert minor(tmp_path, ["¥1500", "KWD 1.5"]) == [1500, 1500]


def test_money_without_a_currency_is_in_the_one_of_the_book(tmp_path: Path) -> None:
    book = opened(tmp_path, deals(["1500"]), currency="JPY")
    assert book.column("opportunity", "amount_minor") == [1500]


def test_a_currency_that_is_none_is_told(tmp_path: Path) -> None:
    files = {"deals.csv": "Id,Stage,Amount,Close Date,Currency\nd1,Won,5,2025-01-31,zzz\n"}
    files["deals.csv"] += "d2,Won,5,2025-01-31,eur"
    book = opened(tmp_path, files)
    assert book.told("not_currency") == [(2, "Currency", "zzz")]
    assert book.column("opportunity", "currency") == [None, "EUR"]


@pytest.mark.parametrize(
    ("written", "shares"),
    [
        (["10", "50", "100"], ["0.1", "0.5", "1"]),
        (["0.1", "0.5", "1"], ["0.1", "0.5", "1"]),
        (["10%", "50 %", "0.5%"], ["0.1", "0.5", "0.005"]),
        (["12,5", "50", "100"], ["0.125", "0.5", "1"]),
    ],
)
def test_a_probability_is_a_share(tmp_path: Path, written: list[str], shares: list[str]) -> None:
    book = opened(tmp_path, deals(written, "Probability"))
    assert book.column("opportunity", "probability") == [Decimal(s) for s in shares]


def test_one_wrong_share_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    book = opened(tmp_path, deals(["0.25", "0.5", "40"], "Probability"))
    assert book.column("opportunity", "probability") == [Decimal("0.25"), Decimal("0.5"), None]
    assert book.told("not_number") == [(4, "Probability", "40")]


def plain_numbers() -> list[str]:
    """Numbers as programs write them: short and long, halves of a cent, exponents, out of range, none."""
    drawn = random.Random(7)
    digits = [drawn.randint(-(10**n), 10**n) for n in range(1, 17) for _ in range(40)]
    texts = [f"{d / 10**places:.{places}f}" for d in digits for places in (0, 1, 2, 3, 5, 9)]
    halves = [f"{sign}{n}.{n % 10}05" for n in range(200) for sign in ("", "-")]
    powers = [f"{n}{e}{p}" for n in (1, 45, 49, -1, 99) for e in "eE" for p in range(-10, 4)]
    return [*texts, *halves, *powers, "100.01", "100", "-0", ".12345", "1e", "", "x", "1 2"]


@pytest.mark.parametrize("currency", ["USD", "JPY", "KWD", ""])
def test_the_quick_way_to_cents_gives_what_the_exact_one_gives(currency: str) -> None:
    quick = formats.money_sql("number", "t", f"'{currency}'")
    exact = formats.minor_sql(formats.exact_sql("t"), f"'{currency}'")
    assert differing(quick, exact) == []


@pytest.mark.parametrize("least", [0, -1])
def test_the_quick_way_to_a_share_gives_what_the_exact_one_gives(least: int) -> None:
    value = formats.sql("percent", "t")
    exact = f"CASE WHEN {value} BETWEEN {least} AND 1 THEN CAST({value} AS DECIMAL(9,6)) END"
    assert differing(formats.share_sql("percent", "t", least), exact) == []


def differing(one: str, other: str) -> list[tuple[object, ...]]:
    """The plain numbers that two pieces of SQL read differently."""
    with duckdb.connect() as connection:
        return connection.execute(
            f"SELECT t, {one}, {other} FROM (SELECT unnest(?) AS t) "
            f"WHERE ({one}) IS DISTINCT FROM ({other})",
            [plain_numbers()],
        ).fetchall()
