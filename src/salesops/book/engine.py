"""What a book asks of the engine that computes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from salesops.book.custom import Custom
from salesops.book.question import Question
from salesops.book.quota_version import QuotasSeen
from salesops.foundations.money import MinorUnits, minor_digits

if TYPE_CHECKING:
    import ibis.expr.types as ir


NOTHING: Mapping[str, Any] = MappingProxyType({})


class Rows(NamedTuple):
    """An answer: names of the columns and the rows, as Python values."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    def dicts(self) -> list[dict[str, Any]]:
        """The rows by column name."""
        return list(self.each())

    def each(self) -> Iterator[dict[str, Any]]:
        """The same, one after the other."""
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)


@dataclass(frozen=True)
class StageTurn:
    """A stage came to mean something else on a day of the organisation."""

    stage: str
    day: date


@dataclass(frozen=True)
class BookFacts:
    """What a book knows of itself: instants in UTC; `history_from` None where no history is held."""

    generation: int
    data_as_of: datetime
    history_from: datetime | None
    currency: str
    currencies: bool
    filled: frozenset[str]  # `table.column` of those that numbers need and that hold a value
    custom: Custom = ()  # what the company added to the tables
    turns: tuple[StageTurn, ...] = ()
    quotas_seen: tuple[QuotasSeen, ...] = ()
    alike_currencies: bool = False  # whether all money has the reporting currency's decimal places
    lacks: frozenset[str] = frozenset()  # of what questions are shorter without

    @property
    def units(self) -> MinorUnits:
        """How its money is counted."""
        return MinorUnits(minor_digits(self.currency), self.alike_currencies)


class Ask(Protocol):
    """Runs SQL; `$name` in it stands for a value."""

    def __call__(self, sql: str, values: Mapping[str, Any] = NOTHING) -> Rows:
        """The rows."""


class Engine(Protocol):
    """Computes questions over one book."""

    @property
    def facts(self) -> BookFacts:
        """What the book knows of itself."""

    def answer(self, question: Question, values: Mapping[str, Any]) -> Rows:
        """One row a group, or the rows behind, for the given parameter values."""

    def page(
        self, question: Question, values: Mapping[str, Any], order: str, limit: int, offset: int
    ) -> Rows:
        """One page of the rows behind a number."""

    def run(self, sql: str, values: Mapping[str, Any] = NOTHING) -> Rows:
        """Run SQL over the book, read-only; `$name` in it stands for a value."""

    def holding(
        self, name: str, sql: str, values: Mapping[str, Any]
    ) -> AbstractContextManager[Ask]:
        """A way to run SQL that finds what a statement answers as a table of that name, made once for all that is run."""

    def table(self, name: str) -> ir.Table:
        """The Ibis table of that name."""
