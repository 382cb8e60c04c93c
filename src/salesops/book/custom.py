"""Fields that a company added, as a book has them: further columns of its tables, typed as any other."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from pydantic import BaseModel, ConfigDict

from salesops.foundations.table import Column, Table, Type
from salesops.tables import TABLES


class Kind(StrEnum):
    """What a field that a company added can hold."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"  # in the currency of its row
    DATE = "date"
    CHOICE = "choice"
    PERSON = "person"


@dataclass(frozen=True)
class Made:
    """What a kind is made of: the type of its column, how its name ends, and the table whose ids it holds."""

    type: Type
    ending: str = ""
    refers_to: str = ""


MADE_OF: Mapping[Kind, Made] = {
    Kind.TEXT: Made(Type.TEXT),
    Kind.NUMBER: Made(Type.DECIMAL),
    Kind.MONEY: Made(Type.MONEY, "_minor"),
    Kind.DATE: Made(Type.DATE),
    Kind.CHOICE: Made(Type.CHOICE),
    Kind.PERSON: Made(Type.ID, "_id", "person"),
}
# What can have fields of the company's own.
HAVE_FIELDS = ("account", "contact", "lead", "opportunity")
# How a column of a file that goes to such a field is called while it is read: custom_choice__tier.
_READ_AS = re.compile(r"custom_(text|number|money|date|choice|person)__([a-z0-9_]{1,60})")


def own_column(kind: Kind, key: str) -> str:
    """What a column of a file is called while it is read, whose values go to a field of the company's own."""
    return f"custom_{kind}__{key}"


def own_field(column: str) -> tuple[str, Kind] | None:
    """The key and kind of the field such a column goes to; None for all other columns."""
    found = _READ_AS.fullmatch(column)
    return (found[2], Kind(found[1])) if found else None


# The past of these is kept in a table beside theirs, which has the same columns.
VERSIONS = {"opportunity": "opportunity_version"}


class CustomColumn(BaseModel):
    """One field that a company added to `table`. `key` lasts, `title` is what it is called now."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    table: str
    key: str
    title: str
    kind: Kind

    @property
    def name(self) -> str:
        """Its column: custom_region, custom_budget_minor, custom_sponsor_id."""
        return f"custom_{self.key}{MADE_OF[self.kind].ending}"

    @property
    def short(self) -> str:
        """What people call it in addresses and splits: custom_region, custom_budget, custom_sponsor."""
        return f"custom_{self.key}"

    @property
    def column(self) -> Column:
        """Its column as tables declare theirs."""
        made = MADE_OF[self.kind]
        meaning = f"“{self.title}”, a field of this company."
        return Column(self.name, made.type, meaning, refers_to=made.refers_to)


Custom = tuple[CustomColumn, ...]


def tables_with(custom: Iterable[CustomColumn]) -> Mapping[str, Table]:
    """The declared tables, with the fields that a company added behind their own columns."""
    return _tables_with(tuple(custom))


@lru_cache(maxsize=32)
def _tables_with(custom: Custom) -> Mapping[str, Table]:
    if not custom:
        return TABLES
    added: dict[str, list[Column]] = {}
    for each in custom:
        for name in filter(None, (each.table, VERSIONS.get(each.table))):
            added.setdefault(name, []).append(each.column)
    return {
        name: dataclasses.replace(table, columns=(*table.columns, *added.get(name, ())))
        for name, table in TABLES.items()
    }
