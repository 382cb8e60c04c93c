"""Every table is declared soundly: keys, references, meanings, units and currencies."""

from __future__ import annotations

import re
from typing import Any

import duckdb
import ibis
import pytest
from ibis.backends.sql.datatypes import DuckDBType

from salesops.foundations.table import DUCKDB_TYPE, IBIS_TYPE, Column, Table, Type
from salesops.tables import TABLES

FACTS = (
    "account contact lead opportunity opportunity_version opportunity_line opportunity_split product "
    "opportunity_contact activity campaign campaign_spend cost recurring_revenue person team_membership quota "
    "pipeline_stage exchange_rate"
).split()
COLUMNS = [(t, c) for t in TABLES.values() for c in t.columns]
NAMES = [f"{t.name}.{c.name}" for t, c in COLUMNS]
every_column = pytest.mark.parametrize(("table", "column"), COLUMNS, ids=NAMES)
every_table = pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))


def test_the_facts_of_selling_are_all_there() -> None:
    assert sorted(TABLES) == sorted(FACTS)


@every_table
def test_a_table_is_named_as_its_file_and_says_what_it_is(table: Table) -> None:
    assert TABLES[table.name] is table
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", table.name)
    assert re.fullmatch(r"[A-Z].+\.", table.meaning)
    assert table.export_file


@every_table
def test_a_key_is_made_of_the_tables_columns(table: Table) -> None:
    assert table.key
    assert set(table.key) <= set(table.column)


@every_table
def test_no_column_is_declared_twice(table: Table) -> None:
    assert len(table.column) == len(table.columns)


@every_column
def test_a_column_has_a_meaning_in_a_sentence(table: Table, column: Column) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", column.name), table.name
    assert re.fullmatch(r"\S.*\.", column.meaning)
    assert "\n" not in column.meaning


@every_column
def test_a_reference_leads_to_a_table_with_an_id(table: Table, column: Column) -> None:
    if column.refers_to:
        assert column.type is Type.ID
        assert column.name.endswith("_id"), table.name
        assert TABLES[column.refers_to].key == ("id",)
    if column.type is Type.ID and column.name != "id":
        assert column.refers_to


def test_a_reference_of_one_name_leads_to_one_table() -> None:
    led: dict[str, set[str]] = {}
    for _, column in COLUMNS:
        if column.refers_to:
            led.setdefault(column.name, set()).add(column.refers_to)
    parents = {"parent_id"}
    assert {n: sorted(t) for n, t in led.items() if len(t) > 1 and n not in parents} == {}


@every_column
def test_names_tell_types(table: Table, column: Column) -> None:
    told = {
        Type.MONEY: column.name.endswith("_minor"),
        Type.YES_NO: column.name.startswith("is_"),
        Type.INSTANT: column.name.endswith("_at") or column.name in ("valid_from", "valid_to"),
        Type.DATE: column.name.endswith("_on")
        or column.name in ("close_date", "valid_from", "valid_to", "customer_since"),
        Type.CURRENCY: column.name == "currency",
    }
    for kind, is_named_so in told.items():
        assert (column.type is kind) <= is_named_so, f"{table.name}.{column.name}"
    if column.type is not Type.MONEY:
        assert not column.name.endswith("_minor")
    if column.type is not Type.YES_NO:
        assert not column.name.startswith("is_")


@every_column
def test_money_is_whole_and_says_in_which_currency(table: Table, column: Column) -> None:
    if column.type is not Type.MONEY:
        return
    assert (DUCKDB_TYPE[column.type], IBIS_TYPE[column.type]) == ("BIGINT", "int64")
    if column.derived:
        assert "reporting currency" in column.meaning
        assert table.currency_of(column) is None
    else:
        assert table.currency_of(column) is table.column["currency"]


@every_column
def test_what_is_worked_out_is_not_asked_of_a_file(table: Table, column: Column) -> None:
    assert not (column.derived and column.required), table.name


@every_column
def test_money_in_whole_units_can_be_written_without_confusion(
    table: Table, column: Column
) -> None:
    if column.type is Type.MONEY:
        assert column.name.removesuffix("_minor") not in table.column


def test_counts_name_their_unit_or_are_of_what_they_are_named() -> None:
    unnamed = {f"{t.name}.{c.name}" for t, c in COLUMNS if c.type is Type.COUNT and not c.unit}
    assert unnamed == {
        "opportunity.stage_position",
        "opportunity_version.stage_position",
        "pipeline_stage.position",
    }


def test_no_type_is_stored_as_a_float() -> None:
    assert set(DUCKDB_TYPE) == set(IBIS_TYPE) == set(Type)
    for stored in (*DUCKDB_TYPE.values(), *IBIS_TYPE.values()):
        assert not re.search("float|double|real", stored, re.IGNORECASE)


@every_table
def test_the_engine_holds_what_is_declared(table: Table) -> None:
    connection = duckdb.connect()
    connection.execute(table.duckdb_ddl())
    held = connection.execute(f"DESCRIBE {table.name}").fetchall()
    assert [row[0] for row in held] == list(table.column)
    read = {row[0]: _plain(DuckDBType.from_string(row[1])) for row in held}
    assert read == dict(ibis.schema(table.ibis_schema()).items())


def _plain(held: Any) -> Any:
    """The type; for instants without their fineness, which Ibis leaves open."""
    return held.copy(scale=None) if held.is_timestamp() else held


def test_a_table_can_be_created_under_another_name() -> None:
    connection = duckdb.connect()
    connection.execute(TABLES["quota"].duckdb_ddl("quota_new"))
    assert connection.execute('SELECT count(*) FROM "quota_new"').fetchall() == [(0,)]


def test_a_version_has_the_columns_of_what_it_is_a_version_of() -> None:
    now, then = TABLES["opportunity"], TABLES["opportunity_version"]
    assert tuple(c for c in then.columns if c.name in now.column) == now.columns[1:]
    assert [c.name for c in then.columns if c.name not in now.column] == [
        "opportunity_id", "valid_from", "valid_to", "changed_by_id", "change_source", "is_stage_entry",
    ]  # fmt: skip
