"""What belongs to one record alone and is edited on its page: its noun, its columns, and what follows from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models.expressions import OrderBy

from salesops.records.record import Record

Values = Mapping[str, Any]
# The record, the row before, and the values typed by column; gives what is to be saved, or raises Unfit.
Follow = Callable[[Any, Any, Values], Values]


@dataclass(frozen=True)
class Part:
    """Rows of `noun` whose column `of` names the record. A row shows the columns `shown`; a form has those `typed`.

    Where there is little room those of `wide` are left out.
    """

    noun: type[Record]
    of: str
    title: str
    named_by: str  # the column that tells rows apart
    shown: tuple[str, ...]
    typed: tuple[str, ...]
    order: tuple[str | OrderBy, ...]
    follow: Follow
    begins: Values  # what the form of a new row holds
    wide: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The noun's own name."""
        return self.noun._meta.db_table
