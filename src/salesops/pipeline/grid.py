"""A grid of instants as SQL: at which of them something begins to hold, by arithmetic and without a join.

What holds from one instant up to another holds at the places `[a, b)` of the grid, where both are the number of
instants before. So a state is two changes, and the running sum of changes is what is held at each instant.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def place_in(instants: Sequence[datetime], column: str) -> str:
    """SQL: how many of the instants, which ascend, lie before an instant.

    Instants one step apart are one run and one division; a week in which clocks change begins another run.
    """
    points = [_microseconds(instant) for instant in instants]
    branches, moment, runs = [], f"epoch_us({column})", _runs(points)
    for first, last in runs:
        step = points[first + 1] - points[first] if last > first else 1
        steps = f"({moment} - {points[first] - step + 1}) // {step}" if last > first else "0"
        if len(runs) == 1 and last > first:  # where nothing is chosen between, half of the time
            return f"CAST(least({len(points)}, greatest(0, {steps})) AS INTEGER)"
        branches.append(f"WHEN {moment} <= {points[last]} THEN {first} + greatest(0, {steps})")
    return f"CAST(CASE {' '.join(branches)} ELSE {len(points)} END AS INTEGER)"


def grid_of(days: Sequence[date]) -> str:
    """SQL: the table of places `i` and their days."""
    listed = ", ".join(f"DATE '{day.isoformat()}'" for day in days)
    return f"SELECT unnest(range({len(days)})) AS i, unnest([{listed}]) AS day"


def tiles(table: str, key: str, value: str) -> str:
    """SQL over `grid`: from which place to which a dated table says what of a key, null where it says nothing.

    The tiles of a key cover the grid, each place once.
    """
    return (
        "SELECT key, value, CAST(min(i) AS INTEGER) AS i, CAST(max(i) + 1 AS INTEGER) AS j FROM ("
        f"SELECT k.{key} AS key, t.{value} AS value, g.i, "
        f"g.i - row_number() OVER (PARTITION BY k.{key}, t.{value} ORDER BY g.i) AS run "
        f"FROM (SELECT DISTINCT {key} FROM {table}) k CROSS JOIN grid g LEFT JOIN {table} t "
        f"ON t.{key} = k.{key} AND t.valid_from <= g.day AND t.valid_to > g.day) GROUP BY key, value, run"
    )


def _microseconds(instant: datetime) -> int:
    gap = instant - EPOCH
    return (gap.days * 86_400 + gap.seconds) * 1_000_000 + gap.microseconds


def _runs(points: Sequence[int]) -> list[tuple[int, int]]:
    """The first and last place of each stretch of equal steps."""
    runs, first = [], 0
    while first < len(points):
        last = first + 1
        while (
            last + 1 < len(points)
            and points[last + 1] - points[last] == points[last] - points[last - 1]
        ):
            last += 1
        last = min(last, len(points) - 1)
        runs.append((first, last))
        first = last + 1
    return runs
