"""Books whose tables are filled at once, derived columns included: cheap enough to make forty of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

import duckdb
import pyarrow as pa

from salesops.book.book import Book
from salesops.book.engine import BookFacts, Rows
from salesops.book.question import Question
from salesops.foundations.table import DUCKDB_TYPE, Type
from salesops.tables import TABLES

TODAY = date(2026, 6, 30)
NEVER = datetime.combine(date(9999, 12, 31), time())
STAGES = ("Prospecting", "Discovery", "Proposal")


class FactEngine:
    """Runs SQL over tables in memory; asks no KPI."""

    def __init__(self, tables: Mapping[str, list[dict[str, Any]]]) -> None:
        self.connection = duckdb.connect()
        for name, table in TABLES.items():
            self.connection.execute(table.duckdb_ddl())
            self._fill(name, tables.get(name, []))
        self._write_calendar()

    @property
    def facts(self) -> BookFacts:
        """Read on the evening of `TODAY`, with history."""
        return BookFacts(
            generation=1,
            data_as_of=datetime.combine(TODAY, time(20), UTC),
            history_from=datetime(2023, 1, 1, tzinfo=UTC),
            currency="USD",
            currencies=False,
            filled=frozenset(),
        )

    def run(self, sql: str, values: Mapping[str, Any] | Sequence[Any] = ()) -> Rows:
        """Run SQL."""
        found = self.connection.execute(sql, values or None)
        return Rows(tuple(c[0] for c in found.description or ()), found.fetchall())

    def answer(self, question: Question, values: Mapping[str, Any]) -> Rows:
        """No KPI is asked here."""
        raise NotImplementedError

    def holding(self, name: str, sql: str, values: Mapping[str, Any]) -> Any:
        """Nothing is held here."""
        raise NotImplementedError

    def page(
        self, question: Question, values: Mapping[str, Any], order: str, limit: int, offset: int
    ) -> Rows:
        """No KPI is asked here."""
        raise NotImplementedError

    def table(self, name: str) -> Any:
        """No KPI is asked here."""
        raise NotImplementedError

    def _fill(self, name: str, records: list[dict[str, Any]]) -> None:
        if not records:
            return
        columns = [c for c in TABLES[name].columns if c.name in records[0]]
        frame = pa.table({c.name: _array(c.type, [r[c.name] for r in records]) for c in columns})
        self.connection.register("_frame", frame)
        names = ", ".join(c.name for c in columns)
        values = ", ".join(f"CAST({c.name} AS {DUCKDB_TYPE[c.type]})" for c in columns)
        self.connection.execute(f"INSERT INTO {name} ({names}) SELECT {values} FROM _frame")
        self.connection.unregister("_frame")

    def _write_calendar(self) -> None:
        self.connection.execute(
            "CREATE TABLE calendar AS SELECT CAST(d AS DATE) AS day, strftime(d, '%GW%V') AS week, "
            "strftime(d, '%YM%m') AS month, year(d) || 'Q' || quarter(d) AS quarter, "
            "CAST(year(d) AS VARCHAR) AS year "
            "FROM generate_series(DATE '2022-01-01', DATE '2027-12-31', INTERVAL 1 DAY) t(d)"
        )


def _array(kind: Type, values: list[Any]) -> pa.Array:
    if kind in (Type.MONEY, Type.COUNT):
        return pa.array(values, pa.int64())
    if kind is Type.YES_NO:
        return pa.array(values, pa.bool_())
    return pa.array([None if v is None else str(v) for v in values], pa.string())


def book_of(**tables: list[dict[str, Any]]) -> Book:
    """A book of these records."""
    return Book(FactEngine(tables))


def noise(seed: int, size: int = 1200) -> Book:
    """A book in which nothing depends on anything: every attribute is drawn apart from every other."""
    random = Random(seed)
    accounts = [
        {
            "id": f"a{n}",
            "name": f"Account number {n}",
            "industry": f"Industry {random.randrange(9)}",
            "country": f"Country {random.randrange(8)}",
            "region": f"Region {random.randrange(3)}",
        }
        for n in range(size // 4)
    ]
    deals: list[dict[str, Any]] = []
    versions: list[dict[str, Any]] = []
    for n in range(size):
        _live(random, n, len(accounts), deals, versions)
    products = [{"id": f"p{n}", "name": f"Product {n}"} for n in range(7)]
    campaigns = [{"id": f"c{n}", "name": f"Campaign {n}"} for n in range(9)]
    people = [{"id": f"o{n}", "name": f"Person {n}"} for n in range(14)]
    return book_of(
        account=accounts,
        opportunity=deals,
        opportunity_version=versions,
        product=products,
        campaign=campaigns,
        person=people,
    )


def _live(
    random: Random,
    number: int,
    accounts: int,
    deals: list[dict[str, Any]],
    versions: list[dict[str, Any]],
) -> None:
    day = date(2023, 7, 1) + timedelta(days=random.randrange(1090))
    at = datetime.combine(day, time(9))
    amount = round(random.lognormvariate(10, 0.8)) * 100
    state: dict[str, Any] = {
        "account_id": f"a{random.randrange(accounts)}",
        "owner_id": f"o{random.randrange(14)}",
        "team": f"Team {random.randrange(4)}",
        "source": f"Source {random.randrange(6)}",
        "type": random.choice(("New", "Renewal")),
        "product_id": f"p{random.randrange(7)}",
        "campaign_id": f"c{random.randrange(9)}",
        "currency": "USD",
        "created_on": at.date(),
        "close_date": at.date() + timedelta(days=80),
        "is_qualified": True,
    }
    end = datetime.combine(TODAY, time(20))
    chance = 0.65 if state["type"] == "Renewal" else 0.3
    for stage in (*STAGES, random.random() < chance):
        over = isinstance(stage, bool)
        if random.random() < 0.3:
            amount = round(amount * random.choice((0.9, 1.1, 1.2)) / 100) * 100
        state |= {
            "stage": stage if isinstance(stage, str) else "Won" if stage else "Lost",
            "amount_minor": amount,
            "value_minor": amount,
            "is_closed": over,
            "is_won": stage is True,
            "outcome": "open" if not over else "won" if stage else "lost",
            "closed_on": at.date() if over else None,
        }
        versions.append(
            {
                **state,
                "opportunity_id": f"d{number}",
                "valid_from": at,
                "valid_to": NEVER,
                "change_source": "history",
            }
        )
        at += timedelta(days=1 + round(random.lognormvariate(2.7, 0.6)))
        if at > end:
            break
    deals.append({"id": f"d{number}", **state})
