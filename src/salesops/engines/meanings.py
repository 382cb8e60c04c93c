"""What stages meant when: each span over which one meant the same, and states of deals cut where a span ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from salesops.book.deletion import DELETION
from salesops.book.facts import FOREVER

MEANING = "_stage_meaning"
FIRST = datetime(1, 1, 1)  # noqa: DTZ001  instants in tables are UTC without a zone
BEGINS = "valid_from > TIMESTAMP '0001-01-01'"  # something else was meant before


def make_spans(work: duckdb.DuckDBPyConnection) -> None:
    """Make the table of spans, empty.

    A deal in a stage has reached pitched or qualified where the stage is at or beyond the first one flagged so;
    `newly_…` tells that it came to be so while deals were in it. `cuts` is whether a state that spans its beginning is
    another one from there on.
    """
    work.execute(
        f"""
        CREATE OR REPLACE TABLE {MEANING} (
            pipeline VARCHAR, stage VARCHAR, valid_from TIMESTAMP, valid_to TIMESTAMP, position BIGINT,
            outcome VARCHAR, is_qualified BOOLEAN, forecast_category VARCHAR,
            reaches_pitched BOOLEAN, reaches_qualified BOOLEAN, newly_pitched BOOLEAN, newly_qualified BOOLEAN,
            cuts BOOLEAN)
        """
    )


@dataclass(frozen=True)
class Meant:
    """What a stage meant for the deals in it: outcome, qualified and category, and whether they have reached the flags."""

    read: tuple[str, bool, str]
    reaches: tuple[bool, ...]  # pitched and qualified

    def newly(self, former: Meant) -> tuple[bool, ...]:
        """Which of the flags deals reached as it came to mean this; those that were over before reach nothing."""
        goes_on = self.read[0] == "open" or self.read[0] != former.read[0]
        pairs = zip(self.reaches, former.reaches, strict=True)
        return tuple(goes_on and now and not was for now, was in pairs)


def note_spans(
    work: duckdb.DuckDBPyConnection,
    pipeline: str,
    stages: Sequence[str],
    times: Sequence[tuple[datetime, Sequence[Meant]]],
) -> None:
    """Write what each stage of a pipeline, in their order, meant from when until when.

    Whether a deal has reached pitched depends on the other stages, so that another's change can begin a span too.
    """
    rows = [
        [pipeline, stage, since, until, place + 1, *meant.read, *meant.reaches, *turned]
        for place, stage in enumerate(stages)
        for since, until, meant, turned in _spans([(at, each[place]) for at, each in times])
    ]
    work.executemany(f"INSERT INTO {MEANING} VALUES ({', '.join('?' * 13)})", rows)


def _spans(
    times: Sequence[tuple[datetime, Meant]],
) -> list[tuple[datetime, datetime, Meant, tuple[bool, ...]]]:
    """Each span of one meaning with its end and, of what it turned, which flags were newly reached and whether it cuts."""
    spans = [
        (since, meant)
        for place, (since, meant) in enumerate(times)
        if place == 0 or meant != times[place - 1][1]
    ]
    found = []
    for place, (since, meant) in enumerate(spans):
        until = spans[place + 1][0] if place + 1 < len(spans) else FOREVER
        former = spans[place - 1][1] if place else meant
        newly = meant.newly(former)
        found.append((since, until, meant, (*newly, meant.read != former.read or any(newly))))
    return found


def meanings_changed(work: duckdb.DuckDBPyConnection) -> bool:
    """Whether any stage ever meant something else than now."""
    found = work.execute(f"SELECT 1 FROM {MEANING} WHERE {BEGINS} LIMIT 1").fetchone()
    return found is not None


def turns_of(work: duckdb.DuckDBPyConnection) -> list[tuple[str, datetime]]:
    """Each stage that came to mean something else with the instant of it, in their order."""
    return work.execute(
        f"SELECT DISTINCT stage, valid_from FROM {MEANING} WHERE cuts ORDER BY valid_from, stage"
    ).fetchall()


def cut_states(
    work: duckdb.DuckDBPyConnection, *, pipeline: str, deals: str, names_who: bool
) -> None:
    """Make two of each state in `opportunity_version` during which its stage came to mean something else.

    Nobody changed the deal: the later one, which `is_cut`, is of the source `meaning`; where the state was merely seen,
    both are merely seen. `pipeline` is that of a version `v` of the deal `d`, of which `deals` is the select.
    """
    nobody = ", NULL AS changed_by_id" if names_who else ""
    work.execute("ALTER TABLE opportunity_version ADD COLUMN is_cut BOOLEAN DEFAULT false")
    work.execute(
        f"""
        INSERT INTO opportunity_version BY NAME
        SELECT v.* EXCLUDE (next_from) REPLACE (s.valid_from AS valid_from, true AS is_cut,
            CASE WHEN v.change_source = 'history' THEN 'meaning' ELSE v.change_source END AS change_source {nobody})
        FROM (
            SELECT *, lead(valid_from, 1, TIMESTAMP '9999-12-31') OVER (
                PARTITION BY opportunity_id ORDER BY valid_from, change_source) AS next_from
            FROM opportunity_version WHERE opportunity_id IN (
                SELECT opportunity_id FROM opportunity_version
                WHERE stage IN (SELECT stage FROM {MEANING} WHERE cuts))) v
        LEFT JOIN ({deals}) d ON d.id = v.opportunity_id
        JOIN {MEANING} s ON s.pipeline = {pipeline} AND s.stage = v.stage AND s.cuts
            AND s.valid_from > v.valid_from AND s.valid_from < v.next_from
        WHERE NOT EXISTS (
            SELECT 1 FROM {DELETION} e WHERE e.id = v.opportunity_id AND v.valid_from <= e.deleted_at
                AND e.deleted_at <= s.valid_from)
        """
    )
