"""Resolving: rows of several files put together, given ids, and tied to the rows they refer to."""

from __future__ import annotations

from collections.abc import Collection

import duckdb

from salesops.foundations.problem import Problem, Severity
from salesops.importers import formats
from salesops.importers.completing import complete
from salesops.importers.deleted_deals import keep_their_history
from salesops.importers.entries import order_entries
from salesops.importers.joining import held, id_of, refer, with_article, with_rows
from salesops.importers.model import Examination
from salesops.importers.problems import keep_rows, note_rows
from salesops.tables import TABLES

_ORDER = ("person", "account", "product", "campaign", "contact", "opportunity")


def resolve(connection: duckdb.DuckDBPyConnection, examination: Examination) -> None:
    """From the loading tables `l_*` into the declared tables."""
    complete(connection)
    given = _given(examination)
    joins = {
        q.id: q.answer
        for q in examination.questions
        if q.id.startswith("join:") and q.answer != "keep"
    }
    for name in with_rows(connection):
        _drop_deleted(connection, name)
        if "id" in TABLES[name].column:
            _give_ids(connection, name)
            _merge(connection, name, given[name])
        if name == "opportunity":
            keep_their_history(connection)
    _stages_by_id(connection)
    order_entries(connection, examination)
    _one_per_instant(connection)
    generic = {f.table for f in examination.files if f.table and not f.salesforce}
    for name in sorted(TABLES, key=lambda t: _ORDER.index(t) if t in _ORDER else 99):
        refer(connection, name, examination.files, joins, by_name=name in generic)
    there = with_rows(connection)
    _refuse_incomplete(connection, examination, there)
    for spans, key, said in _SPANS:
        if spans in there:
            _part_spans(connection, spans, key, said)
    for name in TABLES:
        _take(connection, name, there)


def _take(connection: duckdb.DuckDBPyConnection, name: str, there: Collection[str]) -> None:
    """The rows of a loading table become those of the declared one."""
    if name in there or name == "opportunity_version":
        _move(connection, name)
    if name not in ("opportunity", "opportunity_version"):
        connection.execute(f"DROP TABLE l_{name}")


def _move(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    columns = held(connection, name)
    if name == "opportunity_version":
        # History has the most rows, and few columns that only pass: to drop those spares a copy.
        connection.execute(f"DROP TABLE {name}")
        for column in held(connection, f"l_{name}"):
            if column not in columns:
                connection.execute(f"ALTER TABLE l_{name} DROP COLUMN {column}")
        connection.execute(f"ALTER TABLE l_{name} RENAME TO {name}")
        return
    listed = ", ".join(f'"{c}"' for c in columns)
    connection.execute(f"INSERT INTO {name} ({listed}) SELECT {listed} FROM l_{name}")


def _given(examination: Examination) -> dict[str, dict[str, list[int]]]:
    """For each table and column the parts (files, counted) that have the column."""
    from salesops.importers.reading import target_name

    given: dict[str, dict[str, list[int]]] = {name: {} for name in TABLES}
    for part, file in enumerate(f for f in examination.files if f.table):
        for column in file.columns:
            if column.target and file.table in given:
                given[str(file.table)].setdefault(target_name(column), []).append(part)
    return given


def _one_per_instant(connection: duckdb.DuckDBPyConnection) -> None:
    """Saves in one instant follow each other by a microsecond where they moved the stage; else the last is left.

    A source that tells seconds tells several moves as one instant, and a stage passed within it was entered all the
    same. Files given twice tell the same once.
    """
    twice = connection.execute(
        "SELECT 1 FROM l_opportunity_version GROUP BY opportunity_id, valid_from HAVING count(*) > 1 LIMIT 1"
    ).fetchone()
    if not twice:
        return
    _spread_moves(connection)
    connection.execute(
        "DELETE FROM l_opportunity_version WHERE valid_from IS NOT NULL AND rowid IN ("
        "SELECT rowid FROM (SELECT rowid, row_number() OVER (PARTITION BY opportunity_id, valid_from "
        "ORDER BY coalesce(_modified, TIMESTAMP '0001-01-01') DESC, _part DESC, _row DESC) AS place "
        "FROM l_opportunity_version) WHERE place > 1)"
    )


def _spread_moves(connection: duckdb.DuckDBPyConnection) -> None:
    """Set the stages a deal was moved to within one instant of a file a microsecond apart, in the file's order.

    Some exports begin with the latest row; theirs is the order from the last to the first.
    """
    connection.execute(
        """
        CREATE TEMP TABLE tied AS
        WITH several AS (
            SELECT opportunity_id, valid_from, max(_part) AS part FROM l_opportunity_version
            WHERE valid_from IS NOT NULL AND stage IS NOT NULL
            GROUP BY 1, 2 HAVING count(DISTINCT stage) > 1),
        told AS (
            SELECT v.rowid AS r, v.opportunity_id, v.valid_from, v.stage, v._part, v._row,
                lag(v.valid_from) OVER (PARTITION BY v._part, v.opportunity_id ORDER BY v._row) AS before
            FROM l_opportunity_version v WHERE v.opportunity_id IN (SELECT opportunity_id FROM several)),
        written AS (
            SELECT _part, count(*) FILTER (before > valid_from) > count(*) FILTER (before < valid_from) AS latest_first
            FROM told GROUP BY 1),
        placed AS (
            SELECT t.*, CASE WHEN w.latest_first THEN -t._row ELSE t._row END AS place
            FROM told t JOIN several s ON s.opportunity_id = t.opportunity_id AND s.valid_from = t.valid_from
                AND s.part = t._part
            JOIN written w ON w._part = t._part),
        moved AS (
            SELECT *, lead(stage) OVER (PARTITION BY opportunity_id, valid_from ORDER BY place) AS next FROM placed),
        kept AS (
            SELECT r, row_number() OVER (PARTITION BY opportunity_id, valid_from ORDER BY place) - 1 AS after
            FROM moved WHERE stage IS DISTINCT FROM next)
        SELECT t.r, k.after FROM told t JOIN several s ON s.opportunity_id = t.opportunity_id
            AND s.valid_from = t.valid_from LEFT JOIN kept k ON k.r = t.r
        """
    )
    connection.execute(
        "DELETE FROM l_opportunity_version WHERE rowid IN (SELECT r FROM tied WHERE after IS NULL)"
    )
    connection.execute(
        "UPDATE l_opportunity_version SET valid_from = valid_from + to_microseconds(tied.after) FROM tied "
        "WHERE l_opportunity_version.rowid = tied.r AND tied.after > 0"
    )
    connection.execute("DROP TABLE tied")


def _drop_deleted(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    gone = connection.execute(
        f"SELECT _file, count(*) FROM l_{name} WHERE _deleted GROUP BY 1"
    ).fetchall()
    for file, count in gone:
        note_rows(
            connection,
            Problem(
                "deleted_in_source",
                Severity.NOTE,
                "Deals deleted in the source are in no number of now; what the files tell of their past stays."
                if name == "opportunity"
                else "Rows deleted in the source are left out.",
                "Nothing to do.",
                file=file,
                table=name,
            ),
            f"SELECT _row AS row, '' AS value, {id_of(name)} AS record_id FROM l_{name} "
            f"WHERE _deleted AND _file = {formats.quoted(file)}",
            count,
        )
    if gone and name != "opportunity":
        connection.execute(f"DELETE FROM l_{name} WHERE _deleted")


def _give_ids(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """The id, else the name where it is the only one, else the place in the file."""
    missing = connection.execute(f"SELECT 1 FROM l_{name} WHERE id IS NULL LIMIT 1").fetchone()
    if not missing:
        return
    named = "name" if "name" in TABLES[name].column else "NULL"
    connection.execute(
        f"""
        UPDATE l_{name} SET id = CASE WHEN n.many = 1 THEN n.named
            ELSE l_{name}._file || ':' || l_{name}._row END
        FROM (SELECT _part, _row, {named} AS named,
            CASE WHEN {named} IS NULL THEN 2 ELSE count(*) OVER (PARTITION BY {named}) END AS many
            FROM l_{name}) n
        WHERE l_{name}.id IS NULL AND n._part = l_{name}._part AND n._row = l_{name}._row
        """
    )


def _merge(connection: duckdb.DuckDBPyConnection, name: str, given: dict[str, list[int]]) -> None:
    """Rows with one id become one: the newest has its say in every column its file has."""
    twice = connection.execute(f"SELECT count(*), count(DISTINCT id) FROM l_{name}").fetchone()
    if not twice or twice[0] == twice[1]:
        return
    every = [d[0] for d in connection.execute(f"SELECT * FROM l_{name} LIMIT 0").description or ()]
    kept = [c for c in every if c != "id"]
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE repeated AS SELECT id FROM l_{name} GROUP BY 1 HAVING count(*) > 1"
    )
    _tell_repeated(connection, name, [c for c in kept if c in TABLES[name].column])
    merged = ", ".join(
        f"arg_max_null({c}, _place) FILTER ({c} IS NOT NULL OR {_is_in(given.get(c, []))}) AS {c}"
        for c in kept
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE merged AS SELECT id, {merged} FROM (SELECT *, row_number() OVER "
        "(PARTITION BY id ORDER BY coalesce(_modified, TIMESTAMP '0001-01-01'), _part, _row) AS _place "
        f"FROM l_{name} SEMI JOIN repeated USING (id)) GROUP BY id"
    )
    connection.execute(f"DELETE FROM l_{name} WHERE id IN (SELECT id FROM repeated)")
    connection.execute(f"INSERT INTO l_{name} BY NAME FROM merged")


def _is_in(parts: list[int]) -> str:
    return f"_part IN ({', '.join(map(str, parts))})" if parts else "false"


def _tell_repeated(connection: duckdb.DuckDBPyConnection, name: str, compared: list[str]) -> None:
    different = " OR ".join(
        f"coalesce(min({c}) FILTER (same_file) <> max({c}) FILTER (same_file), false)"
        for c in compared
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE judged AS
        SELECT id, max(_row) AS row, arg_max(_file, _part) AS file, ({different}) AS differs
        FROM (SELECT *, count(*) OVER (PARTITION BY id, _file) > 1 AS same_file
            FROM l_{name} SEMI JOIN repeated USING (id)) GROUP BY id
        """
    )
    for differs, severity, code, what, remedy in _REPEATED:
        for file, count in connection.execute(
            "SELECT file, count(*) FROM judged WHERE differs = ? GROUP BY 1 ORDER BY 1", [differs]
        ).fetchall():
            note_rows(
                connection,
                Problem(code, severity, what, remedy, file=file, column="id", table=name),
                f"SELECT row, id AS value, id AS record_id FROM judged "
                f"WHERE differs = {differs} AND file = {formats.quoted(file)}",
                count,
            )


_REPEATED = (
    (
        True,
        Severity.DOUBTFUL,
        "repeated_id",
        "Rows of one file carry the same id and differ; the last of them was taken.",
        "Find out which row is right and remove the others.",
    ),
    (
        False,
        Severity.NOTE,
        "repeated_row",
        "Rows are there more than once, as exports in several parts have it; each is counted once.",
        "Nothing to do.",
    ),
)


def _stages_by_id(connection: duckdb.DuckDBPyConnection) -> None:
    """Deals that name their stage by its id get its name."""
    for table in ("opportunity", "opportunity_version"):
        connection.execute(
            f"""
            UPDATE l_{table} SET stage = s.stage FROM l_pipeline_stage s
            WHERE s._stage_id IS NOT NULL AND s.stage IS NOT NULL
                AND regexp_replace(l_{table}.stage, '\\.0$', '') = s._stage_id
            """
        )


_NEEDED = {
    "opportunity": ("stage",),
    "account": ("name",),
    "quota": ("starts_on", "amount_minor"),
    "recurring_revenue": ("starts_on", "monthly_minor"),
    "opportunity_version": ("opportunity_id", "valid_from"),
    "team_membership": ("person_id", "valid_from"),
    "opportunity_line": ("opportunity_id",),
    "opportunity_split": ("opportunity_id", "person_id"),
    "opportunity_contact": ("opportunity_id", "contact_id"),
    "campaign_spend": ("campaign_id",),
    "pipeline_stage": ("stage",),
    "exchange_rate": ("currency", "valid_from", "rate"),
}


def _refuse_incomplete(
    connection: duckdb.DuckDBPyConnection, examination: Examination, there: Collection[str]
) -> None:
    """Rows without what makes them such a row are left out and kept word for word."""
    for name, needed in _NEEDED.items():
        if name not in there:
            continue
        for column in needed:
            for file, count in connection.execute(
                f"SELECT _file, count(*) FROM l_{name} WHERE {column} IS NULL GROUP BY 1 ORDER BY 1"
            ).fetchall():
                _refuse(connection, examination, name, column, file or "", count)
        missing = " OR ".join(f"{column} IS NULL" for column in needed)
        connection.execute(f"DELETE FROM l_{name} WHERE {missing}")


def _refuse(
    connection: duckdb.DuckDBPyConnection,
    examination: Examination,
    name: str,
    column: str,
    file: str,
    count: int,
) -> None:
    said = column.removesuffix("_minor").removesuffix("_id").replace("_", " ")
    reason = f"The row has no {said} that can be read, so it cannot count as {with_article(name)}."
    of_file = f"{column} IS NULL AND coalesce(_file, '') = {formats.quoted(file)}"
    note_rows(
        connection,
        Problem(
            "missing_value",
            Severity.REFUSED,
            reason,
            "Fill it in, in the file of refused rows, and open that with the others.",
            file=file,
            column=column,
            table=name,
        ),
        f"SELECT _row AS row, '' AS value, {id_of(name)} AS record_id FROM l_{name} WHERE {of_file}",
        count,
    )
    for source in examination.files:
        if source.name == file and source.table == name:
            keep_rows(
                connection, source, f"_row IN (SELECT _row FROM l_{name} WHERE {of_file})", reason
            )


_SPANS = (
    (
        "team_membership",
        "person_id",
        "A person is in two places of the organisation on the same days; the place that began later counts.",
    ),
    (
        "exchange_rate",
        "currency",
        "A currency has two rates on the same days; the rate that began later counts.",
    ),
)


def _part_spans(connection: duckdb.DuckDBPyConnection, name: str, key: str, message: str) -> None:
    """A span without an end lasts until the next; one that runs into the next is told, and ends there.

    Two spans for one day would count every deal of that day twice.
    """
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE spanned AS
        SELECT rowid AS place, {key} AS held, _row AS row, _file AS file, valid_from, valid_to,
            lead(valid_from) OVER (PARTITION BY {key} ORDER BY valid_from, _part, _row) AS following
        FROM l_{name}
        """
    )
    overlapping = "valid_to > following OR valid_from = following"
    for file, count in connection.execute(
        f"SELECT file, count(*) FROM spanned WHERE {overlapping} GROUP BY 1 ORDER BY 1"
    ).fetchall():
        note_rows(
            connection,
            Problem(
                "overlapping_spans",
                Severity.DOUBTFUL,
                message,
                "Correct the first and last days in the source.",
                file=file or "",
                column="valid_to",
                table=name,
            ),
            f"SELECT row, concat(held, ': ', valid_from, ' to ', coalesce(CAST(valid_to AS VARCHAR), '…')) "
            f"AS value, held AS record_id FROM spanned WHERE ({overlapping}) "
            f"AND coalesce(file, '') = {formats.quoted(file or '')}",
            count,
        )
    connection.execute(
        f"DELETE FROM l_{name} WHERE rowid IN (SELECT place FROM spanned WHERE valid_from = following)"
    )
    connection.execute(
        f"UPDATE l_{name} SET valid_to = following FROM spanned WHERE place = l_{name}.rowid "
        "AND following > spanned.valid_from "
        "AND (spanned.valid_to IS NULL OR spanned.valid_to > following)"
    )
