"""A mined process is what a plain count of its cases gives, and what was published of public logs."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesops.book.engine import Rows
from salesops.foundations.problem import Refusal
from salesops.importers.event_log import read_event_log
from salesops.pipeline import deals_through, outcomes_of_stages, process, ways
from salesops.pipeline.mining import Process, mine
from tests.drawn import draw_book

EVENTS = "SELECT case_id, activity, moment, place FROM event"
BEGIN = datetime(2026, 1, 5, tzinfo=UTC).replace(tzinfo=None)
LOGS = (
    ("helpdesk.xes.gz", "helpdesk", (4_580, 21_348, 14, 226)),
    ("receipt.csv", "receipt", (1_434, 8_577, 27, 116)),
    ("running_example.csv", "running_example", (6, 42, 8, 6)),
    ("01_running-example.xes.gz", "running_example", (6, 42, 8, 6)),
)
STATES = """
    opportunity_id  valid_from        stage      amount
    quick           2026-01-10T09:00  Discovery  100
    quick           2026-01-12T09:00  Won        100
    straight        2026-01-10T09:00  Discovery  100
    straight        2026-01-14T09:00  Proposal   100
    straight        2026-01-14T12:00  Proposal   120
    straight        2026-01-20T09:00  Won        100
    back            2026-02-10T09:00  Discovery  100
    back            2026-02-11T09:00  Proposal   100
    back            2026-02-12T09:00  Discovery  100
    back            2026-02-13T09:00  Proposal   100
    back            2026-02-20T09:00  Lost       100
    waits           2026-03-01T09:00  Discovery  100
    ahead           2026-06-30T18:00  Discovery  100
"""
DEALS = """
    id        created_on  stage      amount  close_date
    quick     2026-01-10  Won        100     2026-01-12
    straight  2026-01-10  Won        100     2026-01-20
    back      2026-02-10  Lost       100     2026-02-20
    waits     2026-03-01  Discovery  100     2026-08-01
    ahead     2026-06-30  Discovery  100     2026-08-01
"""
TALKS = """
    id  kind     opportunity_id  occurred_at       is_done
    a   meeting  straight        2026-01-12T09:00  yes
    b   meeting  straight        2026-01-13T09:00  yes
    c   meeting  quick           2026-01-12T09:00  yes
    d   meeting  waits           2026-09-01T09:00  no
"""


def mined(connection: duckdb.DuckDBPyConnection, **asked: Any) -> Process:
    """The process of a connection's events."""

    def run(sql: str, values: Mapping[str, Any]) -> Rows:
        cursor = connection.execute(sql, dict(values) or None)
        return Rows(tuple(d[0] for d in cursor.description or ()), cursor.fetchall())

    return mine(run, EVENTS, **asked)


def plainly(cases: Mapping[str, list[tuple[int, str]]]) -> dict[str, Any]:
    """The same counted case by case in Python."""
    ways = {case: [a for _, a in sorted(es, key=lambda e: e[0])] for case, es in cases.items()}
    times = {case: sorted(at for at, _ in es) for case, es in cases.items()}
    arcs: Counter[tuple[str, str]] = Counter()
    waits: Counter[tuple[str, str]] = Counter()
    reworked: Counter[str] = Counter()
    for case, way in ways.items():
        for (a, b), (s, t) in zip(pairwise(way), pairwise(times[case]), strict=True):
            arcs[a, b] += 1
            waits[a, b] += t - s
        reworked.update(a for a, n in Counter(way).items() if n > 1)
    return {
        "arcs": arcs,
        "waits": waits,
        "ways": Counter(tuple(w) for w in ways.values()),
        "starts": Counter(w[0] for w in ways.values()),
        "ends": Counter(w[-1] for w in ways.values()),
        "reworked": reworked,
        "took": sum(t[-1] - t[0] for t in times.values()),
    }


@settings(max_examples=25, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["NA", "null", "c 1", "é"]),
        st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["NA", "x", "y", "z "])), min_size=1),
        min_size=1,
    )
)
def test_what_is_mined_is_what_a_plain_count_gives(cases: dict[str, list[tuple[int, str]]]) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE event (case_id VARCHAR, activity VARCHAR, moment TIMESTAMP, place BIGINT)"
        )
        rows = [(c, a, BEGIN + timedelta(hours=at)) for c, es in cases.items() for at, a in es]
        connection.executemany(
            "INSERT INTO event VALUES (?, ?, ?, ?)", [(*r, i) for i, r in enumerate(rows)]
        )
        found = mined(connection)
    want = plainly(cases)
    assert {(a.source, a.target): a.count for a in found.arcs} == want["arcs"]
    assert {(a.source, a.target): a.total_seconds / 3600 for a in found.arcs} == want["waits"]
    assert {v.path: v.cases for v in found.variants} == want["ways"]
    assert {a.name: a.starts for a in found.activities if a.starts} == want["starts"]
    assert {a.name: a.ends for a in found.activities if a.ends} == want["ends"]
    assert {a.name: a.reworked for a in found.activities if a.reworked} == want["reworked"]
    time = found.throughput
    assert (time.mean or 0) * time.cases / 3600 == pytest.approx(want["took"])


@pytest.mark.parametrize(("file", "reference", "size"), LOGS, ids=[log[0] for log in LOGS])
def test_public_logs_give_the_published_graph(
    datasets: Path, file: str, reference: str, size: tuple[int, ...]
) -> None:
    folder = datasets / "event_logs"
    with duckdb.connect() as connection:
        read = read_event_log(folder / file, connection)
        found = mined(connection)
    assert read.problems == []
    assert (found.cases, found.events, len(found.activities), found.variant_count) == size
    with (folder / "reference" / f"{reference}_dfg.csv").open() as rows:
        want = {(r["from"], r["to"]): int(r["count"]) for r in csv.DictReader(rows)}
    assert {(a.source, a.target): a.count for a in found.arcs} == want


def test_stages_of_deals_are_followed_by_recorded_changes_alone(tmp_path: Path) -> None:
    book = draw_book(tmp_path, opportunity=DEALS, opportunity_version=STATES)
    found = process(book)
    assert (found.cases, found.events) == (4, 11), (
        "a change of amount is no event; nor is the morrow's"
    )
    assert found.variants[0].path == ("Discovery",)
    assert (found.variants[0].over, found.variants[0].median_seconds) == (0, None)
    ways = {v.path: (v.cases, v.won) for v in found.variants}
    assert ways[("Discovery", "Proposal", "Won")] == (1, 1)
    proposal = found.activity("Proposal")
    assert proposal is not None
    assert (proposal.reworked, proposal.repetitions) == (1, 1)
    assert process(book, "2026M02").cases == 1
    assert process(book, "2026M01", deals="closed").cases == 2
    assert process(book, through=["Proposal"]).cases == 2
    assert process(book, through=[("Proposal", "Discovery")]).cases == 1
    assert process(book.as_of("2026-02-12"), through=["Proposal"]).throughput.cases == 1


def test_the_first_of_each_activity_stands_beside_the_stages(tmp_path: Path) -> None:
    book = draw_book(tmp_path, opportunity=DEALS, opportunity_version=STATES, activity=TALKS)
    ways = {v.path for v in process(book, activities=["meeting"]).variants}
    assert ("Discovery", "First meeting", "Proposal", "Won") in ways
    assert ("Discovery", "First meeting", "Won") in ways, "what happens at one instant comes first"
    with pytest.raises(Refusal, match="no kind of activity"):
        process(book, activities=["lunch"])


def test_the_deals_of_a_way_are_those_that_went_it(tmp_path: Path) -> None:
    book = draw_book(tmp_path, opportunity=DEALS, opportunity_version=STATES)
    (deal,) = deals_through(book, path=["Discovery", "Proposal", "Won"])
    assert (deal["id"], deal["days"], deal["is_closed"]) == ("straight", 10, True)
    found = deals_through(book, through=["Proposal"])
    assert [d["id"] for d in found] == ["back", "straight"], "those that took longest come first"


def test_a_book_without_history_says_what_would_bring_it(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="OpportunityHistory"):
        process(draw_book(tmp_path, opportunity=DEALS))


def test_a_way_counts_open_deals_as_far_as_they_have_come(tmp_path: Path) -> None:
    book = draw_book(tmp_path, opportunity=DEALS, opportunity_version=STATES)
    found = ways(book)
    assert (found.count, found.deals) == (3, 4)
    by_path = {w.path: w for w in found.ways}
    discovery = by_path[("Discovery",)]
    # One was won after 2 days; one still waits after 121, so that half are over by the second day.
    assert (discovery.deals, discovery.over, discovery.won, discovery.days) == (2, 1, 1, 2)
    again = by_path[("Discovery", "Proposal", "Discovery", "Proposal")]
    assert (again.over, again.won, again.days) == (1, 0, 10)
    assert [d["id"] for d in deals_through(book, stem=("Discovery", "Proposal"))] == ["straight"]


def test_deals_are_found_by_where_their_way_begins_and_ends(tmp_path: Path) -> None:
    book = draw_book(tmp_path, opportunity=DEALS, opportunity_version=STATES)
    assert process(book, through=[("", "Discovery")]).cases == 4
    assert process(book, through=[("", "Proposal")]).cases == 0
    assert [d["id"] for d in deals_through(book, through=[("Discovery", "")])] == ["waits"]
    assert outcomes_of_stages(book) == {"Won": "won", "Lost": "lost"}
