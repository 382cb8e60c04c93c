"""A CSV of purchases: who bought, when, and for how much."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from salesops.foundations.problem import Refusal
from salesops.foundations.table import Type
from salesops.foundations.threads import threads
from salesops.importers import formats
from salesops.importers.one_csv import Wanted, clean_csv, places_of, stage, two_ways
from salesops.importers.room import room

NAMES = {
    "customer": ("customerid", "customer", "accountid", "account", "clientid", "client", "buyer", "contactid", "email"),
    "date": (
        "date", "orderdate", "invoicedate", "purchasedate", "transactiondate", "closedate", "day", "createdat",
        "createddate",
    ),
    "amount": ("amount", "total", "ordertotal", "revenue", "value", "price", "spend", "sales"),
}  # fmt: skip
_WORDS = {
    "customer": "who bought",
    "date": "when it was bought",
    "amount": "for how much it was bought",
}


@dataclass(frozen=True)
class PurchaseColumns:
    """Which columns hold what, and how days are written; empty to find out."""

    customer: str = ""
    date: str = ""
    amount: str = ""
    dates: str = ""  # day-first or month-first


@dataclass(frozen=True)
class PurchaseFile:
    """What was read, an amount in hundredths; rows without customer, day or amount are left out and counted."""

    name: str
    rows: list[tuple[str, date, int]]
    left_out: int


def read_purchases(path: Path, columns: PurchaseColumns | None = None) -> PurchaseFile:
    """The purchases of a file, plain or packed. Raises Refusal where it cannot be read as such."""
    asked = columns or PurchaseColumns()
    if not path.is_file():
        raise Refusal(f"{path} is no file. Name a CSV of purchases.")
    with (
        tempfile.TemporaryDirectory() as folder,
        room(Path(folder)),
        duckdb.connect(config={"threads": threads()}) as connection,
    ):
        clean = clean_csv(
            path, Path(folder), "Purchases are read from one CSV file, plain or gzipped."
        )
        wanted = [Wanted(w, words, NAMES[w], getattr(asked, w)) for w, words in _WORDS.items()]
        stage(connection, path.name, clean, places_of(path.name, clean.header, wanted))
        day, amount = _day(connection, path.name, asked.dates), _amount(connection, path.name)
        found = connection.execute(
            f"SELECT customer_, {day}, CAST(round({amount} * 100) AS BIGINT) FROM source"
        ).fetchall()
    rows = [row for row in found if None not in row]
    if not rows:
        raise Refusal(f"{path.name} holds no row with a customer, a day and an amount.")
    return PurchaseFile(path.name, rows, len(found) - len(rows) + len(clean.gathered.refused))


def _day(connection: duckdb.DuckDBPyConnection, name: str, dates: str) -> str:
    judged = formats.judge(connection, "source", "date_", Type.DATE)
    if judged.ambiguous and not dates:
        raise two_ways(name)
    is_parted = judged.reads_as.endswith("-first") and not judged.reads_as.endswith("year-first")
    return formats.sql(f"date:{dates}" if dates and is_parted else judged.reads_as, "date_")


def _amount(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    judged = formats.judge(connection, "source", "amount_", Type.MONEY)
    if judged.ambiguous:
        raise Refusal(
            f"The amounts of {name} can be read with a comma or a point before the decimals. Write them as 1234.50."
        )
    return formats.sql(judged.reads_as, "amount_")
