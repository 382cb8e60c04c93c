"""History: every state an opportunity has been in, from the rows an export keeps of its changes."""

from __future__ import annotations

import duckdb

from salesops.foundations.problem import Problem, Severity
from salesops.importers import formats
from salesops.importers.joining import held
from salesops.importers.problems import note_rows
from salesops.tables import TABLES

OWNER_NAME = "owner_name"  # what a report calls an owner; people's ids are put in its place
# Fields of OpportunityFieldHistory and the column each changes, with SQL from its text.
_FIELDS = {
    "owner": ("owner_id", "nullif({0}, '')"),
    "ownerid": ("owner_id", "nullif({0}, '')"),
    "stagename": ("stage", "nullif({0}, '')"),
    "amount": (
        "amount_minor",
        formats.minor_sql(formats.exact_sql("{0}"), "coalesce(o.currency, '')"),
    ),
    "closedate": ("close_date", "CAST(TRY_CAST({0} AS TIMESTAMP) AS DATE)"),
    OWNER_NAME: ("owner_id", "nullif({0}, '')"),
}
# A change of owner is there twice: once with names, once with ids.
_ARE_IDS = "old_value LIKE '005%' AND new_value LIKE '005%'"
# When a deal began: the instant its own history tells, else the one it tells itself, else its day.
_CREATED = (
    "coalesce((SELECT min(b.valid_from) FROM l_field_history b WHERE b.opportunity_id = o.id "
    "AND lower(b.field) = 'created'), o.created_at, CAST(o.created_on AS TIMESTAMP))"
)
OF_HISTORY = ("stage", "amount_minor", "close_date", "probability", "forecast_category")


def fill_history(connection: duckdb.DuckDBPyConnection) -> None:
    """Complete `opportunity_version`: what a history row does not say is as it is now, or as it was then.

    A column that no history tells is not there; it is as it is now in every version.
    """
    _largest_line(connection)
    _drop_orphans(connection)
    _read_reported(connection)
    _rebuild_from_fields(connection)
    _complete_from_now(connection)
    _owners(connection)


def _largest_line(connection: duckdb.DuckDBPyConnection) -> None:
    """A deal's product is that of its largest line."""
    connection.execute(
        """
        UPDATE opportunity SET product_id = l.product_id FROM (
            SELECT opportunity_id, arg_max(product_id, coalesce(amount_minor, 0)) AS product_id
            FROM opportunity_line WHERE product_id IS NOT NULL GROUP BY 1) l
        WHERE l.opportunity_id = opportunity.id AND opportunity.product_id IS NULL
        """
    )


def _drop_orphans(connection: duckdb.DuckDBPyConnection) -> None:
    orphans = "opportunity_id NOT IN (SELECT id FROM opportunity)"
    found = connection.execute(
        f"SELECT count(*) FROM opportunity_version WHERE {orphans}"
    ).fetchone()
    if not found or not found[0]:
        return
    note_rows(
        connection,
        Problem(
            "history_of_nothing",
            Severity.NOTE,
            "Rows of history belong to opportunities that are not in the files, or are deleted; "
            "they are left out.",
            "Open the file of the opportunities too, if they should be there.",
            column="opportunity_id",
            table="opportunity_version",
        ),
        "SELECT NULL AS row, opportunity_id AS value, opportunity_id AS record_id "
        f"FROM opportunity_version WHERE {orphans}",
        int(found[0]),
    )
    connection.execute(f"DELETE FROM opportunity_version WHERE {orphans}")


def _read_reported(connection: duckdb.DuckDBPyConnection) -> None:
    """Values of a report, read as numbers and days, are put where those of an export are; names become ids."""
    found = connection.execute(
        "SELECT 1 FROM l_field_history WHERE old_number IS NOT NULL OR new_number IS NOT NULL OR old_day IS NOT NULL "
        f"OR new_day IS NOT NULL OR changed_by IS NOT NULL OR field = '{OWNER_NAME}' LIMIT 1"
    ).fetchone()
    if not found:
        return
    connection.execute(
        "UPDATE l_field_history SET "
        + ", ".join(
            f"{which}_value = coalesce({which}_value, CAST({which}_number AS VARCHAR), CAST({which}_day AS VARCHAR))"
            for which in ("old", "new")
        )
    )
    owners = " UNION ".join(
        f"SELECT {which}_value FROM l_field_history WHERE field = '{OWNER_NAME}'"
        for which in ("old", "new")
    )
    connection.execute(
        f"INSERT INTO person (id, name) SELECT said, said FROM ({owners}) AS owners(said) WHERE said IS NOT NULL "
        "AND said NOT IN (SELECT id FROM person) AND lower(said) NOT IN (SELECT lower(name) FROM person "
        "WHERE name IS NOT NULL)"
    )
    one = "(SELECT CASE WHEN count(*) = 1 THEN min(id) END FROM person WHERE lower(name) = lower({0}))"
    named = "coalesce({0}, CASE WHEN {1} IN (SELECT id FROM person) THEN {1} END)"
    for column, said in (
        ("old_value", "old_value"),
        ("new_value", "new_value"),
        ("changed_by_id", "changed_by"),
    ):
        of_owner = (
            f"WHERE field = '{OWNER_NAME}'"
            if column != "changed_by_id"
            else "WHERE changed_by IS NOT NULL"
        )
        connection.execute(
            f"UPDATE l_field_history SET {column} = {named.format(one.format(said), said)} {of_owner}"
        )


def _rebuild_from_fields(connection: duckdb.DuckDBPyConnection) -> None:
    """Where only single fields were kept, walk back from the state now to the states before."""
    fields = ", ".join(f"'{f}'" for f in _FIELDS)
    found = connection.execute(
        f"""
        SELECT DISTINCT opportunity_id FROM l_field_history f JOIN opportunity o ON o.id = f.opportunity_id
        WHERE lower(field) IN ({fields}) AND NOT coalesce(f._deleted, false) AND opportunity_id NOT IN (
            SELECT opportunity_id FROM opportunity_version) LIMIT 1
        """
    ).fetchone()
    if not found:
        return
    changes = " UNION ALL ".join(
        f"SELECT f.opportunity_id, f.valid_from, '{column}' AS col, f.changed_by_id, "
        f"CAST({sql.format('f.old_value')} AS VARCHAR) AS was "
        f"FROM l_field_history f JOIN opportunity o ON o.id = f.opportunity_id "
        f"WHERE lower(f.field) = '{field}' AND NOT coalesce(f._deleted, false)"
        + (f" AND {_ARE_IDS}" if column == "owner_id" and field != OWNER_NAME else "")
        for field, (column, sql) in _FIELDS.items()
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE change AS SELECT c.* FROM ({changes}) c
        WHERE c.opportunity_id NOT IN (SELECT opportunity_id FROM opportunity_version)
        """
    )
    columns = ("stage", "owner_id", "amount_minor", "close_date")
    types = {"amount_minor": "BIGINT", "close_date": "DATE"}
    # At each instant a column had the old value of its next change, or is as now if none follows.
    states = ", ".join(
        f"CASE WHEN n_{c} IS NOT NULL THEN TRY_CAST(was_{c} AS {types.get(c, 'VARCHAR')}) ELSE o.{c} END AS {c}"
        for c in columns
    )
    following = ", ".join(
        f"arg_min(c.was, c.valid_from) FILTER (c.col = '{c}' AND c.valid_from > p.at) AS was_{c}, "
        f"min(c.valid_from) FILTER (c.col = '{c}' AND c.valid_from > p.at) AS n_{c}"
        for c in columns
    )
    others = [
        c for c in _of_now(connection) if c not in (*columns, "probability", "forecast_category")
    ]
    connection.execute(
        f"""
        INSERT INTO opportunity_version (opportunity_id, valid_from, changed_by_id, change_source,
            {", ".join([*columns, *others])})
        WITH point AS (
            SELECT DISTINCT opportunity_id, valid_from AS at, any_value(changed_by_id) AS who
            FROM change GROUP BY 1, 2
            UNION SELECT DISTINCT c.opportunity_id, {_CREATED}, NULL FROM change c
            JOIN opportunity o ON o.id = c.opportunity_id WHERE {_CREATED} IS NOT NULL),
        state AS (
            SELECT p.opportunity_id, p.at, any_value(p.who) AS who, {following}
            FROM point p LEFT JOIN change c ON c.opportunity_id = p.opportunity_id GROUP BY 1, 2)
        SELECT s.opportunity_id, s.at, s.who, 'history', {", ".join([states, *(f"o.{c}" for c in others)])}
        FROM state s JOIN opportunity o ON o.id = s.opportunity_id
        """
    )


def _complete_from_now(connection: duckdb.DuckDBPyConnection) -> None:
    """What history does not keep (name, account, source …) is taken from the row now."""
    others = [c for c in _of_now(connection) if c not in OF_HISTORY]
    if not others:
        return
    values = ", ".join(f"{c} = coalesce(opportunity_version.{c}, o.{c})" for c in others)
    connection.execute(
        f"UPDATE opportunity_version SET {values} "
        "FROM opportunity o WHERE o.id = opportunity_version.opportunity_id"
    )


def _of_now(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The columns of an opportunity that its versions have too."""
    there = held(connection, "opportunity_version")
    return [c.name for c in TABLES["opportunity"].columns if not c.derived and c.name in there]


def _owners(connection: duckdb.DuckDBPyConnection) -> None:
    """Owners of the past: before each recorded change the old one, and the change is a version itself."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE handed AS
        SELECT opportunity_id, valid_from AS at, any_value(changed_by_id) AS who,
            any_value(old_value) AS old_owner, any_value(new_value) AS new_owner
        FROM l_field_history
        WHERE (lower(field) = '{OWNER_NAME}' OR lower(field) IN ('owner', 'ownerid') AND {_ARE_IDS})
            AND NOT coalesce(_deleted, false)
            AND opportunity_id IN (SELECT opportunity_id FROM opportunity_version)
        GROUP BY 1, 2
        """
    )
    if not connection.execute("SELECT 1 FROM handed LIMIT 1").fetchone():
        return
    columns = held(connection, "opportunity_version")
    copied = ", ".join(
        {"valid_from": "h.at", "owner_id": "h.new_owner", "changed_by_id": "h.who"}.get(c, f"v.{c}")
        for c in columns
    )
    connection.execute(
        f"""
        INSERT INTO opportunity_version ({", ".join(columns)})
        SELECT {copied} FROM handed h
        ASOF JOIN opportunity_version v ON v.opportunity_id = h.opportunity_id AND v.valid_from <= h.at
        WHERE v.valid_from < h.at
        """
    )
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE before AS
        SELECT v.opportunity_id, v.valid_from, arg_min(h.old_owner, h.at) AS owner_id
        FROM opportunity_version v JOIN handed h
            ON h.opportunity_id = v.opportunity_id AND h.at > v.valid_from GROUP BY 1, 2
        """
    )
    connection.execute(
        "UPDATE opportunity_version SET owner_id = b.owner_id FROM before b "
        "WHERE b.opportunity_id = opportunity_version.opportunity_id "
        "AND b.valid_from = opportunity_version.valid_from"
    )
