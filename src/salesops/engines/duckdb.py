"""The embedded engine: DuckDB over the current generation of a book's folder."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from salesops.book.engine import BookFacts, Rows
from salesops.book.question import Question
from salesops.engines.compiled import sql_of
from salesops.engines.folder import MANIFEST, Manifest, read_manifest
from salesops.foundations.problem import Refusal

if TYPE_CHECKING:
    import ibis.expr.types as ir

KEPT_ANSWERS = 2_000


class DuckDBEngine:
    """Answers questions from `base-N.duckdb`. Safe to use from several threads.

    Before each question it looks whether a newer generation was published and changes over to it; what
    runs in the former one ends there undisturbed. Answers are kept, since a generation never changes.
    """

    def __init__(self, folder: Path, *, memory_limit: str = "512MB", threads: int = 2) -> None:
        self.folder = folder
        self._config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory_limit,
            "threads": str(threads),
        }
        self._lock = threading.Lock()
        self._inode = -1
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._manifest: Manifest | None = None
        self._answers: dict[tuple[Any, ...], Rows] = {}

    @property
    def manifest(self) -> Manifest:
        """The manifest of the current generation."""
        self._follow()
        if self._manifest is None:
            raise Refusal(f"There is no book in {self.folder} yet. Open some files into it first.")
        return self._manifest

    @property
    def facts(self) -> BookFacts:
        """What the book knows of itself."""
        m = self.manifest
        return BookFacts(
            generation=m.generation,
            data_as_of=m.data_as_of,
            history_from=m.history_from,
            currency=m.currency,
            currencies=m.rows.get("exchange_rate", 0) > 0,
        )

    def answer(self, question: Question, values: Mapping[str, Any]) -> Rows:
        """One row a group, or the rows behind, for the given parameter values."""
        text = sql_of(question, self.folder / "compiled")
        used = {k: v for k, v in values.items() if f"${k}" in text}
        key = (self.manifest.generation, question.fingerprint, tuple(sorted(used.items())))
        if question.answer == "cells":
            kept = self._answers.get(key)
            if kept is not None:
                return kept
        found = self.run(text, used)
        if question.answer == "cells":
            if len(self._answers) > KEPT_ANSWERS:
                self._answers.clear()
            self._answers[key] = found
        return found

    def page(
        self, question: Question, values: Mapping[str, Any], order: str, limit: int, offset: int
    ) -> Rows:
        """One page of the rows behind a number; `order` is SQL over its columns."""
        text = sql_of(question, self.folder / "compiled")
        used = {k: v for k, v in values.items() if f"${k}" in text}
        whole = f"SELECT * FROM ({text}) ORDER BY {order} LIMIT {int(limit)} OFFSET {int(offset)}"
        return self.run(whole, used)

    def run(self, sql: str, values: Mapping[str, Any] | Sequence[Any] = ()) -> Rows:
        """Run SQL over the current generation, read-only."""
        cursor = self._cursor()
        try:
            cursor.execute(sql, values)
            columns = tuple(d[0] for d in cursor.description or ())
            return Rows(columns, cursor.fetchall())
        finally:
            cursor.close()

    def table(self, name: str) -> ir.Table:
        """The Ibis table of that name, bound to the current generation."""
        import ibis

        self._follow()
        return ibis.duckdb.from_connection(self._cursor()).table(name)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection, self._inode = None, -1

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        self._follow()
        with self._lock:
            if self._connection is None:
                raise Refusal(
                    f"There is no book in {self.folder} yet. Open some files into it first."
                )
            return self._connection.cursor()

    def _follow(self) -> None:
        try:
            inode = (self.folder / MANIFEST).stat().st_ino
        except FileNotFoundError:
            return
        if inode == self._inode:
            return
        with self._lock:
            if inode == self._inode:
                return
            manifest = read_manifest(self.folder)
            if manifest is None:
                return
            base = self.folder / manifest.base
            connection = duckdb.connect(str(base), read_only=True, config=self._config)
            connection.execute("SET preserve_insertion_order = false")
            self._connection, self._manifest, self._inode = connection, manifest, inode
            self._answers = {}
