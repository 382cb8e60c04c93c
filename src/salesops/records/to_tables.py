"""The only crossing: records and their versions become the declared tables that analysis reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import connection

from salesops.book.custom import Custom
from salesops.book.quota_version import QUOTA_VERSIONS
from salesops.book.settings import FormerMeaning
from salesops.foundations.table import Column, Type
from salesops.records.change import Change
from salesops.records.duplicate import Merge, merged_into
from salesops.records.import_run import undone_imports
from salesops.records.models import NOUNS, PipelineStage
from salesops.records.user import User
from salesops.records.watermark import newer_than
from salesops.tables import TABLES

if TYPE_CHECKING:
    import pyarrow as pa

BATCH = 20_000
NOWHERE: Mapping[str, Mapping[str, str]] = {}


@cache
def _arrow() -> dict[Type, pa.DataType]:
    import pyarrow as pa  # a sixth of the time in which a command begins that reads no records

    return {
        Type.ID: pa.string(),
        Type.TEXT: pa.string(),
        Type.CHOICE: pa.string(),
        Type.MONEY: pa.int64(),
        Type.CURRENCY: pa.string(),
        Type.DATE: pa.date32(),
        Type.INSTANT: pa.timestamp("us"),
        Type.YES_NO: pa.bool_(),
        Type.COUNT: pa.int64(),
        Type.DECIMAL: pa.decimal128(18, 6),
        Type.SHARE: pa.decimal128(9, 6),
        Type.RATE: pa.decimal128(18, 9),
    }


def entered(name: str) -> list[Column]:
    """The columns of a table that people or imports fill, in order."""
    return [c for c in TABLES[name].columns if not c.derived]


def table_batches(name: str, since: str = "", custom: Custom = ()) -> Iterator[pa.RecordBatch]:
    """The rows of one declared table as records hold them now, with the columns of `entered(name)`, and as text those
    of `custom` that are fields of its records.

    What was deleted is left out; an opportunity's past stays, and a state in it whose `change_source` is 'deleted' says
    from when it was. With a watermark `since`, only of records that changed after it, an opportunity then with its
    whole past.
    """
    columns = entered(name)
    if name == "opportunity_version":
        begins_at = _read("v.begins_at", TABLES[name].column["valid_from"])
        own = f"SELECT v.record_id, {begins_at}, {_WHO_AND_HOW}"
        told = (
            own
            + _columns(columns[4:], "v")
            + _own(custom, "v")
            + _FROM_VERSIONS
            + _without_undone_imports("opportunity")
        )
        changed = _changed("opportunity", since, "v.record_id")
        # An account that was merged is no row any more; its past is that of what it was merged into.
        lead = {"account_id": merged_into("account")}
        yield from _batches(told + changed, [*columns, *_as_text(custom)], lead)
        return
    noun = NOUNS[name]
    listed = (_columns(columns, "r") + _own(custom, "r")).removeprefix(", ")
    # A row without its key is no row of the table; whoever wrote it went around the actions.
    keyed = "".join(f' AND r."{c}" IS NOT NULL' for c in TABLES[name].key if c != "pipeline")
    yield from _batches(
        f'SELECT {listed} FROM "{noun._meta.db_table}" r WHERE r.deleted_at IS NULL{keyed}'
        f"{_changed(name, since, 'r.id')}",
        [*columns, *_as_text(custom)],
    )


def quota_states(since: str = "") -> Iterator[pa.RecordBatch]:
    """Every state that quotas were in, with the columns of `QUOTA_VERSIONS` that are not derived; with a watermark
    `since` only of quotas that changed after it.

    `valid_from` is null where a source was the first to show the quota: what it was before is not known. `valid_to` is
    null while it is so.
    """
    columns = [c for c in QUOTA_VERSIONS.columns if not c.derived]
    valid_from, valid_to, known_from = columns[-3:]
    unknown = "v.former IS NULL AND v.was_first_seen"
    # What was undone leaves no gap: the state before it stood until the next.
    life = (
        "SELECT v.*, lag(v.version) OVER life AS former, lead(v.begins_at) OVER life AS until "
        f'FROM "{NOUNS["quota"].versions._meta.db_table}" v WHERE {_WAS_SEEN}'
        f"{_without_undone_imports('quota')}{_changed('quota', since, 'v.record_id')} "
        "WINDOW life AS (PARTITION BY v.record_id ORDER BY v.begins_at, v.version)"
    )
    yield from _batches(
        f"SELECT v.record_id{_columns(columns[1:-3], 'v')}, "
        f"CASE WHEN {unknown} THEN NULL ELSE {_read('v.begins_at', valid_from)} END, "
        f"{_read('v.until', valid_to)}, {_read('v.begins_at', known_from)} "
        f"FROM ({life}) v WHERE v.deleted_at IS NULL AND NOT v.is_tombstone",
        columns,
    )


def former_meanings() -> tuple[FormerMeaning, ...]:
    """What stages meant before the days on which they came to mean something else."""
    changed = PipelineStage.objects.filter(deleted_at=None).exclude(meant_before=None)
    return tuple(
        FormerMeaning(pipeline=s.pipeline or "", stage=s.stage or "", until=day, meant=meant)
        for s in changed.order_by("pk")
        for day, meant in s.meant_before.items()
    )


def changed_ids(name: str, since: str) -> Iterator[pa.RecordBatch]:
    """The ids of the records of a noun that are new, changed or gone since the watermark, in one column."""
    yield from _batches(_ids_changed(name, since), [Column("id", Type.ID, "Whose.")])


def _changed(name: str, since: str, key: str) -> str:
    return f" AND {key} IN ({_ids_changed(name, since)})" if since else ""


def _ids_changed(name: str, since: str) -> str:
    table = NOUNS[name].versions._meta.db_table
    changed = f'SELECT DISTINCT n.record_id FROM "{table}" n WHERE {newer_than(since, name, "n")}'
    if name == "opportunity" and (moved := _accounts_led_elsewhere(since)):
        listed = ", ".join(map(quoted, moved))
        changed += f' UNION SELECT p.record_id FROM "{table}" p WHERE p.account_id IN ({listed})'
    return changed


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def _accounts_led_elsewhere(since: str) -> list[str]:
    """Accounts merged or unmerged since: also the past of deals that had left them reads otherwise."""
    versions = NOUNS["account"].versions._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT DISTINCT n.record_id FROM "{versions}" n WHERE {newer_than(since, "account", "n")} '
            f"AND n.record_id IN (SELECT loser FROM \"{Merge._meta.db_table}\" WHERE noun = 'account')"
        )
        return [str(row[0]) for row in cursor.fetchall()]


_WHO_AND_HOW = (
    "coalesce(v.changed_by_id, u.person_id), "
    "CASE WHEN v.deleted_at IS NOT NULL OR v.is_tombstone THEN 'deleted' WHEN v.was_first_seen THEN 'snapshot' "
    "ELSE 'history' END"
)
# A state that was replaced within the same instant was never to be seen, and is not a state of the book.
_WAS_SEEN = "(v.begins_at < v.ends_at OR v.is_tombstone)"
_FROM_VERSIONS = (
    f' FROM "{NOUNS["opportunity"].versions._meta.db_table}" v '
    f'LEFT JOIN "{Change._meta.db_table}" c ON c.id = v.opened_by '
    f'LEFT JOIN "{User._meta.db_table}" u ON u.id = c.actor_id '
    f"WHERE {_WAS_SEEN}"
)


def _without_undone_imports(name: str) -> str:
    """What an import told of a record that its undoing put back was never so."""
    versions = NOUNS[name].versions._meta.db_table
    return "".join(
        f' AND NOT (v.opened_by = {imported} AND EXISTS (SELECT 1 FROM "{versions}" u '
        f"WHERE u.record_id = v.record_id AND u.opened_by = {undoing}))"
        for imported, undoing in undone_imports().items()
    )


def _own(custom: Custom, row: str) -> str:
    """What a row says of the fields that the company added, as text."""
    if connection.vendor == "sqlite":
        return "".join(f", CAST(json_extract({row}.custom, '$.{c.key}') AS TEXT)" for c in custom)
    return "".join(f", {row}.custom ->> '{c.key}'" for c in custom)


def _as_text(custom: Custom) -> list[Column]:
    return [Column(c.name, Type.TEXT, c.title) for c in custom]


def _columns(columns: Sequence[Column], row: str) -> str:
    return "".join(", " + _read(f'{row}."{c.name}"', c) for c in columns)


def _read(sql: str, column: Column) -> str:
    """On SQLite days and instants come as text, which Arrow reads by the column, and not cell by cell."""
    is_text = connection.vendor == "sqlite" and column.type in (Type.DATE, Type.INSTANT)
    return f"CAST({sql} AS TEXT)" if is_text else sql


def _batches(
    sql: str, columns: list[Column], leads: Mapping[str, Mapping[str, str]] = NOWHERE
) -> Iterator[pa.RecordBatch]:
    """The rows of a query; `leads` says of a column which value stands for another."""
    import pyarrow as pa

    schema = pa.schema([(c.name, _arrow()[c.type]) for c in columns])
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        rows = iter(cursor.fetchone, None) if connection.vendor == "sqlite" else iter(cursor)
        while batch := list(islice(rows, BATCH)):
            values = zip(*batch, strict=True)
            arrays = [
                _array(_led(v, leads.get(c.name)), c) for v, c in zip(values, columns, strict=True)
            ]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _led(values: tuple[Any, ...], lead: Mapping[str, str] | None) -> tuple[Any, ...]:
    return tuple(lead.get(v, v) for v in values) if lead else values


def _array(values: tuple[Any, ...], column: Column) -> pa.Array:
    """SQLite hands out days and instants as text, and exact numbers as it pleases."""
    import pyarrow as pa

    wanted = _arrow()[column.type]
    if connection.vendor == "sqlite":
        if column.type in (Type.DATE, Type.INSTANT):
            return pa.array(values, pa.string()).cast(wanted)
        if pa.types.is_decimal(wanted):
            return pa.array([None if v is None else str(v) for v in values]).cast(wanted)
    elif column.type is Type.INSTANT:
        return pa.array([None if v is None else v.replace(tzinfo=None) for v in values], wanted)
    return pa.array(values, wanted)
