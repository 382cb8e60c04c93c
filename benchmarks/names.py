"""Finding a name among a million that is typed with mistakes, against one reading of all of them by `contains`.

    .venv/bin/python -m benchmarks.names [--size 1000000]

The names are made up: of ten, six are deals with a number of their own, two contacts, and the rest accounts, leads and
people, of 200,000 different words beside the numbers. Prints what the index takes to make and on disk, then for each
text the fastest and the slowest of several searches and how much faster than the reading they are. The bar is 100 ms.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import duckdb
import pyarrow as pa

from salesops.book.engine import Rows
from salesops.engines.names import NAMES, NameIndex, places_in, write_index

BAR = 0.1
RUNS = 5
MOST = 6
_SYLLABLES = [a + b for a in "bcdfghklmnprstvz" for b in "aeiou"]
_SYLLABLES += ["an", "en", "or", "al", "is", "ter", "son"]
_FORMS = (
    "Inc",
    "Ltd",
    "GmbH",
    "Systems",
    "Group",
    "Logistics",
    "Energy",
    "Foods",
    "Bank",
    "Partners",
)
_SORTS = ("Renewal", "New business", "Expansion", "Pilot", "Upgrade")
_SHARES = {"opportunity": 0.6, "account": 0.15, "contact": 0.2, "lead": 0.049, "person": 0.001}
_COLUMNS = {
    "opportunity": "'Offer' AS stage, id AS account_id, place % 3 = 0 AS is_closed, 'p' || place % 1000 AS owner_id",
    "account": "'Energy' AS industry",
    "contact": "'Buyer' AS title, id AS account_id",
    "lead": "'Acme' AS company, false AS is_converted",
    "person": "'East' AS team, true AS is_active",
}


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--size", type=int, default=1_000_000, help="number of names")
    size = asked.parse_args().size
    with TemporaryDirectory() as folder:
        base = Path(folder) / "base-1.duckdb"
        texts = _write_base(base, size)
        index = base.with_name(base.name + NAMES)
        taken = _timed(lambda: write_index(base, index))
        print(
            f"{size:,} names: the index takes {taken.wall:.1f} s, of processor {taken.processor:.1f} s, "
            f"and {index.stat().st_size >> 20} MiB"
        )
        _search(base, index, texts)


def _write_base(base: Path, size: int) -> dict[str, str]:
    """A base file with names alone, and what is typed to find some of them."""
    chance = random.Random(7)
    words = sorted({_word(chance) for _ in range(240_000)})
    chance.shuffle(words)
    firsts, lasts, brands = words[:8_000], words[8_000:48_000], words[48_000:]

    def brand() -> str:
        parts = chance.choices(brands, k=1 if chance.random() < 0.7 else 2)
        return f"{' '.join(parts).title()} {chance.choice(_FORMS)}"

    def somebody() -> str:
        return f"{chance.choice(firsts)} {chance.choice(lasts)}".title()

    accounts = [brand() for _ in range(int(size * _SHARES["account"]))]
    with duckdb.connect(str(base), config={"threads": "2"}) as made:
        for table, share in _SHARES.items():
            count = int(size * share)
            if table == "account":
                names = accounts
            elif table == "opportunity":
                names = [
                    f"{chance.choice(accounts)} – {chance.choice(_SORTS)} {i}" for i in range(count)
                ]
            else:
                names = [somebody() for _ in range(count)]
            person = names[0].lower()
            frame = pa.table({"name": names, "place": list(range(len(names)))})
            made.register("frame", frame)
            made.execute(
                f"CREATE TABLE {table} AS SELECT id, name, {_COLUMNS[table]} "
                f"FROM (SELECT *, '{table[:3]}' || lpad(place::VARCHAR, 15, '0') AS id FROM frame)"
            )
        return _typed(accounts[size // 20].split(), person.split(), chance)


def _typed(account: list[str], person: list[str], chance: random.Random) -> dict[str, str]:
    brand = account[0].lower()
    at = chance.randrange(1, len(brand) - 2)
    swapped = brand[:at] + brand[at + 1] + brand[at] + brand[at + 2 :]
    return {
        "two letters": brand[:2],
        "three letters": brand[:3],
        "a name": brand,
        "a whole name": " ".join(account),
        "a word of every fifth deal": "renewal",
        "two common words": "expansion logistics",
        "a number": "renewal 77",
        "the words turned round": f"{person[1]} {person[0]}",
        "one letter wrong": f"{brand[:-1]}x",
        "two letters swapped": swapped,
        "two common words, each wrong": "expnsion logistcs",
        "a name and its form, each wrong": f"{swapped} {account[-1].lower()}x",
        "one word in two": f"{brand[:3]} {brand[3:]}",
        "what is not there": "qqqxxqqq",
    }


def _search(base: Path, file: Path, texts: dict[str, str]) -> None:
    connection = duckdb.connect(config={"threads": "2", "memory_limit": "256MB"})
    connection.execute("SET preserve_insertion_order = false")
    connection.execute(f"ATTACH '{base}' AS base (READ_ONLY)")
    connection.execute(f"ATTACH '{file}' AS names (READ_ONLY)")
    _make_readers(connection)

    def run(sql: str) -> Rows:
        found = connection.execute(sql)
        return Rows(tuple(d[0] for d in found.description or ()), found.fetchall())

    reading = min(_timed(lambda: run(_reading("renewal"))) for _ in range(RUNS))
    print(f"One reading of all by contains takes {reading.wall * 1000:.0f} ms")
    for whose, seen in (("everything", ""), ("half of it", "seen_half"), ("little", "seen_few")):
        index = NameIndex(run, "names", seen)
        print(f"A reader of {whose}:")
        for what, text in texts.items():
            spent, found = _spent(index, text)
            fast, slow = min(spent), max(spent)
            print(
                f"  {what:34} {text:28} {fast.wall * 1000:4.0f} to {slow.wall * 1000:4.0f} ms, of processor "
                f"{fast.processor * 1000:4.0f} ms, {reading.wall / fast.wall:5.1f} ×, {found:2} found"
                f"{'' if fast.wall < BAR else '   over the bar'}"
            )


class Spent(NamedTuple):
    """Seconds by the wall, and of processor on all cores."""

    wall: float
    processor: float


def _spent(index: NameIndex, text: str) -> tuple[list[Spent], int]:
    found = index.find(text, MOST)
    return [_timed(lambda: index.find(text, MOST)) for _ in range(RUNS)], sum(
        map(len, found.values())
    )


def _make_readers(connection: duckdb.DuckDBPyConnection) -> None:
    """Whom half of all is seen by, and who sees one of a thousand."""
    for name, share in (("half", 2), ("few", 1000)):
        started = time.perf_counter()
        for table in _SHARES:
            connection.execute(
                f"CREATE OR REPLACE VIEW {table} AS FROM base.{table} WHERE hash(id) % {share} = 0"
            )
        connection.execute(f"CREATE TABLE seen_{name} AS {places_in(tuple(_SHARES), 'names')}")
        print(
            f"What a reader of 1 in {share} sees is found out in {time.perf_counter() - started:.2f} s"
        )


def _reading(text: str) -> str:
    return " UNION ALL ".join(
        f"(SELECT id, name FROM base.{table} WHERE contains(lower(name), '{text}') ORDER BY name LIMIT {MOST})"
        for table in _SHARES
    )


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=chance.choice((2, 3, 3, 4, 4))))


def _timed(ask: Callable[[], object]) -> Spent:
    started, worked = time.perf_counter(), time.process_time()
    ask()
    return Spent(time.perf_counter() - started, time.process_time() - worked)


if __name__ == "__main__":
    main()
