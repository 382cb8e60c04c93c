"""How often comparisons of people single somebody out where nobody differs, and somebody who does, in made-up companies.

`python -m scripts.simulate_comparisons 200 5000` prints, for each kind of company and each measure, in what share of
companies anybody is singled out, those of 200 seeds from 5000 on; 100 companies a kind take a quarter of an hour.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import exp
from random import Random
from typing import Any, cast

import duckdb
import pyarrow as pa

from salesops.book.book import Book
from salesops.book.engine import NOTHING, BookFacts, Engine, Rows
from salesops.engines.literals import with_values
from salesops.pipeline.comparison import MEASURES, comparison

BEGINS, ENDS = date(2024, 1, 1), date(2026, 7, 1)
NOW, BEGUN = (datetime(year, 7, 1, tzinfo=UTC) for year in (2026, 2020))
TYPES = (("New", 0.25, 4.3, 9.0), ("Expansion", 0.45, 3.8, 8.4), ("Renewal", 0.85, 3.3, 8.8))
SOURCES = (("Web", 1.0), ("Partner", 1.3), ("Event", 0.6))
COUNTRIES = (0.8, 1.0, 1.6, 0.9, 1.1, 1.0)  # how easily deals are won there
DEALS = "id owner_id team account_id type source is_won is_closed created_on closed_on value_minor qualified_value_minor"


@dataclass(frozen=True)
class Company:
    """How many people and deals there are, how alike the deals of one customer are, and how `better` the first person is.

    `easy` is whether that person has the easy country.
    """

    people: int = 24
    deals: int = 40
    customers: float = 0.5
    better: float = 1.0
    easy: bool = False
    uneven: bool = False


COMPANIES = {
    "nobody differs": Company(),
    "nobody differs, few people": Company(people=6),
    "nobody differs, few deals": Company(deals=14),
    "nobody differs, many deals": Company(deals=120, people=12),
    "customers very unlike": Company(customers=1.2),
    "uneven numbers of deals": Company(uneven=True),
    "one has the easy country": Company(easy=True),
    "one wins half as many again": Company(better=1.5, deals=100),
}


class Made:
    """The tables of a company, asked as a book's engine is."""

    def __init__(self, tables: Mapping[str, list[dict[str, Any]]]) -> None:
        self.facts = BookFacts(1, NOW, BEGUN, "USD", False, frozenset())
        self._work = duckdb.connect(config={"threads": "1"})
        for name, records in tables.items():
            self._work.register("frame", pa.Table.from_pylist(records))
            self._work.execute(f"CREATE TABLE {name} AS FROM frame")
            self._work.unregister("frame")
        for column in ("created_at", "closed_at"):
            self._work.execute(f"ALTER TABLE opportunity ADD COLUMN {column} TIMESTAMP")
        self._work.execute("ALTER TABLE person ADD COLUMN left_on DATE")

    def run(self, sql: str, values: Mapping[str, Any] = NOTHING) -> Rows:
        """The answer."""
        found = self._work.execute(with_values(sql, values))
        return Rows(tuple(c[0] for c in found.description or ()), found.fetchall())


def made(company: Company, random: Random) -> Book:
    """A company's book: everybody sells in one of three teams, each with two countries, and customers go their own way."""
    people, accounts, deals = [], [], []
    for place in range(company.people):
        hired = BEGINS + timedelta(days=random.randint(-600, 500))
        people.append(
            {"id": f"p{place}", "name": f"P{place:03}", "team": f"T{place % 3}", "hired_on": hired}
        )  # fmt: skip
        load = random.lognormvariate(0, 0.7) if company.uneven else 1.0
        months = (ENDS - max(hired, BEGINS)).days / 30.44
        share = company.deals / ((ENDS - BEGINS).days / 30.44) * load
        count = sum(random.random() < share / 8 for _ in range(round(months * 8)))
        own = []
        for n in range(max(3, count // 4)):
            country = 2 * (place % 3) + random.randint(0, 1)
            if company.easy and place % 3 == 1:
                country = 2 if place == 1 or random.random() < 0.15 else 3
            own.append((f"a{place}_{n}", country, random.gauss(0, company.customers)))
            staff = round(exp(random.gauss(5 + own[-1][2], 1)))
            accounts.append({"id": own[-1][0], "country": f"C{country}", "employees": staff})
        for n in range(count):
            deals.append(_deal(company, random, place, n, own, max(hired, BEGINS)))
    nobody = {"person_id": "", "team": "", "valid_from": BEGINS, "valid_to": BEGINS}
    tables = {"person": people, "account": accounts, "opportunity": deals}
    return Book(cast(Engine, Made(tables | {"team_membership": [nobody]})))


def _deal(
    company: Company, random: Random, place: int, n: int, own: list[Any], since: date
) -> dict[str, Any]:
    account, country, goes = random.choice(own)
    kind, share, days, size = random.choices(TYPES, (5, 3, 2))[0]
    source, factor = random.choice(SOURCES)
    odds = share * factor * COUNTRIES[country] * exp(0.4 * goes - 0.08 * company.customers**2)
    chance = min(0.97, odds * (company.better if place == 0 else 1.0))
    closed = since + timedelta(days=random.randrange(max(1, (ENDS - since).days)))
    lasted = round(exp(random.gauss(days + 0.3 * goes, 0.7)))
    worth = round(100 * exp(random.gauss(size + goes, 0.8)))
    return dict(
        zip(
            DEALS.split(),
            (
                f"d{place}_{n}", f"p{place}", f"T{place % 3}", account, kind, source, random.random() < chance,
                True, closed - timedelta(days=lasted), closed, worth, worth,
            ),
            strict=True,
        )
    )  # fmt: skip


def main(companies: int, first: int = 0, say: Callable[[str], None] = print) -> None:
    """Print the table."""
    say(f"{'':30} " + " ".join(f"{m[:12]:>12} {'team':>6}" for m in MEASURES) + f" {'any':>6}")
    for name, company in COMPANIES.items():
        hits = {(m, by): 0 for m in MEASURES for by in ("person", "team")}
        anybody = 0
        for seed in range(first, first + companies):
            book = made(company, Random(f"{name}{seed}"))
            found = {(m, by): bool(comparison(book, measure=m, by=by).out) for m, by in hits}
            anybody += any(said for (_, by), said in found.items() if by == "person")
            hits = {key: hits[key] + said for key, said in found.items()}
        told = " ".join(
            f"{hits[m, 'person'] / companies:12.1%} {hits[m, 'team'] / companies:6.1%}"
            for m in MEASURES
        )
        say(f"{name:30} {told} {anybody / companies:6.1%}")


if __name__ == "__main__":
    asked = [int(given) for given in sys.argv[1:]]
    main(*(asked or (100,)))
