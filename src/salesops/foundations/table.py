"""A table is declared once: its columns with type, unit, key and meaning."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class Type(StrEnum):
    """What a column holds. Each has one storage type in every engine."""

    ID = "id"  # text that identifies a row here, or one in the table it refers to
    TEXT = "text"
    CHOICE = "choice"  # text with few distinct values
    MONEY = "money"  # integer minor units of the currency beside it
    CURRENCY = "currency"  # ISO 4217 code
    DATE = "date"  # a plain calendar day in the organisation's zone
    INSTANT = "instant"  # a moment in UTC
    YES_NO = "yes_no"
    COUNT = "count"  # whole number
    DECIMAL = "decimal"  # exact number with six decimal places
    SHARE = "share"  # 0 to 1, exact, six decimal places
    RATE = "rate"  # exchange rate, exact, nine decimal places


DUCKDB_TYPE: dict[Type, str] = {
    Type.ID: "VARCHAR",
    Type.TEXT: "VARCHAR",
    Type.CHOICE: "VARCHAR",
    Type.MONEY: "BIGINT",
    Type.CURRENCY: "VARCHAR",
    Type.DATE: "DATE",
    Type.INSTANT: "TIMESTAMP",
    Type.YES_NO: "BOOLEAN",
    Type.COUNT: "BIGINT",
    Type.DECIMAL: "DECIMAL(18,6)",
    Type.SHARE: "DECIMAL(9,6)",
    Type.RATE: "DECIMAL(18,9)",
}

IBIS_TYPE: dict[Type, str] = {
    Type.ID: "string",
    Type.TEXT: "string",
    Type.CHOICE: "string",
    Type.MONEY: "int64",
    Type.CURRENCY: "string",
    Type.DATE: "date",
    Type.INSTANT: "timestamp",
    Type.YES_NO: "boolean",
    Type.COUNT: "int64",
    Type.DECIMAL: "decimal(18, 6)",
    Type.SHARE: "decimal(9, 6)",
    Type.RATE: "decimal(18, 9)",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `unit` names the unit where the type does not, `refers_to` a table whose `id` it holds.

    `derived` columns are worked out while a book is built; an importer leaves them alone. Derived money is
    in the book's reporting currency, all other money in the currency of its row.
    """

    name: str
    type: Type
    meaning: str
    unit: str = ""
    refers_to: str = ""
    derived: bool = False
    required: bool = False


@dataclass(frozen=True)
class Table:
    """One table of facts. `key` names the columns that together identify a row."""

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    export_file: str = ""  # the Salesforce object that fills it, for "what file would answer this"

    @cached_property
    def column(self) -> dict[str, Column]:
        """The columns by name."""
        return {c.name: c for c in self.columns}

    def currency_of(self, column: Column) -> Column | None:
        """The column that names the currency of money; None for money in the reporting currency."""
        if column.derived:
            return None
        return next((c for c in self.columns if c.type is Type.CURRENCY), None)

    def duckdb_ddl(self, name: str | None = None) -> str:
        """The CREATE TABLE statement in DuckDB's words."""
        columns = ", ".join(f'"{c.name}" {DUCKDB_TYPE[c.type]}' for c in self.columns)
        return f'CREATE TABLE "{name or self.name}" ({columns})'

    def ibis_schema(self) -> dict[str, str]:
        """Column name to Ibis type, in order."""
        return {c.name: IBIS_TYPE[c.type] for c in self.columns}
