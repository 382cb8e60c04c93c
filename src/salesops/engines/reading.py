"""What was read for a book: its tables made ready, the deals its history knows, and the last instant it speaks of."""

from __future__ import annotations

from datetime import date, datetime

import duckdb

from salesops.book.custom import Custom, tables_with
from salesops.book.deletion import DELETION, deletion_table
from salesops.book.quota_version import QUOTA_VERSION, QUOTA_VERSIONS
from salesops.engines.meanings import BEGINS, MEANING
from salesops.engines.quotas import MOVED, make_versions
from salesops.foundations.instant import in_zone
from salesops.foundations.table import Table


class Reading:
    """The tables of `work` as they were filled, with the columns that history holds; days are those of the zone."""

    def __init__(self, work: duckdb.DuckDBPyConnection, custom: Custom, zone: str) -> None:
        self.work = work
        self.zone = zone
        # What history does not hold of a deal is as the deal has it now.
        self.tables = {**tables_with(custom), QUOTA_VERSION: QUOTA_VERSIONS}
        self.deletions = deletion_table(self.tables)
        self.as_read = _read_of(self.tables["opportunity"])
        self.of_a_version = _read_of(self.tables["opportunity_version"])
        there = _columns(work, "opportunity_version")
        self.held = [c for c in self.of_a_version if c in there]

    def complete(self) -> None:
        """Days from instants, a pipeline for every deal, and the deals that are no more."""
        ddl = self.deletions.duckdb_ddl()
        self.work.execute(ddl.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS"))
        make_versions(self.work)
        dated = ["account", "contact", "lead", "opportunity", DELETION]
        if {"created_at", "created_on"} <= set(self.held):
            dated.append("opportunity_version")
        for table in dated:
            self.work.execute(
                f"UPDATE {table} SET created_on = {self.day('created_at')} "
                f"WHERE created_at IS NOT NULL AND created_on IS DISTINCT FROM {self.day('created_at')}"
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

    def note_stages_used(self) -> None:
        """Every stage that a deal is or was in."""
        pipeline = self.of("pipeline", "v", "o")
        self.work.execute(
            "CREATE OR REPLACE TABLE _stage_used AS SELECT pipeline, stage FROM opportunity UNION "
            f"SELECT {pipeline}, v.stage FROM opportunity_version v "
            f"LEFT JOIN ({self.deals('id', 'pipeline')}) o ON o.id = v.opportunity_id"
        )

    def latest(self, now: datetime) -> datetime:
        """The last instant the files speak of, never later than `now`; both of UTC without a zone."""
        today = f"DATE '{self.day_of(now)}'"
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
            {"now": now},
        ).fetchone()
        latest = found[0] if found and found[0] else now
        return min(latest, now)

    def note_future_closes(self, today: date) -> None:
        """Closed deals dated after the day the files speak of keep their date, as in the source, and are named."""
        self.work.execute("DELETE FROM _problem_count WHERE code = 'closed_in_future'")
        found = self.work.execute(
            f"SELECT count(*), CAST(sum(o.amount_minor) AS BIGINT) FROM opportunity o "
            "JOIN pipeline_stage s USING (pipeline, stage) "
            f"WHERE s.outcome <> 'open' AND o.close_date > DATE '{today}'"
        ).fetchone()
        if found and found[0]:
            self.work.execute(
                "INSERT INTO _problem_count (code, severity, message, remedy, file, column_name, "
                "table_name, rows, amount_minor) VALUES ('closed_in_future', 'doubtful', ?, ?, '', "
                "'close_date', 'opportunity', ?, ?)",
                [
                    (
                        f"{found[0]:,} closed opportunities have a close date after {today}, the "
                        "day the files speak of. They count in the period of that date."
                    ),
                    "Correct their close dates in the source.",
                    *found,
                ],
            )

    def with_currency(self) -> list[str]:
        """The tables whose rows name a currency."""
        return [
            name
            for name, declared in self.tables.items()
            if "currency" in (self.held if name == "opportunity_version" else declared.column)
        ]

    def with_money(self) -> list[str]:
        """The tables whose rows hold money in the currency they name, also of deals that are no more."""
        return [*(name for name in self.with_currency() if name != "exchange_rate"), "_gone"]

    def day_of(self, instant: datetime) -> date:
        """The organisation's day of an instant of UTC without a zone."""
        return in_zone(instant, self.zone).date()

    # -- as SQL --------------------------------------------------------------------------------

    def of(self, column: str, version: str, deal: str) -> str:
        """SQL for what a version says, or what its deal does where history does not hold it."""
        return f"{version if column in self.held else deal}.{column}"

    def deals(self, *columns: str) -> str:
        """The select of all deals that history knows: those there are, and those that are no more."""
        listed = ", ".join(columns)
        return f"SELECT {listed} FROM opportunity UNION ALL SELECT {listed} FROM _gone"

    def day(self, instant: str) -> str:
        """SQL: the day of the organisation on which an instant of UTC falls."""
        if self.zone == "UTC":
            return f"CAST({instant} AS DATE)"
        return f"CAST(timezone('{self.zone}', timezone('UTC', {instant})) AS DATE)"

    def _day_ends(self, day: str) -> str:
        """SQL: the last instant of a day of the organisation, in UTC."""
        following = f"CAST({day} AS TIMESTAMP) + INTERVAL 1 DAY"
        if self.zone != "UTC":
            following = f"timezone('UTC', timezone('{self.zone}', {following}))"
        return f"({following} - INTERVAL 1 MICROSECOND)"


def _read_of(table: Table) -> list[str]:
    """The columns that an importer fills or records have."""
    return [c.name for c in table.columns if not c.derived]


def _columns(work: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    """The columns a table of the reading has."""
    return {str(row[0]) for row in work.execute(f"DESCRIBE {table}").fetchall()}
