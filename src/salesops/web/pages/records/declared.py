"""Lists of the nouns that need no page of their own, made from what their tables declare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from salesops.book.listing import ListColumn, Listing
from salesops.foundations.table import Column, Table, Type
from salesops.tables import TABLES

_KINDS = {
    Type.CHOICE: "choice",
    Type.DATE: "date",
    Type.YES_NO: "yes",
    Type.COUNT: "count",
    Type.SHARE: "share",
}
# The day that tells rows without a name apart.
DAYS = ("spent_on", "starts_on", "booked_on")
OWN_MONEY = "own_money"  # in the currency of its row, which the list has as well


@dataclass(frozen=True)
class Declared:
    """A noun with a list and a page: its title, the columns a list begins with, what it can be narrowed by, its order.

    The first of `columns` leads to the page of a row; `more` are those shown where they are chosen. Each is a column
    of the table, with another's name where it refers to one.
    """

    table: str
    title: str
    address: str
    titles: Mapping[str, str]
    columns: tuple[str, ...]
    more: tuple[str, ...]
    facets: tuple[str, ...]
    order: str
    search: tuple[str, ...] = ()
    narrow: tuple[str, ...] = ()  # also shown on a phone
    adds_up: bool = False  # the sum of its money says something

    @property
    def place(self) -> str:
        """What stands before the key in the address of a page."""
        return f"{self.address}/"

    @property
    def listing(self) -> Listing:
        """Its list."""
        table = TABLES[self.table]
        columns = tuple(
            _column(self, table.column[name], shown=name in self.columns)
            for name in (*self.columns, *self.more)
        )
        return Listing(
            table=self.table,
            joins=_joins(table, (*self.columns, *self.more)),
            columns=columns,
            search=tuple(_sql(table.column[s]) for s in self.search) + ("x.id",),
            facets=tuple(_name(f) for f in self.facets),
            order=self.order,
            summed="x.value_minor" if self.adds_up else "",
        )

    @property
    def facts(self) -> dict[str, str]:
        """For each column of the list the column of the record that it shows; money is entered, its value worked out."""
        table, found = TABLES[self.table], {}
        for name in (*self.columns, *self.more):
            column = table.column[name]
            if name == "value_minor":
                found[_name(name)] = money_of(table)
            elif not column.derived and column.type is not Type.INSTANT and name in self.titles:
                found[_name(name)] = name
        return found


def money_of(table: Table) -> str:
    """The column of a table that holds its money as it was entered; empty where it has none."""
    entered = (c.name for c in table.columns if c.type is Type.MONEY and not c.derived)
    return next(entered, "")


def _name(column: str) -> str:
    return column.removesuffix("_id").removesuffix("_minor")


def _alias(column: Column) -> str:
    return f"r_{_name(column.name)}"


def _sql(column: Column) -> str:
    return (
        f"{_alias(column)}.{_called(column.refers_to)}" if column.refers_to else f"x.{column.name}"
    )


def _called(table: str) -> str:
    return "subject" if table == "activity" else "name"


def _joins(table: Table, names: tuple[str, ...]) -> str:
    referring = [table.column[n] for n in names if table.column[n].refers_to]
    return " ".join(
        f"LEFT JOIN {c.refers_to} {_alias(c)} ON {_alias(c)}.id = x.{c.name}" for c in referring
    )


def _column(noun: Declared, column: Column, *, shown: bool) -> ListColumn:
    kind = _KINDS.get(column.type, "text")
    if column.type is Type.MONEY:
        kind = "money" if column.derived else OWN_MONEY
    plain = _name(column.name).replace("_", " ").capitalize()
    entered = money_of(TABLES[noun.table]) if column.name == "value_minor" else column.name
    title = noun.titles.get(entered, plain)
    sql, first = _sql(column), column.name == noun.columns[0]
    if first:
        sql = (
            f"coalesce({sql}, x.id)"
            if kind == "text"
            else f"coalesce(CAST({sql} AS VARCHAR), x.id)"
        )
        kind = "text"
    narrow = first or column.name in noun.narrow
    return ListColumn(_name(column.name), title, sql, kind, shown, narrow)
