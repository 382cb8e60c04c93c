"""What changed between two generations of a book: opportunities new, gone, moved, re-valued, re-dated."""

from __future__ import annotations

from pathlib import Path

import duckdb

from salesops.engines.literals import literal

# What is watched, by what it is called, and how the two states of it are compared and shown.
_WATCHED = {
    "stage": ("stage", ("stage",)),
    "value_minor": ("value", ("amount_minor", "currency")),  # rates move without anybody's doing
    "close_date": ("close date", ("close_date",)),
    "owner_id": ("owner", ("owner_id",)),
}
_MEMORY = "1GB"


def add_changes(base: Path, former: Path | None, among: str = "former.opportunity") -> None:
    """Write `_change` into `base`: opportunity_id, name, what, before, after, value_minor.

    `among` is what of the former file is compared, as SQL that can be read from. Empty where there is no former
    generation or it cannot be read.
    """
    with duckdb.connect(str(base), config={"memory_limit": _MEMORY}) as connection:
        connection.execute(
            "CREATE OR REPLACE TABLE _change (opportunity_id VARCHAR, name VARCHAR, what VARCHAR, "
            "before VARCHAR, after VARCHAR, value_minor BIGINT)"
        )
        if former is None or not former.exists():
            return
        try:
            connection.execute(f"ATTACH {literal(str(former))} AS former (READ_ONLY)")
            connection.execute(f"INSERT INTO _change {' UNION ALL '.join(_changes(among))}")
        except duckdb.Error:
            return  # a damaged file, or one whose columns were others: what changed is not known
        connection.execute("DETACH former")


def _changes(among: str) -> list[str]:
    """Selects that together tell all changes, each opportunity once for each that it saw."""
    both = f"FROM opportunity n JOIN {among} f ON f.id = n.id"
    selects = [
        f"""SELECT n.id, n.name, 'new', NULL, n.stage, n.value_minor
        FROM opportunity n ANTI JOIN {among} f ON f.id = n.id""",
        f"""SELECT f.id, f.name, 'gone', f.stage, NULL, f.value_minor
        FROM {among} f ANTI JOIN opportunity n ON f.id = n.id""",
    ]
    for column, (what, compared) in _WATCHED.items():
        differs = " OR ".join(f"n.{c} IS DISTINCT FROM f.{c}" for c in compared)
        selects.append(
            f"SELECT n.id, n.name, '{what}', CAST(f.{column} AS VARCHAR), "
            f"CAST(n.{column} AS VARCHAR), n.value_minor {both} WHERE {differs}"
        )
    return selects
