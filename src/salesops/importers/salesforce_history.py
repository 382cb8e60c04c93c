"""Reports of what opportunities went through: from stage to stage, or field by field with old and new values."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from salesops.foundations.problem import Problem, Severity
from salesops.importers import formats
from salesops.importers.model import SourceColumn, SourceFile
from salesops.importers.problems import note_any, note_rows
from salesops.importers.salesforce_labels import eighteen, label, named
from salesops.importers.unfolding import Worked, column_for, give_targets, unfold, work_out

_ID = ("opportunity id", "opportunity id (18)", "opportunity id 18")
_NAME = ("opportunity name",)
_FROM, _TO = ("from stage",), ("to stage",)
_MOVED = ("last modified", "last modified date", "last stage change date", "edit date")
_FIELD, _OLD, _NEW, _EDITED = ("field / event",), ("old value",), ("new value",), ("edit date",)
_BY = ("edited by", "last modified by")
_CREATED = ("created date",)
# What the labels of fields are called where histories are put together.
_FIELDS = {
    "stage": "stagename",
    "amount": "amount",
    "close date": "closedate",
    "opportunity owner": "owner_name",
    "owner": "owner_name",
    "created.": "created",
    "created": "created",
}
_DEALS = {
    "name": _NAME,
    "account_id": ("account id", "account name"),
    "owner_id": ("opportunity owner",),
    "stage": ("stage",),
    "amount_minor": ("amount",),
    "currency": ("amount currency",),
    "close_date": ("close date",),
    "created_on": _CREATED,
}


def holds(source: SourceFile) -> str:
    """The table a report of history fills; '' where the file is none."""
    labels = {label(c.name) for c in source.columns}
    if not labels & {*_ID, *_NAME}:
        return ""
    if {*_FIELD, *_OLD, *_NEW, *_EDITED} <= labels:
        return "_field_history"
    return "opportunity_version" if {*_FROM, *_TO} <= labels and labels & {*_MOVED} else ""


def recognise(connection: duckdb.DuckDBPyConnection, source: SourceFile) -> None:
    """Fill in what a report of history is; whose rows they are is told once the other files are known."""
    if holds(source) == "_field_history":
        source.recognised_as = "Salesforce report of field history"
        give_targets(
            source, "_field_history", _places(source, {"valid_from": _EDITED, "changed_by": _BY})
        )
        work_out(connection, source, _by_field(source))
        return
    source.recognised_as = "Salesforce report of stage history"
    give_targets(
        source, "opportunity_version", _places(source, {"valid_from": _MOVED, "stage": _TO})
    )
    for heading in (_FROM, _BY):
        column = named(source, heading)
        if column is not None:
            column.note = "In the history"


def _places(source: SourceFile, wanted: dict[str, tuple[str, ...]]) -> dict[int, str]:
    found = {ours: named(source, labels) for ours, labels in wanted.items()}
    return {source.columns.index(c): ours for ours, c in found.items() if c is not None}


def _by_field(source: SourceFile) -> list[Worked]:
    """Old and new values, each kind in a column of its own, for each is read in its own way."""
    field, old, new = (_there(source, labels) for labels in (_FIELD, _OLD, _NEW))
    cases = " ".join(f"WHEN {formats.quoted(said)} THEN '{ours}'" for said, ours in _FIELDS.items())
    which = f"CASE lower(trim({field.key})) {cases} END"
    added = [Worked("Field", which, "field", "Which of our fields it is")]
    for kind, fields in (
        ("text", "('stagename', 'owner_name')"),
        ("number", "('amount')"),
        ("day", "('closedate')"),
    ):
        for which_value, column in (("old", old), ("new", new)):
            target = f"{which_value}_{'value' if kind == 'text' else kind}"
            text = f"CASE WHEN {which} IN {fields} THEN {column.key} END"
            added.append(Worked(f"{column.name} as {kind}", text, target, f"“{column.name}”"))
    return added


def _there(source: SourceFile, labels: Sequence[str]) -> SourceColumn:
    column = named(source, labels)
    assert column is not None  # asked before
    return column


def unfolded(
    connection: duckdb.DuckDBPyConnection, source: SourceFile, files: Sequence[SourceFile]
) -> list[SourceFile]:
    """Say whose history each row is; the opportunities themselves where no file tells them, and their first stages."""
    reports = [
        f for f in files
        if f.system == source.system and f.table == "opportunity" and column_for(f, "id") is not None
    ]  # fmt: skip
    work_out(
        connection,
        source,
        [Worked("Opportunity", _whose(source, reports), "opportunity_id", "Whose it is")],
        is_dear=True,
    )
    made = []
    if not any(f.table == "opportunity" for f in files):
        made.append(_deals(connection, source))
    if source.table == "opportunity_version":
        made.append(_first_stages(connection, source))
        _keep_last_of_a_minute(connection, source)
        _tell_limits(connection, source)
    return [file for file in made if file is not None]


def _whose(source: SourceFile, reports: Sequence[SourceFile]) -> str:
    """SQL of the opportunity's id, else of the one opportunity that is alike in all that both files tell."""
    own = named(source, _ID)
    if own is not None and own.filled:
        return eighteen(own.key)
    told = [c for labels in (_NAME, ("account name",), _CREATED) if (c := named(source, labels))]
    whole = "concat_ws(' · ', " + ", ".join(c.key for c in told) + ")"
    alike = []
    for report in reports:
        key = column_for(report, "id")
        pairs = [(c, there) for c in told if (there := named(report, (label(c.name),)))]
        if key is not None and pairs:
            same = " AND ".join(
                f"there.{there.key} IS NOT DISTINCT FROM {source.staging}.{c.key}"
                for c, there in pairs
            )
            alike.append(f"SELECT there.{key.key} AS id FROM {report.staging} there WHERE {same}")
    if not alike:
        return whole
    one = f"SELECT CASE WHEN count(DISTINCT id) = 1 THEN min(id) END FROM ({' UNION ALL '.join(alike)})"
    return f"coalesce(({one}), {whole})"


def _deals(connection: duckdb.DuckDBPyConnection, source: SourceFile) -> SourceFile | None:
    """The opportunities of a history that comes alone, as its rows tell them."""
    whose = column_for(source, "opportunity_id")
    if whose is None:
        return None
    columns, texts = {"Opportunity": "id"}, [whose.key]
    for ours, labels in _DEALS.items():
        column = next((c for w in labels if (c := named(source, (w,)))), None)
        if column is not None and column.filled:
            columns[column.name] = ours
            key = eighteen(column.key) if label(column.name) == "account id" else column.key
            texts.append(f"arg_max({key}, _row)")
    rows = f"SELECT min(_row), {', '.join(texts)} FROM {source.staging} WHERE {whose.key} IS NOT NULL GROUP BY 2"
    return unfold(connection, source, "opportunities", "opportunity", columns, rows)


def _first_stages(connection: duckdb.DuckDBPyConnection, source: SourceFile) -> SourceFile | None:
    """The stage a deal was created in: it left that one once more than it came there.

    A row without a stage it came from tells it outright, and then nothing is to be added.
    """
    whose, created = column_for(source, "opportunity_id"), named(source, _CREATED)
    before, after = _there(source, _FROM), _there(source, _TO)
    if whose is None or created is None:
        return None
    moves = (
        f"SELECT _row, {whose.key} AS deal, {created.key} AS created, {before.key} AS before, "
        f"{after.key} AS after FROM {source.staging}"
    )
    rows = f"""
        WITH moves AS ({moves}),
            steps AS (
                SELECT _row, deal, created, before AS stage, 1 AS step FROM moves
                UNION ALL SELECT _row, deal, created, after, -1 FROM moves),
            told AS (SELECT DISTINCT deal FROM moves WHERE before IS NULL)
        SELECT min(_row), deal, min(created), stage FROM steps
        WHERE stage IS NOT NULL AND created IS NOT NULL AND deal NOT IN (FROM told)
        GROUP BY deal, stage HAVING sum(step) = 1
    """
    columns = {"Opportunity": "opportunity_id", created.name: "valid_from", "Stage": "stage"}
    return unfold(connection, source, "first stages", "opportunity_version", columns, rows)


def _keep_last_of_a_minute(connection: duckdb.DuckDBPyConnection, source: SourceFile) -> None:
    """A report tells minutes, and in whatever order: of several moves in one, that to the stage they ended in counts.

    They ended in the stage that was come to once more than it was left; where there is none, they went in a circle.
    """
    whose, at = column_for(source, "opportunity_id"), column_for(source, "valid_from")
    before, after = _there(source, _FROM), _there(source, _TO)
    if whose is None or at is None:
        return
    same = f"{whose.key}, {at.key}"
    ended = f"""
        SELECT {same}, stage FROM (
            SELECT {same}, {after.key} AS stage, 1 AS step FROM {source.staging}
            UNION ALL SELECT {same}, {before.key}, -1 FROM {source.staging})
        WHERE stage IS NOT NULL GROUP BY ALL HAVING sum(step) = 1
    """
    passed = f"""
        SELECT _row FROM {source.staging} WHERE ({same}) IN (SELECT ({same}) FROM ({ended}))
            AND ({same}, {after.key}) NOT IN (SELECT ({same}, stage) FROM ({ended}))
    """
    rows = (
        f"SELECT _row AS row, {after.key} AS value, {whose.key} AS record_id FROM {source.staging} "
        f"WHERE _row IN ({passed})"
    )
    count = note_any(
        connection,
        Problem(
            "stages_at_one_instant",
            Severity.NOTE,
            "Deals went through several stages in one minute; the one they were in after it counts.",
            "Nothing to do.",
            file=source.name,
            column=at.name,
            table="opportunity_version",
        ),
        rows,
    )
    if count:
        connection.execute(f"DELETE FROM {source.staging} WHERE _row IN ({passed})")
        source.rows -= count


def _tell_limits(connection: duckdb.DuckDBPyConnection, source: SourceFile) -> None:
    note_rows(
        connection,
        Problem(
            "history_of_stages_alone",
            Severity.NOTE,
            "This report tells of the past nothing but stages: amount, close date and owner of a past day are those "
            "of today.",
            "Nothing to do. For amounts and dates of the past, open a report of field history instead.",
            file=source.name,
            table="opportunity_version",
        ),
        f"SELECT _row AS row, NULL AS value, NULL AS record_id FROM {source.staging} ORDER BY _row LIMIT 1",
        source.rows,
    )
