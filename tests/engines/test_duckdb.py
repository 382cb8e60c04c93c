"""The embedded engine answers from one whole generation, from any thread, and follows what is published."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from salesops.book.book import Book
from salesops.book.facts import Scope
from salesops.book.question import Question
from salesops.engines.duckdb import DuckDBEngine
from salesops.engines.scoped import ScopedEngine
from salesops.foundations.problem import Refusal
from salesops.kpis import KPIS
from tests.engines.generations import publish_next

Draw = Callable[..., Book]
DEALS = """
    id  stage  amount  close_date  created_on
    A   Won    10      2026-03-01  2026-01-01
    B   Lost   20      2026-03-02  2026-01-01
"""
LONG = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = 7"


@pytest.fixture
def book(draw: Draw) -> Book:
    return draw(opportunity=DEALS)


@pytest.fixture
def engine(book: Book) -> DuckDBEngine:
    assert isinstance(book.engine, DuckDBEngine)
    return book.engine


def test_a_newer_generation_is_followed_at_the_next_question(
    book: Book, engine: DuckDBEngine
) -> None:
    assert book.measure("win_rate").figure.n == 2
    publish_next(engine.folder, "DELETE FROM opportunity WHERE id = 'B'")
    assert book.measure("win_rate").figure.n == 1
    assert book.facts.generation == 2


def test_what_does_not_fit_into_memory_is_refused_in_words(engine: DuckDBEngine) -> None:
    large = "SELECT list(range) FROM range(20000000)"
    with closing(DuckDBEngine(engine.folder, memory_limit="24MB")) as small:
        with pytest.raises(Refusal, match="does not fit into the memory"):
            small.run(large)
        with (
            pytest.raises(Refusal, match="does not fit into the memory"),
            small.holding("large", large, {}),
        ):
            raise AssertionError("It was made.")


def test_two_generations_at_once_are_followed_though_the_disk_reuses_places(
    book: Book, engine: DuckDBEngine
) -> None:
    """A file system gives the inode of a replaced manifest to the next one."""
    for wanted in range(3, 9, 2):
        book.measure("win_rate")
        publish_next(engine.folder)
        publish_next(engine.folder)
        assert book.facts.generation == wanted


def test_a_generation_does_not_answer_with_the_figures_of_another(
    book: Book, engine: DuckDBEngine
) -> None:
    question = Question(kpi=KPIS["win_rate"])
    period = book.period("all")
    values = {
        "start": period.start,
        "end": period.end,
        "as_of": book.instant.replace(tzinfo=None),
        "today": book.today,
    }
    first = engine.answer(question, values)
    assert engine.answer(question, values) is first
    publish_next(engine.folder, "UPDATE opportunity SET is_won = true")
    assert engine.answer(question, values).dicts()[0]["numerator"] == 2


def test_a_question_that_runs_ends_in_the_generation_it_began_in(engine: DuckDBEngine) -> None:
    with engine._cursor(engine._current()) as cursor:
        cursor.execute("SELECT id FROM opportunity ORDER BY id")
        publish_next(engine.folder, "DELETE FROM opportunity")
        publish_next(engine.folder)
        assert engine.run("SELECT id FROM opportunity").rows == []
        assert cursor.fetchall() == [("A",), ("B",)]


def test_many_threads_see_whole_generations_only(engine: DuckDBEngine) -> None:
    """Every generation has one amount in all its rows; no answer may mix two."""
    publish_next(engine.folder, "UPDATE opportunity SET amount_minor = 0")
    stop = threading.Event()

    def read() -> list[tuple[object, ...]]:
        seen = []
        while not stop.is_set():
            seen += engine.run("SELECT min(amount_minor), max(amount_minor) FROM opportunity").rows
        return seen

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read) for _ in range(4)]
        for number in range(1, 8):
            publish_next(engine.folder, f"UPDATE opportunity SET amount_minor = {number}")
        stop.set()
        found = [row for reader in readers for row in reader.result()]
    assert found
    assert all(low == high for low, high in found)
    assert engine.run("SELECT max(amount_minor) FROM opportunity").rows == [(7,)]


def test_what_is_held_is_of_one_generation_and_gone_afterwards(engine: DuckDBEngine) -> None:
    with engine.holding(
        "won", "SELECT id FROM opportunity WHERE is_won = $won", {"won": True}
    ) as ask:
        publish_next(engine.folder, "DELETE FROM opportunity")
        both = "SELECT (SELECT count(*) FROM won), (SELECT count(*) FROM opportunity)"
        assert ask(both).rows == [(1, 2)]
    assert engine.run("SELECT count(*) FROM opportunity").rows == [(0,)]
    with pytest.raises(duckdb.CatalogException):
        engine.run("FROM won")


def test_readers_who_spill_at_once_do_not_write_over_each_other(engine: DuckDBEngine) -> None:
    """Each sorts more than its memory holds; in one folder for all, they read what another has written."""
    readers = [ScopedEngine(engine.folder, Scope(owner_ids=(name,))) for name in ("ann", "bob")]
    text = "SELECT count(*), max(r) FROM (SELECT hash(i * {0}) AS k, max(i) AS r FROM range(1000000) t(i) GROUP BY k)"
    for reader in readers:
        reader.run("SELECT 1")
        with reader._cursor(reader._current()) as cursor:
            cursor.execute("SET memory_limit = '24MB'")
    with ThreadPoolExecutor(2) as both:
        found = list(both.map(lambda r: r[1].run(text.format(r[0])).rows, enumerate(readers, 1)))
    assert found == [[(1_000_000, 999_999)]] * 2
    for reader in readers:
        reader.close()
    assert not list(engine.folder.glob("*.spill*"))


def test_an_interrupt_ends_what_runs_and_nothing_after_it(engine: DuckDBEngine) -> None:
    begun = threading.Event()

    def ask() -> None:
        begun.set()
        engine.run(LONG)

    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ask)
        begun.wait()
        while not asked.done():  # an interrupt that comes before the query has begun is lost
            engine.interrupt()
        with pytest.raises(duckdb.InterruptException):
            asked.result()
    assert engine.run("SELECT count(*) FROM opportunity").rows == [(2,)]


def test_an_engine_that_was_closed_opens_again(engine: DuckDBEngine) -> None:
    engine.close()
    assert engine.run("SELECT count(*) FROM opportunity").rows == [(2,)]


def test_nothing_can_be_written_through_it(engine: DuckDBEngine) -> None:
    with pytest.raises(duckdb.InvalidInputException, match="read-only"):
        engine.run("DELETE FROM opportunity")


def test_a_folder_without_a_book_is_refused(tmp_path: Path) -> None:
    engine = DuckDBEngine(tmp_path)
    for ask in (lambda: engine.facts, lambda: engine.run("SELECT 1"), lambda: engine.table("lead")):
        with pytest.raises(Refusal, match="no book"):
            ask()


@pytest.mark.parametrize("damage", ["gone", "broken"])
def test_a_missing_or_damaged_base_file_is_refused_with_what_to_do(
    engine: DuckDBEngine, damage: str
) -> None:
    base = engine.folder / engine.manifest.base
    engine.close()
    base.unlink()
    if damage == "broken":
        base.write_bytes(b"not a database" * 1000)
    with pytest.raises(Refusal, match="Open the files again"):
        engine.run("SELECT 1")
