"""All checks asked of a book at once: a question a table, in which each record is read once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from salesops.book.book import Book
from salesops.data_quality._check import Check, Lent
from salesops.data_quality._lent import DEALS_OF_ACCOUNT, DEALS_OF_PERSON, OWNER
from salesops.data_quality._then import is_past, tables_then


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


def cells(book: Book, table: str, checks: Sequence[Check], others: Sequence[Check]) -> list[Cell]:
    """What the checks of a table find; `others` are those of other tables, for the deals they reach."""
    noun = NOUNS[table]
    concerned = " + ".join(_bit(place, c.concerns) for place, c in enumerate(checks)) or "0"
    wrong = (
        " + ".join(
            _bit(place, f"({c.concerns}) AND ({c.is_wrong})") for place, c in enumerate(checks)
        )
        or "0"
    )
    found = book.engine.run(
        f"""
        {tables_then(book)}
        SELECT owner_id, team, concerned, wrong, is_reached, count(*), CAST(sum(money) AS BIGINT) FROM (
            SELECT {noun.owner} AS owner_id, {noun.team} AS team, {noun.money} AS money,
                {concerned} AS concerned, {wrong} AS wrong, {_reached(table, others)} AS is_reached
            FROM "{table}" x {joined((*noun.lent, *(one for c in checks for one in c.lent)))})
        WHERE concerned <> 0 OR is_reached GROUP BY ALL
        """,
        _values(book),
    )
    return [Cell(*row) for row in found.rows]


def joined(lent: Iterable[Lent]) -> str:
    """The joins, each once."""
    return "\n".join(one.join for one in dict.fromkeys(lent))


def average_won_minor(book: Book, least: int) -> int | None:
    """What a won deal is worth on average; None where fewer than `least` were won."""
    deals, average = book.engine.run(
        f"{tables_then(book)} SELECT count(value_minor), avg(value_minor) FROM opportunity WHERE is_won",
        _values(book) if is_past(book) else {},
    ).rows[0]
    return round(average) if deals >= least else None


def _values(book: Book) -> dict[str, object]:
    return {"today": book.today, "as_of": book.instant.replace(tzinfo=None)}


def _bit(place: int, condition: str) -> str:
    return f"CASE WHEN {condition} THEN {1 << place} ELSE 0 END"


def _reached(table: str, others: Sequence[Check]) -> str:
    """Whether an open deal hangs on a record that another table's check finds wrong."""
    if table != "opportunity" or not others:
        return "false"
    keys = {"account": "x.account_id", "person": "x.owner_id"}
    on = " OR ".join(
        f"coalesce({keys[c.table]} IN (SELECT x.id FROM {c.table} x {joined(c.lent)} "
        f"WHERE ({c.concerns}) AND ({c.is_wrong})), false)"
        for c in others
    )
    return f"NOT x.is_closed AND ({on})"
