"""Sense: rows that can be read and still cannot be right, counted with the money they concern."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from salesops.foundations.problem import Problem, Severity
from salesops.importers import formats
from salesops.importers.problems import note_rows

_CLOSED = "regexp_matches(lower(o.stage), 'won|lost|gewonnen|verloren|no decision')"
_CREATED = "coalesce(o.created_on, CAST(o.created_at AS DATE))"


@dataclass(frozen=True)
class _Look:
    code: str
    severity: Severity
    condition: str
    column: str
    message: str
    remedy: str
    value: str = "o.id"  # what is shown of each


_LOOKS = (
    _Look(
        "no_account",
        Severity.NOTE,
        "o.account_id IS NULL",
        "account_id",
        "Opportunities have no account. They are counted everywhere but in numbers by account.",
        "Fill in the account in the source.",
    ),
    _Look(
        "no_owner",
        Severity.DOUBTFUL,
        "o.owner_id IS NULL",
        "owner_id",
        "Opportunities have no owner, so they belong to no person and no team.",
        "Give each an owner in the source.",
    ),
    _Look(
        "no_amount",
        Severity.DOUBTFUL,
        f"o.amount_minor IS NULL AND NOT {_CLOSED}",
        "amount_minor",
        "Open opportunities have no amount and add nothing to pipeline.",
        "Ask their owners for an amount.",
    ),
    _Look(
        "won_without_amount",
        Severity.DOUBTFUL,
        "o.amount_minor IS NULL AND regexp_matches(lower(o.stage), 'won|gewonnen')",
        "amount_minor",
        "Won opportunities have no amount; they count as won, and are left out of sums and averages of money.",
        "Fill in what they were worth.",
    ),
    _Look(
        "closed_without_date",
        Severity.DOUBTFUL,
        f"o.close_date IS NULL AND {_CLOSED}",
        "close_date",
        "Closed opportunities have no close date, so they fall into no period.",
        "Fill in the day each closed.",
    ),
    _Look(
        "closed_before_created",
        Severity.DOUBTFUL,
        f"{_CLOSED} AND o.close_date < {_CREATED}",
        "close_date",
        "Opportunities closed before they were created; they are left out of the sales cycle.",
        "Correct one of the two dates.",
        f"concat('closed ', o.close_date, ', created ', {_CREATED})",
    ),
    _Look(
        "negative_amount",
        Severity.DOUBTFUL,
        "o.amount_minor < 0",
        "amount_minor",
        "Opportunities have a negative amount; they lower every sum they are in.",
        "Check whether these are credits, and correct the others.",
    ),
)


def look_for_nonsense(connection: duckdb.DuckDBPyConnection) -> None:
    """Note every kind of doubtful row with its count, its money and examples, file by file."""
    for look in _LOOKS:
        rows = (
            f"SELECT l._file AS file, l._row AS row, {look.value} AS value, o.id AS record_id, "
            f"o.amount_minor FROM opportunity o LEFT JOIN l_opportunity l ON l.id = o.id "
            f"WHERE {look.condition}"
        )
        for file, count, amount in connection.execute(
            f"SELECT file, count(*), CAST(sum(amount_minor) AS BIGINT) FROM ({rows}) GROUP BY 1 ORDER BY 1"
        ).fetchall():
            note_rows(
                connection,
                Problem(
                    look.code,
                    look.severity,
                    look.message,
                    look.remedy,
                    file=file or "",
                    column=look.column,
                    table="opportunity",
                ),
                f"SELECT * FROM ({rows}) WHERE file IS NOT DISTINCT FROM {formats.quoted(file or '')}",
                count,
                amount,
            )
