"""HubSpot's export: deals, contacts and companies by their labels, and the stages deals went through.

Headings are property labels, or the internal names of properties where that was chosen. A stage's history is
in its own columns, such as `Date entered "Demo (Sales Pipeline)"`, so that each row holds as many states.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import duckdb

from salesops.foundations.problem import Problem, Severity
from salesops.importers import formats
from salesops.importers.labelled import Labelled, give_labelled, kind_of
from salesops.importers.model import SourceColumn, SourceFile
from salesops.importers.problems import note_any, note_rows
from salesops.importers.unfolding import (
    Worked,
    accounts_named,
    column_for,
    contacts_of_deals,
    first_of,
    give_keys,
    stages_said,
    unfold,
    work_out,
)

SYSTEM = "HubSpot"
_ENTERED = re.compile(r"^date (entered|exited) [\"'“”‘’](.+)[\"'“”‘’]$", re.I)
_ENTERED_NAME = re.compile(r"^hs(?:_v2)?_date_(entered|exited)_(?!current_stage$)(.+)$", re.I)
_ENTERED_NOW = ("date entered current stage", "hs_v2_date_entered_current_stage")

# Our column → the labels and names HubSpot has for it, the better ones first.
_DEALS = {
    "id": "record id|hs_object_id|deal id",
    "name": "deal name|dealname",
    "pipeline": "pipeline",
    "stage": "deal stage|dealstage",
    "amount_minor": "amount",
    "currency": "currency|deal_currency_code",
    "close_date": "close date|closedate",
    "created_on": "create date|createdate",
    "owner_id": "deal owner|hubspot_owner_id",
    "account_id": "associated company|associated company (primary)|associated companies",
    "type": "deal type|dealtype",
    "source": "original traffic source|original source type|original source|hs_analytics_source",
    "probability": "deal probability|hs_deal_stage_probability",
    "next_step": "next step|hs_next_step",
    "loss_reason": "closed lost reason|closed_lost_reason",
}
_CONTACTS = {
    "id": "record id|hs_object_id|contact id",
    "first_name": "first name|firstname",
    "last_name": "last name|lastname",
    "email": "email|email address",
    "phone": "phone number|phone|mobile phone number|mobilephone",
    "title": "job title|jobtitle",
    "owner_id": "contact owner|hubspot_owner_id",
    "account_id": "associated company|associated company (primary)|company name|company",
    "created_on": "create date|createdate",
}
_COMPANIES = {
    "id": "record id|hs_object_id|company id",
    "name": "company name|name",
    "parent_id": "parent company",
    "owner_id": "company owner|hubspot_owner_id",
    "industry": "industry",
    "type": "type",
    "country": "country/region|country",
    "region": "state/region|state",
    "website": "website url|company domain name|website|domain",
    "phone": "phone number|phone",
    "employees": "number of employees|numberofemployees",
    "annual_revenue_minor": "annual revenue|annualrevenue",
    "source": "original traffic source|original source type|hs_analytics_source",
    "created_on": "create date|createdate",
}
_COMPANY_IDS = (
    "associated company ids (primary)|primary associated company id|hs_primary_associated_company|"
    "associated company ids|associated company id"
).split("|")
_CONTACT_IDS = ("associated contact ids", "associated contact id")
_HOME_AMOUNT = ("amount in company currency", "amount_in_home_currency")
_WON = ("is closed won", "hs_is_closed_won")
_CLOSED = ("is deal closed?", "is deal closed", "hs_is_closed")
_LOST = ("is closed lost", "hs_is_closed_lost")

_KINDS = (
    Labelled(
        "deals",
        "opportunity",
        _DEALS,
        (
            ("deal name", "dealname"),
            ("deal stage", "dealstage"),
            ("record id", "hs_object_id", "deal owner", "hubspot_owner_id", "associated company"),
        ),
    ),
    Labelled(
        "contacts",
        "contact",
        _CONTACTS,
        (
            ("record id", "hs_object_id"),
            ("first name", "last name", "email", "firstname", "lastname"),
            (
                "contact owner",
                "lifecycle stage",
                "lead status",
                "associated company",
                "lifecyclestage",
            ),
        ),
    ),
    Labelled(
        "companies",
        "account",
        _COMPANIES,
        (
            ("record id", "hs_object_id"),
            ("company name", "name"),
            ("company owner", "company domain name", "lifecycle stage", "domain", "lifecyclestage"),
        ),
    ),
)


def holds(source: SourceFile) -> str:
    """The table a file of HubSpot holds; '' where it is none."""
    kind = kind_of(source, _KINDS, _label)
    return kind.table if kind else ""


def recognise(connection: duckdb.DuckDBPyConnection, source: SourceFile) -> None:
    """Fill in what a file of HubSpot is and where its columns go."""
    kind = kind_of(source, _KINDS, _label)
    assert kind is not None  # asked before
    give_labelled(source, kind, _label)
    source.system, source.recognised_as = SYSTEM, f"{SYSTEM} {kind.title}"
    if kind.table == "opportunity":
        _choose_amount(source)
    work_out(connection, source, _worked_out(connection, source))


def _label(heading: str) -> str:
    """A heading as it is compared: `Record ID - Deal` is `record id`."""
    plain = " ".join(heading.lower().rstrip("* ").split())
    return re.sub(r"^(record id) - .+$", r"\1", plain)


def _named(source: SourceFile, labels: Sequence[str]) -> SourceColumn | None:
    by_label = {_label(c.name): c for c in reversed(source.columns)}
    return next((by_label[w] for w in labels if w in by_label), None)


def _choose_amount(source: SourceFile) -> None:
    """Where no column names a deal's currency, only the amount in the company's own can be added up."""
    home = _named(source, _HOME_AMOUNT)
    if home is None or column_for(source, "currency") is not None:
        return
    former = column_for(source, "amount_minor")
    if former is not None:
        former.target, former.confidence = "", 0.0
        former.note = f"No column names its currency, so “{home.name}” counts"
    home.target, home.confidence = "opportunity.amount_minor", 1.0


def _worked_out(connection: duckdb.DuckDBPyConnection, source: SourceFile) -> list[Worked]:
    added = []
    ids = _named(source, _COMPANY_IDS)
    names = column_for(source, "account_id") if source.table != "account" else None
    chosen = ids if ids is not None and ids.filled else names
    if chosen is not None and source.table != "account":
        several = f"SELECT 1 FROM {source.staging} WHERE contains({chosen.key}, ';') LIMIT 1"
        if chosen is ids or connection.execute(several).fetchone():
            _tell_several(connection, source, chosen)
            added.append(
                Worked(
                    "Company",
                    first_of(chosen.key, ";"),
                    "account_id",
                    f"The first of “{chosen.name}”",
                )
            )
    owner = column_for(source, "owner_id")
    gone = r"\s*\((deactivated|removed)( user)?\)$"
    if owner is not None:
        left = f"SELECT 1 FROM {source.staging} WHERE regexp_matches({owner.key}, '(?i){gone}') LIMIT 1"
        if connection.execute(left).fetchone():
            text = f"regexp_replace({owner.key}, '(?i){gone}', '')"
            added.append(Worked("Owner", text, "owner_id", "Without “(Deactivated User)”"))
    key = give_keys(
        connection, source, ("name", "account_id", "created_on"), "Add the column Record ID to the export."
    ) if source.table == "opportunity" else None  # fmt: skip
    return [*added, *([key] if key else [])]


def _tell_several(
    connection: duckdb.DuckDBPyConnection, source: SourceFile, column: SourceColumn
) -> None:
    note_any(
        connection,
        Problem(
            "several_companies",
            Severity.NOTE,
            "Rows are tied to several companies; the first of them counts.",
            "Make the company that counts the primary one in HubSpot.",
            file=source.name,
            column=column.name,
            table=str(source.table),
        ),
        f"SELECT _row AS row, {column.key} AS value, NULL AS record_id FROM {source.staging} "
        f"WHERE contains({column.key}, ';')",
    )


def unfolded(
    connection: duckdb.DuckDBPyConnection, source: SourceFile, files: Sequence[SourceFile]
) -> list[SourceFile]:
    """What the rows of a file tell beside it: stages entered, what stages mean, names of companies."""
    if source.table == "account":
        return []
    made = [_companies(connection, source, files)]
    if source.table == "opportunity":
        won, closed, lost = (_named(source, labels) for labels in (_WON, _CLOSED, _LOST))
        made.append(_history(connection, source))
        made.append(_contacts(connection, source))
        made.append(stages_said(connection, source, won=won, closed=closed, lost=lost, files=files))
    return [file for file in made if file is not None]


def _companies(
    connection: duckdb.DuckDBPyConnection, source: SourceFile, files: Sequence[SourceFile]
) -> SourceFile | None:
    ids, names = _named(source, _COMPANY_IDS), _named(source, _DEALS["account_id"].split("|"))
    if ids is None or names is None:
        return None
    # With as many names as ids they are in one order; else a name may hold the sign that parts them.
    alike = f"length({names.key}) - length(replace({names.key}, ';', ''))"
    alike += f" = length({ids.key}) - length(replace({ids.key}, ';', ''))"
    name = f"CASE WHEN {alike} THEN {first_of(names.key, ';')} WHEN NOT contains({ids.key}, ';') THEN {names.key} END"
    return accounts_named(connection, source, first_of(ids.key, ";"), name, files)


def _contacts(connection: duckdb.DuckDBPyConnection, source: SourceFile) -> SourceFile | None:
    """The contacts each deal is associated with; in which role, the export does not tell."""
    ids = _named(source, _CONTACT_IDS)
    if ids is None or not ids.filled:
        return None
    ids.note = ids.note or "In the contacts of deals"
    return contacts_of_deals(connection, source, f"string_split({ids.key}, ';')", is_primary=False)


def _history(connection: duckdb.DuckDBPyConnection, source: SourceFile) -> SourceFile | None:
    """One row for each stage a deal is said to have entered."""
    deal = column_for(source, "id")
    if deal is None:
        return None
    entered: dict[tuple[str, str], str] = {}
    exited: dict[tuple[str, str], str] = {}
    for column in source.columns:
        found = _ENTERED.match(column.name) or _ENTERED_NAME.match(column.name)
        if found and not column.target:
            told = entered if found[1].lower() == "entered" else exited
            told.setdefault(parted(found[2]), column.key)
            column.note = "In the stage history"
    rows = [
        f"SELECT _row, {deal.key}, {key}, {exited.get(stage, 'NULL')}, {formats.quoted(stage[0])}, "
        f"nullif({formats.quoted(stage[1])}, '') FROM {source.staging} WHERE {key} IS NOT NULL"
        for stage, key in entered.items()
    ]
    now = _named(source, _ENTERED_NOW)
    if now is not None:
        now.note = "In the stage history"
        rows.append(
            f"SELECT _row, {deal.key}, {now.key}, NULL, NULL, NULL FROM {source.staging} "
            f"WHERE {now.key} IS NOT NULL"
        )
    if not rows:
        return None
    columns = {
        "Deal": "opportunity_id", "Entered": "valid_from", "Exited": "left_at", "Stage": "stage",
        "Pipeline": "pipeline",
    }  # fmt: skip
    history = unfold(
        connection,
        source,
        "stage history",
        "opportunity_version",
        columns,
        " UNION ALL ".join(rows),
    )
    if history is not None:
        history.tells_last = True
        _tell_limits(connection, history)
    return history


def _tell_limits(connection: duckdb.DuckDBPyConnection, history: SourceFile) -> None:
    note_rows(
        connection,
        Problem(
            "history_of_stages_alone",
            Severity.NOTE,
            "HubSpot's export tells for each stage only the last time a deal entered it, and of the past nothing "
            "but stages: amount, close date and owner of a past day are those of today.",
            "Nothing to do. For what changed in full, open a history of the deals' properties.",
            file=history.name,
            table="opportunity_version",
        ),
        f"SELECT _row AS row, c3 AS value, c0 AS record_id FROM {history.staging} LIMIT 1",
        history.rows,
    )


def parted(said: str) -> tuple[str, str]:
    """`Demo (on site) (Sales (EU))` is the stage `Demo (on site)` of the pipeline `Sales (EU)`."""
    depth = 0
    for place in range(len(said) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(said[place], 0)
        if depth == 0:
            if not said.endswith(")") or not said[:place].strip():
                break
            return said[:place].strip(), said[place + 1 : -1].strip()
    return said.strip(), ""
