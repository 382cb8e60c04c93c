"""Building a base file: every derived column of the tables, worked out in SQL from what an importer read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import duckdb

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
from salesops.engines.calendar_days import write_calendar
from salesops.engines.literals import literal, with_values
from salesops.engines.meanings import MEANING, meanings_changed, turns_of
from salesops.engines.quotas import complete_versions, first_seen
from salesops.engines.rates import (
    any_currency,
    are_currencies_alike,
    make_rates,
    name_currencies,
    rate_join,
    reporting_currency,
    value_in,
)
from salesops.engines.reading import Reading
from salesops.engines.spans import FOREVER_DAY, one_after_the_other
from salesops.engines.stages import fill_stages
from salesops.engines.versions import Versions
from salesops.foundations.instant import OPEN_END, bare
from salesops.foundations.problem import Refusal
from salesops.foundations.table import Table
from salesops.kpis import KPIS
from salesops.tables import TABLES

Step = Callable[[str, int, int], None]

# What numbers say they need: whether a book holds any of it is found out once, here.
NEEDED = sorted({(n.table, n.column) for kpi in KPIS.values() for n in kpi.needs})
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
        self.reading = Reading(work, settings.custom, settings.calendar.time_zone)
        self.tables = self.reading.tables
        self.rows: dict[str, int] = {}
        self.filled: list[str] = []

    # -- steps ---------------------------------------------------------------------------------

    def stages(self) -> None:
        """Days from instants, the reading's instant, and what each stage means."""
        self.reading.complete()
        self.work.execute("CREATE OR REPLACE TABLE _stage_as_read AS FROM pipeline_stage")
        self.reading.note_stages_used()
        fill_stages(self.work, self.settings, self.now)
        self.meanings_changed = meanings_changed(self.work)
        self.data_as_of = self.reading.latest(self.now)
        self.reading.note_future_closes(self._today())

    def money(self) -> None:
        """The reporting currency, and one dated rate for every currency and day."""
        self.files_name_currency = any_currency(self.work, self.reading.with_currency())
        self.currency = reporting_currency(self.work, self.settings.currency)
        name_currencies(self.work, self.reading.with_money(), self.currency)
        make_rates(self.work, self.currency)

    def history(self) -> None:
        """What quotas and deals were when, up to the reading's instant."""
        complete_versions(self.work, self.data_as_of)
        self.versions = Versions(
            self.work, self.reading, self.currency, self.data_as_of, self.meanings_changed
        )
        self.versions.order()

    def people(self) -> None:
        """Dated places: made from each person's team now where no history of places was given."""
        one_after_the_other(self.work, "team_membership", "person_id")
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
            self._create(self.tables[name])
            self.parts = self.versions.write()
            self._count(name)
            self._create(self.reading.deletions)
            self.versions.write_deletions()
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
        write_calendar(self.work, self.settings.calendar.calendar(), self._today())
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
            alike_currencies=are_currencies_alike(
                self.work, self.reading.with_money(), self.currency
            ),
            rows=self.rows,
            won_minor=int(won[0]) if won else 0,
            filled=self.filled,
            turns=tuple(
                StageTurn(stage, self.reading.day_of(at)) for stage, at in turns_of(self.work)
            ),
            quotas_seen=first_seen(self.work, f"FROM {QUOTA_VERSION}"),
        )

    # -- parts ---------------------------------------------------------------------------------

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
                    f"ELSE {value_in(self.currency, 'v')} END AS value_minor"
                )
            elif name == "team":
                columns.append(
                    "CASE WHEN v.is_closed THEN v.team ELSE coalesce(t.team, v.team) END AS team"
                )
            elif name in self.reading.as_read and name != "forecast_category":
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
            {rate_join("v", today)}
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
        told = {"entered_on": self.reading.day("p.entered_at")}
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
        return self.reading.day_of(self.data_as_of)

    def _select(self, name: str) -> str:
        """The select that fills a table's derived columns."""
        table = self.tables[name]
        special = _DERIVED.get(name, {})
        joins = _JOINS.get(name, "")
        day = _MONEY_DAY.get(name)
        columns = []
        for column in table.column:
            if column == "occurred_on":
                columns.append(f"{self.reading.day('x.occurred_at')} AS occurred_on")
            elif column == "value_minor":
                amount = "monthly_minor" if name == "recurring_revenue" else "amount_minor"
                value = value_in(self.currency, "x").replace("amount_minor", amount)
                columns.append(f"{value} AS value_minor")
            elif column in special:
                columns.append(f"{special[column]} AS {column}")
            else:
                columns.append(f"x.{column}")
        rate = rate_join("x", f"x.{day}") if day else ""
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


# Where a page asks for single rows by an id: found in a tenth of the time that reading all ids takes, or less.
INDEXED = {"opportunity": "id", "account": "id", "opportunity_version": "opportunity_id"}
_KEPT = ("_problem", "_problem_count", "_refused_row", "_stage_as_read", "_rate_as_read", MEANING)
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
