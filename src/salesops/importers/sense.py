"""Sense: rows that can be read and still cannot be right, counted with the money they concern."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from salesops.foundations.problem import Problem, Severity
from salesops.importers.problems import note_rows

_WON = "regexp_matches(lower(stage), 'won|lost|gewonnen|verloren|no decision')"


@dataclass(frozen=True)
class _Look:
    code: str
    severity: Severity
    condition: str
    column: str
    message: str
    remedy: str
    table: str = "opportunity"
    value: str = "id"


_LOOKS = (
    _Look(
        "no_account",
        Severity.NOTE,
        "account_id IS NULL",
        "account_id",
        "Opportunities have no account. They are counted everywhere but in numbers by account.",
        "Fill in the account in the source.",
    ),
    _Look(
        "no_owner",
        Severity.DOUBTFUL,
        "owner_id IS NULL",
        "owner_id",
        "Opportunities have no owner, so they belong to no person and no team.",
        "Give each an owner in the source.",
    ),
    _Look(
        "no_amount",
        Severity.DOUBTFUL,
        f"amount_minor IS NULL AND NOT {_WON}",
        "amount_minor",
        "Open opportunities have no amount and add nothing to pipeline.",
        "Ask their owners for an amount.",
    ),
    _Look(
        "won_without_amount",
        Severity.DOUBTFUL,
        "amount_minor IS NULL AND regexp_matches(lower(stage), 'won|gewonnen')",
        "amount_minor",
        "Won opportunities have no amount; they count as won, and are left out of sums and averages of money.",
        "Fill in what they were worth.",
    ),
    _Look(
        "closed_without_date",
        Severity.DOUBTFUL,
        f"close_date IS NULL AND {_WON}",
        "close_date",
        "Closed opportunities have no close date, so they fall into no period.",
        "Fill in the day each closed.",
    ),
    _Look(
        "closed_before_created",
        Severity.DOUBTFUL,
        f"{_WON} AND close_date < coalesce(created_on, CAST(created_at AS DATE))",
        "close_date",
        "Opportunities closed before they were created; they are left out of the sales cycle.",
        "Correct one of the two dates.",
    ),
    _Look(
        "negative_amount",
        Severity.DOUBTFUL,
        "amount_minor < 0",
        "amount_minor",
        "Opportunities have a negative amount; they lower every sum they are in.",
        "Check whether these are credits, and correct the others.",
    ),
)


def look_for_nonsense(connection: duckdb.DuckDBPyConnection) -> None:
    """Note every kind of doubtful row with its count, its money and examples."""
    for look in _LOOKS:
        found = connection.execute(
            f"SELECT count(*), CAST(sum(amount_minor) AS BIGINT) FROM {look.table} WHERE {look.condition}"
        ).fetchone()
        if not found or not found[0]:
            continue
        note_rows(
            connection,
            Problem(
                look.code,
                look.severity,
                look.message,
                look.remedy,
                column=look.column,
                table=look.table,
            ),
            f"SELECT NULL AS row, {look.value} AS value FROM {look.table} WHERE {look.condition}",
            found[0],
            found[1],
        )
