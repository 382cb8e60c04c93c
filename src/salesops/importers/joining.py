"""Joining: names and ids in one row tied to the rows they stand for, or told where there is none."""

from __future__ import annotations

import duckdb

from salesops.foundations.problem import Problem, Severity
from salesops.importers import formats
from salesops.importers.model import SourceFile
from salesops.importers.problems import note_rows
from salesops.tables import TABLES

_CREATED = ("account", "person", "product", "campaign")  # a name alone may stand for one of these
_SWAPPED = "regexp_replace({0}, '^([^,]+), ([^,]+)$', '\\2 \\1')"


def refer(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    files: list[SourceFile],
    joins: dict[str, str],
    *,
    by_name: bool,
) -> None:
    """Tie the rows of a loading table to those they name, and tell what they name in vain."""
    if not connection.execute(f"SELECT 1 FROM l_{name} LIMIT 1").fetchone():
        return
    columns = held(connection, f"l_{name}")
    for column in TABLES[name].columns:
        if not column.refers_to or column.name not in columns:
            continue
        there = column.refers_to
        given = any(f.table == there for f in files)
        if by_name:
            _join_names(connection, name, column.name, there, joins)
        _keep_unknown(connection, name, column.name, there, given=given)


def _join_names(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    column: str,
    there: str,
    joins: dict[str, str],
) -> None:
    """Names and mail addresses become ids where exactly one row has them; letters' case and spaces do not matter."""
    for identity, answer in joins.items():
        _, table, value = identity.split(":", 2)
        if table == there and answer:
            connection.execute(
                f"UPDATE l_{name} SET {column} = ? WHERE {column} = ?", [answer, value]
            )
    plain = "lower(regexp_replace(trim({0}), '\\s+', ' ', 'g'))"
    asked = plain.format(f"l_{name}.{column}")
    turned = plain.format(_SWAPPED.format(f"l_{name}.{column}"))
    for called, texts in (("name", (asked, turned)), ("email", (asked,))):
        if called not in TABLES[there].column:
            continue
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE named AS SELECT {plain.format(called)} AS spoken, any_value(id) AS id "
            f"FROM l_{there} WHERE {called} IS NOT NULL GROUP BY 1 HAVING count(DISTINCT id) = 1"
        )
        for text in texts:
            connection.execute(
                f"UPDATE l_{name} SET {column} = named.id FROM named WHERE named.spoken = {text} "
                f"AND l_{name}.{column} NOT IN (SELECT id FROM l_{there} WHERE id IS NOT NULL)"
            )


def _keep_unknown(
    connection: duckdb.DuckDBPyConnection, name: str, column: str, there: str, *, given: bool
) -> None:
    """A reference to nothing given is kept; a name becomes a row of its own, and is told."""
    unknown = (
        f"{column} IS NOT NULL AND {column} NOT IN (SELECT id FROM l_{there} WHERE id IS NOT NULL)"
    )
    found = connection.execute(
        f"SELECT _file, count(*) FROM l_{name} WHERE {unknown} GROUP BY 1 ORDER BY 1"
    ).fetchall()
    if given and name != there and not column.startswith("changed_by"):
        for file, count in found:
            _tell_unknown(
                connection,
                name,
                column,
                there,
                f"{unknown} AND _file = {formats.quoted(file)}",
                file,
                count,
            )
    if found and there in _CREATED:
        connection.execute(
            f"INSERT INTO l_{there} (id, name, _file, _part, _row) "
            f"SELECT DISTINCT {column}, {column}, 'named elsewhere', -1, 0 FROM l_{name} WHERE {unknown}"
        )


def _tell_unknown(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    column: str,
    there: str,
    unknown: str,
    file: str,
    count: int,
) -> None:
    values = connection.execute(
        f"SELECT DISTINCT {column} FROM l_{name} WHERE {unknown} ORDER BY 1 LIMIT 4"
    ).fetchall()
    some = ", ".join(str(v[0])[:60] for v in values[:3]) + (", …" if len(values) > 3 else "")
    spoken = there.replace("_", " ")
    kept = (
        f"each is kept as {with_article(there)} of its own"
        if there in _CREATED
        else "they are kept as they are"
    )
    note_rows(
        connection,
        Problem(
            "unknown_reference",
            Severity.DOUBTFUL,
            f"Rows name {with_article(there)} that is in none of the files ({some}); {kept}.",
            f"Open a file with the missing {spoken} too, or correct the name in the source.",
            file=file,
            column=column,
            table=name,
        ),
        f"SELECT _row AS row, {column} AS value, {id_of(name)} AS record_id FROM l_{name} WHERE {unknown}",
        count,
    )


def held(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """The columns that a table of the reading has."""
    return [str(row[0]) for row in connection.execute(f"DESCRIBE {table}").fetchall()]


def with_rows(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The tables of whose rows any was read: of most there is none, and nothing of theirs need be asked."""
    asked = " UNION ALL ".join(f"(SELECT '{name}' FROM l_{name} LIMIT 1)" for name in TABLES)
    found = {str(row[0]) for row in connection.execute(asked).fetchall()}
    return [name for name in TABLES if name in found]


def id_of(name: str) -> str:
    """The column whose value identifies a record of a table for people."""
    return "id" if "id" in TABLES[name].column else TABLES[name].key[0]


def with_article(name: str) -> str:
    """A table's name as people say it: an account, a team membership."""
    spoken = name.replace("_", " ")
    return f"an {spoken}" if spoken[0] in "aeiou" else f"a {spoken}"
