"""Building a base file: every derived column of the tables, worked out in SQL from what an importer read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb

from salesops.book.settings import Settings
from salesops.engines.stages import fill_stages
from salesops.foundations.money import minor_digits
from salesops.foundations.problem import Refusal
from salesops.tables import TABLES

Step = Callable[[str, int, int], None]

FOREVER_DAY = "DATE '9999-12-31'"
FOREVER = "TIMESTAMP '9999-12-31 00:00:00'"
ASSUMED_CURRENCY = "USD"


@dataclass(frozen=True)
class Built:
    """What the base file holds: instants in UTC."""

    data_as_of: datetime
    history_from: datetime | None
    currency: str
    files_name_currency: bool
    rows: dict[str, int]
    won_minor: int


def build(
    work: duckdb.DuckDBPyConnection,
    base: Path,
    settings: Settings,
    now: datetime,
    step: Step = lambda *_: None,
) -> Built:
    """Write `base` from the tables in `work`, whose non-derived columns are filled.

    `now` caps what counts as past: a date in the future does not make the book newer.
    """
    steps = (
        "Reading stages",
        "Converting money",
        "Ordering history",
        "Placing people",
        "Writing the book",
        "Checking",
    )
    run = _Build(work, settings, now)
    for done, (name, work_of) in enumerate(
        zip(
            steps,
            (run.stages, run.money, run.history, run.people, lambda: run.write(base), run.check),
            strict=True,
        )
    ):
        step(name, done, len(steps))
        work_of()
    step("Checking", len(steps), len(steps))
    return run.built()


class _Build:
    def __init__(self, work: duckdb.DuckDBPyConnection, settings: Settings, now: datetime) -> None:
        self.work = work
        self.settings = settings
        self.now = now.astimezone(UTC).replace(tzinfo=None)
        self.zone = settings.calendar.time_zone
        self.rows: dict[str, int] = {}

    # -- steps ---------------------------------------------------------------------------------

    def stages(self) -> None:
        """Days from instants, the reading's instant, and what each stage means."""
        for table in ("account", "contact", "lead", "opportunity", "opportunity_version"):
            self.work.execute(
                f"UPDATE {table} SET created_on = {self._day('created_at')} "
                "WHERE created_on IS NULL AND created_at IS NOT NULL"
            )
        self.work.execute(
            "UPDATE opportunity SET pipeline = 'Sales' WHERE pipeline IS NULL OR pipeline = ''"
        )
        self.work.execute(
            "UPDATE opportunity_version SET pipeline = coalesce((SELECT o.pipeline FROM opportunity o "
            "WHERE o.id = opportunity_id), 'Sales') WHERE pipeline IS NULL OR pipeline = ''"
        )
        self.work.execute("CREATE OR REPLACE TABLE _stage_as_read AS FROM pipeline_stage")
        fill_stages(self.work, self.settings)
        self.data_as_of = self._latest()

    def money(self) -> None:
        """The reporting currency, and one dated rate for every currency and day."""
        self.files_name_currency = self._any_currency()
        self.currency = self._reporting_currency()
        for table, declared in TABLES.items():
            if "currency" in declared.column and table != "exchange_rate":
                self.work.execute(
                    f"UPDATE {table} SET currency = ? WHERE currency IS NULL OR currency = ''",
                    [self.currency],
                )
        self._rates()

    def history(self) -> None:
        """Versions in order with their ends, and what follows from having been in a stage."""
        self._add_unseen_states()
        event = (
            f"coalesce(CASE WHEN m.is_closed THEN m.close_date END, {self._day('m.valid_from')})"
        )
        self.work.execute(
            f"""
            CREATE OR REPLACE TABLE version AS
            WITH meant AS (
                SELECT v.* EXCLUDE (valid_to, closed_at, closed_on, outcome, is_closed, is_won,
                                    is_qualified, stage_position, value_minor, team, pitched_on,
                                    qualified_on, qualified_value_minor, forecast_category),
                    coalesce(v.forecast_category, s.forecast_category) AS forecast_category,
                    coalesce(s.outcome, 'open') AS outcome,
                    coalesce(s.outcome, 'open') <> 'open' AS is_closed,
                    coalesce(s.outcome, 'open') = 'won' AS is_won,
                    coalesce(s.is_qualified, false) AS is_qualified,
                    s.position AS stage_position,
                    v.change_source = 'history'
                        AND (s.outcome = 'won' OR (s.outcome = 'open' AND s.position >= p.pitched))
                        AS has_pitched,
                    v.change_source = 'history'
                        AND (s.outcome = 'won' OR (s.outcome = 'open' AND s.position >= p.qualified))
                        AS has_qualified
                FROM opportunity_version v
                LEFT JOIN pipeline_stage s ON s.pipeline = v.pipeline AND s.stage = v.stage
                LEFT JOIN _pipeline p ON p.pipeline = v.pipeline
            ), valued AS (
                SELECT m.*, CASE WHEN m.is_closed THEN m.close_date END AS closed_on,
                    {self._value("m")} AS value_minor
                FROM meant m
                {self._rate_join("m", event)}
            )
            SELECT *,
                coalesce(lead(valid_from) OVER life, {FOREVER}) AS valid_to,
                is_closed AND NOT coalesce(lag(is_closed) OVER life, false) AS just_closed
            FROM valued
            WINDOW life AS (PARTITION BY opportunity_id ORDER BY valid_from)
            """
        )
        self.work.execute(
            f"""
            CREATE OR REPLACE TABLE reached AS
            SELECT opportunity_id,
                {self._day("min(valid_from) FILTER (has_pitched)")} AS pitched_on,
                {self._day("min(valid_from) FILTER (has_qualified)")} AS qualified_on,
                arg_min(value_minor, valid_from) FILTER (has_qualified) AS qualified_value_minor,
                max(valid_from) FILTER (just_closed AND change_source = 'history') AS closed_at
            FROM version GROUP BY opportunity_id
            """
        )

    def people(self) -> None:
        """Dated places: made from each person's team now where no history of places was given."""
        self.work.execute(
            f"UPDATE team_membership SET valid_to = coalesce(valid_to, {FOREVER_DAY})"
        )
        self.work.execute(
            f"""
            INSERT INTO team_membership (person_id, team, role, manager_id, valid_from, valid_to)
            SELECT id, team, role, manager_id, DATE '0001-01-01', {FOREVER_DAY} FROM person
            WHERE team IS NOT NULL AND id NOT IN (SELECT person_id FROM team_membership)
            """
        )
        self.work.execute(
            "CREATE OR REPLACE TABLE place AS SELECT person_id, team, valid_from, valid_to "
            "FROM team_membership"
        )

    def write(self, base: Path) -> None:
        """Every table with all its declared columns into a fresh file, sorted as it is read."""
        base.unlink(missing_ok=True)
        self.work.execute(f"ATTACH '{_quoted(base)}' AS base")
        try:
            self._write_versions()
            self._write_opportunities()
            for name in TABLES:
                if name not in ("opportunity", "opportunity_version"):
                    self._write(name, self._select(name))
            self._write_calendar()
            for name in _KEPT:
                self.work.execute(f'CREATE TABLE base."{name}" AS FROM "{name}"')
            self.work.execute("CHECKPOINT base")
        finally:
            self.work.execute("DETACH base")

    def check(self) -> None:
        """Stop before anything is published when rows went missing on the way."""
        for name in ("opportunity", "account", "person", "activity"):
            found = self.work.execute(f"SELECT count(*) FROM {name}").fetchone()
            read = found[0] if found else 0
            if self.rows[name] != read:
                raise Refusal(
                    f"{read:,} {name} rows were read but {self.rows[name]:,} written, so nothing was "
                    "published. Please report this with the problem list."
                )

    def built(self) -> Built:
        """What was written."""
        won = self.work.execute(
            "SELECT coalesce(sum(value_minor), 0) FROM version WHERE is_won AND valid_to >= "
            f"{FOREVER}"
        ).fetchone()
        first = self.work.execute(
            "SELECT min(valid_from) FROM opportunity_version WHERE change_source = 'history'"
        ).fetchone()
        since = first[0] if first else None
        return Built(
            data_as_of=self.data_as_of.replace(tzinfo=UTC),
            history_from=since.replace(tzinfo=UTC) if since else None,
            currency=self.currency,
            files_name_currency=self.files_name_currency,
            rows=self.rows,
            won_minor=int(won[0]) if won else 0,
        )

    # -- parts ---------------------------------------------------------------------------------

    def _day(self, instant: str) -> str:
        if self.zone == "UTC":
            return f"CAST({instant} AS DATE)"
        return f"CAST(timezone('{self.zone}', timezone('UTC', {instant})) AS DATE)"

    def _latest(self) -> datetime:
        """The last instant the files speak of, never later than now."""
        found = self.work.execute(
            """
            SELECT max(moment) FROM (
                SELECT max(valid_from) AS moment FROM opportunity_version WHERE valid_from <= $now
                UNION ALL SELECT max(created_at) FROM opportunity WHERE created_at <= $now
                UNION ALL SELECT max(CAST(created_on AS TIMESTAMP) + INTERVAL 1 DAY - INTERVAL 1 MICROSECOND)
                    FROM opportunity WHERE created_at IS NULL AND CAST(created_on AS TIMESTAMP) <= $now
                UNION ALL SELECT max(occurred_at) FROM activity WHERE occurred_at <= $now AND is_done
                UNION ALL SELECT max(created_at) FROM lead WHERE created_at <= $now
                UNION ALL SELECT max(CAST(o.close_date AS TIMESTAMP) + INTERVAL 1 DAY - INTERVAL 1 MICROSECOND)
                    FROM opportunity o JOIN pipeline_stage s USING (pipeline, stage)
                    WHERE s.outcome <> 'open' AND CAST(o.close_date AS TIMESTAMP) <= $now)
            """,
            {"now": self.now},
        ).fetchone()
        latest = found[0] if found and found[0] else self.now
        return min(latest, self.now)

    def _any_currency(self) -> bool:
        named = " UNION ALL ".join(
            f"SELECT currency FROM {t} WHERE currency <> ''"
            for t, declared in TABLES.items()
            if "currency" in declared.column
        )
        return self.work.execute(f"SELECT 1 FROM ({named}) LIMIT 1").fetchone() is not None

    def _corporate(self) -> str | None:
        """The currency the files' rates are given in: the one whose own rate is always 1."""
        found = self.work.execute(
            "SELECT currency FROM exchange_rate GROUP BY 1 HAVING min(rate) = 1 AND max(rate) = 1 "
            "ORDER BY count(*) DESC, 1 LIMIT 1"
        ).fetchone()
        return str(found[0]) if found else None

    def _reporting_currency(self) -> str:
        if self.settings.currency:
            return self.settings.currency
        corporate = self._corporate()
        if corporate:
            return corporate
        common = self.work.execute(
            "SELECT currency FROM (SELECT currency FROM opportunity UNION ALL "
            "SELECT currency FROM quota UNION ALL SELECT currency FROM product) "
            "WHERE currency <> '' GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
        ).fetchone()
        return str(common[0]) if common else ASSUMED_CURRENCY

    def _rates(self) -> None:
        """Rates into the reporting currency, also where the files give them into another one."""
        self.work.execute("CREATE OR REPLACE TABLE _rate_as_read AS FROM exchange_rate")
        self.work.execute(f"UPDATE exchange_rate SET valid_to = coalesce(valid_to, {FOREVER_DAY})")
        corporate = self._corporate()
        if corporate and corporate != self.currency:
            self.work.execute(
                """
                CREATE OR REPLACE TABLE _rebased AS
                SELECT r.currency, greatest(r.valid_from, b.valid_from) AS valid_from,
                    least(r.valid_to, b.valid_to) AS valid_to,
                    CAST(r.rate / b.rate AS DECIMAL(18,9)) AS rate
                FROM exchange_rate r JOIN exchange_rate b
                    ON b.currency = $to AND r.valid_from < b.valid_to AND b.valid_from < r.valid_to
                """,
                {"to": self.currency},
            )
            self.work.execute("DELETE FROM exchange_rate")
            self.work.execute(
                "INSERT INTO exchange_rate (currency, valid_from, valid_to, rate) FROM _rebased"
            )
        digits = minor_digits(self.currency)
        for (code,) in self.work.execute("SELECT DISTINCT currency FROM exchange_rate").fetchall():
            factor = Decimal(10) ** (digits - minor_digits(code))
            self.work.execute(
                "UPDATE exchange_rate SET minor_rate = CAST(rate * CAST(? AS DECIMAL(9,3)) "
                "AS DECIMAL(18,9)) WHERE currency = ?",
                [str(factor), code],
            )
        self.work.execute("DELETE FROM exchange_rate WHERE currency = ?", [self.currency])
        self._note_missing_rates()

    def _note_missing_rates(self) -> None:
        """Deals whose currency has no rate are counted, and named, but add no money to any total."""
        for code, rows in self.work.execute(
            "SELECT currency, count(*) FROM opportunity WHERE amount_minor IS NOT NULL "
            "AND currency <> $own AND currency NOT IN (SELECT currency FROM exchange_rate) GROUP BY 1",
            {"own": self.currency},
        ).fetchall():
            self.work.execute(
                "INSERT INTO _problem_count (code, severity, message, remedy, file, column_name, "
                "table_name, rows, amount_minor) VALUES ('no_rate', 'doubtful', ?, ?, '', 'currency', "
                "'opportunity', ?, NULL)",
                [
                    (
                        f"{rows:,} opportunities are in {code}, and no exchange rate to "
                        f"{self.currency} is known. They are listed, but left out of every sum."
                    ),
                    "Open a file of exchange rates (currency, valid_from, rate) with the others.",
                    rows,
                ],
            )

    def _value(self, row: str) -> str:
        """Money of `row` in the reporting currency; null where no rate is known for its currency."""
        return (
            f"CASE WHEN {row}.currency = '{self.currency}' THEN {row}.amount_minor "
            f"ELSE CAST(round({row}.amount_minor * r.minor_rate) AS BIGINT) END"
        )

    def _rate_join(self, row: str, day: str) -> str:
        return (
            f"LEFT JOIN exchange_rate r ON r.currency = {row}.currency "
            f"AND r.valid_from <= {day} AND r.valid_to > {day}"
        )

    def _add_unseen_states(self) -> None:
        """A state only seen in the current row becomes a version at the reading's instant."""
        same = " AND ".join(
            f"v.{c} IS NOT DISTINCT FROM o.{c}"
            for c in ("stage", "amount_minor", "close_date", "owner_id")
        )
        copied = [
            c
            for c in TABLES["opportunity"].column
            if c != "id" and not TABLES["opportunity"].column[c].derived
        ]
        into = ", ".join(copied)
        values = ", ".join(f"o.{c}" for c in copied)
        self.work.execute(
            f"""
            INSERT INTO opportunity_version (opportunity_id, valid_from, change_source, {into})
            SELECT o.id, greatest($seen, v.last), 'snapshot', {values}
            FROM opportunity o LEFT JOIN (
                SELECT opportunity_id, max(valid_from) AS last,
                    arg_max(stage, valid_from) AS stage, arg_max(owner_id, valid_from) AS owner_id,
                    arg_max(coalesce(amount_minor, -1), valid_from) AS amount_or_none,
                    arg_max(close_date, valid_from) AS close_date
                FROM opportunity_version GROUP BY 1) v ON v.opportunity_id = o.id
            WHERE v.last IS NULL OR NOT (
                {
                same.replace(
                    "v.amount_minor IS NOT DISTINCT FROM o.amount_minor",
                    "v.amount_or_none = coalesce(o.amount_minor, -1)",
                )
            })
            """,
            {"seen": self.data_as_of},
        )

    def _write_versions(self) -> None:
        derived = {
            "team": "coalesce(t.team, n.team)",
            "pitched_on": f"CASE WHEN k.pitched_on <= {self._day('v.valid_from')} THEN k.pitched_on END",
            "qualified_on": f"CASE WHEN k.qualified_on <= {self._day('v.valid_from')} "
            "THEN k.qualified_on END",
            "qualified_value_minor": f"CASE WHEN k.qualified_on <= {self._day('v.valid_from')} "
            "THEN k.qualified_value_minor END",
            "closed_at": "CASE WHEN v.is_closed AND k.closed_at <= v.valid_from THEN k.closed_at END",
        }
        columns = ", ".join(
            f"{derived[c]} AS {c}" if c in derived else f"v.{c}"
            for c in TABLES["opportunity_version"].column
        )
        placed = f"coalesce(v.closed_on, {self._day('v.valid_from')})"
        self._write(
            "opportunity_version",
            f"""
            SELECT {columns} FROM version v
            LEFT JOIN reached k USING (opportunity_id)
            LEFT JOIN place t ON t.person_id = v.owner_id
                AND t.valid_from <= {placed} AND t.valid_to > {placed}
            LEFT JOIN person n ON n.id = v.owner_id
            ORDER BY v.opportunity_id, v.valid_from
            """,
        )

    def _write_opportunities(self) -> None:
        """The state now is the last version; open deals count at today's rate and team."""
        today = f"DATE '{self._today()}'"
        columns = []
        for name in TABLES["opportunity"].column:
            if name == "id":
                columns.append("v.opportunity_id AS id")
            elif name == "value_minor":
                columns.append(
                    "CASE WHEN v.is_closed THEN v.value_minor "
                    f"ELSE {self._value('v')} END AS value_minor"
                )
            elif name == "team":
                columns.append(
                    "CASE WHEN v.is_closed THEN v.team ELSE coalesce(t.team, v.team) END AS team"
                )
            else:
                columns.append(f"v.{name}")
        self._write(
            "opportunity",
            f"""
            SELECT {", ".join(columns)} FROM base.opportunity_version v
            LEFT JOIN place t ON t.person_id = v.owner_id
                AND t.valid_from <= {today} AND t.valid_to > {today}
            {self._rate_join("v", today)}
            WHERE v.valid_to >= {FOREVER}
            ORDER BY v.opportunity_id
            """,
        )

    def _today(self) -> date:
        from zoneinfo import ZoneInfo

        return self.data_as_of.replace(tzinfo=UTC).astimezone(ZoneInfo(self.zone)).date()

    def _select(self, name: str) -> str:
        """The select that fills a table's derived columns."""
        table = TABLES[name]
        special = _DERIVED.get(name, {})
        joins = _JOINS.get(name, "")
        day = _MONEY_DAY.get(name)
        columns = []
        for column in table.column:
            if column == "occurred_on":
                columns.append(f"{self._day('x.occurred_at')} AS occurred_on")
            elif column == "value_minor":
                amount = "monthly_minor" if name == "recurring_revenue" else "amount_minor"
                value = self._value("x").replace("amount_minor", amount)
                columns.append(f"{value} AS value_minor")
            elif column in special:
                columns.append(f"{special[column]} AS {column}")
            else:
                columns.append(f"x.{column}")
        rate = self._rate_join("x", f"x.{day}") if day else ""
        return f"SELECT {', '.join(columns)} FROM {name} x {joins} {rate}"

    def _write(self, name: str, select: str) -> None:
        self.work.execute(TABLES[name].duckdb_ddl().replace("CREATE TABLE ", "CREATE TABLE base."))
        self.work.execute(f'INSERT INTO base."{name}" {select}')
        found = self.work.execute(f'SELECT count(*) FROM base."{name}"').fetchone()
        self.rows[name] = int(found[0]) if found else 0

    def _write_calendar(self) -> None:
        """A row for every day the book could be asked about, with the label of its periods."""
        calendar = self.settings.calendar.calendar()
        span = self.work.execute(
            "SELECT least(min(created_on), min(close_date)), greatest(max(created_on), max(close_date)) "
            "FROM opportunity"
        ).fetchone()
        first, last = span if span and span[0] else (self._today(), self._today())
        first = max(min(first, self._today()), date(1990, 1, 1)).replace(month=1, day=1)
        last = min(max(last, self._today()), date(2100, 1, 1)) + timedelta(days=400)
        days = [first + timedelta(days=i) for i in range((last - first).days)]
        self.work.execute(
            "CREATE TABLE base.calendar (day DATE, week VARCHAR, month VARCHAR, quarter VARCHAR, "
            "year VARCHAR)"
        )
        labels: dict[str, list[str]] = {}
        for grain in ("week", "month", "quarter", "year"):
            column: list[str] = []
            for period in calendar.series(grain, days[0], days[-1] + timedelta(days=1)):
                start, end = (
                    max(period.start, days[0]),
                    min(period.end, days[-1] + timedelta(days=1)),
                )
                column += [period.label] * (end - start).days
            labels[grain] = column
        import pyarrow as pa

        frame = pa.table({"day": pa.array(days, pa.date32()), **labels})
        self.work.register("_days", frame)
        self.work.execute("INSERT INTO base.calendar FROM _days")
        self.work.unregister("_days")


_KEPT = ("_problem", "_problem_count", "_refused_row", "_stage_as_read", "_rate_as_read")
_MONEY_DAY = {
    "campaign_spend": "spent_on",
    "cost": "booked_on",
    "recurring_revenue": "starts_on",
    "quota": "starts_on",
}
_JOINS = {
    "account": "LEFT JOIN (SELECT account_id, min(closed_on) AS since FROM base.opportunity WHERE is_won "
    "GROUP BY 1) w ON w.account_id = x.id",
}
_SELLING = "('call', 'email', 'message', 'meeting', 'demo')"
_DERIVED = {
    "account": {"is_customer": "w.account_id IS NOT NULL", "customer_since": "w.since"},
    "activity": {"is_selling": f"x.kind IN {_SELLING}"},
}


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
