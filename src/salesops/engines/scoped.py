"""A book through the eyes of one reader: whatever SQL asks of its tables finds the rows they may see, and no others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from salesops.book.engine import Rows
from salesops.book.facts import IbisFacts, Scope, keys_of, scalars
from salesops.book.worked_out import WORKED_OUT, with_worked_out
from salesops.engines.compiled import ANYBODY, BUILT, edition, for_any_reader, keep, kept_text
from salesops.engines.folder import Manifest
from salesops.engines.generation import REPLACED, attach
from salesops.engines.literals import with_values
from salesops.engines.names import KINDS, NameIndex, made_of, places_in, places_replaced
from salesops.engines.steady import SteadyEngine
from salesops.tables import TABLES

if TYPE_CHECKING:
    import ibis.expr.types as ir

MEMORY = "256MB"
# What is seen with other rows. Their keys are found once a generation, the later with the earlier: found by every
# question anew they would cost it a reading of every deal.
FOUND = ("account", "contact")
SEEN = (*TABLES, *WORKED_OUT)
# What a book holds beside these, and what of it a reader sees.
BESIDE = {
    "calendar": "true",
    "_change": "opportunity_id IN (SELECT id FROM opportunity)",
    "_problem_count": "false",
    "_problem": "false",
}


class ScopedEngine(SteadyEngine):
    """The engine for one scope. Ask books made with it for numbers by `seen_by` the same scope.

    `run` meets views in place of tables, each with the rows within the scope; what has no view has no name.
    Questions read the tables themselves and carry the scope, since a number may need what its reader may not
    see, such as whether a customer's first deal was somebody else's.
    """

    def __init__(self, folder: Path, scope: Scope) -> None:
        super().__init__(folder, memory_limit=MEMORY)
        self.scope = scope

    def _connect(self, manifest: Manifest) -> duckdb.DuckDBPyConnection:
        connection = self._in_memory(manifest)
        attach(connection, self.folder, manifest, "base")
        for name, text in definitions(self.folder / "compiled").items():
            kind = "VIEW" if name in SEEN else "TABLE"
            seen = with_values(text, self.scope.values)
            # People and products are shown to everybody, but not to nobody.
            if self.scope.is_nothing:
                seen = f"FROM ({seen}) WHERE false"
            connection.execute(f'CREATE {kind} "{name}" AS {seen}')
        for name, condition in BESIDE.items():
            connection.execute(f"CREATE VIEW {name} AS FROM base.main.{name} WHERE {condition}")
        return connection

    def _narrowed(self, generation: Any, index: NameIndex, file: Path) -> NameIndex:
        """The index with the names of those rows that the reader may see, found out once a generation."""
        seen = f"seen_of_{index.alias}"
        text = places_in(KINDS, index.alias)
        delta = generation.manifest.delta
        if delta and made_of(file).name != delta:
            # Under its former name a row that was replaced is nobody's.
            text = f"({text}) EXCEPT {places_replaced(f'base_delta.main.{REPLACED}', index.alias)}"
        with self._cursor(generation) as cursor:
            cursor.execute(f"CREATE TABLE {seen} AS {text}")
        return replace(index, seen=seen)

    def _ask(self, generation: Any, sql: str, values: Mapping[str, Any]) -> Rows:
        return self._run(generation, sql, values, first="USE base")


def definitions(folder: Path | None) -> dict[str, str]:
    """The SQL of what a reader may see of each table, with `$owner_ids` and the like for who it is.

    Before the tables come the keys of `FOUND`, which they read.
    """
    return {name: _definition(name, folder) for name in (*map(keys_of, FOUND), *SEEN)}


def _definition(name: str, folder: Path | None) -> str:
    file = f"seen_{name}.sql"
    for place in (BUILT, folder):
        if place is not None and (place / edition() / file).exists():
            return kept_text(place / edition() / file)
    text = _compiled()[name]
    if folder is not None:
        keep(text, folder, file)
    return text


@lru_cache(maxsize=1)
def _compiled() -> dict[str, str]:
    import ibis

    window, _ = scalars()

    def sql(asked: Callable[[IbisFacts], ir.Table], *found: str) -> str:
        facts = IbisFacts(_there, window, in_the_past=False, scope=ANYBODY, found=found)
        return for_any_reader(str(ibis.to_sql(asked(facts), dialect="duckdb")))

    return {
        **{
            keys_of(name): sql(lambda f, n=name: f.keys_seen(n).as_table(), *FOUND[:place])  # type: ignore[misc]
            for place, name in enumerate(FOUND)
        },
        **{name: sql(lambda f, n=name: f.table(n), *FOUND) for name in SEEN},  # type: ignore[misc]
    }


def _there(name: str) -> ir.Table:
    """A table of the file, or the keys found of one."""
    import ibis

    if name not in SEEN:
        return ibis.table({"id": "string"}, name=name, catalog="memory", database="main")
    schema = with_worked_out(TABLES)[name].ibis_schema()
    return ibis.table(schema, name=name, catalog="base", database="main")
