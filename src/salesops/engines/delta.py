"""Building a delta: the rows of a base that no longer hold, and those that hold in their place."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from pathlib import Path

import duckdb

from salesops.book.quota_version import QUOTA_VERSION
from salesops.book.settings import Settings
from salesops.engines.build import Build, Built
from salesops.engines.calendar_days import FIRST_DAY, LAST_DAY
from salesops.engines.changes import add_changes
from salesops.engines.folder import Manifest
from salesops.engines.generation import REPLACED, left_of
from salesops.engines.literals import literal
from salesops.engines.meanings import MEANING, meanings_changed
from salesops.engines.quotas import first_seen
from salesops.engines.rates import any_currency, name_currencies
from salesops.foundations.instant import bare

# What other rows are worked out from. Where one of these changed, everything may have.
CONTEXT = ("person", "team_membership", "pipeline_stage", "exchange_rate")


def build_delta(
    work: duckdb.DuckDBPyConnection,
    base: Path,
    manifest: Manifest,
    delta: Path,
    settings: Settings,
    now: datetime,
) -> Built | None:
    """Write `delta` from the tables in `work`; None where only a whole base says the same as the records.

    `work` holds the rows of now of each record that is new or changed since `base` was made, an opportunity
    with its whole past, and in `_replaced` (name, id) each that is new, changed or gone. `manifest` names
    `base`; what it says of a former delta does not matter.
    """
    try:
        work.execute(f"ATTACH {literal(str(base))} AS former (READ_ONLY)")
    except duckdb.Error:  # gone or damaged, which a new base mends
        return None
    try:
        run = _Delta(work, settings, now, manifest)
        if not run.take_over():
            return None
        run.history()
        run.write(delta)
        run.check()
        built = run.built()
    finally:
        work.execute("DETACH former")
    gone = f"(SELECT id FROM {REPLACED} WHERE name = 'opportunity')"
    add_changes(delta, base, f"(SELECT * FROM former.opportunity WHERE id IN {gone})")
    return built


class _Delta(Build):
    written = tuple(name for name in Build.written if name not in CONTEXT)

    def __init__(
        self,
        work: duckdb.DuckDBPyConnection,
        settings: Settings,
        now: datetime,
        manifest: Manifest,
    ) -> None:
        super().__init__(work, settings, now)
        self.manifest = manifest
        self.currency = manifest.currency
        self.files_name_currency = manifest.files_name_currency

    def take_over(self) -> bool:
        """Read from the base what stages, rates and places mean. Whether it tells what everything now means."""
        self.files_name_currency |= any_currency(self.work, self.reading.with_currency())
        for name in CONTEXT:
            self.work.execute(f"DELETE FROM {name}")
            self.work.execute(f"INSERT INTO {name} FROM former.{name}")
        self.work.execute(f"CREATE OR REPLACE TABLE {MEANING} AS FROM former.{MEANING}")
        self.meanings_changed = meanings_changed(self.work)
        self.reading.complete()
        self.reading.note_stages_used()
        name_currencies(self.work, self.reading.with_money(), self.currency)
        self._note_places()
        self.data_as_of = max(self.reading.latest(self.now), bare(self.manifest.data_as_of))
        self._add_touched_accounts()
        return (
            self._knows_stages()
            and self._knows_currencies()
            and self._values_as_on_this_day()
            and self._is_within_the_calendar()
        )

    def built(self) -> Built:
        """What the base and the delta hold together."""
        made = super().built()
        rows = {name: self._number(f"SELECT count(*) FROM former.{name}") for name in CONTEXT}
        for name in self.written:
            left = self._number(f"SELECT count(*) FROM ({self._left(name)})")
            rows[name] = left + self.rows[name]
        won = f"SELECT sum(value_minor) FROM ({self._left('opportunity')}) WHERE is_won"
        known = [i for i in (made.history_from, self.manifest.history_from) if i is not None]
        return dataclasses.replace(
            made,
            history_from=min(known, default=None),
            rows=rows,
            won_minor=made.won_minor + self._number(won),
            alike_currencies=made.alike_currencies and self.manifest.alike_currencies,
            filled=sorted({*made.filled, *self.manifest.filled}),
            quotas_seen=first_seen(
                self.work, f"{self._left(QUOTA_VERSION)} UNION ALL FROM {QUOTA_VERSION}"
            ),
        )

    def _left(self, table: str) -> str:
        return left_of(table, "former", REPLACED)

    def _number(self, sql: str) -> int:
        found = self.work.execute(sql).fetchone()
        return int(found[0] or 0) if found else 0

    def _is_nothing(self, sql: str) -> bool:
        return self.work.execute(f"{sql} LIMIT 1").fetchone() is None

    # -- whether a delta can tell it ---------------------------------------------------------------

    def _knows_stages(self) -> bool:
        return self._is_nothing(
            "SELECT 1 FROM _stage_used WHERE stage IS NOT NULL AND (pipeline, stage) NOT IN "
            "(SELECT (pipeline, stage) FROM pipeline_stage)"
        )

    def _knows_currencies(self) -> bool:
        """No currency is new, by which the reporting one might be another, or a rate be missing."""
        named = " UNION ALL ".join(f"SELECT currency FROM {t}" for t in self.reading.with_money())
        return self._is_nothing(
            f"SELECT 1 FROM ({named}) WHERE currency <> '{self.currency}' AND currency NOT IN "
            "(SELECT currency FROM exchange_rate UNION SELECT currency FROM former.opportunity "
            "WHERE currency IS NOT NULL)"
        )

    def _values_as_on_this_day(self) -> bool:
        """Open deals of the base have the team and the value of its day: nothing of both began or ended since."""
        follows = self.manifest.follows
        then = self.reading.day_of(bare(follows.valued_at if follows else self.manifest.data_as_of))
        passed = f"> DATE '{then}' AND {{0}} <= DATE '{self._today()}'"
        return all(
            self._is_nothing(
                f"SELECT 1 FROM {table} WHERE valid_from {passed.format('valid_from')} "
                f"OR valid_to {passed.format('valid_to')}"
            )
            for table in ("team_membership", "exchange_rate")
        )

    def _is_within_the_calendar(self) -> bool:
        days = " UNION ALL ".join(
            f"SELECT CAST({column} AS DATE) AS day FROM {table}" for table, column in _DATED
        )
        return self._is_nothing(
            f"SELECT 1 FROM ({days}), (SELECT min(day) AS first, max(day) AS last FROM former.calendar) "
            f"WHERE day BETWEEN DATE '{FIRST_DAY}' AND DATE '{LAST_DAY}' "
            "AND NOT day BETWEEN first AND last"
        )

    # -- parts -------------------------------------------------------------------------------------

    def _add_touched_accounts(self) -> None:
        """Whether an account is a customer follows from its deals, also when nobody touched the account."""
        self.work.execute(
            f"""
            CREATE OR REPLACE TABLE _touched AS
            SELECT id FROM former.account WHERE id IN (
                SELECT account_id FROM opportunity UNION
                SELECT account_id FROM former.opportunity
                WHERE id IN (SELECT id FROM {REPLACED} WHERE name = 'opportunity'))
            AND id NOT IN (SELECT id FROM {REPLACED} WHERE name = 'account')
            """
        )
        self.work.execute(
            "INSERT INTO account FROM former.account WHERE id IN (SELECT id FROM _touched)"
        )
        self.work.execute(f"INSERT INTO {REPLACED} SELECT 'account', id FROM _touched")

    def _note_customers(self) -> None:
        self.work.execute(
            f"""
            CREATE OR REPLACE TABLE _customer AS
            SELECT account_id, min(closed_on) AS since FROM (
                SELECT account_id, closed_on FROM base.opportunity WHERE is_won
                UNION ALL SELECT account_id, closed_on FROM ({self._left("opportunity")})
                WHERE is_won AND account_id IN (SELECT id FROM account))
            GROUP BY 1
            """
        )

    def _write_rest(self) -> None:
        self.work.execute(f"CREATE TABLE base.{REPLACED} AS FROM {REPLACED}")


_DATED = (
    ("opportunity", "created_on"),
    ("opportunity", "close_date"),
    ("opportunity_version", "valid_from"),
    ("activity", "occurred_at"),
    ("cost", "booked_on"),
)
