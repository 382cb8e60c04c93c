"""Building a base file: every derived column of the tables, worked out in SQL from what an importer read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import duckdb

from salesops.book.custom import tables_with
from salesops.book.deletion import DELETION, deletion_table
from salesops.book.engine import StageTurn
from salesops.book.passage import (
    PASSAGE,
    open_stages_of,
    passage,
    passage_tables,
    passage_values,
    stages_sql,
)
from salesops.book.quota_version import QUOTA_VERSION, QUOTA_VERSIONS, QuotasSeen
from salesops.book.settings import Settings
from salesops.engines.calendar_days import calendar_days
from salesops.engines.literals import literal, with_values
from salesops.engines.meanings import BEGINS, MEANING, cut_states, meanings_changed, turns_of
from salesops.engines.quotas import MOVED, complete_versions, first_seen, make_versions
from salesops.engines.stages import fill_stages
from salesops.foundations.instant import OPEN_END, bare, in_zone
from salesops.foundations.money import minor_digits
from salesops.foundations.problem import Refusal
from salesops.foundations.table import Table
from salesops.kpis import KPIS
from salesops.tables import TABLES

Step = Callable[[str, int, int], None]

FOREVER_DAY = "DATE '9999-12-31'"
ASSUMED_CURRENCY = "USD"
# What numbers say they need: whether a book holds any of it is found out once, here.
NEEDED = sorted({(n.table, n.column) for kpi in KPIS.values() for n in kpi.needs})
# Days beyond these are mistakes; a calendar that reached to them would be nothing but large.
FIRST_DAY = date(1990, 1, 1)
LAST_DAY = date(2100, 1, 1)
DEALS_AT_ONCE = 200_000
FEW_ROWS = 2_000


@dataclass(frozen=True)
class Built:
    """What the base file holds: instants in UTC."""

    data_as_of: datetime
    history_from: datetime | None
    currency: str
    files_name_currency: bool
    alike_currencies: bool
    rows: dict[str, int]
    won_minor: int
    filled: list[str]
    turns: tuple[StageTurn, ...]
    quotas_seen: tuple[QuotasSeen, ...]


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
    run = Build(work, settings, now)
    parts: tuple[Callable[[], None], ...] = (
        run.stages,
        run.money,
        run.history,
        run.people,
        lambda: run.write(base),
        run.check,
    )
    for done, (name, work_of) in enumerate(zip(steps, parts, strict=True)):
        step(name, done, len(steps))
        work_of()
    step("Checking", len(steps), len(steps))
    return run.built()


def speaks_of(work: duckdb.DuckDBPyConnection, settings: Settings, now: datetime) -> datetime:
    """The last instant the rows in `work` speak of, as a book of them would say. `work` stays as it is."""
    work.begin()
    try:
        run = Build(work, settings, now)
        run.stages()
        return run.data_as_of.replace(tzinfo=UTC)
    finally:
        work.rollback()


class Build:
    """The steps of building a base file, in order; each leaves tables in `work` that the next ones read."""

    # What is written, in an order in which nothing is read before it is there.
    written: tuple[str, ...] = (
        "opportunity_version",
        "opportunity",
        *(n for n in TABLES if n not in ("opportunity_version", "opportunity")),
    )

    def __init__(self, work: duckdb.DuckDBPyConnection, settings: Settings, now: datetime) -> None:
        self.work = work
        self.settings = settings
        self.now = bare(now)
        self.zone = settings.calendar.time_zone
        self.rows: dict[str, int] = {}
        self.filled: list[str] = []
        # What history does not hold of a deal is as the deal has it now.
        self.tables = {**tables_with(settings.custom), QUOTA_VERSION: QUOTA_VERSIONS}
        self.deletions = deletion_table(self.tables)
        self.as_read = _read_of(self.tables["opportunity"])
        self.of_a_version = _read_of(self.tables["opportunity_version"])
        there = _columns(work, "opportunity_version")
        self.held = [c for c in self.of_a_version if c in there]

    # -- steps ---------------------------------------------------------------------------------

    def stages(self) -> None:
        """Days from instants, the reading's instant, and what each stage means."""
        self._days_and_pipelines()
        self.work.execute("CREATE OR REPLACE TABLE _stage_as_read AS FROM pipeline_stage")
        self._note_stages_used()
        fill_stages(self.work, self.settings, self.now)
        self.meanings_changed = meanings_changed(self.work)
        self.data_as_of = self._latest()
        self._note_future_closes()

    def _days_and_pipelines(self) -> None:
        ddl = self.deletions.duckdb_ddl()
        self.work.execute(ddl.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS"))
        make_versions(self.work)
        dated = ["account", "contact", "lead", "opportunity", DELETION]
        if {"created_at", "created_on"} <= set(self.held):
            dated.append("opportunity_version")
        for table in dated:
            self.work.execute(
                f"UPDATE {table} SET created_on = {self._day('created_at')} "
                f"WHERE created_at IS NOT NULL AND created_on IS DISTINCT FROM {self._day('created_at')}"
            )
        for table in ("opportunity", DELETION):
            self.work.execute(
                f"UPDATE {table} SET pipeline = 'Sales' WHERE pipeline IS NULL OR pipeline = ''"
            )
        if "pipeline" in self.held:
            self.work.execute(
                "UPDATE opportunity_version SET pipeline = coalesce((SELECT o.pipeline FROM opportunity o "
                "WHERE o.id = opportunity_id), 'Sales') WHERE pipeline IS NULL OR pipeline = ''"
            )
        # Deals that are no more, as they were: what history does not hold of them is as it was then.
        self.work.execute(
            f"CREATE OR REPLACE TABLE _gone AS SELECT {', '.join(self.as_read)} FROM {DELETION} "
            "WHERE id NOT IN (SELECT id FROM opportunity) "
            "QUALIFY row_number() OVER (PARTITION BY id ORDER BY deleted_at DESC NULLS FIRST) = 1"
        )

    def _note_stages_used(self) -> None:
        pipeline = self._of("pipeline", "v", "o")
        self.work.execute(
            "CREATE OR REPLACE TABLE _stage_used AS SELECT pipeline, stage FROM opportunity UNION "
            f"SELECT {pipeline}, v.stage FROM opportunity_version v "
            f"LEFT JOIN ({self._deals('id', 'pipeline')}) o ON o.id = v.opportunity_id"
        )

    def money(self) -> None:
        """The reporting currency, and one dated rate for every currency and day."""
        self.files_name_currency = self._any_currency()
        self.currency = self._reporting_currency()
        self._name_currencies()
        self._rates()

    def _are_currencies_alike(self) -> bool:
        """Whether all money has as many decimal places as the reporting currency: then a row's own need not be asked."""
        with_money = (t for t in self._with_currency() if t != "exchange_rate")
        named = " UNION ALL ".join(f"SELECT currency FROM {t}" for t in with_money)
        codes = self.work.execute(f"SELECT DISTINCT currency FROM ({named})").fetchall()
        digits = minor_digits(self.currency)
        return all(minor_digits(code or "") == digits for (code,) in codes)

    def _name_currencies(self) -> None:
        """What names no currency is in the reporting one."""
        for table in self._with_currency():
            if table != "exchange_rate":
                self.work.execute(
                    f"UPDATE {table} SET currency = ? WHERE currency IS NULL OR currency = ''",
                    [self.currency],
                )
        self.work.execute(
            "UPDATE _gone SET currency = ? WHERE currency IS NULL OR currency = ''", [self.currency]
        )

    def history(self) -> None:
        """Versions in order with their ends, and what follows from having been in a stage.

        Everything reached is said of the version it was reached in and those after it, never of those before.
        """
        complete_versions(self.work, self.data_as_of)
        self._add_unseen_states()
        if self.meanings_changed:
            cut_states(
                self.work,
                pipeline=self._of("pipeline", "v", "d"),
                deals=self._deals("id", "pipeline"),
                names_who="changed_by_id" in self.held,
            )
        self.work.execute(
            # Ordering the ids alone and joining takes half as long as ordering whole rows.
            f"CREATE OR REPLACE TABLE _deal AS SELECT o.*, p.place FROM ({self._deals(*self.as_read)}) o "
            "JOIN (SELECT id, CAST(row_number() OVER (ORDER BY id) AS INTEGER) AS place "
            f"FROM ({self._deals('id')})) p USING (id)"
        )
        kept = [c for c in self.held if c not in ("opportunity_id", "forecast_category")]
        event = (
            f"coalesce(CASE WHEN m.is_closed THEN m.close_date END, {self._day('m.valid_from')})"
        )
        pipeline = self._of("pipeline", "v", "d")
        then = ""
        if self.meanings_changed:
            kept.append("is_cut")
            then = "AND s.valid_from <= v.valid_from AND s.valid_to > v.valid_from"
        self.work.execute(
            f"""
            CREATE OR REPLACE TABLE version AS
            WITH meant AS (
                SELECT d.place, {", ".join(f"v.{c}" for c in kept)},
                    {self._of("currency", "v", "d")} AS paid_in,
                    coalesce(v.forecast_category, s.forecast_category) AS forecast_category,
                    coalesce(s.outcome, 'open') AS outcome,
                    coalesce(s.outcome, 'open') <> 'open' AS is_closed,
                    coalesce(s.outcome, 'open') = 'won' AS is_won,
                    coalesce(s.is_qualified, false) AS is_qualified,
                    s.position AS stage_position,
                    {self._reached("pitched")} AS has_pitched,
                    {self._reached("qualified")} AS has_qualified
                FROM opportunity_version v
                JOIN _deal d ON d.id = v.opportunity_id
                LEFT JOIN {MEANING} s ON s.pipeline = {pipeline} AND s.stage = v.stage {then}
            ), valued AS (
                SELECT m.* EXCLUDE (paid_in), CASE WHEN m.is_closed THEN m.close_date END AS closed_on,
                    {self._value("m", "paid_in")} AS value_minor
                FROM meant m
                {self._rate_join("m", event, "paid_in")}
            )
            SELECT *,
                coalesce(lead(valid_from) OVER life, {OPEN_END}) AS valid_to,
                is_closed AND (NOT coalesce(lag(is_closed) OVER life, false)
                    OR lag(stage) OVER life IS DISTINCT FROM stage) AS enters_close
            FROM valued
            WINDOW life AS (PARTITION BY place ORDER BY valid_from, change_source)
            """
        )
        self._end_at_deletions()
        # A struct is never null, so that a value that was null then is not passed over for a later one.
        self.work.execute(
            """
            CREATE OR REPLACE TABLE reached AS
            SELECT place,
                min(valid_from) FILTER (has_pitched) AS pitched_at,
                min(valid_from) FILTER (has_qualified) AS qualified_at,
                struct_extract(
                    arg_min(struct_pack(value := value_minor), valid_from) FILTER (has_qualified),
                    'value') AS qualified_value_minor
            FROM version GROUP BY place
            """
        )
        self.work.execute(
            f"""
            CREATE OR REPLACE TABLE closing AS
            SELECT place, valid_from AS since,
                coalesce(lead(valid_from) OVER (PARTITION BY place ORDER BY valid_from), {OPEN_END}) AS until,
                CASE WHEN {self._is_known()} THEN valid_from END AS seen_at
            FROM version WHERE enters_close
            """
        )

    def _is_known(self) -> str:
        """SQL: since when the state has been so is known."""
        cut = " OR is_cut" if self.meanings_changed else ""
        return f"(change_source = 'history'{cut})"

    def _reached(self, flag: str) -> str:
        """SQL: this state is at or beyond the pipeline's first stage with the flag, by a recorded change or since then."""
        cut = f" OR v.is_cut AND s.newly_{flag}" if self.meanings_changed else ""
        return f"((v.change_source = 'history'{cut}) AND s.reaches_{flag})"

    def _end_at_deletions(self) -> None:
        """A state ends where its deal was deleted, and the next begins where the deal was there again."""
        self.work.execute(
            f"UPDATE {DELETION} SET deleted_at = ? WHERE deleted_at IS NULL", [self.data_as_of]
        )
        self.work.execute(
            f"""
            CREATE OR REPLACE TABLE _ended AS
            SELECT v.rowid AS state, min(e.deleted_at) AS at
            FROM {DELETION} e JOIN _deal d ON d.id = e.id JOIN version v ON v.place = d.place
            WHERE v.valid_from <= e.deleted_at AND v.valid_to > e.deleted_at GROUP BY 1
            """
        )
        self.work.execute(
            "UPDATE version SET valid_to = e.at FROM _ended e WHERE version.rowid = e.state"
        )
        # What was told at the very instant of the deletion was never to be seen.
        self.work.execute(
            "DELETE FROM version WHERE valid_from = valid_to AND rowid IN (SELECT state FROM _ended)"
        )

    def people(self) -> None:
        """Dated places: made from each person's team now where no history of places was given."""
        _one_after_the_other(self.work, "team_membership", "person_id")
        self.work.execute(
            f"""
            INSERT INTO team_membership (person_id, team, role, manager_id, valid_from, valid_to)
            SELECT id, team, role, manager_id, DATE '0001-01-01', {FOREVER_DAY} FROM person p
            WHERE team IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM team_membership m WHERE m.person_id = p.id)
            """
        )
        self._note_places()

    def _note_places(self) -> None:
        self.work.execute(
            "CREATE OR REPLACE TABLE place AS SELECT person_id, team, valid_from, valid_to "
            "FROM team_membership"
        )

    def write(self, base: Path) -> None:
        """Every table with all its declared columns into a fresh file, sorted as it is read."""
        base.unlink(missing_ok=True)
        self.read = self._rows_read()
        # Of a few rows, to find how they pack best takes longer than to write them, and spares nothing.
        packing = "auto" if sum(self.read.values()) > FEW_ROWS else "uncompressed"
        self.work.execute(f"PRAGMA force_compression = '{packing}'")
        self.work.execute(f"ATTACH {literal(str(base))} AS base")
        try:
            for name in self.written:
                self._write_table(name)
            self._write_rest()
            for name, key in INDEXED.items():
                if name in self.written:
                    self.work.execute(f'CREATE INDEX "{name}_by_{key}" ON base."{name}" ({key})')
            self.filled = [f"{t}.{c}" for t, c in NEEDED if self._is_filled(t, c)]
            self.work.execute("CHECKPOINT base")
        finally:
            self.work.execute("DETACH base")

    def _write_table(self, name: str) -> None:
        if name == "opportunity_version":
            self._write_versions()
            self._write_deletions()
        elif name == "opportunity":
            self._write_opportunities()
            self._write_passages()
            self._note_customers()
        else:
            self._write(name, self._select(name))
        if name == "quota":
            self._create(QUOTA_VERSIONS)
            self.work.execute(f"INSERT INTO base.{QUOTA_VERSION} {self._select(QUOTA_VERSION)}")

    def _write_rest(self) -> None:
        """What a base holds beside the declared tables."""
        self._write_calendar()
        for name in _KEPT:
            self.work.execute(f'CREATE TABLE base."{name}" AS FROM "{name}"')

    def _rows_read(self) -> dict[str, int]:
        counts = " UNION ALL ".join(
            f"SELECT '{name}', count(*) FROM {name}" for name in self.written
        )
        return dict(self.work.execute(counts).fetchall())

    def _is_filled(self, table: str, column: str) -> bool:
        if table == "quota":
            table = QUOTA_VERSION  # numbers of former days need those of then
        elif not self.rows.get(table):
            return False
        found = self.work.execute(
            f'SELECT 1 FROM base."{table}" WHERE "{column}" IS NOT NULL LIMIT 1'
        ).fetchone()
        return found is not None

    def check(self) -> None:
        """Stop before anything is published when rows went missing on the way."""
        for name in self.written:
            if name == "opportunity_version":  # gains states only seen now
                continue
            if self.rows[name] != self.read[name]:
                raise Refusal(
                    f"{self.read[name]:,} {name} rows were read but {self.rows[name]:,} written, so nothing was "
                    "published. Please report this with the problem list."
                )

    def built(self) -> Built:
        """What was written."""
        won = self.work.execute(
            "SELECT coalesce(sum(value_minor), 0) FROM version WHERE is_won AND valid_to >= "
            f"{OPEN_END}"
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
            alike_currencies=self._are_currencies_alike(),
            rows=self.rows,
            won_minor=int(won[0]) if won else 0,
            filled=self.filled,
            turns=tuple(StageTurn(stage, self._day_of(at)) for stage, at in turns_of(self.work)),
            quotas_seen=first_seen(self.work, f"FROM {QUOTA_VERSION}"),
        )

    # -- parts ---------------------------------------------------------------------------------

    def _day(self, instant: str) -> str:
        if self.zone == "UTC":
            return f"CAST({instant} AS DATE)"
        return f"CAST(timezone('{self.zone}', timezone('UTC', {instant})) AS DATE)"

    def _day_ends(self, day: str) -> str:
        """The last instant of a day of the organisation, in UTC."""
        following = f"CAST({day} AS TIMESTAMP) + INTERVAL 1 DAY"
        if self.zone != "UTC":
            following = f"timezone('UTC', timezone('{self.zone}', {following}))"
        return f"({following} - INTERVAL 1 MICROSECOND)"

    def _latest(self) -> datetime:
        """The last instant the files speak of, never later than now."""
        today = f"DATE '{self._day_of(self.now)}'"
        found = self.work.execute(
            f"""
            SELECT max(moment) FROM (
                SELECT max(valid_from) AS moment FROM opportunity_version WHERE valid_from <= $now
                UNION ALL SELECT max(deleted_at) FROM {DELETION} WHERE deleted_at <= $now
                UNION ALL SELECT max(valid_from) FROM {MEANING} WHERE {BEGINS} AND valid_from <= $now
                UNION ALL SELECT max(moment) FROM ({MOVED}) WHERE moment <= $now
                UNION ALL SELECT max(created_at) FROM opportunity WHERE created_at <= $now
                UNION ALL SELECT {self._day_ends("max(created_on)")}
                    FROM opportunity WHERE created_at IS NULL AND created_on <= {today}
                UNION ALL SELECT max(occurred_at) FROM activity WHERE occurred_at <= $now AND is_done
                UNION ALL SELECT max(created_at) FROM lead WHERE created_at <= $now
                UNION ALL SELECT {self._day_ends("max(o.close_date)")}
                    FROM opportunity o JOIN pipeline_stage s USING (pipeline, stage)
                    WHERE s.outcome <> 'open' AND o.close_date <= {today})
            """,
            {"now": self.now},
        ).fetchone()
        latest = found[0] if found and found[0] else self.now
        return min(latest, self.now)

    def _any_currency(self) -> bool:
        named = " UNION ALL ".join(
            f"SELECT currency FROM {t} WHERE currency <> ''" for t in self._with_currency()
        )
        return self.work.execute(f"SELECT 1 FROM ({named}) LIMIT 1").fetchone() is not None

    def _note_future_closes(self) -> None:
        """Closed deals dated after the day the files speak of keep their date, as in the source, and are named."""
        self.work.execute("DELETE FROM _problem_count WHERE code = 'closed_in_future'")
        found = self.work.execute(
            f"SELECT count(*), CAST(sum(o.amount_minor) AS BIGINT) FROM opportunity o "
            "JOIN pipeline_stage s USING (pipeline, stage) "
            f"WHERE s.outcome <> 'open' AND o.close_date > DATE '{self._today()}'"
        ).fetchone()
        if found and found[0]:
            self.work.execute(
                "INSERT INTO _problem_count (code, severity, message, remedy, file, column_name, "
                "table_name, rows, amount_minor) VALUES ('closed_in_future', 'doubtful', ?, ?, '', "
                "'close_date', 'opportunity', ?, ?)",
                [
                    (
                        f"{found[0]:,} closed opportunities have a close date after {self._today()}, the "
                        "day the files speak of. They count in the period of that date."
                    ),
                    "Correct their close dates in the source.",
                    *found,
                ],
            )

    def _rated_in(self) -> str | None:
        """The currency the files' rates are given in: whose own rate is always 1, else the one used without."""
        found = self.work.execute(
            "SELECT currency FROM exchange_rate GROUP BY 1 HAVING min(rate) = 1 AND max(rate) = 1 "
            "ORDER BY count(*) DESC, 1 LIMIT 1"
        ).fetchone()
        return str(found[0]) if found else self._commonest("NOT IN")

    def _commonest(self, rated: str) -> str | None:
        """The currency most rows name among those that have a rate (`IN`) or have none (`NOT IN`)."""
        found = self.work.execute(
            "SELECT currency FROM (SELECT currency FROM opportunity UNION ALL "
            "SELECT currency FROM quota UNION ALL SELECT currency FROM product) "
            f"WHERE currency <> '' AND currency {rated} (SELECT currency FROM exchange_rate) "
            "GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
        ).fetchone()
        return str(found[0]) if found else None

    def _reporting_currency(self) -> str:
        return (
            self.settings.currency or self._rated_in() or self._commonest("IN") or ASSUMED_CURRENCY
        )

    def _rates(self) -> None:
        """Rates into the reporting currency, also where the files give them into another one."""
        self.work.execute("CREATE OR REPLACE TABLE _rate_as_read AS FROM exchange_rate")
        base = self._rated_in()
        _one_after_the_other(self.work, "exchange_rate", "currency")
        own = self.work.execute(
            "SELECT 1 FROM exchange_rate WHERE currency = $to AND rate <> 1 LIMIT 1",
            {"to": self.currency},
        ).fetchone()
        if own:
            self._rebase(base)
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

    def _rebase(self, base: str | None) -> None:
        """Divide by the reporting currency's own rate, day by day; the base itself is worth 1 in its own."""
        if base:
            self.work.execute("DELETE FROM exchange_rate WHERE currency = ?", [base])
            self.work.execute(
                "INSERT INTO exchange_rate (currency, valid_from, valid_to, rate) "
                f"VALUES (?, DATE '0001-01-01', {FOREVER_DAY}, 1)",
                [base],
            )
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

    def _of(self, column: str, version: str, deal: str) -> str:
        """SQL for what a version says, or what its deal does where history does not hold it."""
        return f"{version if column in self.held else deal}.{column}"

    def _deals(self, *columns: str) -> str:
        """The select of all deals that history knows: those there are, and those that are no more."""
        listed = ", ".join(columns)
        return f"SELECT {listed} FROM opportunity UNION ALL SELECT {listed} FROM _gone"

    def _with_currency(self) -> list[str]:
        """The tables whose rows name a currency."""
        return [
            name
            for name, declared in self.tables.items()
            if "currency" in (self.held if name == "opportunity_version" else declared.column)
        ]

    def _value(self, row: str, currency: str = "currency") -> str:
        """Money of `row` in the reporting currency; null where no rate is known for its currency."""
        return (
            f"CASE WHEN {row}.{currency} = '{self.currency}' THEN {row}.amount_minor "
            f"ELSE CAST(round({row}.amount_minor * r.minor_rate) AS BIGINT) END"
        )

    def _rate_join(self, row: str, day: str, currency: str = "currency") -> str:
        return (
            f"LEFT JOIN exchange_rate r ON r.currency = {row}.{currency} "
            f"AND r.valid_from <= {day} AND r.valid_to > {day}"
        )

    def _add_unseen_states(self) -> None:
        """A state only seen in the current row becomes a version at the reading's instant.

        It follows every recorded change, also one that happened at that very instant.
        """
        compared = [c for c in _SEEN if c in self.held]
        same = " AND ".join(f"v.{c} IS NOT DISTINCT FROM o.{c}" for c in compared)
        copied = [c for c in self.as_read if c in self.held]
        self.work.execute(
            f"""
            INSERT INTO opportunity_version (opportunity_id, valid_from, change_source, {", ".join(copied)})
            SELECT o.id, greatest($seen, v.valid_from + INTERVAL 1 MICROSECOND), 'snapshot',
                {", ".join(f"o.{c}" for c in copied)}
            FROM opportunity o LEFT JOIN (
                SELECT opportunity_id, unnest(arg_max(
                    struct_pack(valid_from, {", ".join(compared)}), (valid_from, change_source)))
                FROM opportunity_version GROUP BY opportunity_id) v
                ON v.opportunity_id = o.id
            WHERE v.opportunity_id IS NULL OR NOT ({same})
            """,
            {"seen": self.data_as_of},
        )

    def _write_versions(self) -> None:
        """A part of the deals at a time, so that what is sorted stays in memory."""
        self._create(self.tables["opportunity_version"])
        found = self.work.execute("SELECT count(*) FROM _deal").fetchone()
        self.parts = [0]  # how many versions there are after each part
        for first in range(1, (found[0] if found else 0) + 1, DEALS_AT_ONCE):
            made = self.work.execute(
                f"INSERT INTO base.opportunity_version {self._versions_of(first, first + DEALS_AT_ONCE)}"
            ).fetchone()
            self.parts.append(self.parts[-1] + (made[0] if made else 0))
        self._count("opportunity_version")

    def _versions_of(self, first: int, after: int) -> str:
        """The select of the finished versions of some deals."""
        derived = {
            "opportunity_id": "d.id",
            "team": "coalesce(t.team, n.team)",
            "pitched_on": f"CASE WHEN k.pitched_at <= v.valid_from THEN {self._day('k.pitched_at')} END",
            "qualified_on": "CASE WHEN k.qualified_at <= v.valid_from "
            f"THEN {self._day('k.qualified_at')} END",
            "qualified_value_minor": "CASE WHEN k.qualified_at <= v.valid_from "
            "THEN k.qualified_value_minor END",
            "closed_at": "CASE WHEN v.is_closed THEN c.seen_at END",
            "is_stage_entry": "e.place IS NOT NULL",
        }
        missing = [c for c in self.of_a_version if c not in self.held]
        derived |= {c: f"d.{c}" for c in missing}
        columns = ", ".join(
            f"{derived.get(c, f'v.{c}')} AS {c}" for c in self.tables["opportunity_version"].column
        )
        some = f"(FROM {{0}} WHERE place >= {first} AND place < {after})"
        owner = self._of("owner_id", "v", "d")
        placed = f"coalesce(v.closed_on, {self._day('v.valid_from')})"
        entered = "AND outcome = 'open' GROUP BY ALL"
        if self.meanings_changed:
            # Who entered a stage while it ended deals does not enter it once it opens.
            entered = "GROUP BY ALL HAVING arg_min(outcome, valid_from) = 'open'"
        return f"""
            SELECT {columns} FROM {some.format("version")} v
            JOIN {some.format("_deal")} d ON d.place = v.place
            JOIN {some.format("reached")} k ON k.place = v.place
            LEFT JOIN {some.format("closing")} c ON c.place = v.place
                AND c.since <= v.valid_from AND c.until > v.valid_from
            LEFT JOIN (
                SELECT place, stage, min(valid_from) AS at FROM {some.format("version")}
                WHERE change_source = 'history' {entered}
            ) e ON e.place = v.place AND e.stage = v.stage AND e.at = v.valid_from
            LEFT JOIN place t ON t.person_id = {owner}
                AND t.valid_from <= {placed} AND t.valid_to > {placed}
            LEFT JOIN person n ON n.id = {owner}
            ORDER BY v.place, v.valid_from
            """

    def _write_deletions(self) -> None:
        """Each deletion that ended a state, with the deal in that state. Others are of deals nothing is known of."""
        self._create(self.deletions)
        told = {*self.as_read} - {"id", "forecast_category"}
        columns = ", ".join(
            f"coalesce(e.{c}, v.{c})" if c in told else f"v.{c}"
            for c in self.tables["opportunity"].column
            if c != "id"
        )
        self.work.execute(
            f"""
            INSERT INTO base.{DELETION}
            SELECT v.opportunity_id, {columns}, v.valid_to, v.back_at FROM (
                SELECT *, coalesce(lead(valid_from) OVER (PARTITION BY opportunity_id ORDER BY valid_from), {OPEN_END})
                    AS back_at
                FROM base.opportunity_version WHERE opportunity_id IN (SELECT id FROM {DELETION})) v
            JOIN {DELETION} e ON e.id = v.opportunity_id AND e.deleted_at = v.valid_to
            WHERE v.back_at > v.valid_to ORDER BY ALL
            """
        )

    def _write_opportunities(self) -> None:
        """The state now: what was derived for the last version, the rest as the current row has it.

        Open deals count at today's rate and team.
        """
        today = f"DATE '{self._today()}'"
        columns = []
        for name in self.tables["opportunity"].column:
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
            elif name in self.as_read and name != "forecast_category":
                columns.append(f"o.{name}")
            else:
                columns.append(f"v.{name}")
        self._write(
            "opportunity",
            f"""
            SELECT {", ".join(columns)} FROM base.opportunity_version v
            JOIN opportunity o ON o.id = v.opportunity_id
            LEFT JOIN place t ON t.person_id = v.owner_id
                AND t.valid_from <= {today} AND t.valid_to > {today}
            {self._rate_join("v", today)}
            WHERE v.valid_to >= {OPEN_END}
            ORDER BY v.opportunity_id
            """,
        )

    def _write_passages(self) -> None:
        """How each deal went through the stages, a part of the deals at a time, as they were written."""
        self._create(passage)
        was_open = (
            f"(pipeline, stage) IN (SELECT (pipeline, stage) FROM {MEANING} WHERE outcome = 'open')"
        )
        stages = open_stages_of(self.work.execute(stages_sql(was_open)).fetchall())
        if not stages:
            return
        told = {"entered_on": self._day("p.entered_at")}
        columns = ", ".join(f"{told.get(c, f'p.{c}')} AS {c}" for c in passage.column)
        deals = "SELECT id, pipeline, is_closed, outcome, NULL AS g FROM base.opportunity"
        asked = {"until": self.data_as_of, **passage_values(stages)}
        for first, after in pairwise(self.parts):
            states = (
                "base.opportunity_version WHERE valid_from <= $until "
                f"AND rowid >= {first} AND rowid < {after}"
            )
            text = (
                f"INSERT INTO base.{PASSAGE} WITH {passage_tables(states, deals, stages)} "
                f"SELECT {columns} FROM passage p ORDER BY p.opportunity_id, p.position"
            )
            self.work.execute(with_values(text, asked))

    def _note_customers(self) -> None:
        """When each account that bought first did."""
        self.work.execute(
            "CREATE OR REPLACE TABLE _customer AS SELECT account_id, min(closed_on) AS since "
            "FROM base.opportunity WHERE is_won GROUP BY 1"
        )

    def _today(self) -> date:
        return self._day_of(self.data_as_of)

    def _day_of(self, instant: datetime) -> date:
        """The organisation's day of an instant of UTC without a zone."""
        return in_zone(instant, self.zone).date()

    def _select(self, name: str) -> str:
        """The select that fills a table's derived columns."""
        table = self.tables[name]
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
        self._create(self.tables[name])
        if self.read[name]:
            self.work.execute(f'INSERT INTO base."{name}" {select}')
        self._count(name)

    def _create(self, table: Table) -> None:
        self.work.execute(table.duckdb_ddl().replace("CREATE TABLE ", "CREATE TABLE base."))

    def _count(self, name: str) -> None:
        found = self.work.execute(f'SELECT count(*) FROM base."{name}"').fetchone()
        self.rows[name] = int(found[0]) if found else 0

    def _write_calendar(self) -> None:
        """A row for every day the book could be asked about, with the label of its periods."""
        frame = calendar_days(self.settings.calendar.calendar(), *self._days_spoken_of())
        self.work.register("_days", frame)
        self.work.execute(
            "CREATE TABLE base.calendar AS SELECT day, week, month, quarter, year, turns_at, "
            "day_before, day_after FROM _days"
        )
        self.work.unregister("_days")

    def _days_spoken_of(self) -> tuple[date, date]:
        """From the year of the first day any dated row names to a year after the last, within reason."""
        named = " UNION ALL ".join(
            f"SELECT min({column}) AS first, max({column}) AS last FROM base.{table}"
            for table, column in _DATED
        )
        found = self.work.execute(f"SELECT min(first), max(last) FROM ({named})").fetchone()
        first, last = found if found and found[0] else (self._today(), self._today())
        first = max(min(first, self._today()), FIRST_DAY)
        last = min(max(last, self._today()), LAST_DAY)
        return first.replace(month=1, day=1), last + timedelta(days=400)


def _read_of(table: Table) -> list[str]:
    """The columns that an importer fills or records have."""
    return [c.name for c in table.columns if not c.derived]


def _columns(work: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    """The columns a table of the reading has."""
    return {str(row[0]) for row in work.execute(f"DESCRIBE {table}").fetchall()}


def _one_after_the_other(work: duckdb.DuckDBPyConnection, table: str, of: str) -> None:
    """Spans of one person or currency never overlap: a later start ends the one before.

    Of several with the same start the one read last holds; without that a join would multiply rows.
    """
    work.execute(
        f"""
        CREATE OR REPLACE TABLE _spans AS
        WITH last_read AS (
            SELECT *, rowid AS place FROM {table} WHERE valid_from < coalesce(valid_to, {FOREVER_DAY})
            QUALIFY row_number() OVER (PARTITION BY {of}, valid_from ORDER BY place DESC) = 1)
        SELECT * EXCLUDE (place) REPLACE (
            least(coalesce(valid_to, {FOREVER_DAY}),
                  lead(valid_from, 1, {FOREVER_DAY}) OVER (PARTITION BY {of} ORDER BY valid_from))
            AS valid_to)
        FROM last_read
        """
    )
    work.execute(f"DELETE FROM {table}")
    work.execute(f"INSERT INTO {table} BY NAME FROM _spans")
    work.execute("DROP TABLE _spans")


# Where a page asks for single rows by an id: found in a tenth of the time that reading all ids takes, or less.
INDEXED = {"opportunity": "id", "account": "id", "opportunity_version": "opportunity_id"}
_KEPT = ("_problem", "_problem_count", "_refused_row", "_stage_as_read", "_rate_as_read", MEANING)
# What makes a state another one.
_SEEN = ("pipeline", "stage", "amount_minor", "currency", "close_date", "owner_id")
_DATED = (
    ("opportunity", "created_on"),
    ("opportunity", "close_date"),
    ("opportunity_version", "CAST(valid_from AS DATE)"),
    ("activity", "occurred_on"),
    ("cost", "booked_on"),
)
_MONEY_DAY = {
    "campaign_spend": "spent_on",
    "cost": "booked_on",
    "recurring_revenue": "starts_on",
    "quota": "starts_on",
    QUOTA_VERSION: "starts_on",
}
_JOINS = {"account": "LEFT JOIN _customer w ON w.account_id = x.id"}
_SELLING = "('call', 'email', 'message', 'meeting', 'demo')"
_DERIVED = {
    "account": {"is_customer": "w.account_id IS NOT NULL", "customer_since": "w.since"},
    "activity": {"is_selling": f"x.kind IN {_SELLING}"},
}
