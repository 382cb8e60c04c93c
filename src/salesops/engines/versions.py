"""The versions of deals: every state a deal was in, in order, with its end and what was reached by then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb

from salesops.book.deletion import DELETION
from salesops.engines.meanings import MEANING, cut_states
from salesops.engines.rates import rate_join, value_in
from salesops.engines.reading import Reading
from salesops.foundations.instant import OPEN_END

DEALS_AT_ONCE = 200_000
# What makes a state another one.
_SEEN = ("pipeline", "stage", "amount_minor", "currency", "close_date", "owner_id")


@dataclass(frozen=True)
class Versions:
    """The versions of the deals of a reading, put in order in `work` and then written, once `place` is there.

    What is only seen in current rows is so since `seen_at`, an instant of UTC without a zone; `currency` is the
    reporting one, and `meanings_changed` tells whether any stage ever meant something else than now.
    """

    work: duckdb.DuckDBPyConnection
    reading: Reading
    currency: str
    seen_at: datetime
    meanings_changed: bool

    def order(self) -> None:
        """Versions in order with their ends, and what follows from having been in a stage.

        Everything reached is said of the version it was reached in and those after it, never of those before.
        """
        self._add_unseen_states()
        if self.meanings_changed:
            cut_states(
                self.work,
                pipeline=self.reading.of("pipeline", "v", "d"),
                deals=self.reading.deals("id", "pipeline"),
                names_who="changed_by_id" in self.reading.held,
            )
        self.work.execute(
            # Ordering the ids alone and joining takes half as long as ordering whole rows.
            f"CREATE OR REPLACE TABLE _deal AS SELECT o.*, p.place FROM ({self.reading.deals(*self.reading.as_read)}) o "
            "JOIN (SELECT id, CAST(row_number() OVER (ORDER BY id) AS INTEGER) AS place "
            f"FROM ({self.reading.deals('id')})) p USING (id)"
        )
        kept = [c for c in self.reading.held if c not in ("opportunity_id", "forecast_category")]
        event = f"coalesce(CASE WHEN m.is_closed THEN m.close_date END, {self.reading.day('m.valid_from')})"
        pipeline = self.reading.of("pipeline", "v", "d")
        then = ""
        if self.meanings_changed:
            kept.append("is_cut")
            then = "AND s.valid_from <= v.valid_from AND s.valid_to > v.valid_from"
        self.work.execute(
            f"""
            CREATE OR REPLACE TABLE version AS
            WITH meant AS (
                SELECT d.place, {", ".join(f"v.{c}" for c in kept)},
                    {self.reading.of("currency", "v", "d")} AS paid_in,
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
                    {value_in(self.currency, "m", "paid_in")} AS value_minor
                FROM meant m
                {rate_join("m", event, "paid_in")}
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

    def _add_unseen_states(self) -> None:
        """A state only seen in the current row becomes a version at the reading's instant.

        It follows every recorded change, also one that happened at that very instant.
        """
        compared = [c for c in _SEEN if c in self.reading.held]
        same = " AND ".join(f"v.{c} IS NOT DISTINCT FROM o.{c}" for c in compared)
        copied = [c for c in self.reading.as_read if c in self.reading.held]
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
            {"seen": self.seen_at},
        )

    def _reached(self, flag: str) -> str:
        """SQL: this state is at or beyond the pipeline's first stage with the flag, by a recorded change or since then."""
        cut = f" OR v.is_cut AND s.newly_{flag}" if self.meanings_changed else ""
        return f"((v.change_source = 'history'{cut}) AND s.reaches_{flag})"

    def _end_at_deletions(self) -> None:
        """A state ends where its deal was deleted, and the next begins where the deal was there again."""
        self.work.execute(
            f"UPDATE {DELETION} SET deleted_at = ? WHERE deleted_at IS NULL", [self.seen_at]
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

    def _is_known(self) -> str:
        """SQL: since when the state has been so is known."""
        cut = " OR is_cut" if self.meanings_changed else ""
        return f"(change_source = 'history'{cut})"

    def write(self) -> list[int]:
        """Fill the base's table, a part of the deals at a time, so that what is sorted stays in memory.

        Returns how many versions there are after each part, the first of which is 0.
        """
        found = self.work.execute("SELECT count(*) FROM _deal").fetchone()
        parts = [0]
        for first in range(1, (found[0] if found else 0) + 1, DEALS_AT_ONCE):
            made = self.work.execute(
                f"INSERT INTO base.opportunity_version {self._versions_of(first, first + DEALS_AT_ONCE)}"
            ).fetchone()
            parts.append(parts[-1] + (made[0] if made else 0))
        return parts

    def _versions_of(self, first: int, after: int) -> str:
        """The select of the finished versions of some deals."""
        derived = {
            "opportunity_id": "d.id",
            "team": "coalesce(t.team, n.team)",
            "pitched_on": f"CASE WHEN k.pitched_at <= v.valid_from THEN {self.reading.day('k.pitched_at')} END",
            "qualified_on": "CASE WHEN k.qualified_at <= v.valid_from "
            f"THEN {self.reading.day('k.qualified_at')} END",
            "qualified_value_minor": "CASE WHEN k.qualified_at <= v.valid_from "
            "THEN k.qualified_value_minor END",
            "closed_at": "CASE WHEN v.is_closed THEN c.seen_at END",
            "is_stage_entry": "e.place IS NOT NULL",
        }
        missing = [c for c in self.reading.of_a_version if c not in self.reading.held]
        derived |= {c: f"d.{c}" for c in missing}
        columns = ", ".join(
            f"{derived.get(c, f'v.{c}')} AS {c}"
            for c in self.reading.tables["opportunity_version"].column
        )
        some = f"(FROM {{0}} WHERE place >= {first} AND place < {after})"
        owner = self.reading.of("owner_id", "v", "d")
        placed = f"coalesce(v.closed_on, {self.reading.day('v.valid_from')})"
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

    def write_deletions(self) -> None:
        """Fill the base's table with each deletion that ended a state, with the deal in that state.

        Others are of deals nothing is known of.
        """
        told = {*self.reading.as_read} - {"id", "forecast_category"}
        columns = ", ".join(
            f"coalesce(e.{c}, v.{c})" if c in told else f"v.{c}"
            for c in self.reading.tables["opportunity"].column
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
