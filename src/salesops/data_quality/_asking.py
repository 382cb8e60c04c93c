"""All checks asked of a book at once, in one question in which each record is read once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from salesops.book.book import Book
from salesops.book.engine import Rows
from salesops.data_quality._check import Check, Lent
from salesops.data_quality._lent import DEALS_OF_ACCOUNT, DEALS_OF_PERSON, OWNER
from salesops.data_quality._then import tables_then


@dataclass(frozen=True)
class Noun:
    """Whose a record of a table is, in which team, and the money at stake in it."""

    owner: str
    team: str
    money: str
    lent: tuple[Lent, ...] = ()


# The tables checks look at, deals first. What a lost deal was worth is no longer at stake.
NOUNS = {
    "opportunity": Noun(
        "x.owner_id", "x.team", "CASE WHEN x.outcome IN ('open', 'won') THEN x.value_minor END"
    ),
    "account": Noun("x.owner_id", "p.team", "d.value_minor", (OWNER, DEALS_OF_ACCOUNT)),
    "person": Noun("x.id", "x.team", "d.value_minor", (DEALS_OF_PERSON,)),
}
# What of a deal names a record of another table.
_KEYS = {"account": "x.account_id", "person": "x.owner_id"}


@dataclass(frozen=True)
class Cell:
    """So many records of an owner and a team that the same checks concern and find wrong.

    `concerned` and `wrong` are the checks as bits, in the order they were asked. `is_reached` tells deals that
    hang on a wrong record of another table.
    """

    owner_id: str | None
    team: str | None
    concerned: int
    wrong: int
    is_reached: bool
    rows: int
    money_minor: int | None


def cells(book: Book, checks: Mapping[str, Sequence[Check]]) -> dict[str, list[Cell]]:
    """What the checks of each table find, by table."""
    beside = [table for table in NOUNS if table != "opportunity" and checks[table]]
    found = [f"found_{t} AS MATERIALIZED ({_found(t, checks[t])})" for t in beside]
    reached = " OR ".join(
        f"coalesce({_KEYS[t]} IN (SELECT id FROM found_{t} WHERE wrong <> 0), false)"
        for t in beside
    )
    deals = _found("opportunity", checks["opportunity"])
    deals = f"SELECT *, NOT is_closed AND ({reached or 'false'}) AS is_reached FROM ({deals}) x"
    parts = [
        ("opportunity", deals),
        *((t, f"SELECT *, false AS is_reached FROM found_{t}") for t in beside),
    ]
    asked = " UNION ALL ".join(
        f"SELECT '{table}', owner_id, team, concerned, wrong, is_reached, count(*), CAST(sum(money) AS BIGINT) "
        f"FROM ({sql}) WHERE concerned <> 0 OR is_reached GROUP BY ALL"
        for table, sql in parts
    )
    told: dict[str, list[Cell]] = {table: [] for table in NOUNS}
    for table, *cell in run(book, asked, found).rows:
        told[table].append(Cell(*cell))
    return told


def run(book: Book, sql: str, parts: Sequence[str] = ()) -> Rows:
    """Ask the tables as of the book's instant; `parts` of the question stand before it under their names."""
    named = [*tables_then(book, " ".join([*parts, sql])), *parts]
    text = f"WITH {', '.join(named)} {sql}" if named else sql
    values = {"today": book.today, "as_of": book.instant.replace(tzinfo=None)}
    return book.engine.run(text, {k: v for k, v in values.items() if f"${k}" in text})


def _found(table: str, checks: Sequence[Check]) -> str:
    """Each record with the checks that concern it and those that find it wrong, as bits in their order."""
    noun = NOUNS[table]
    concerned = " + ".join(_bit(n, c.concerns) for n, c in enumerate(checks)) or "0"
    wrong = " + ".join(_bit(n, f"({c.concerns}) AND ({c.is_wrong})") for n, c in enumerate(checks))
    of_deals = ", x.account_id, x.is_closed" if table == "opportunity" else ", x.id"
    return (
        f"SELECT {noun.owner} AS owner_id, {noun.team} AS team, {noun.money} AS money{of_deals}, "
        f"{concerned} AS concerned, {wrong or '0'} AS wrong "
        f'FROM "{table}" x {joined((*noun.lent, *(one for c in checks for one in c.lent)))}'
    )


def joined(lent: Iterable[Lent]) -> str:
    """The joins, each once."""
    return "\n".join(one.join for one in dict.fromkeys(lent))


def average_won_minor(book: Book, least: int) -> int | None:
    """What a won deal is worth on average; None where fewer than `least` were won."""
    asked = "SELECT count(value_minor), avg(value_minor) FROM opportunity WHERE is_won"
    deals, average = run(book, asked).rows[0]
    return round(average) if deals >= least else None


def _bit(place: int, condition: str) -> str:
    return f"CASE WHEN {condition} THEN {1 << place} ELSE 0 END"
