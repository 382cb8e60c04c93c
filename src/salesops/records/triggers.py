"""The triggers that keep every version, made from the models for SQLite and for PostgreSQL.

They see what any road changes: actions, bulk updates, raw SQL, another program. Django rebuilds a table on SQLite
when it alters it and drops its triggers without a word, hence `install` runs after every migration.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from salesops.records.record import OWN, Record

FOREVER = "9999-12-31 00:00:00"


def install(connection: Any) -> None:
    """Make the triggers of every record's table, in place of those there are.

    A database that was brought to an older state lacks columns; a trigger that names one would break whatever comes next.
    """
    from salesops.records.models import KEPT, Context

    wanted = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for noun in KEPT.values():
            versions = noun.versions._meta.db_table
            if {noun._meta.db_table, versions} <= wanted:
                described = connection.introspection.get_table_description(cursor, versions)
                there = {column.name for column in described}
                columns = [column for column in columns_of(noun) if column in there]
                for statement in statements(connection.vendor, noun, columns):
                    cursor.execute(statement)
        if connection.vendor == "sqlite" and Context._meta.db_table in wanted:
            cursor.execute(
                "INSERT OR IGNORE INTO change_context (id, keeps_own_history) VALUES (1, false)"
            )


def statements(vendor: str, noun: type[Record], columns: Sequence[str]) -> list[str]:
    """The statements that make the triggers of one table on one database, which keep these columns."""
    return _sqlite(noun, columns) if vendor == "sqlite" else _postgresql(noun, columns)


def columns_of(noun: type[Record]) -> list[str]:
    """The columns of `noun` that its versions keep, as the database names them."""
    return [
        str(field.column)
        for field in noun.versions._meta.concrete_fields
        if field.column not in OWN
    ]


def _sqlite(noun: type[Record], columns: Sequence[str]) -> list[str]:
    table, versions = noun._meta.db_table, noun.versions._meta.db_table
    names = "".join(f', "{c}"' for c in columns)
    now = "strftime('%Y-%m-%d %H:%M:%f', 'now')"
    change = "(SELECT change FROM change_context)"

    # A clock that was set back must not put a version before the one it follows.
    def since(row: str) -> str:
        said = f"coalesce((SELECT effective_at FROM change_context), {now})"
        last = f'(SELECT max(begins_at) FROM "{versions}" WHERE record_id = {row}.id)'
        return f"max({said}, coalesce({last}, ''))"

    by_itself = "NOT coalesce((SELECT keeps_own_history FROM change_context), 0)"
    changed = " OR ".join(f'OLD."{c}" IS NOT NEW."{c}"' for c in columns)

    def opening(row: str, tombstone: int = 0) -> str:
        values = "".join(f', {row}."{c}"' for c in columns)
        ends_at = since(row) if tombstone else f"'{FOREVER}'"
        return (
            f'INSERT INTO "{versions}" (record_id, begins_at, ends_at, recorded_at, opened_by, '
            f"was_first_seen, is_tombstone, mark{names}) VALUES ({row}.id, {since(row)}, {ends_at}, {now}, "
            f"{change}, 0, {tombstone}, 0{values});"
        )

    closing = (
        f'UPDATE "{versions}" SET ends_at = {since("OLD")}, closed_by = {change} '
        f"WHERE record_id = OLD.id AND ends_at = '{FOREVER}';"
    )
    bodies = {
        "insert": f'AFTER INSERT ON "{table}" WHEN {by_itself} BEGIN {opening("NEW")} END',
        "update": f'AFTER UPDATE ON "{table}" WHEN {by_itself} AND ({changed}) '
        f"BEGIN {closing} {opening('NEW')} END",
        "delete": f'AFTER DELETE ON "{table}" WHEN {by_itself} BEGIN {closing} {opening("OLD", 1)} END',
        "key": f'BEFORE UPDATE OF id ON "{table}" WHEN OLD.id IS NOT NEW.id '
        "BEGIN SELECT raise(ABORT, 'The key of a record never changes.'); END",
    }
    made = []
    for name, body in bodies.items():
        made.append(f'DROP TRIGGER IF EXISTS "{table}_history_{name}"')
        made.append(f'CREATE TRIGGER "{table}_history_{name}" {body}')
    return made


def _postgresql(noun: type[Record], columns: Sequence[str]) -> list[str]:
    table, versions = noun._meta.db_table, noun.versions._meta.db_table
    names = "".join(f', "{c}"' for c in columns)
    changed = " OR ".join(f'OLD."{c}" IS DISTINCT FROM NEW."{c}"' for c in columns)
    own = (
        "record_id, begins_at, ends_at, recorded_at, opened_by, was_first_seen, is_tombstone, mark"
    )

    def opening(row: str, ends_at: str, tombstone: str) -> str:
        values = "".join(f', {row}."{c}"' for c in columns)
        return (
            f'INSERT INTO "{versions}" ({own}{names}) VALUES ({row}.id, since, {ends_at}, clock_timestamp(), '
            f"change, false, {tombstone}, mark{values});"
        )

    function = f"""
        CREATE OR REPLACE FUNCTION "{table}_history"() RETURNS trigger LANGUAGE plpgsql AS $body$
        DECLARE
            change bigint := nullif(current_setting('salesops.change', true), '')::bigint;
            since timestamptz := coalesce(
                nullif(current_setting('salesops.effective_at', true), '')::timestamptz, clock_timestamp());
            mark bigint := pg_current_xact_id()::text::bigint;
            whose text := CASE WHEN TG_OP = 'DELETE' THEN OLD.id ELSE NEW.id END;
        BEGIN
            IF TG_OP = 'UPDATE' AND OLD.id IS DISTINCT FROM NEW.id THEN
                RAISE EXCEPTION 'The key of a record never changes.';
            END IF;
            IF current_setting('salesops.keeps_own_history', true) = 'on' THEN
                RETURN NULL;
            END IF;
            IF TG_OP = 'UPDATE' AND NOT ({changed}) THEN
                RETURN NULL;
            END IF;
            since := greatest(since, (SELECT max(begins_at) FROM "{versions}" WHERE record_id = whose));
            IF TG_OP <> 'INSERT' THEN
                UPDATE "{versions}" SET ends_at = since, closed_by = change
                    WHERE record_id = whose AND ends_at = '{FOREVER}+00';
            END IF;
            IF TG_OP = 'DELETE' THEN
                {opening("OLD", "since", "true")}
            ELSE
                {opening("NEW", f"'{FOREVER}+00'", "false")}
            END IF;
            RETURN NULL;
        END $body$"""
    kept = f"""
        CREATE OR REPLACE FUNCTION "{table}_never_emptied"() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            IF current_setting('salesops.may_be_emptied', true) = 'on' THEN
                RETURN NULL;
            END IF;
            RAISE EXCEPTION 'Records are deleted one by one, so that each deletion is kept.';
        END $body$"""
    each = (
        f'CREATE OR REPLACE TRIGGER "{table}_history" AFTER INSERT OR UPDATE OR DELETE ON "{table}" '
        f'FOR EACH ROW EXECUTE FUNCTION "{table}_history"()'
    )
    emptied = (
        f'CREATE OR REPLACE TRIGGER "{table}_never_emptied" BEFORE TRUNCATE ON "{table}" '
        f'FOR EACH STATEMENT EXECUTE FUNCTION "{table}_never_emptied"()'
    )
    return [function, kept, each, emptied]
