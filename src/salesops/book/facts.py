"""The tables a reading may see: as of an instant, within a scope, under a filter, as Ibis expressions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from salesops.foundations.criterion import Criterion
from salesops.foundations.problem import Refusal
from salesops.kpis._definition import Window
from salesops.tables import TABLES

if TYPE_CHECKING:
    import ibis.expr.types as ir

Lookup = Callable[[str], "ir.Table"]

# Which column of a table tells whose row it is.
OWNER_COLUMN = {
    "account": "owner_id",
    "contact": "owner_id",
    "lead": "owner_id",
    "opportunity": "owner_id",
    "opportunity_version": "owner_id",
    "opportunity_split": "person_id",
    "activity": "owner_id",
    "quota": "person_id",
}
# Tables seen where the row they belong to is seen: column here, table there.
BELONGS_TO = {
    "opportunity_line": ("opportunity_id", "opportunity"),
    "recurring_revenue": ("account_id", "account"),
}
# The instant or day from which a row is known, for readings of the past.
KNOWN_FROM = {
    "account": "created_on",
    "contact": "created_on",
    "lead": "created_on",
    "activity": "occurred_on",
    "cost": "booked_on",
    "campaign_spend": "spent_on",
    "recurring_revenue": "starts_on",
}


@dataclass(frozen=True)
class Scope:
    """Whose rows a reader may see: everybody's, or those of the people named."""

    owner_ids: tuple[str, ...] | None = None

    @property
    def is_everything(self) -> bool:
        """No limit."""
        return self.owner_ids is None


EVERYTHING = Scope()


class IbisFacts:
    """Tables for one reading. `filters` maps a table's name to the criterion on it."""

    def __init__(
        self,
        lookup: Lookup,
        window: Window,
        *,
        in_the_past: bool,
        converts: bool = False,
        scope: Scope = EVERYTHING,
        filters: dict[str, Criterion] | None = None,
    ) -> None:
        self._lookup = lookup
        self._window = window
        self._in_the_past = in_the_past
        self._converts = converts
        self._scope = scope
        self._filters = filters or {}

    def table(self, name: str) -> ir.Table:
        """The table with scope, as-of and filter applied."""
        seen = self.unfiltered(name)
        criterion = self._filters.get(name)
        if criterion is None:
            return seen
        return self.narrowed(seen, criterion)

    def unfiltered(self, name: str) -> ir.Table:
        """The table with scope and as-of applied."""
        return self._scoped(name, self._as_of(name))

    def narrowed(self, table: ir.Table, criterion: Criterion) -> ir.Table:
        """The rows of `table` for which the criterion is true."""
        columns = table.columns
        wide = self.with_columns(table, criterion.columns)
        return wide.filter(criterion.predicate(wide)).select(*columns)

    def with_columns(self, table: ir.Table, paths: Sequence[str]) -> ir.Table:
        """`table` with columns of referred tables added as `account__industry`."""
        for referred in dict.fromkeys(p.split(".")[0] for p in paths if "." in p):
            key = f"{referred}_id"
            if key not in table.columns:
                raise Refusal(
                    f"These rows do not name a {referred}, so {referred} cannot be asked for."
                )
            wanted = {p.split(".")[1] for p in paths if p.startswith(f"{referred}.")}
            there = self._as_of(referred)
            there = there.select(
                **{f"{referred}__{c}": there[c] for c in {"id", *wanted}},
            )
            table = table.left_join(there, table[key] == there[f"{referred}__id"])
        return table

    def _as_of(self, name: str) -> ir.Table:
        if not self._in_the_past:
            return self._known(name, self._lookup(name))
        if name == "opportunity":
            return self._opportunity_then()
        if name == "opportunity_version":
            versions = self._lookup(name)
            return versions.filter(versions.valid_from <= self._window.as_of)
        return self._known(name, self._lookup(name))

    def _known(self, name: str, table: ir.Table) -> ir.Table:
        column = KNOWN_FROM.get(name)
        if column is None or not self._in_the_past:
            return table
        return table.filter(table[column].isnull() | (table[column] <= self._window.today))

    def _opportunity_then(self) -> ir.Table:
        versions = self._lookup("opportunity_version")
        then = versions.filter(
            versions.valid_from <= self._window.as_of, versions.valid_to > self._window.as_of
        )
        then = then.rename(id="opportunity_id")
        if self._converts:
            then = self._at_the_rate_then(then)
        return self._with_team_then(then).select(*TABLES["opportunity"].column)

    def _with_team_then(self, then: ir.Table) -> ir.Table:
        """Open deals belong to the team their owner was in at the reading; closed ones keep theirs."""
        import ibis

        places = self._lookup("team_membership")
        places = places.filter(
            places.valid_from <= self._window.today, places.valid_to > self._window.today
        ).select(member_id="person_id", team_then="team")
        joined = then.left_join(places, then.owner_id == places.member_id)
        return joined.mutate(
            team=ibis.ifelse(joined.is_closed, joined.team, joined.team_then.fill_null(joined.team))
        )

    def _at_the_rate_then(self, then: ir.Table) -> ir.Table:
        """Open deals are worth what their currency was worth on the day of the reading."""
        import ibis

        rates = self._lookup("exchange_rate")
        rates = rates.filter(
            rates.valid_from <= self._window.today, rates.valid_to > self._window.today
        ).select(rate_currency="currency", rate="minor_rate")
        joined = then.left_join(rates, then.currency == rates.rate_currency)
        converted = (joined.amount_minor * joined.rate).round().cast("int64")
        return joined.mutate(
            value_minor=ibis.ifelse(
                joined.is_closed | joined.rate.isnull(), joined.value_minor, converted
            )
        )

    def _scoped(self, name: str, table: ir.Table) -> ir.Table:
        if self._scope.owner_ids is None:
            return table
        if name in OWNER_COLUMN:
            return table.filter(table[OWNER_COLUMN[name]].isin(self._scope.owner_ids))
        if name in BELONGS_TO:
            column, owner = BELONGS_TO[name]
            theirs = self.unfiltered(owner)
            return table.semi_join(theirs, table[column] == theirs.id)
        return table


def unbound(name: str) -> ir.Table:
    """The declared table without any engine, to build expressions on."""
    import ibis

    if name == "calendar":
        grains = {"day": "date", "week": "string", "month": "string"}
        return ibis.table({**grains, "quarter": "string", "year": "string"}, name=name)
    return ibis.table(TABLES[name].ibis_schema(), name=name)


def scalars() -> tuple[Window, dict[str, Any]]:
    """The four values every reading hands over, as Ibis parameters by name."""
    import ibis

    values: dict[str, Any] = {
        "start": ibis.param("date"),
        "end": ibis.param("date"),
        "as_of": ibis.param("timestamp"),
        "today": ibis.param("date"),
    }
    return Window(**values), values
