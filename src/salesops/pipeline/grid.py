"""A grid of instants as SQL: at which of them something begins to hold, by arithmetic and without a join.

What holds from one instant up to another holds at the places `[a, b)` of the grid, where both are the number of
instants before. So a state is two changes, and the running sum of changes is what is held at each instant.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import pairwise

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def place_in(instants: Sequence[datetime], column: str) -> str:
    """SQL: how many of the instants, which ascend, lie before an instant.

    Of one that lies before or after all of them it may tell less than none or more than all: to hold every row to
    these bounds takes longer than to find its place.
    """
    points = [_microseconds(instant) for instant in instants]
    moment, runs = f"epoch_us({column})", _runs(points)
    step = _common_step(points, runs)
    if step:
        # A run goes on for one step after its last instant, up to where that of the next begins.
        ends = [max(points[a], points[b] - step) for (_, a), (b, _) in pairwise(runs)]
        begins = [points[first] - step + 1 - first * step for first, _ in runs]
        return f"({moment} - {_chosen(moment, ends, begins)}) // {step}"
    branches = []
    for first, last in runs:
        step = points[first + 1] - points[first] if last > first else 1
        steps = f"greatest(0, ({moment} - {points[first] - step + 1}) // {step})"
        branches.append(f"{first} + {steps}" if last > first else f"{first}")
    return _chosen(moment, [points[last] for _, last in runs], [*branches, len(points)])


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


def _chosen(moment: str, ends: Sequence[int], values: Sequence[int | str]) -> str:
    """SQL: the value of the first end that an instant is not after; the last value after all of them."""
    branches = (f"WHEN {moment} <= {e} THEN {v}" for e, v in zip(ends, values, strict=False))
    return f"CASE {' '.join(branches)} ELSE {values[-1]} END" if ends else f"{values[-1]}"


def _common_step(points: Sequence[int], runs: Sequence[tuple[int, int]]) -> int:
    """The step of all runs where one follows the other within two steps, as weeks in which clocks change; else 0."""
    steps = {points[first + 1] - points[first] for first, last in runs if last > first}
    gaps = (points[b] - points[a] for (_, a), (b, _) in pairwise(runs))
    step = steps.pop() if len(steps) == 1 else 0
    return step if all(gap < 2 * step for gap in gaps) else 0


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
