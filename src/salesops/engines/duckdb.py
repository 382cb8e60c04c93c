"""The embedded engine: DuckDB over the current generation of a book's folder."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import os
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from salesops.book.engine import NOTHING, Ask, BookFacts, Rows
from salesops.book.facts import MAY_LACK
from salesops.book.question import Question
from salesops.engines.compiled import sql_of
from salesops.engines.folder import MANIFEST, Manifest, read_manifest
from salesops.engines.generation import BESIDE, REPLACED, attach
from salesops.engines.literals import literal, with_values
from salesops.engines.names import NameIndex, Names, index_of, made_of, make_index, places_replaced
from salesops.foundations.problem import Refusal
from salesops.foundations.threads import threads
from salesops.tables import TABLES

if TYPE_CHECKING:
    import ibis.expr.types as ir

KEPT_ANSWERS = 2_000
# What tells this process from others that read the same folder, on other machines too.
_PROCESS = secrets.token_hex(4)
_spills = itertools.count()


@dataclass(frozen=True)
class _Generation:
    """One published state: its file, what it says of itself, and what was answered from it."""

    seen: tuple[int, int, int]
    manifest: Manifest
    facts: BookFacts
    connection: duckdb.DuckDBPyConnection
    answers: dict[tuple[Any, ...], Rows] = field(default_factory=dict)
    names: dict[tuple[Path, ...], Names] = field(default_factory=dict)


class DuckDBEngine:
    """Answers questions from the files of the current generation. Safe to use from several threads.

    Before each question it looks whether a newer generation was published and changes over to it; what
    runs in the former one ends there undisturbed. Answers are kept, since a generation never changes.
    """

    def __init__(self, folder: Path, *, memory_limit: str = "512MB") -> None:
        self.folder = folder
        self._config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory_limit,
            "threads": str(threads()),
        }
        self._lock = threading.Lock()
        self._naming = threading.Lock()
        self._generation: _Generation | None = None
        self._texts: dict[str, str] = {}
        self._running: set[duckdb.DuckDBPyConnection] = set()

    @property
    def manifest(self) -> Manifest:
        """The manifest of the current generation."""
        return self._current().manifest

    @property
    def facts(self) -> BookFacts:
        """What the book knows of itself."""
        return self._current().facts

    def answer(self, question: Question, values: Mapping[str, Any]) -> Rows:
        """One row a group, or the rows behind, for the given parameter values."""
        return self._answered(self._current(), question, values)

    def page(
        self, question: Question, values: Mapping[str, Any], order: str, limit: int, offset: int
    ) -> Rows:
        """One page of the rows behind a number; `order` is SQL over its columns."""
        return self._page(self._current(), question, values, order, limit, offset)

    def run(self, sql: str, values: Mapping[str, Any] = NOTHING) -> Rows:
        """Run SQL over the current generation, read-only."""
        return self._run(self._current(), sql, values)

    def each(
        self, sql: str, values: Mapping[str, Any] = NOTHING, *, at_once: int = 1_000
    ) -> Iterator[dict[str, Any]]:
        """The rows of an answer by column name, however many they are: no more than some are held at once."""
        with self._cursor(self._current()) as cursor:
            cursor.execute(with_values(sql, values) if values else sql)
            columns = [d[0] for d in cursor.description or ()]
            while some := cursor.fetchmany(at_once):
                for row in some:
                    yield dict(zip(columns, row, strict=True))

    def holding(
        self, name: str, sql: str, values: Mapping[str, Any]
    ) -> AbstractContextManager[Ask]:
        """A way to run SQL over the current generation that finds an answer as a table, made once."""
        return self._holding(self._current(), name, sql, values)

    def names(self) -> Names:
        """The names of the current generation; while those of a new base are indexed, of the base before it."""
        generation = self._current()
        manifest = generation.manifest
        files = tuple(
            index_of(self.folder / name) for name in (manifest.base, manifest.delta) if name
        )
        with self._naming:
            found = generation.names.get(files)
            if found is None:
                found = generation.names[files] = Names(
                    tuple(self._attached(generation, file) for file in files)
                )
        return found

    def table(self, name: str) -> ir.Table:
        """The Ibis table of that name, bound to the current generation."""
        return self._table(self._current(), name)

    def interrupt(self) -> None:
        """End what runs now with `duckdb.InterruptException`; what is asked afterwards runs as ever."""
        with self._lock:
            for cursor in self._running:
                cursor.interrupt()

    def close(self) -> None:
        """Let go of the file; the next question opens it again."""
        with self._lock:
            if self._generation is not None:
                self._generation.connection.close()
            self._generation = None

    def _text(self, question: Question) -> str:
        text = self._texts.get(question.fingerprint)
        if text is None:
            if len(self._texts) > KEPT_ANSWERS:
                self._texts.clear()
            text = self._texts[question.fingerprint] = sql_of(question, self.folder / "compiled")
        return text

    def _table(self, generation: _Generation, name: str) -> ir.Table:
        import ibis

        return ibis.duckdb.from_connection(generation.connection.cursor()).table(name)

    def _answered(
        self, generation: _Generation, question: Question, values: Mapping[str, Any]
    ) -> Rows:
        text = self._text(question)
        if question.answer != "cells":
            return self._ask(generation, text, _used(text, values))
        key = self._key(question, values)
        kept = generation.answers.get(key)
        if kept is None:
            kept = self._ask(generation, text, dict(key[1]))
            if len(generation.answers) > KEPT_ANSWERS:
                generation.answers.clear()
            generation.answers[key] = kept
        return kept

    def _page(
        self,
        generation: _Generation,
        question: Question,
        values: Mapping[str, Any],
        order: str,
        limit: int,
        offset: int,
    ) -> Rows:
        text = self._text(question)
        whole = f"SELECT * FROM ({text}) ORDER BY {order} LIMIT {int(limit)} OFFSET {int(offset)}"
        return self._ask(generation, whole, _used(text, values))

    def _key(
        self, question: Question, values: Mapping[str, Any]
    ) -> tuple[str, tuple[tuple[str, Any], ...]]:
        """What an answer is kept under: the question, and those values that its text speaks of."""
        used = _used(self._text(question), values)
        return question.fingerprint, tuple(sorted(used.items()))

    def _ask(self, generation: _Generation, sql: str, values: Mapping[str, Any]) -> Rows:
        """Run the text of a question, which names the tables themselves."""
        return self._run(generation, sql, values)

    def _run(
        self,
        generation: _Generation,
        sql: str,
        values: Mapping[str, Any] = NOTHING,
        first: str = "",
    ) -> Rows:
        with self._cursor(generation) as cursor:
            if first:
                cursor.execute(first)
            return _rows(cursor, sql, values)

    @contextmanager
    def _holding(
        self, generation: _Generation, name: str, sql: str, values: Mapping[str, Any]
    ) -> Iterator[Ask]:
        with self._cursor(generation) as cursor:
            # What is temporary is of one cursor, and goes with it.
            cursor.execute(f"CREATE TEMP TABLE {name} AS {with_values(sql, values)}")
            yield partial(_rows, cursor)

    def _attached(self, generation: _Generation, file: Path) -> NameIndex:
        try:
            return self._attach(generation, file)
        except duckdb.IOException:  # damaged, so it is made again
            file.unlink(missing_ok=True)
            make_index(made_of(file), waits=True)
            return self._attach(generation, file)

    def _attach(self, generation: _Generation, file: Path) -> NameIndex:
        # Engines of one process that read the same base share what is attached beside it.
        alias = f"names_{hashlib.sha256(str(file).encode()).hexdigest()[:16]}"
        with self._cursor(generation) as cursor:
            cursor.execute(f"ATTACH IF NOT EXISTS {literal(str(file))} AS {alias} (READ_ONLY)")
        return self._narrowed(generation, NameIndex(partial(self._run, generation), alias), file)

    def _narrowed(self, generation: _Generation, index: NameIndex, file: Path) -> NameIndex:
        """The index without the names of rows that a delta replaced."""
        delta = generation.manifest.delta
        if not delta or made_of(file).name == delta:
            return index
        gone = f"gone_from_{index.alias}"
        with self._cursor(generation) as cursor:
            cursor.execute(
                f"CREATE TABLE {gone} AS {places_replaced(f'book_delta.main.{REPLACED}', index.alias)}"
            )
        return dataclasses.replace(index, gone=gone)

    @contextmanager
    def _cursor(self, generation: _Generation) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._lock:
            cursor = generation.connection.cursor()
            self._running.add(cursor)
        try:
            yield cursor
        except duckdb.OutOfMemoryException as error:
            raise Refusal(
                "So much of this book does not fit into the memory that one question may take. Ask of a shorter time "
                "or of fewer deals."
            ) from error
        finally:
            with self._lock:
                self._running.discard(cursor)
            cursor.close()

    def _current(self) -> _Generation:
        seen = self._seen()
        current = self._generation
        if current is not None and seen in (None, current.seen):
            return current
        with self._lock:
            current = self._generation
            if current is None or current.seen != seen:
                current = self._generation = self._opened()
            return current

    def _connect(self, manifest: Manifest) -> duckdb.DuckDBPyConnection:
        if not manifest.delta:
            base = self.folder / manifest.base
            # Within a process those that open the same file share it, and must ask for the same.
            config = self._config | {"temp_directory": self._spill(base, "file")}
            return duckdb.connect(str(base), read_only=True, config=config)
        connection = self._in_memory(manifest)
        attach(connection, self.folder, manifest, "book")
        for table in (*TABLES, *BESIDE):
            connection.execute(f"CREATE VIEW {table} AS FROM book.main.{table}")
        return connection

    def _in_memory(self, manifest: Manifest) -> duckdb.DuckDBPyConnection:
        spill = self._spill(self.folder / manifest.newest, str(next(_spills)))
        return duckdb.connect(config=self._config | {"temp_directory": spill})

    def _spill(self, file: Path, name: str) -> str:
        """Where what does not fit into memory goes: beside the file, and nowhere that another process or reader writes to.

        By itself DuckDB takes one folder for all of them, where they overwrite what they have written of each other's.
        """
        return str(file.with_name(f"{file.name}.spill-{os.getpid()}-{_PROCESS}-{name}"))

    def _seen(self) -> tuple[int, int, int] | None:
        """What tells one manifest from the next; its inode alone may be given to a later one again."""
        try:
            found = (self.folder / MANIFEST).stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _opened(self) -> _Generation:
        """The generation the manifest names. Its file is gone only where newer ones were published since."""
        missing: Manifest | None = None
        while True:
            seen, manifest = self._seen(), read_manifest(self.folder)
            if seen is None or manifest is None:
                raise Refusal(
                    f"There is no book in {self.folder} yet. Open some files into it first."
                )
            try:
                connection = self._connect(manifest)
            except duckdb.Error as error:
                if manifest == missing:
                    raise Refusal(
                        f"{self.folder / manifest.newest} is missing or damaged. Open the files again; "
                        "settings and answers are kept."
                    ) from error
                missing = manifest
                continue
            connection.execute("SET preserve_insertion_order = false")
            lacks = frozenset(
                what
                for what, some in MAY_LACK.items()
                if not connection.execute(f"{some} LIMIT 1").fetchall()
            )
            facts = dataclasses.replace(manifest.facts, lacks=lacks)
            return _Generation(seen, manifest, facts, connection)


def _rows(cursor: duckdb.DuckDBPyConnection, sql: str, values: Mapping[str, Any] = NOTHING) -> Rows:
    cursor.execute(with_values(sql, values) if values else sql)
    columns = tuple(d[0] for d in cursor.description or ())
    return Rows(columns, cursor.fetchall())


def _used(text: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Those values that the text of a question speaks of."""
    return {k: v for k, v in values.items() if f"${k}" in text}
