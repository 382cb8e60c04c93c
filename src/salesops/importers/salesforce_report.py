"""Reports of Salesforce: opportunities, accounts, contacts, leads and activities by their labels.

A report holds the columns somebody chose. There may be no id among them, and the ids that are there have 15 signs
instead of the 18 of an export.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from salesops.importers import salesforce_history
from salesops.importers.labelled import Labelled, give_labelled, kind_of
from salesops.importers.matching import match_columns
from salesops.importers.model import SourceFile
from salesops.importers.salesforce_labels import eighteen, label, named
from salesops.importers.unfolding import (
    Worked,
    accounts_named,
    column_for,
    give_keys,
    stages_said,
    unfold,
    work_out,
)

SYSTEM = "Salesforce report"
_PLAIN = 0.85  # the words themselves, and not only nearly
_ADD_ID = "Add the column {} to the report."

# Our column → the labels Salesforce has for it, the better ones first.
_OPPORTUNITIES = {
    "id": "opportunity id|opportunity id (18)|opportunity id 18",
    "name": "opportunity name",
    "owner_id": "opportunity owner|owner",
    "stage": "stage|opportunity stage",
    "amount_minor": "amount|total amount",
    "close_date": "close date|expected close date",
    "created_on": "created date",
    "probability": "probability (%)|probability",
    "forecast_category": "forecast category",
    "type": "type|opportunity type",
    "source": "lead source",
    "campaign_id": "primary campaign source",
    "next_step": "next step|next steps",
    "loss_reason": "loss reason|lost reason|closed lost reason|reason lost",
    "account_id": "account name",
}
_ACCOUNTS = {
    "id": "account id",
    "name": "account name",
    "parent_id": "parent account",
    "owner_id": "account owner",
    "industry": "industry",
    "type": "type|account type",
    "country": "billing country",
    "region": "billing state/province|billing state",
    "website": "website",
    "phone": "phone|account phone",
    "employees": "employees",
    "annual_revenue_minor": "annual revenue",
    "source": "account source",
    "created_on": "created date|account created date",
}
_CONTACTS = {
    "id": "contact id",
    "first_name": "first name",
    "last_name": "last name",
    "email": "email",
    "phone": "phone|mobile",
    "title": "title",
    "owner_id": "contact owner",
    "account_id": "account name",
    "created_on": "created date",
}
_LEADS = {
    "id": "lead id",
    "company": "company / account|company",
    "email": "email",
    "status": "lead status|status",
    "source": "lead source",
    "owner_id": "lead owner",
    "created_on": "created date|create date",
    "is_converted": "converted",
    "converted_on": "converted date",
}
_ACTIVITIES = {
    "id": "activity id",
    "subject": "subject",
    "kind": "activity type|type|task subtype",
    "owner_id": "assigned",
    "opportunity_id": "opportunity|related to",
    "account_id": "company / account|account name",
    "contact_id": "contact|name",
    "occurred_at": "date|due date",
}
_ACCOUNT_ID = ("account id",)
_LINES = {
    "product_id": "product name|product: product name",
    "quantity": "quantity",
    "list_price_minor": "list price",
    "unit_price_minor": "sales price",
    "amount_minor": "total price",
}

_KINDS = (
    Labelled(
        "opportunities",
        "opportunity",
        _OPPORTUNITIES,
        (
            ("opportunity name",),
            ("stage", "opportunity stage"),
            (
                "opportunity owner",
                "opportunity id",
                "fiscal period",
                "probability (%)",
                "account name",
            ),
        ),
    ),
    Labelled(
        "activities",
        "activity",
        _ACTIVITIES,
        (("assigned",), ("subject",), ("date", "due date")),
    ),
    Labelled(
        "leads",
        "lead",
        _LEADS,
        (("lead owner", "lead status", "lead id"), ("company / account", "last name", "email")),
    ),
    Labelled(
        "contacts",
        "contact",
        _CONTACTS,
        (("contact owner", "contact id", "mailing country", "account name"), ("last name",)),
    ),
    Labelled(
        "accounts",
        "account",
        _ACCOUNTS,
        (("account name",), ("account owner", "account id", "billing country")),
    ),
)
_KNOWN_BY = {
    "opportunity": ("name", "account_id", "created_on"),
    "contact": ("first_name", "last_name", "account_id", "email"),
    "lead": ("name", "company", "email"),
    "activity": ("subject", "occurred_at", "owner_id", "opportunity_id", "account_id"),
}


def holds(source: SourceFile) -> str:
    """The table a report of Salesforce fills; '' where the file is none."""
    history = salesforce_history.holds(source)
    kind = kind_of(source, _KINDS, label)
    return history or (kind.table if kind else "")


def recognise(connection: duckdb.DuckDBPyConnection, source: SourceFile) -> None:
    """Fill in what a report is and where its columns go."""
    source.system = SYSTEM
    if salesforce_history.holds(source):
        salesforce_history.recognise(connection, source)
        return
    kind = kind_of(source, _KINDS, label)
    assert kind is not None  # asked before
    table = kind.table
    give_labelled(source, kind, label)
    _match_others(source, table)
    source.recognised_as = f"{SYSTEM} of {kind.title}"
    if table in ("opportunity", "account"):
        _choose_money(source, "amount_minor" if table == "opportunity" else "annual_revenue_minor")
    work_out(connection, source, _worked_out(source))
    key = give_keys(
        connection, source, _KNOWN_BY.get(table, ()), _ADD_ID.format(_id_label(kind.title)),
        each=not _has_lines(source),
    )  # fmt: skip
    work_out(connection, source, [key] if key else [])


def _match_others(source: SourceFile, table: str) -> None:
    """Columns that are somebody's own go where their words say, if no label of Salesforce goes there."""
    taken = {c.target for c in source.columns}
    of_lines = {w for words in _LINES.values() for w in words.split("|")}
    for place, (ours, confidence) in match_columns(source, table).items():
        column, target = source.columns[place], f"{table}.{ours}"
        is_free = not column.target and target not in taken and label(column.name) not in of_lines
        if is_free and confidence > _PLAIN:
            column.target, column.confidence = target, confidence


def _id_label(title: str) -> str:
    singular = {"opportunities": "Opportunity", "activities": "Activity"}
    return f"{singular.get(title, title[:-1].capitalize())} ID"


def _choose_money(source: SourceFile, ours: str) -> None:
    """A sum of money and the column before it that names its currency; else the converted sum with its own."""
    former = column_for(source, ours)
    base = label(former.name) if former else "amount"
    own, converted = named(source, (f"{base} currency",)), named(source, (f"{base} (converted)",))
    if own is None and converted is not None:
        if former is not None:
            former.target, former.confidence = "", 0.0
            former.note = f"No column names its currency, so “{converted.name}” counts"
        converted.target, converted.confidence = f"{source.table}.{ours}", 1.0
        own = named(source, (f"{base} (converted) currency",))
    if own is not None:
        own.target, own.confidence = f"{source.table}.currency", 1.0


def _worked_out(source: SourceFile) -> list[Worked]:
    added = []
    own = column_for(source, "id")
    if own is not None:
        added.append(Worked("ID of 18 signs", eighteen(own.key), "id", "As exports have it"))
    if source.table == "lead":
        names = [c.key for w in ("first name", "last name") if (c := named(source, (w,)))]
        if names:
            text = f"nullif(concat_ws(' ', {', '.join(names)}), '')"
            added.append(Worked("Name", text, "name", "First and last name"))
    account = named(source, _ACCOUNT_ID) if source.table in ("opportunity", "contact") else None
    if account is not None and account.filled:
        added.append(Worked("Account", eighteen(account.key), "account_id", f"“{account.name}”"))
    return added


def _has_lines(source: SourceFile) -> bool:
    """Whether an opportunity is there once for each of its products."""
    return (
        source.table == "opportunity"
        and named(source, _LINES["product_id"].split("|")) is not None
        and any(named(source, _LINES[ours].split("|")) for ours in ("quantity", "amount_minor"))
    )


def unfolded(
    connection: duckdb.DuckDBPyConnection, source: SourceFile, files: Sequence[SourceFile]
) -> list[SourceFile]:
    """What the rows of a report tell beside it: accounts, products, what stages mean, opportunities of a history."""
    if salesforce_history.holds(source):
        return salesforce_history.unfolded(connection, source, files)
    made = []
    ids, names = named(source, _ACCOUNT_ID), named(source, ("account name",))
    if source.table in ("opportunity", "contact") and ids is not None and names is not None:
        made.append(accounts_named(connection, source, eighteen(ids.key), names.key, files))
    if source.table == "opportunity":
        made.append(
            stages_said(
                connection,
                source,
                won=named(source, ("won", "is won")),
                closed=named(source, ("closed", "is closed")),
                files=files,
            )
        )
        if _has_lines(source):
            made.append(_lines(connection, source))
    return [file for file in made if file is not None]


def _lines(connection: duckdb.DuckDBPyConnection, source: SourceFile) -> SourceFile | None:
    """Each row of a report of opportunities with products is one product of one of them."""
    deal = column_for(source, "id")
    if deal is None:
        return None
    columns = {"Line": "id", "Opportunity": "opportunity_id"}
    texts = [
        f"{deal.key} || ' · ' || row_number() OVER (PARTITION BY {deal.key} ORDER BY _row)",
        deal.key,
    ]
    for ours, theirs in _LINES.items():
        column = named(source, theirs.split("|"))
        if column is not None:
            columns[column.name] = ours
            texts.append(column.key)
    total = named(source, ("total price currency", "sales price currency"))
    if total is not None:
        columns[total.name] = "currency"
        texts.append(total.key)
    rows = f"SELECT _row, {', '.join(texts)} FROM {source.staging}"
    return unfold(connection, source, "products", "opportunity_line", columns, rows)
