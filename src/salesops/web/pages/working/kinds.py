"""Which lists of an office are worked in, and what each of their columns is in a record."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

from salesops.book.book import Book
from salesops.book.listing import Listing
from salesops.data_quality import Check, worklist
from salesops.foundations.table import Column, Type
from salesops.records.custom_field import CustomField, defined
from salesops.records.models import NOUNS, Account, Opportunity
from salesops.records.record import Record
from salesops.tables import TABLES
from salesops.web.books import manifest
from salesops.web.pages.keeping.facts import column_of
from salesops.web.pages.records import accounts, opportunities
from salesops.web.pages.records.declared import Declared
from salesops.web.pages.records.nouns import DECLARED
from salesops.web.pages.working.own_columns import with_columns

LOOKED_FOR = frozenset(
    {"account", "contact", "lead", "opportunity"}
)  # by name, on the record's page
MENDED_TOO = frozenset({"account_id"})  # edited in a row where it is what is wrong


@dataclass(frozen=True)
class Worked:
    """A list people work in. `facts` tells for a column of the list which column of the record it shows."""

    noun: type[Record]
    listing: Listing
    title: str
    address: str
    facts: Mapping[str, str]
    in_place: frozenset[str]  # columns of the record that are edited in a row
    at_once: tuple[str, ...]  # and those given to many at once
    check: Check | None = None  # whose findings it lists
    # Fields of the company's own, by what the record calls them, and what the book calls their columns.
    own: Mapping[str, CustomField] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What it is called in addresses and in saved views."""
        return self.listing.table

    def column_of(self, fact: str) -> Column | None:
        """The declared column of the record, or that of a field of the company's own."""
        own = self.own.get(fact)
        return own.column if own is not None else column_of(self.noun, fact)

    def in_book(self, fact: str) -> str:
        """What the book calls a column of the record."""
        own = self.own.get(fact)
        return own.in_book.name if own is not None else fact

    @property
    def on(self) -> str:
        """What a form of it says beside the name, so that its answer comes back to it."""
        return self.check.name if self.check else ""

    @property
    def place(self) -> str:
        """Where its records have their pages."""
        return f"{WORKED[self.name].address}/"


def _beginning_with(listing: Listing, *names: str) -> Listing:
    """The same list, with these columns shown until others are chosen."""
    columns = tuple(dataclasses.replace(c, shown=c.name in names) for c in listing.columns)
    return dataclasses.replace(listing, columns=columns)


OPPORTUNITIES = Worked(
    noun=Opportunity,
    listing=_beginning_with(
        opportunities.LISTING,
        *("name", "account", "owner", "stage", "value", "close_date", "next_step"),
    ),
    title="Opportunities",
    address="/opportunities",
    facts={
        "name": "name",
        "account": "account_id",
        "owner": "owner_id",
        "stage": "stage",
        "value": "amount_minor",
        "close_date": "close_date",
        "next_step": "next_step",
        "source": "source",
        "type": "type",
        "forecast_category": "forecast_category",
        "loss_reason": "loss_reason",
    },
    in_place=frozenset(
        "owner_id stage amount_minor close_date next_step source type forecast_category loss_reason".split()
    ),
    at_once=(
        *("stage", "owner_id", "close_date", "next_step", "forecast_category", "amount_minor"),
        *("source", "type", "loss_reason"),
    ),
)
ACCOUNTS = Worked(
    noun=Account,
    listing=accounts.LISTING,
    title="Accounts",
    address="/accounts",
    facts={
        "name": "name",
        "industry": "industry",
        "country": "country",
        "owner": "owner_id",
        "employees": "employees",
        "region": "region",
        "type": "type",
        "website": "website",
    },
    in_place=frozenset("industry country owner_id employees region type website".split()),
    at_once=("owner_id", "industry", "country", "region", "type", "source"),
)


def _declared(noun: Declared) -> Worked:
    """The list of a noun made from its declaration: what is typed or chosen from few is edited in its row."""
    table, facts = TABLES[noun.table], noun.facts
    typed = [c for c in facts.values() if table.column[c].refers_to not in LOOKED_FOR]
    alike = (Type.CHOICE, Type.DATE, Type.YES_NO, Type.ID)
    return Worked(
        noun=NOUNS[noun.table],
        listing=noun.listing,
        title=noun.title,
        address=noun.address,
        facts=facts,
        in_place=frozenset(typed) - {noun.columns[0]},
        at_once=tuple(c for c in typed if table.column[c].type in alike),
    )


WORKED: Mapping[str, Worked] = {
    kind.name: kind
    for kind in (OPPORTUNITIES, ACCOUNTS, *(_declared(noun) for noun in DECLARED.values()))
}


def with_own_fields(kind: Worked) -> Worked:
    """The same list with the fields that the company added to its records."""
    fields, known = defined(kind.name), manifest()
    if not fields or known is None:
        return dataclasses.replace(kind, at_once=(*kind.at_once, *(f.name for f in fields)))
    have = {c.name for c in known.custom if c.table == kind.name}
    listed = [
        f for f in fields if f.in_book.name in have
    ]  # a new one is there once the book follows
    added = {f.in_book.short: f.name for f in listed}
    return dataclasses.replace(
        kind,
        listing=with_columns(kind.listing, listed, known),
        facts={**kind.facts, **added},
        in_place=kind.in_place | set(added.values()),
        at_once=(*kind.at_once, *(f.name for f in fields)),
        own={f.name: f for f in fields},
    )


def worklist_of(check: Check, book: Book) -> Worked | None:
    """The list of what a check finds, worked in as the list of all; None where these are not worked in."""
    whole = WORKED.get(check.table)
    if whole is None:
        return None
    column = mended(check)
    in_place = whole.in_place | ({column} & MENDED_TOO)
    first = [column] if column in whole.at_once else []
    return dataclasses.replace(
        whole,
        listing=worklist(check, book),
        title=check.title,
        address=f"/clean-data/{check.name}",
        in_place=in_place,
        at_once=(*first, *(c for c in whole.at_once if c not in first)),
        check=check,
    )


def mended(check: Check) -> str:
    """The column of its own table that mends what a check finds; nothing where another table's does."""
    table, _, column = check.mends.partition(".")
    return column if table == check.table else ""
