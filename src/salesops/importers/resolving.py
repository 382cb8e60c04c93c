"""Resolving: rows of several files put together, given ids, and tied to the rows they refer to."""

from __future__ import annotations

import duckdb

from salesops.foundations.problem import Problem, Severity
from salesops.importers.model import Examination, SourceFile
from salesops.importers.problems import note_rows
from salesops.tables import TABLES

CREATED = ("account", "person", "product", "campaign")  # a name alone may stand for one of these
_ORDER = ("person", "account", "product", "campaign", "contact", "opportunity")
_SWAPPED = "regexp_replace({0}, '^([^,]+), ([^,]+)$', '\\2 \\1')"


def resolve(connection: duckdb.DuckDBPyConnection, examination: Examination) -> None:
    """From the loading tables `l_*` into the declared tables."""
    _complete(connection)
    joins = {
        q.id: q.answer
        for q in examination.questions
        if q.id.startswith("join:") and q.answer != "keep"
    }
    for name in TABLES:
        _drop_deleted(connection, name)
        if "id" in TABLES[name].column:
            _give_ids(connection, name)
            _merge(connection, name, "id")
    _stages_by_id(connection)
    generic = {f.table for f in examination.files if f.table and not f.salesforce}
    for name in sorted(TABLES, key=lambda t: _ORDER.index(t) if t in _ORDER else 99):
        _refer(connection, name, examination.files, joins, by_name=name in generic)
    _refuse_incomplete(connection, examination)
    for name, table in TABLES.items():
        columns = ", ".join(f'"{c.name}"' for c in table.columns)
        connection.execute(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM l_{name}")
        if name != "opportunity":
            connection.execute(f"DROP TABLE l_{name}")


def _complete(connection: duckdb.DuckDBPyConnection) -> None:
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
    from salesops.importers.reading import KIND

    said = "lower(coalesce(nullif(kind, ''), _subtype, CASE WHEN _part IS NOT NULL THEN subject END, ''))"
    connection.execute(
        f"""
        UPDATE l_activity SET
            kind = CASE WHEN lower(_file) LIKE 'event%' AND kind IS NULL THEN 'meeting' ELSE {KIND.format(said)} END,
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
    connection.execute(
        """
        UPDATE l_person SET role = coalesce(role, r.name), team = coalesce(team, r.name)
        FROM l_role r WHERE r.id = l_person._role_id
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
    connection.execute(
        "DELETE FROM l_exchange_rate WHERE currency IS NULL OR rate IS NULL OR valid_from IS NULL"
    )


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
                "Rows deleted in the source are left out.",
                "Nothing to do.",
                file=file,
                table=name,
            ),
            f"SELECT _row AS row, '' AS value FROM l_{name} WHERE _deleted AND _file = '{_q(file)}'",
            count,
        )
    if gone:
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


def _merge(connection: duckdb.DuckDBPyConnection, name: str, key: str) -> None:
    """Rows with one id become one: the newest value of each column, blanks keep the older."""
    twice = connection.execute(f"SELECT count(*), count(DISTINCT {key}) FROM l_{name}").fetchone()
    if not twice or twice[0] == twice[1]:
        return
    every = [d[0] for d in connection.execute(f"SELECT * FROM l_{name} LIMIT 0").description or ()]
    kept = [c for c in every if c != key]
    compared = [c for c in kept if c not in ("_file", "_part", "_row", "_modified")]
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE repeated AS SELECT {key} FROM l_{name} GROUP BY 1 HAVING count(*) > 1"
    )
    different = " OR ".join(
        f"count(DISTINCT {c}) FILTER (same_file) > 1" for c in compared if c in TABLES[name].column
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE judged AS
        SELECT {key}, count(*) AS many, max(_row) AS row, any_value(_file) AS file, ({different}) AS differs
        FROM (SELECT *, count(*) OVER (PARTITION BY {key}, _file) > 1 AS same_file
            FROM l_{name} SEMI JOIN repeated USING ({key})) GROUP BY {key}
        """
    )
    for differs, severity, code, what, remedy in (
        (
            True,
            Severity.DOUBTFUL,
            "repeated_id",
            "Several rows carry the same id and differ; the last value of each column was taken.",
            "Find out which row is right and remove the others.",
        ),
        (
            False,
            Severity.NOTE,
            "repeated_row",
            "Rows are there more than once, as exports in several parts have it; each is counted once.",
            "Nothing to do.",
        ),
    ):
        for file, count in connection.execute(
            "SELECT file, count(*) FROM judged WHERE differs = ? GROUP BY 1", [differs]
        ).fetchall():
            note_rows(
                connection,
                Problem(code, severity, what, remedy, file=file, column=key, table=name),
                f"SELECT row, {key} AS value FROM judged WHERE differs = {differs} AND file = '{_q(file)}'",
                count,
            )
    order = "struct_pack(m := coalesce(_modified, TIMESTAMP '0001-01-01'), p := _part, r := _row)"
    merged = ", ".join(f"arg_max({c}, {order}) FILTER ({c} IS NOT NULL) AS {c}" for c in kept)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE merged AS SELECT {key}, {merged} FROM l_{name} "
        f"SEMI JOIN repeated USING ({key}) GROUP BY {key}"
    )
    connection.execute(f"DELETE FROM l_{name} WHERE {key} IN (SELECT {key} FROM repeated)")
    connection.execute(f"INSERT INTO l_{name} BY NAME FROM merged")


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


def _refer(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    files: list[SourceFile],
    joins: dict[str, str],
    *,
    by_name: bool,
) -> None:
    for column in TABLES[name].columns:
        if not column.refers_to:
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
    """Names become ids where exactly one row carries the name; letters' case and spaces do not matter."""
    for identity, answer in joins.items():
        _, table, value = identity.split(":", 2)
        if table == there and answer:
            connection.execute(
                f"UPDATE l_{name} SET {column} = ? WHERE {column} = ?", [answer, value]
            )
    if "name" not in TABLES[there].column:
        return
    plain = "lower(regexp_replace(trim({0}), '\\s+', ' ', 'g'))"
    spoken = plain.format("name")
    asked = plain.format(f"l_{name}.{column}")
    turned = plain.format(_SWAPPED.format(f"l_{name}.{column}"))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE named AS SELECT {spoken} AS spoken, any_value(id) AS id "
        f"FROM l_{there} WHERE name IS NOT NULL GROUP BY 1 HAVING count(DISTINCT id) = 1"
    )
    for text in (asked, turned):
        connection.execute(
            f"UPDATE l_{name} SET {column} = named.id FROM named WHERE named.spoken = {text} "
            f"AND l_{name}.{column} NOT IN (SELECT id FROM l_{there} WHERE id IS NOT NULL)"
        )


def _keep_unknown(
    connection: duckdb.DuckDBPyConnection, name: str, column: str, there: str, *, given: bool
) -> None:
    """A reference to nothing given is kept; a name becomes a row of its own, and is told."""
    unknown = connection.execute(
        f"SELECT count(*), count(DISTINCT {column}) FROM l_{name} WHERE {column} IS NOT NULL "
        f"AND {column} NOT IN (SELECT id FROM l_{there} WHERE id IS NOT NULL)"
    ).fetchone()
    if not unknown or not unknown[0]:
        return
    if given and name != there and not column.startswith("changed_by"):
        rows = (
            f"SELECT _row AS row, {column} AS value FROM l_{name} WHERE {column} IS NOT NULL "
            f"AND {column} NOT IN (SELECT id FROM l_{there} WHERE id IS NOT NULL)"
        )
        kept = f"kept as {there}s of their own" if there in CREATED else "kept as they are"
        shown = connection.execute(
            f"SELECT string_agg(value, ', ') FROM (SELECT DISTINCT value FROM ({rows}) LIMIT 3)"
        ).fetchone()
        file = connection.execute(f"SELECT any_value(_file) FROM l_{name}").fetchone()
        note_rows(
            connection,
            Problem(
                "unknown_reference",
                Severity.DOUBTFUL,
                f"Rows name a {there.replace('_', ' ')} that is in none of the files ({shown[0] if shown else ''}"
                f"{', …' if unknown[1] > 3 else ''}); {kept}.",
                f"Add the missing {there.replace('_', ' ')}s, or say which known one is meant.",
                file=file[0] if file else "",
                column=column,
                table=name,
            ),
            rows,
            unknown[0],
        )
    if there in CREATED:
        connection.execute(
            f"INSERT INTO l_{there} (id, name, _file, _part, _row) "
            f"SELECT DISTINCT {column}, {column}, 'named elsewhere', -1, 0 FROM l_{name} "
            f"WHERE {column} IS NOT NULL AND {column} NOT IN (SELECT id FROM l_{there} WHERE id IS NOT NULL)"
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
    "campaign_spend": ("campaign_id",),
    "pipeline_stage": ("stage",),
}


def _refuse_incomplete(connection: duckdb.DuckDBPyConnection, examination: Examination) -> None:
    """Rows without what makes them such a row are left out and kept word for word."""
    for name, needed in _NEEDED.items():
        for column in needed:
            refused = connection.execute(
                f"SELECT _file, count(*) FROM l_{name} WHERE {column} IS NULL GROUP BY 1"
            ).fetchall()
            for file, count in refused:
                said = column.removesuffix("_minor").removesuffix("_id").replace("_", " ")
                reason = f"The row has no {said}, so it cannot be counted as {_a(name)}."
                note_rows(
                    connection,
                    Problem(
                        "missing_value",
                        Severity.REFUSED,
                        reason,
                        "Fill it in the file of refused rows and open that with the others.",
                        file=file or "",
                        column=column,
                        table=name,
                    ),
                    f"SELECT _row AS row, '' AS value FROM l_{name} WHERE {column} IS NULL "
                    f"AND _file = '{_q(file or '')}'",
                    count,
                )
                _keep_refused(connection, examination, name, column, file or "", reason)
            if refused:
                connection.execute(f"DELETE FROM l_{name} WHERE {column} IS NULL")


def _keep_refused(
    connection: duckdb.DuckDBPyConnection,
    examination: Examination,
    name: str,
    column: str,
    file: str,
    reason: str,
) -> None:
    for source in examination.files:
        if source.name != file or source.table != name:
            continue
        cells = ", ".join(c.key for c in source.columns)
        connection.execute(
            f"INSERT INTO _refused_row SELECT ?, _row, ?, [{cells}], ? FROM staged.{source.staging} "
            f"WHERE _row IN (SELECT _row FROM l_{name} WHERE {column} IS NULL AND _file = ?)",
            [file, [c.name for c in source.columns], reason, file],
        )


def _a(name: str) -> str:
    spoken = name.replace("_", " ")
    return f"an {spoken}" if spoken[0] in "aeiou" else f"a {spoken}"


def _q(text: str) -> str:
    return text.replace("'", "''")
