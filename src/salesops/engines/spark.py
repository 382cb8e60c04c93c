"""The Spark engine: the same questions over a book exported as Parquet, on a cluster or on one machine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesops.book.engine import NOTHING, Ask, BookFacts, Rows
from salesops.book.question import Question, expression
from salesops.engines.folder import read_manifest
from salesops.engines.parquet import EXPORTED
from salesops.engines.spark_sql import in_spark_sql
from salesops.foundations.problem import Refusal

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from pyspark.sql import SparkSession

KEPT_ANSWERS = 2_000
MOST_ROWS_KEPT = 1_000

# What makes Spark count as DuckDB does: instants are UTC without a zone, and what does not fit is an error.
_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
}


class SparkEngine:
    """Answers questions from the folder `export_parquet` wrote, one generation for its whole life.

    It works in a session of its own beside the one given, so neither settings nor views of others change.
    Short answers are kept, since an exported generation never changes.
    """

    def __init__(self, folder: Path, session: SparkSession) -> None:
        import ibis

        manifest = read_manifest(folder)
        if manifest is None:
            raise Refusal(f"There is no exported book in {folder}. Export one with export_parquet.")
        self._manifest = manifest
        self._answers: dict[str, Rows] = {}
        self._session = session.newSession()
        self._ibis = ibis.pyspark.connect(self._session)
        for name, value in _SETTINGS.items():
            self._session.conf.set(name, value)
        for table in EXPORTED:
            files = str(folder.absolute() / manifest.base / table)
            self._session.read.parquet(files).createOrReplaceTempView(table)

    @property
    def facts(self) -> BookFacts:
        """What the book knows of itself."""
        return self._manifest.facts

    def answer(self, question: Question, values: Mapping[str, Any]) -> Rows:
        """One row a group, or the rows behind, for the given parameter values."""
        return self._collect(self._text(question, values))

    def page(
        self, question: Question, values: Mapping[str, Any], order: str, limit: int, offset: int
    ) -> Rows:
        """One page of the rows behind a number; `order` is SQL over its columns."""
        wanted = f"SELECT * FROM behind ORDER BY {order} LIMIT {int(limit)} OFFSET {int(offset)}"
        text = in_spark_sql(wanted, {})
        return self._collect(f"WITH behind AS ({self._text(question, values)}) {text}")

    def run(self, sql: str, values: Mapping[str, Any] = NOTHING) -> Rows:
        """Run DuckDB's SQL over the book, in Spark's words; what Spark has no words for is refused there."""
        return self._collect(in_spark_sql(sql, values))

    @contextmanager
    def holding(self, name: str, sql: str, values: Mapping[str, Any]) -> Iterator[Ask]:
        """A way to run SQL that finds an answer as a table of that name.

        It is a view, and found anew by each question: nothing is kept in a cluster that others use too.
        """
        text = in_spark_sql(sql, values)
        view = f"{name}_{hashlib.sha256(text.encode()).hexdigest()[:16]}"
        self._session.sql(text).createOrReplaceTempView(view)

        def ask(sql: str, values: Mapping[str, Any] = NOTHING) -> Rows:
            return self._collect(in_spark_sql(sql, values, {name: view}))

        yield ask

    def table(self, name: str) -> ir.Table:
        """The Ibis table of that name."""
        return self._ibis.table(name)

    def _text(self, question: Question, values: Mapping[str, Any]) -> str:
        table, parameters = expression(question)
        bound = {parameter: values[name] for name, parameter in parameters.items()}
        return str(self._ibis.compile(table, params=bound))

    def _collect(self, text: str) -> Rows:
        kept = self._answers.get(text)
        if kept is not None:
            return kept
        frame = self._session.sql(text)
        found = Rows(tuple(frame.columns), [tuple(row) for row in frame.collect()])
        if len(found.rows) <= MOST_ROWS_KEPT:
            if len(self._answers) >= KEPT_ANSWERS:
                self._answers.clear()
            self._answers[text] = found
        return found
