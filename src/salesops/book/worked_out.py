"""The tables of a book beside the declared ones: nobody enters them, they are worked out as it is built."""

from __future__ import annotations

from collections.abc import Mapping

from salesops.book.deletion import DELETION, deletion_table
from salesops.book.passage import PASSAGE, passage
from salesops.book.quota_version import QUOTA_VERSION, QUOTA_VERSIONS
from salesops.foundations.table import Table

WORKED_OUT = (DELETION, PASSAGE, QUOTA_VERSION)


def with_worked_out(tables: Mapping[str, Table]) -> Mapping[str, Table]:
    """The declared tables and those beside them."""
    return {
        **tables,
        DELETION: deletion_table(tables),
        PASSAGE: passage,
        QUOTA_VERSION: QUOTA_VERSIONS,
    }
