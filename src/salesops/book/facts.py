"""The tables a reading may see: as of an instant, within a scope, under a filter, as Ibis expressions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from salesops.book.deletion import DELETION
from salesops.book.passage import PASSAGE
from salesops.book.quota_version import QUOTA_VERSION
from salesops.book.worked_out import WORKED_OUT, with_worked_out
from salesops.foundations.criterion import Criterion
from salesops.foundations.problem import Refusal
from salesops.foundations.table import Table
from salesops.kpis._definition import Window
from salesops.tables import TABLES

if TYPE_CHECKING:
    import ibis.expr.types as ir

Lookup = Callable[[str], "ir.Table"]

# From when a row is known, for readings of the past: the instant where the row has one, else the day.
KNOWN_FROM = {
    "account": ("created_at", "created_on"),
    "contact": ("created_at", "created_on"),
    "lead": ("created_at", "created_on"),
    "activity": ("occurred_at", "occurred_on"),
    "cost": ("", "booked_on"),
    "campaign_spend": ("", "spent_on"),
    "recurring_revenue": ("", "starts_on"),
}
# Which table a column's ids are of, as the tables declare it; `parent_id` is only ever an account's.
REFERRED = {c.name: c.refers_to for t in TABLES.values() for c in t.columns if c.refers_to}
# What came to be true on a day, and was not before it: the flag and its day.
BECAME = {
    "account": ("is_customer", "customer_since"),
    "lead": ("is_converted", "converted_on"),
}

# What a book may lack, and finds some of it; of quotas also of former days.
MAY_LACK = {
    "opportunity_split": "SELECT 1 FROM opportunity_split",
    "team_quota": f"SELECT 1 FROM {QUOTA_VERSION} WHERE person_id IS NULL",
}

# A row a day: the labels of its periods; and for the same day of UTC, when the local day turns within it.
CALENDAR = {
    "day": "date",
    "week": "string",
    "month": "string",
    "quarter": "string",
    "year": "string",
    "turns_at": "timestamp",
    "day_before": "date",
    "day_after": "date",
}


FOREVER = datetime(9999, 12, 31)  # noqa: DTZ001  instants in tables are UTC without a zone


@dataclass(frozen=True)
class Scope:
    """What a reader may see: everything, or what belongs to the people named and what was shared by name.

    `shared` holds the keys of single accounts, contacts, leads and opportunities; `team` is the team whose own
    quota is seen.
    """

    owner_ids: tuple[str, ...] | None = None
    shared: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    team: str = ""

    @property
    def is_everything(self) -> bool:
        """No limit."""
        return self.owner_ids is None

    @property
    def is_nothing(self) -> bool:
        """Whoever looks is nobody: they see not even what everybody sees. Somebody has themselves at least."""
        return self.owner_ids == ()

    @property
    def values(self) -> dict[str, Any]:
        """The values that stand for this reader in a text made for all readers alike."""
        shared = {f"shared_{noun}": tuple(self.shared.get(noun, ())) for noun in SHAREABLE}
        return {"owner_ids": self.owner_ids or (), "own_team": self.team, **shared}


EVERYTHING = Scope()
# What can be shared by name; all else is seen with what it belongs to.
SHAREABLE = ("account", "contact", "lead", "opportunity")
# Whose money the company spends and earns is for those who see everything.
FOR_WHO_SEES_ALL = frozenset({"campaign_spend", "cost", "recurring_revenue"})
# Columns that are shown of oneself and those one leads alone, and to nobody but who sees everything.
OF_ONES_OWN = {"person": ("email", "hired_on", "left_on")}
OF_WHO_SEES_ALL = {"campaign": ("budget_minor",)}


class IbisFacts:
    """Tables for one reading. `filters` maps a table's name to the criterion on it.

    `asked` are the columns of the population that are looked at beside its numbers, None for all of them.
    Of the tables in `found` the keys that the scope sees are known: they stand in a table named by `keys_of`.
    """

    def __init__(
        self,
        lookup: Lookup,
        window: Window,
        *,
        in_the_past: bool,
        converts: bool = False,
        scope: Scope = EVERYTHING,
        filters: dict[str, Criterion] | None = None,
        asked: frozenset[str] | None = None,
        lacks: Collection[str] = (),
        tables: Mapping[str, Table] = TABLES,
        found: Collection[str] = (),
    ) -> None:
        self._lookup = lookup
        self._window = window
        self._in_the_past = in_the_past
        self._converts = converts
        self._scope = scope
        self._filters = filters or {}
        self._asked = asked
        self._lacks = lacks
        self._tables = tables
        self._found = found

    def table(self, name: str, *, scoped: bool = True) -> ir.Table:
        """The table with as-of, scope and filter applied."""
        seen = self._scoped(name, self.whole(name)) if scoped else self.whole(name)
        criterion = self._filters.get(name)
        if criterion is None:
            return seen
        return self.narrowed(seen, criterion)

    def whole(self, name: str) -> ir.Table:
        """The table as of the reading, with nobody's filter and scope."""
        return self._as_of(name)

    def sees_all(self, name: str) -> bool:
        """Whether `table` hides nothing that `whole` shows."""
        return self._scope.is_everything and name not in self._filters

    def owned(self, rows: ir.Table, column: str) -> ir.Table:
        """The rows whose person in `column` is in the scope."""
        if self._scope.owner_ids is None:
            return rows
        return rows.filter(rows[column].isin(self._scope.owner_ids))

    def on_day(self, rows: ir.Table, instant: str, name: str) -> ir.Table:
        """Rows with the day of an instant in the organisation's zone added as `name`.

        The calendar knows for each day of UTC when the local day turns within it, so that engines need no
        time zones.
        """
        import ibis

        turns = self._lookup("calendar").select("day", "turns_at", "day_before", "day_after")
        joined = rows.left_join(turns, rows[instant].date() == turns.day)
        local = ibis.ifelse(joined[instant] < joined.turns_at, joined.day_before, joined.day_after)
        wide = joined.mutate(**{name: local.coalesce(joined[instant].date())})
        return wide.drop("day", "turns_at", "day_before", "day_after")

    @property
    def is_of_now(self) -> bool:
        """Whether the reading is of the book's newest instant, of which it holds the passages of deals."""
        return not self._in_the_past

    def asks_only(self, *columns: str) -> bool:
        """Whether nothing but these columns of the population is looked at beside its numbers."""
        return self._asked is not None and self._asked.issubset(columns)

    def asks(self, *columns: str) -> bool:
        """Whether anything looks at one of these columns of the population."""
        return self._asked is None or not self._asked.isdisjoint(columns)

    def lacks(self, what: str) -> bool:
        """Whether the book is known to hold nothing of `what`."""
        return what in self._lacks

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
            wanted = dict.fromkeys(p.split(".")[1] for p in paths if p.startswith(f"{referred}."))
            missing = [c for c in wanted if f"{referred}__{c}" not in table.columns]
            if not missing:
                continue
            there = self._as_of(self._referred(key))
            there = there.select(
                there.id.name("referred_id"), *(there[c].name(f"{referred}__{c}") for c in missing)
            )
            joined = table.left_join(there, table[key] == there.referred_id)
            table = joined.drop("referred_id")
        return table

    def _referred(self, key: str) -> str:
        """The table whose ids a column holds."""
        if key in REFERRED:
            return REFERRED[key]
        held = (t.column[key].refers_to for t in self._tables.values() if key in t.column)
        return next(held)

    def _as_of(self, name: str) -> ir.Table:
        if not self._in_the_past:
            return self._known(name, self._lookup(name))
        if name == "opportunity":
            return self._opportunity_then()
        if name == "opportunity_version":
            versions = self._lookup(name)
            return versions.filter(versions.valid_from <= self._window.as_of)
        if name == "quota":
            then = self._stood_then(self._lookup(QUOTA_VERSION))
            return then.select(*self._tables[name].column)
        return self._known(name, self._lookup(name))

    def _known(self, name: str, table: ir.Table) -> ir.Table:
        if name not in KNOWN_FROM or not self._in_the_past:
            return table
        instant, day = KNOWN_FROM[name]
        then = table[day].isnull() | (table[day] <= self._window.today)
        if instant:
            by_instant = table[instant] <= self._window.as_of
            then = (table[instant].notnull() & by_instant) | (table[instant].isnull() & then)
        return self._before_it_became(name, table.filter(then))

    def _before_it_became(self, name: str, table: ir.Table) -> ir.Table:
        """Customers and converted leads were none before the day they became so."""
        import ibis

        if name not in BECAME:
            return table
        flag, day = BECAME[name]
        already = table[day].isnull() | (table[day] <= self._window.today)
        return table.mutate(
            **{
                flag: table[flag] & already,
                day: ibis.ifelse(already, table[day], ibis.null("date")),
            }
        )

    def _opportunity_then(self) -> ir.Table:
        then = self._stood_then(self._lookup("opportunity_version"))
        then = then.rename(id="opportunity_id")
        if self._converts:
            then = self._at_the_rate_then(then)
        return self._with_team_then(then).select(*self._tables["opportunity"].column)

    def _stood_then(self, versions: ir.Table) -> ir.Table:
        """The states that held at the reading."""
        return versions.filter(
            versions.valid_from <= self._window.as_of, versions.valid_to > self._window.as_of
        )

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
        """What the reader may see of a table, in the words of `records.visibility`, which a test holds it to."""
        if self._scope.is_everything:
            return table
        seen = self._seen(name, table)
        kept = table if seen is None else table.filter(seen)
        return self._masked(name, kept)

    def _seen(self, name: str, table: ir.Table) -> Any:
        """The condition, None where everybody sees all rows."""
        import ibis

        if name in FOR_WHO_SEES_ALL:
            return ibis.literal(False)
        if name in self._found:
            return table.id.isin(self.keys_seen(name))
        if name == DELETION or (name == "opportunity" and self._in_the_past):
            return table.id.isin(self._deals_of_history())
        if name in ("opportunity", "lead"):
            return self._own_or_shared(name, table)
        if name == "account":
            deals = self._lookup("opportunity")
            of_deals = deals.filter(
                self._own_or_shared("opportunity", deals) & deals.account_id.notnull()
            )
            return self._own_or_shared(name, table) | table.id.isin(of_deals.account_id)
        if name == "contact":
            with_account = table.account_id.isin(self.keys_seen("account"))
            return self._own_or_shared(name, table) | with_account
        if name == "opportunity_version":
            return table.opportunity_id.isin(self._deals_of_history())
        if name in ("opportunity_line", "opportunity_contact", PASSAGE):
            return table.opportunity_id.isin(self._deals_seen())
        if name == "opportunity_split":
            with_deal = table.opportunity_id.isin(self._deals_seen())
            return self._own(table.person_id) | with_deal
        if name == "activity":
            return self._own(table.owner_id) | self._belongs(table)
        if name in ("quota", QUOTA_VERSION):  # what it was is seen by whose it was then
            of_the_team = (
                table.person_id.isnull() & (table.team == self._scope.team) & (table.team != "")
            )
            return self._own(table.person_id) | of_the_team
        return None

    def _belongs(self, work: ir.Table) -> Any:
        """An activity is seen with the closest thing it names: the deal, else the lead, the account, the contact."""
        no_deal = work.opportunity_id.isnull()
        no_lead = no_deal & work.lead_id.isnull()
        return (
            work.opportunity_id.isin(self._deals_seen())
            | no_deal & work.lead_id.isin(self.keys_seen("lead"))
            | no_lead & work.account_id.isin(self.keys_seen("account"))
            | no_lead & work.account_id.isnull() & work.contact_id.isin(self.keys_seen("contact"))
        )

    def _own(self, column: Any) -> Any:
        return column.isin(self._scope.owner_ids)

    def _own_or_shared(self, name: str, table: ir.Table) -> Any:
        shared = self._scope.shared.get(name, ())
        own = self._own(table.owner_id)
        return own | table.id.isin(shared) if shared else own

    def keys_seen(self, name: str) -> Any:
        """The keys of a table's rows that the reader sees now."""
        if name in self._found:
            return self._lookup(keys_of(name)).id
        now = self._lookup(name)
        if name in ("opportunity", "lead"):
            return now.filter(self._own_or_shared(name, now)).id
        return now.filter(self._seen(name, now)).id

    def _deals_seen(self) -> Any:
        """The keys of the deals that the reader sees at the reading."""
        return self._deals_of_history() if self._in_the_past else self.keys_seen("opportunity")

    def _deals_of_history(self) -> Any:
        """The keys of the deals whose past the reader sees.

        A past state is seen by who sees the deal now: what was handed over went with its past. That of a deleted
        deal is seen by who saw it last.
        """
        now, gone = self._lookup("opportunity"), self._lookup(DELETION)
        gone = gone.filter(gone.back_at >= FOREVER, self._own_or_shared("opportunity", gone))
        seen = now.filter(self._own_or_shared("opportunity", now)).select("id")
        return seen.union(gone.select("id")).id

    def _masked(self, name: str, table: ir.Table) -> ir.Table:
        """Personal columns of others are empty."""
        import ibis

        hidden = {c: ibis.null(table[c].type()) for c in OF_WHO_SEES_ALL.get(name, ())}
        own = OF_ONES_OWN.get(name, ())
        hidden |= {c: ibis.ifelse(self._own(table.id), table[c], ibis.null()) for c in own}
        return table.mutate(**hidden) if hidden else table


def keys_of(name: str) -> str:
    """Where the keys of a table that a scope sees stand, once they are found."""
    return f"keys_{name}"


def unbound(name: str, tables: Mapping[str, Table] = TABLES) -> ir.Table:
    """A table without any engine, to build expressions on."""
    import ibis

    if name == "calendar":
        return ibis.table(CALENDAR, name=name)
    declared = with_worked_out(tables) if name in WORKED_OUT else tables
    return ibis.table(declared[name].ibis_schema(), name=name)


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
