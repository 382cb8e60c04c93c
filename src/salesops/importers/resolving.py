"""Resolving: rows of several files put together, given ids, and tied to the rows they refer to."""

from __future__ import annotations

import duckdb

from salesops.foundations.problem import Problem, Severity
from salesops.importers import formats
from salesops.importers.entries import order_entries
from salesops.importers.model import Examination, SourceFile
from salesops.importers.problems import keep_rows, note_rows
from salesops.tables import TABLES

CREATED = ("account", "person", "product", "campaign")  # a name alone may stand for one of these
_ORDER = ("person", "account", "product", "campaign", "contact", "opportunity")
_SWAPPED = "regexp_replace({0}, '^([^,]+), ([^,]+)$', '\\2 \\1')"


def resolve(connection: duckdb.DuckDBPyConnection, examination: Examination) -> None:
    """From the loading tables `l_*` into the declared tables."""
    _complete(connection)
    _amounts_of_history(connection)
    given = _given(examination)
    joins = {
        q.id: q.answer
        for q in examination.questions
        if q.id.startswith("join:") and q.answer != "keep"
    }
    for name in TABLES:
        _drop_deleted(connection, name)
        if "id" in TABLES[name].column:
            _give_ids(connection, name)
            _merge(connection, name, given[name])
    _stages_by_id(connection)
    order_entries(connection, examination)
    _one_per_instant(connection)
    generic = {f.table for f in examination.files if f.table and not f.salesforce}
    for name in sorted(TABLES, key=lambda t: _ORDER.index(t) if t in _ORDER else 99):
        _refer(connection, name, examination.files, joins, by_name=name in generic)
    _refuse_incomplete(connection, examination)
    for spans, key, said in _SPANS:
        _part_spans(connection, spans, key, said)
    for name in TABLES:
        _take(connection, name)


def held(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """The columns that a table of the reading has."""
    return [str(row[0]) for row in connection.execute(f"DESCRIBE {table}").fetchall()]


def _take(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """The rows of a loading table become those of the declared one."""
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
    if name != "opportunity":
        connection.execute(f"DROP TABLE l_{name}")


def _given(examination: Examination) -> dict[str, dict[str, list[int]]]:
    """For each table and column the parts (files, counted) that have the column."""
    from salesops.importers.reading import target_name

    given: dict[str, dict[str, list[int]]] = {name: {} for name in TABLES}
    for part, file in enumerate(f for f in examination.files if f.table):
        for column in file.columns:
            if column.target and file.table in given:
                given[str(file.table)].setdefault(target_name(column), []).append(part)
    return given


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


def _one_per_instant(connection: duckdb.DuckDBPyConnection) -> None:
    """Several saves in one instant leave one version, the last; files given twice leave it once."""
    twice = connection.execute(
        "SELECT 1 FROM l_opportunity_version GROUP BY opportunity_id, valid_from HAVING count(*) > 1 LIMIT 1"
    ).fetchone()
    if twice:
        connection.execute(
            "DELETE FROM l_opportunity_version WHERE valid_from IS NOT NULL AND rowid IN ("
            "SELECT rowid FROM (SELECT rowid, row_number() OVER (PARTITION BY opportunity_id, valid_from "
            "ORDER BY coalesce(_modified, TIMESTAMP '0001-01-01') DESC, _part DESC, _row DESC) AS place "
            "FROM l_opportunity_version) WHERE place > 1)"
        )


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
            f"SELECT _row AS row, '' AS value, {_id_of(name)} AS record_id FROM l_{name} "
            f"WHERE _deleted AND _file = '{_q(file)}'",
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
    order = "struct_pack(m := coalesce(_modified, TIMESTAMP '0001-01-01'), p := _part, r := _row)"
    merged = ", ".join(
        f"arg_max_null({c}, {order}) FILTER ({c} IS NOT NULL OR {_is_in(given.get(c, []))}) AS {c}"
        for c in kept
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE merged AS SELECT id, {merged} FROM l_{name} "
        f"SEMI JOIN repeated USING (id) GROUP BY id"
    )
    connection.execute(f"DELETE FROM l_{name} WHERE id IN (SELECT id FROM repeated)")
    connection.execute(f"INSERT INTO l_{name} BY NAME FROM merged")


def _is_in(parts: list[int]) -> str:
    return f"_part IN ({', '.join(map(str, parts))})" if parts else "false"


def _tell_repeated(connection: duckdb.DuckDBPyConnection, name: str, compared: list[str]) -> None:
    different = " OR ".join(f"count(DISTINCT {c}) FILTER (same_file) > 1" for c in compared)
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
                f"WHERE differs = {differs} AND file = '{_q(file)}'",
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


def _refer(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    files: list[SourceFile],
    joins: dict[str, str],
    *,
    by_name: bool,
) -> None:
    columns = held(connection, f"l_{name}")
    for column in TABLES[name].columns:
        if not column.refers_to or column.name not in columns:
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
    unknown = (
        f"{column} IS NOT NULL AND {column} NOT IN (SELECT id FROM l_{there} WHERE id IS NOT NULL)"
    )
    found = connection.execute(
        f"SELECT _file, count(*) FROM l_{name} WHERE {unknown} GROUP BY 1 ORDER BY 1"
    ).fetchall()
    if given and name != there and not column.startswith("changed_by"):
        for file, count in found:
            _tell_unknown(
                connection, name, column, there, f"{unknown} AND _file = '{_q(file)}'", file, count
            )
    if found and there in CREATED:
        connection.execute(
            f"INSERT INTO l_{there} (id, name, _file, _part, _row) "
            f"SELECT DISTINCT {column}, {column}, 'named elsewhere', -1, 0 FROM l_{name} WHERE {unknown}"
        )


def _tell_unknown(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    column: str,
    there: str,
    unknown: str,
    file: str,
    count: int,
) -> None:
    values = connection.execute(
        f"SELECT DISTINCT {column} FROM l_{name} WHERE {unknown} ORDER BY 1 LIMIT 4"
    ).fetchall()
    some = ", ".join(str(v[0])[:60] for v in values[:3]) + (", …" if len(values) > 3 else "")
    spoken = there.replace("_", " ")
    kept = (
        f"each is kept as {_a(there)} of its own"
        if there in CREATED
        else "they are kept as they are"
    )
    note_rows(
        connection,
        Problem(
            "unknown_reference",
            Severity.DOUBTFUL,
            f"Rows name {_a(there)} that is in none of the files ({some}); {kept}.",
            f"Open a file with the missing {spoken} too, or correct the name in the source.",
            file=file,
            column=column,
            table=name,
        ),
        f"SELECT _row AS row, {column} AS value, {_id_of(name)} AS record_id FROM l_{name} WHERE {unknown}",
        count,
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
    "exchange_rate": ("currency", "valid_from", "rate"),
}


def _refuse_incomplete(connection: duckdb.DuckDBPyConnection, examination: Examination) -> None:
    """Rows without what makes them such a row are left out and kept word for word."""
    for name, needed in _NEEDED.items():
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
    reason = f"The row has no {said} that can be read, so it cannot count as {_a(name)}."
    of_file = f"{column} IS NULL AND coalesce(_file, '') = '{_q(file)}'"
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
        f"SELECT _row AS row, '' AS value, {_id_of(name)} AS record_id FROM l_{name} WHERE {of_file}",
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
            f"AND coalesce(file, '') = '{_q(file or '')}'",
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


def _id_of(name: str) -> str:
    """The column whose value identifies a record of a table for people."""
    return "id" if "id" in TABLES[name].column else TABLES[name].key[0]


def _a(name: str) -> str:
    spoken = name.replace("_", " ")
    return f"an {spoken}" if spoken[0] in "aeiou" else f"a {spoken}"


def _q(text: str) -> str:
    return text.replace("'", "''")
