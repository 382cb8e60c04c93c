"""Completing: values of a row that are put together from several of its columns, or from small tables beside it."""

from __future__ import annotations

import duckdb

from salesops.importers import formats
from salesops.importers.joining import held

_KIND = """CASE WHEN {0} LIKE '%call%' OR {0} LIKE '%phone%' THEN 'call'
    WHEN {0} LIKE '%demo%' THEN 'demo'
    WHEN {0} LIKE '%mail%' THEN 'email'
    WHEN {0} LIKE '%meeting%' OR {0} LIKE '%visit%' OR {0} LIKE '%appointment%' THEN 'meeting'
    WHEN {0} LIKE '%linkedin%' OR {0} LIKE '%message%' OR {0} LIKE '%sms%' OR {0} LIKE '%chat%' THEN 'message'
    WHEN {0} LIKE '%research%' THEN 'research' WHEN {0} LIKE '%admin%' THEN 'administration'
    WHEN {0} LIKE '%internal%' THEN 'internal' WHEN {0} LIKE '%travel%' THEN 'travel'
    WHEN {0} LIKE '%train%' THEN 'training' ELSE 'task' END"""


def complete(connection: duckdb.DuckDBPyConnection) -> None:
    """Names, what kind of work it was, stages, quotas' ends, rates and history's amounts."""
    _put_together(connection)
    _amounts_of_history(connection)


def _put_together(connection: duckdb.DuckDBPyConnection) -> None:
    """Values that are put together from several columns of a row."""
    full = "nullif(trim(concat_ws(' ', _first_name, _last_name)), '')"
    for table in ("person", "lead"):
        connection.execute(f"UPDATE l_{table} SET name = {full} WHERE name IS NULL")
    connection.execute(
        "UPDATE l_contact SET name = nullif(trim(concat_ws(' ', first_name, last_name)), '') WHERE name IS NULL"
    )
    for table, fallback in (
        ("person", "coalesce(email, id)"),
        ("product", "code"),
        ("contact", "email"),
    ):
        connection.execute(f"UPDATE l_{table} SET name = {fallback} WHERE name IS NULL")
    said = "lower(coalesce(nullif(kind, ''), _subtype, CASE WHEN _part IS NOT NULL THEN subject END, ''))"
    connection.execute(
        f"""
        UPDATE l_activity SET
            kind = CASE WHEN lower(_file) LIKE 'event%' AND kind IS NULL THEN 'meeting' ELSE {_KIND.format(said)} END,
            occurred_at = coalesce(occurred_at, _day),
            duration_minutes = coalesce(duration_minutes, CAST(_minutes AS BIGINT)),
            opportunity_id = coalesce(opportunity_id, CASE WHEN _what LIKE '006%' THEN _what END),
            account_id = coalesce(account_id, CASE WHEN _what LIKE '001%' THEN _what END),
            contact_id = coalesce(contact_id, CASE WHEN _who LIKE '003%' THEN _who END),
            lead_id = coalesce(lead_id, CASE WHEN _who LIKE '00Q%' THEN _who END),
            is_done = coalesce(is_done, lower(_status) IN ('completed', 'done', 'closed'),
                lower(_file) LIKE 'event%')
        """
    )
    connection.execute("UPDATE l_activity SET is_done = true WHERE is_done IS NULL")
    connection.execute(
        """
        UPDATE l_opportunity SET stage = CASE
            WHEN regexp_matches(lower(_status), 'won|gewonnen|gagn') THEN coalesce(
                CASE WHEN regexp_matches(lower(stage), 'won|gewonnen|gagn') THEN stage END, _status)
            WHEN regexp_matches(lower(_status), 'lost|verloren|perdu|abandon|cancel') THEN coalesce(
                CASE WHEN regexp_matches(lower(stage), 'lost|verloren|perdu') THEN stage END, _status)
            ELSE coalesce(stage, _status) END
        WHERE _status IS NOT NULL
        """
    )
    connection.execute(
        """
        UPDATE l_pipeline_stage SET stage = coalesce(stage, _api_name), outcome = coalesce(outcome,
            CASE WHEN _is_won THEN 'won' WHEN _is_closed AND lower(stage) LIKE '%no%decision%' THEN 'no_decision'
            WHEN _is_closed THEN 'lost' WHEN _is_closed = false THEN 'open' END)
        """
    )
    # A role stands for a team only where the files name no teams themselves.
    connection.execute(
        """
        UPDATE l_person SET role = coalesce(role, r.name),
            team = CASE WHEN (SELECT count(team) FROM l_person) = 0 THEN r.name ELSE team END
        FROM l_role r WHERE r.id = l_person._role_id
        """
    )
    # Salesforce keeps only where a person is now; of several territories the first by name is shown.
    connection.execute(
        """
        UPDATE l_person SET region = coalesce(region, t.name) FROM (
            SELECT a.person_id, min(t.name) AS name FROM l_assignment a
            JOIN l_territory t ON t.id = a.territory_id
            WHERE coalesce(a.is_active, true) AND NOT coalesce(a._deleted, false) GROUP BY 1) t
        WHERE t.person_id = l_person.id
        """
    )
    connection.execute(
        """
        UPDATE l_quota SET starts_on = coalesce(l_quota.starts_on, p.starts_on),
            ends_on = coalesce(l_quota.ends_on, CAST(p.last_day + INTERVAL 1 DAY AS DATE))
        FROM l_period p WHERE p.id = l_quota._period_id
        """
    )
    _end_quotas(connection)
    _plain_currency_rates(connection)


def _end_quotas(connection: duckdb.DuckDBPyConnection) -> None:
    """A quota without an end lasts until the same person's next one, the last as long as the one before."""
    connection.execute(
        """
        UPDATE l_quota SET ends_on = n.ends FROM (
            SELECT _part, _row, coalesce(lead(starts_on) OVER mine,
                starts_on + CAST(starts_on - lag(starts_on) OVER mine AS INTEGER),
                CAST(starts_on + INTERVAL 3 MONTH AS DATE)) AS ends
            FROM l_quota WHERE starts_on IS NOT NULL
            WINDOW mine AS (PARTITION BY person_id, team ORDER BY starts_on)) n
        WHERE l_quota.ends_on IS NULL AND n._part = l_quota._part AND n._row = l_quota._row
            AND n.ends > l_quota.starts_on
        """
    )


def _plain_currency_rates(connection: duckdb.DuckDBPyConnection) -> None:
    """Undated rates hold always, where no dated ones were given."""
    connection.execute(
        """
        INSERT INTO l_exchange_rate (currency, valid_from, rate)
        SELECT currency, DATE '0001-01-01', CASE WHEN is_corporate THEN 1 ELSE rate END FROM l_currency_type
        WHERE NOT coalesce(_deleted, false) AND currency NOT IN (
            SELECT currency FROM l_exchange_rate WHERE currency IS NOT NULL)
        """
    )


def _amounts_of_history(connection: duckdb.DuckDBPyConnection) -> None:
    """A history that names no currency is in that of its opportunity, whose money may have no cents."""
    minor = formats.minor_sql("v._amount", "o.currency")
    unnamed = (
        "v.currency IS NULL" if "currency" in held(connection, "l_opportunity_version") else "true"
    )
    connection.execute(
        f"UPDATE l_opportunity_version AS v SET amount_minor = {minor} FROM l_opportunity o "
        f"WHERE o.id = v.opportunity_id AND v._amount IS NOT NULL AND {unnamed} "
        "AND o.currency IS NOT NULL"
    )
