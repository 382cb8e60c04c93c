"""Unfolding: what one exported row tells of several tables becomes columns and files beside those it has."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from salesops.foundations.problem import Problem, Severity
from salesops.importers import formats
from salesops.importers.model import SourceColumn, SourceFile
from salesops.importers.problems import note_any, note_rows
from salesops.importers.sampling import columns_of, rows_in, shape_of

CERTAIN = 1.0  # a heading of a known export says what its column is


@dataclass(frozen=True)
class Worked:
    """A column worked out from those of the file: `text` is SQL of what a cell would say."""

    name: str
    text: str
    target: str
    note: str


def fold(text: str) -> str:
    """Letters and digits alone, small and without accents: `Affaire - Étape` is `affaire etape`."""
    plain = unicodedata.normalize("NFKD", text)
    bare = "".join(c for c in plain if not unicodedata.combining(c)).lower()
    return " ".join(re.sub(r"[^a-z0-9]+", " ", bare).split())


def column_for(source: SourceFile, target: str) -> SourceColumn | None:
    """The column of a file that goes to one of ours."""
    return next((c for c in source.columns if c.target == f"{source.table}.{target}"), None)


def give_targets(source: SourceFile, table: str, targets: Mapping[int, str]) -> None:
    """Each column of the file goes where its heading says, by its place; the others are not read."""
    source.table = table
    for place, column in enumerate(source.columns):
        target = targets.get(place, "")
        column.target = f"{table}.{target}" if target else ""
        column.confidence = CERTAIN if target else 0.0


def work_out(
    connection: duckdb.DuckDBPyConnection,
    source: SourceFile,
    added: Sequence[Worked],
    *,
    is_dear: bool = False,
) -> None:
    """Add columns to a file; a column that went where one of them goes gives way.

    They are worked out whenever they are read, or once and kept where that is dear.
    """
    if not added:
        return
    first, former = len(source.columns), source.staging
    source.staging = f"{former}_more"
    texts = ", ".join(f"{w.text} AS c{first + i}" for i, w in enumerate(added))
    kind = "TABLE" if is_dear else "VIEW"
    connection.execute(f"CREATE {kind} {source.staging} AS SELECT *, {texts} FROM {former}")
    taken = {f"{source.table}.{w.target}" for w in added}
    for column in source.columns:
        if column.target in taken:
            column.target, column.confidence = "", 0.0
    for column in source.columns:
        used = next((w for w in added if re.search(rf"(?<![.\w]){column.key}\b", w.text)), None)
        if used is not None and not column.target and not column.note:
            column.note = f"In “{used.name}”"
    made = columns_of(connection, source.staging, [w.name for w in added], first)
    for column, worked in zip(made, added, strict=True):
        column.target, column.confidence = f"{source.table}.{worked.target}", CERTAIN
        column.note = worked.note
    source.columns += made


def first_of(key: str, sign: str) -> str:
    """SQL of the first of several texts in one cell, parted by a sign."""
    return f"nullif(trim(split_part({key}, '{sign}', 1)), '')"


def leave_out(
    connection: duckdb.DuckDBPyConnection, source: SourceFile, condition: str, problem: Problem
) -> None:
    """Rows of a file that fulfil a condition, SQL, are not read; `problem` tells them."""
    rows = f"SELECT _row AS row, '' AS value, NULL AS record_id FROM {source.staging} WHERE {condition}"
    count = note_any(connection, problem, rows)
    if not count:
        return
    former, source.staging = source.staging, f"{source.staging}_left"
    connection.execute(
        f"CREATE VIEW {source.staging} AS SELECT * FROM {former} WHERE ({condition}) IS NOT TRUE"
    )
    source.rows -= count


def unfold(
    connection: duckdb.DuckDBPyConnection,
    source: SourceFile,
    title: str,
    table: str,
    columns: Mapping[str, str],
    rows: str,
) -> SourceFile | None:
    """A file of its own, made of the rows of another; None where there are none.

    `columns` are its headings and where each goes; `rows` is SQL of `_row` and one text for each of them.
    """
    staging = f"{source.staging}_{title.replace(' ', '_')}"
    keys = ", ".join(["_row", *(f"c{i}" for i in range(len(columns)))])
    texts = ", ".join(["_row", *(f"CAST(c{i} AS VARCHAR) AS c{i}" for i in range(len(columns)))])
    connection.execute(f"CREATE TABLE {staging} AS SELECT {texts} FROM ({rows}) AS told({keys})")
    count = rows_in(connection, staging)
    if not count:
        return None
    header = list(columns)
    made = columns_of(connection, staging, header)
    for column, target in zip(made, columns.values(), strict=True):
        column.target, column.confidence = f"{table}.{target}", CERTAIN
    return SourceFile(
        name=f"{source.name} › {title}",
        staging=staging,
        rows=count,
        table=table,
        recognised_as=title.capitalize(),
        system=source.system,
        told_in=source.name,
        signature=shape_of([title, *header]),
        header=header,
        columns=made,
    )


def give_keys(
    connection: duckdb.DuckDBPyConnection,
    source: SourceFile,
    told_by: Sequence[str],
    remedy: str,
    *,
    each: bool = True,
) -> Worked | None:
    """An id for the rows of a file without one, from what identifies them; None where it has one.

    `told_by` are our columns whose text stays the same from one export to the next. Rows that are alike in them
    are as many as they are where `each` counts, else one.
    """
    has = column_for(source, "id")
    if has is not None and has.filled > 0:
        return None
    parts = [c for c in (column_for(source, name) for name in told_by) if c is not None]
    if not parts:
        return None
    spoken = " and ".join(f"“{c.name}”" for c in parts)
    whole = "concat_ws(' · ', " + ", ".join(c.key for c in parts) + ")"
    place = f"row_number() OVER (PARTITION BY {whole} ORDER BY _row)"
    key = f"CASE WHEN {place} = 1 THEN {whole} ELSE {whole} || ' · ' || {place} END"
    note_rows(
        connection,
        Problem(
            "no_id_in_file",
            Severity.NOTE,
            f"The file tells no id. Its rows are known again in a later export only by {spoken}: "
            "one whose text there changes counts as another.",
            remedy,
            file=source.name,
            table=str(source.table),
        ),
        f"SELECT _row AS row, {whole} AS value, NULL AS record_id FROM {source.staging} LIMIT 1",
        source.rows,
    )
    if each:
        _tell_alike(connection, source, whole, spoken, remedy)
    return Worked(
        "Known by", key if each else whole, "id", "Stands for the id the file does not tell"
    )


def _tell_alike(
    connection: duckdb.DuckDBPyConnection,
    source: SourceFile,
    whole: str,
    spoken: str,
    remedy: str,
) -> None:
    alike = (
        f"SELECT _row AS row, {whole} AS value, NULL AS record_id FROM {source.staging} "
        f"QUALIFY count(*) OVER (PARTITION BY {whole}) > 1"
    )
    note_any(
        connection,
        Problem(
            "alike_without_id",
            Severity.DOUBTFUL,
            f"Rows are alike in {spoken}; each counts, and only their order tells them apart.",
            remedy,
            file=source.name,
            table=str(source.table),
        ),
        alike,
    )


def stages_said(
    connection: duckdb.DuckDBPyConnection,
    source: SourceFile,
    *,
    won: SourceColumn | None,
    closed: SourceColumn | None,
    lost: SourceColumn | None = None,
    files: Sequence[SourceFile] = (),
) -> SourceFile | None:
    """What stages mean, where a file says of each deal whether it is closed or won and all in a stage agree.

    Stages that one of `files` tells of are left to it.
    """
    stage, pipeline = column_for(source, "stage"), column_for(source, "pipeline")
    if stage is None or won is None:
        return None
    is_won = formats.sql("yes_no", won.key)
    ends = [formats.sql("yes_no", c.key) for c in (closed, lost) if c is not None]
    is_over = " OR ".join(f"coalesce({end}, false)" for end in ends) or "false"
    undecided = f"regexp_matches(lower({stage.key}), 'no.*decision')"
    is_open = f"WHEN {formats.sql('yes_no', closed.key)} = false THEN 'open' " if closed else ""
    meaning = (
        f"CASE WHEN {is_won} THEN 'won' WHEN ({is_over}) AND {undecided} THEN 'no_decision' "
        f"WHEN {is_over} THEN 'lost' {is_open}END"
    )
    return unfold(
        connection,
        source,
        "stages",
        "pipeline_stage",
        {"Pipeline": "pipeline", "Stage": "stage", "Outcome": "outcome"},
        f"SELECT min(_row), {pipeline.key if pipeline else 'NULL'} AS pipeline, {stage.key} AS stage, "
        f"min({meaning}) FROM {source.staging} WHERE {stage.key} IS NOT NULL {_untold(stage.key, files)}GROUP BY 2, 3 "
        f"HAVING count(DISTINCT {meaning}) = 1 AND count({meaning}) = count(*)",
    )


def _untold(stage: str, files: Sequence[SourceFile]) -> str:
    """SQL: that none of the files is one of stages that names this one."""
    told = [
        f"SELECT {column.key} FROM {file.staging}"
        for file in files
        if file.table == "pipeline_stage"
        for name in ("stage", "_api_name")
        if (column := column_for(file, name)) is not None
    ]
    return f"AND {stage} NOT IN ({' UNION ALL '.join(_there(t) for t in told)}) " if told else ""


def accounts_named(
    connection: duckdb.DuckDBPyConnection,
    source: SourceFile,
    identity: str,
    name: str,
    files: Sequence[SourceFile],
) -> SourceFile | None:
    """The accounts that rows name by id and by name, but those that a file of accounts holds.

    `identity` and `name` are SQL.
    """
    held = [
        f"SELECT {column.key} FROM {file.staging}"
        for file in files
        if file.table == "account" and (column := column_for(file, "id")) is not None
    ]
    known = f"AND {identity} NOT IN ({' UNION ALL '.join(_there(h) for h in held)})" if held else ""
    return unfold(
        connection,
        source,
        "companies",
        "account",
        {"Company ID": "id", "Company": "name"},
        f"SELECT min(_row), {identity}, arg_max({name}, _row) FROM {source.staging} "
        f"WHERE {identity} IS NOT NULL AND {name} IS NOT NULL {known} GROUP BY 2",
    )


def contacts_of_deals(
    connection: duckdb.DuckDBPyConnection, source: SourceFile, named: str, *, is_primary: bool
) -> SourceFile | None:
    """Whom rows of deals name as their contacts. `named` is SQL of a list of keys or names; `is_primary` says that the
    one a deal names is the contact it goes through."""
    deal = column_for(source, "id")
    if deal is None:
        return None
    columns = {"Known by": "id", "Deal": "opportunity_id", "Contact": "contact_id"}
    primary = ""
    if is_primary:
        columns["Primary"], primary = "is_primary", ", 'yes'"
    return unfold(
        connection,
        source,
        "contacts of deals",
        "opportunity_contact",
        columns,
        f"SELECT min(_row), deal || ' · ' || who, deal, who{primary} FROM ("
        f"SELECT _row, {deal.key} AS deal, trim(unnest({named})) AS who FROM {source.staging}) "
        "WHERE deal IS NOT NULL AND who <> '' GROUP BY deal, who",
    )


def _there(query: str) -> str:
    """A query whose answers are never null, so that NOT IN is true or false."""
    return f"SELECT * FROM ({query}) AS held(id) WHERE id IS NOT NULL"
