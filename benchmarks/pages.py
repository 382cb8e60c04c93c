"""The server's time for each page, against the floor: one scan of six columns of every opportunity.

    .venv/bin/python -m benchmarks.pages [--size 100000]

Django answers within this process, without a network. `first` is the first visit after an import and a start of the
server; `again` is the fastest of three visits after it, with the answers a server keeps. What an import works out
and keeps for the first visitor is worked out here as well, and its time is printed.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from functools import partial
from urllib.parse import quote

from benchmarks.opened import opened_book
from salesops.book.settings import Settings
from salesops.engines.duckdb import DuckDBEngine
from salesops.jobs.warming import look_at

KEY = "benchmark"
SCAN = (
    "SELECT count(stage), sum(value_minor), max(close_date), count(owner_id), count(team), "
    "count(*) FILTER (is_won) FROM opportunity"
)
PAGES = (
    "/",
    "/found",
    "/numbers",
    "/numbers/win_rate",
    "/numbers/quota_attainment",
    "/numbers/stage_conversion",
    "/numbers/weighted_pipeline",
    "/numbers/win_rate/rows",
    "/opportunities",
    "/opportunities?q=deal+9",
    "/accounts",
    "/people",
    "/clean-data",
    "/clean-data/close_date_past",
    "/clean-data/stale",
    "/data",
    "/settings",
    "/find?q=deal+77",
)
RECORDS = {"opportunity": "/opportunities/", "account": "/accounts/", "person": "/people/"}


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--size", type=int, default=100_000, help="number of opportunities")
    options = asked.parse_args()
    folder = opened_book(options.size)
    os.environ |= {
        "SALESOPS_BOOK": str(folder),
        "SALESOPS_KEY": KEY,
        "DJANGO_SETTINGS_MODULE": "salesops.web.settings",
    }
    started = time.perf_counter()
    look_at(folder, Settings())
    print(f"The import's first look takes {time.perf_counter() - started:.1f} s")
    engine = DuckDBEngine(folder)
    floor = fastest(lambda: engine.run(SCAN))
    records = [
        address + quote(str(engine.run(f"SELECT max(id) FROM {table}").rows[0][0]))
        for table, address in RECORDS.items()
    ]
    engine.close()
    print(f"{options.size:,} opportunities; the scan takes {floor * 1000:.1f} ms")
    print(f"  {'milliseconds':36} {'first':>8} {'again':>8}   again ÷ scan")
    visit([*PAGES, *records], floor)


def visit(addresses: list[str], floor: float) -> None:
    """Ask for each page and print a line."""
    import django

    django.setup()
    from django.test import Client

    client = Client(SERVER_NAME="127.0.0.1")
    client.get("/settings", {"key": KEY})
    client.get("/settings")  # what the first of all pages loads is not of one page
    for address in addresses:
        started = time.perf_counter()
        answer = client.get(address)
        first = time.perf_counter() - started
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answers {answer.status_code}.")
        again = fastest(partial(client.get, address))
        shown = address if len(address) < 36 else f"{address[:33]}…"
        print(f"  {shown:36} {first * 1000:8.0f} {again * 1000:8.0f} {again / floor:10.1f} ×")


def fastest(ask: Callable[[], object], runs: int = 3) -> float:
    """The fewest seconds of several runs."""
    taken = []
    for _ in range(runs):
        started = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - started)
    return min(taken)


if __name__ == "__main__":
    main()
