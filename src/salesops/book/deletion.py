"""Deletions: each stretch of time for which a deal was deleted, with the deal as it was when that began."""

from __future__ import annotations

from collections.abc import Mapping

from salesops.foundations.instant import OPEN_END
from salesops.foundations.table import Column, Table, Type

# Beside the declared tables, since nobody enters it: it is worked out from what history says of deals.
DELETION = "deletion"
# Of each deal that is deleted now, the deletion that still holds, for SQL to read from.
DELETED_NOW = f"(SELECT * FROM {DELETION} WHERE back_at = {OPEN_END})"


def deletion_table(tables: Mapping[str, Table]) -> Table:
    """The table of deletions: the columns of an opportunity, and from when until when it was deleted."""
    return Table(
        name=DELETION,
        meaning="Each stretch of time for which a deal was deleted, with the deal as it was when that began.",
        key=("id", "deleted_at"),
        columns=(
            *tables["opportunity"].columns,
            Column("deleted_at", Type.INSTANT, "The instant from which it was deleted."),
            Column(
                "back_at",
                Type.INSTANT,
                "The instant from which it was there again; 9999-12-31 while it is deleted.",
                derived=True,
            ),
        ),
    )
