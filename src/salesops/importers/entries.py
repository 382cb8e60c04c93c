"""Entries: the stages deals were said to enter, put in order as versions, with what the files leave open told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import duckdb

from salesops.foundations.problem import Problem, Severity
from salesops.importers import formats, hubspot
from salesops.importers.model import Examination
from salesops.importers.problems import note_rows

NONE = "-1"  # the part of no file
Stage = tuple[str | None, str | None]  # pipeline and stage


def order_entries(connection: duckdb.DuckDBPyConnection, examination: Examination) -> None:
    """Make entries of stages a history: each at an instant of its own, the stage a deal is in last.

    What they do not tell of a deal, its amount and close date, is as it is now.
    """
    numbered = list(enumerate(f for f in examination.files if f.table))
    for system in sorted({f.system for _, f in numbered if f.system}):
        mine = [(part, f) for part, f in numbered if f.system == system]
        history = [(part, f) for part, f in mine if f.table == "opportunity_version"]
        parts = _listed(part for part, f in history if f.tells_last)
        deals = _listed(part for part, f in mine if f.table == "opportunity")
        if parts != NONE and system == hubspot.SYSTEM:
            _call_stages_alike(connection, parts, deals)
        if parts != NONE:
            _order(connection, parts)
        _stand_where_last(connection, deals)
        _as_now(connection, _listed(part for part, _ in history))


def _stand_where_last(connection: duckdb.DuckDBPyConnection, deals: str) -> None:
    """Deals of which only the history was exported are in the stage they entered last."""
    for entered in (
        "SELECT opportunity_id, arg_max(stage, valid_from) AS stage FROM l_opportunity_version GROUP BY 1",
        (
            "SELECT opportunity_id, arg_max(new_value, valid_from) AS stage FROM l_field_history "
            "WHERE lower(field) = 'stagename' GROUP BY 1"
        ),
    ):
        connection.execute(
            f"UPDATE l_opportunity SET stage = last.stage FROM ({entered}) last "
            f"WHERE last.opportunity_id = id AND l_opportunity.stage IS NULL AND _part IN ({deals})"
        )


def _as_now(connection: duckdb.DuckDBPyConnection, parts: str) -> None:
    """What these histories do not tell, amount and close date, is as the deal has it now."""
    if parts != NONE:
        connection.execute(
            "UPDATE l_opportunity_version AS v SET amount_minor = o.amount_minor, close_date = o.close_date "
            f"FROM l_opportunity o WHERE o.id = v.opportunity_id AND v._part IN ({parts})"
        )


def _order(connection: duckdb.DuckDBPyConnection, parts: str) -> None:
    _fill_present(connection, parts)
    _mark(connection, parts)
    _close_last(connection)
    _mark(connection, parts)
    _come_back(connection)
    _tell_undated(connection)
    _mark(connection, parts)
    _spread_ties(connection)


def _listed(parts: Iterable[int]) -> str:
    return ", ".join(map(str, parts)) or NONE


def _call_stages_alike(connection: duckdb.DuckDBPyConnection, parts: str, deals: str) -> None:
    """Deals name a stage by label or id, entries by label: each deal's stage gets the name its entries have."""
    last = (
        "(SELECT opportunity_id, unnest(arg_max(struct_pack(p := pipeline, s := stage), valid_from)) "
        f"FROM l_opportunity_version WHERE _part IN ({parts}) AND stage IS NOT NULL "
        "AND valid_from IS NOT NULL GROUP BY 1) last"
    )
    connection.execute(
        f"UPDATE l_opportunity SET pipeline = last.p FROM {last} "
        f"WHERE last.opportunity_id = id AND pipeline IS NULL AND _part IN ({deals})"
    )
    labels: list[Stage] = connection.execute(
        f"SELECT DISTINCT pipeline, stage FROM l_opportunity_version WHERE _part IN ({parts}) "
        "AND stage IS NOT NULL ORDER BY ALL"
    ).fetchall()
    for pipeline, stage, entered in connection.execute(
        f"SELECT pipeline, stage, list(DISTINCT (last.p, last.s)) FILTER (last.s IS NOT NULL) "
        f"FROM l_opportunity LEFT JOIN {last} ON last.opportunity_id = id "
        f"WHERE _part IN ({deals}) AND stage IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall():
        was = (pipeline, stage)
        named = _same(was, labels)
        if named is None and entered and len(entered) == 1 and _is_id(stage, pipeline, labels):
            named = entered[0]
            _tell_id(connection, was, named, deals)
        if named is not None and named != was:
            _rename(connection, was, named, deals)


def _same(was: Stage, labels: Sequence[Stage]) -> Stage | None:
    """The one label that says the same as a deal does, in its pipeline if that is among them."""
    pipeline, stage = was
    own = [label for label in labels if label[0] == pipeline] or labels
    for spoken in (stage or "", (stage or "").removesuffix(f" ({pipeline})")):
        found = [label for label in own if label[1] == spoken]
        found = found or [label for label in own if _squeezed(label[1]) == _squeezed(spoken)]
        if len(found) == 1:
            return found[0]
    return None


def _is_id(stage: str, pipeline: str | None, labels: Sequence[Stage]) -> bool:
    """Whether a stage is told by HubSpot's number, or its pipeline by an id that no entry has."""
    return stage.isdigit() or (
        pipeline is not None and pipeline not in {label[0] for label in labels if label[0]}
        and any(label[1] == stage for label in labels)
    )  # fmt: skip


def _squeezed(name: str | None) -> str:
    return re.sub(r"[\W_]+", "", name or "").casefold()


def _rename(connection: duckdb.DuckDBPyConnection, was: Stage, named: Stage, deals: str) -> None:
    for table, where in (("l_opportunity", f"AND _part IN ({deals})"), ("l_pipeline_stage", "")):
        connection.execute(
            f"UPDATE {table} SET pipeline = coalesce($pipeline, pipeline), stage = $stage WHERE "
            f"pipeline IS NOT DISTINCT FROM $former AND stage = $said {where}",
            {"pipeline": named[0], "stage": named[1], "former": was[0], "said": was[1]},
        )


def _tell_id(connection: duckdb.DuckDBPyConnection, was: Stage, named: Stage, deals: str) -> None:
    said = f"stage = {formats.quoted(str(was[1]))} AND _part IN ({deals})"
    _tell(
        connection,
        Problem(
            "stage_by_id",
            Severity.NOTE,
            f"Deals name their stage “{was[1]}”; all of them entered “{named[1]}” last, so that is its name.",
            "Export the labels of properties, not their internal values, if that is wrong.",
            column="stage",
            table="opportunity",
        ),
        f"SELECT _file AS file, _row AS row, stage AS value, id AS record_id FROM l_opportunity WHERE {said}",
    )


def _fill_present(connection: duckdb.DuckDBPyConnection, parts: str) -> None:
    """An entry into the present stage, whichever it is, has that stage's name and is there once."""
    connection.execute(
        "UPDATE l_opportunity_version AS v SET stage = o.stage, pipeline = o.pipeline "
        "FROM l_opportunity o WHERE o.id = v.opportunity_id AND v.stage IS NULL "
        f"AND v._part IN ({parts})"
    )
    connection.execute(
        "DELETE FROM l_opportunity_version WHERE rowid IN (SELECT rowid FROM l_opportunity_version "
        f"WHERE _part IN ({parts}) QUALIFY row_number() OVER (PARTITION BY opportunity_id, _part, "
        "pipeline, stage ORDER BY valid_from DESC NULLS LAST, _left_at NULLS LAST) > 1 "
        "AND valid_from IS NOT NULL)"
    )


def _mark(connection: duckdb.DuckDBPyConnection, parts: str) -> None:
    """`entry`: each entry, whether it is into the deal's present stage, and whether it is the last."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE entry AS
        SELECT v.rowid AS place, v.opportunity_id, v.valid_from, v._left_at AS left_at, v.pipeline, v.stage,
            v._file AS file, v._part AS part, v._row AS row,
            v.stage = o.stage AND coalesce(v.pipeline, o.pipeline) IS NOT DISTINCT FROM o.pipeline AS is_present,
            row_number() OVER (PARTITION BY v.opportunity_id ORDER BY v.valid_from DESC, is_present DESC) = 1
                AS is_last,
            max(v.valid_from) FILTER (is_present) OVER (PARTITION BY v.opportunity_id) AS present_from,
            o.pipeline AS pipeline_now, o.stage AS stage_now
        FROM l_opportunity_version v JOIN l_opportunity o ON o.id = v.opportunity_id
        WHERE v._part IN ({parts}) AND v.valid_from IS NOT NULL AND v.stage IS NOT NULL
        """
    )


def _close_last(connection: duckdb.DuckDBPyConnection) -> None:
    """Where only the present stage and the close are told, a stage changed after the close was so before it."""
    connection.execute(
        "UPDATE l_opportunity_version SET valid_from = entry.present_from FROM entry "
        "JOIN l_pipeline_stage s ON s.stage = entry.stage_now AND s.outcome IN ('won', 'lost') "
        "AND s.pipeline IS NULL "
        "WHERE entry.place = l_opportunity_version.rowid AND entry.valid_from > entry.present_from"
    )


def _come_back(connection: duckdb.DuckDBPyConnection) -> None:
    """A deal that stands in a stage it entered before another came back when it left that one."""
    returned = "is_last AND NOT is_present AND present_from IS NOT NULL"
    connection.execute(
        "INSERT INTO l_opportunity_version (opportunity_id, valid_from, pipeline, stage, change_source, "
        "_file, _part, _row) SELECT opportunity_id, left_at, pipeline_now, stage_now, 'history', "
        f"file, part, row FROM entry WHERE {returned} AND left_at > valid_from"
    )
    _tell(
        connection,
        Problem(
            "came_back_undated",
            Severity.NOTE,
            "Deals stand in a stage that they entered before another, and when they came back is not told. "
            "They are there from the day of the export on.",
            "Export the columns “Date exited …” of every stage too.",
            column="stage",
            table="opportunity_version",
        ),
        f"SELECT file, row, stage_now AS value, opportunity_id AS record_id FROM entry WHERE {returned} "
        "AND (left_at > valid_from) IS NOT TRUE",
    )


def _tell_undated(connection: duckdb.DuckDBPyConnection) -> None:
    _tell(
        connection,
        Problem(
            "stage_undated",
            Severity.NOTE,
            "When deals entered the stage they are in is not told. They are in it from the day of the export on.",
            "Export the columns that tell it, such as “Date entered …” of every stage, or “Won time” and “Lost time”.",
            column="stage",
            table="opportunity_version",
        ),
        "SELECT file, row, stage_now AS value, opportunity_id AS record_id FROM entry "
        "WHERE is_last AND present_from IS NULL",
    )


def _spread_ties(connection: duckdb.DuckDBPyConnection) -> None:
    """Several stages at one instant follow each other by a microsecond: as left, as usual, the present last."""
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE tied AS
        WITH usual AS (
            SELECT pipeline, stage, avg(rank) AS rank FROM (
                SELECT pipeline, stage, row_number() OVER (
                    PARTITION BY opportunity_id ORDER BY valid_from, stage) AS rank FROM entry)
            GROUP BY ALL)
        SELECT e.*, count(*) OVER together AS many, row_number() OVER (
            together ORDER BY e.is_present, e.left_at NULLS LAST, u.rank, e.stage) - 1 AS after
        FROM entry e JOIN usual u ON u.pipeline IS NOT DISTINCT FROM e.pipeline AND u.stage = e.stage
        WINDOW together AS (PARTITION BY e.opportunity_id, e.valid_from)
        QUALIFY many > 1
        """
    )
    connection.execute(
        "UPDATE l_opportunity_version SET valid_from = tied.valid_from + to_microseconds(tied.after) "
        "FROM tied WHERE tied.place = l_opportunity_version.rowid AND tied.after > 0"
    )
    _tell(
        connection,
        Problem(
            "stages_at_one_instant",
            Severity.NOTE,
            "Deals entered several stages at one instant. They follow each other as they were left, else as "
            "deals usually go, and the present stage comes last.",
            "Nothing to do.",
            column="valid_from",
            table="opportunity_version",
        ),
        "SELECT file, min(row) AS row, string_agg(stage, ', ' ORDER BY after) AS value, "
        "opportunity_id AS record_id FROM tied GROUP BY file, opportunity_id, valid_from",
    )


def _tell(connection: duckdb.DuckDBPyConnection, problem: Problem, rows: str) -> None:
    """One problem for each file among `rows`, SQL of file, row, value and record_id."""
    for file, count in connection.execute(
        f"SELECT file, count(*) FROM ({rows}) GROUP BY 1 ORDER BY 1"
    ).fetchall():
        told = Problem(
            problem.code, problem.severity, problem.message, problem.remedy,
            file=file, column=problem.column, table=problem.table,
        )  # fmt: skip
        note_rows(
            connection, told, f"SELECT * FROM ({rows}) WHERE file = {formats.quoted(file)}", count
        )
