"""The Salesforce data export: which object a CSV is, and what its columns mean here.

Objects are told by file name, columns by name in any case and order. An object may be split over several
files, lack a column in one of them, or be there twice; rows are put together by their Id afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

import duckdb

from salesops.importers.model import SourceFile
from salesops.importers.unfolding import stages_said

NO_ID = "000000000000000AAA"
_EVERY = {"IsDeleted": "_deleted", "SystemModstamp": "_modified"}

# Object → our table, and column → our column. A word after `|` names how the value is turned.
OBJECTS: dict[str, tuple[str, dict[str, str]]] = {
    "Account": (
        "account",
        {
            "Id": "id",
            "Name": "name",
            "ParentId": "parent_id",
            "OwnerId": "owner_id",
            "Industry": "industry",
            "Type": "type",
            "BillingCountry": "country",
            "BillingState": "region",
            "Website": "website",
            "Phone": "phone",
            "NumberOfEmployees": "employees",
            "AnnualRevenue": "annual_revenue_minor",
            "CurrencyIsoCode": "currency",
            "AccountSource": "source",
            "CreatedDate": "created_at",
        },
    ),
    "Contact": (
        "contact",
        {
            "Id": "id",
            "AccountId": "account_id",
            "Name": "name",
            "FirstName": "first_name",
            "LastName": "last_name",
            "Email": "email",
            "Phone": "phone",
            "Title": "title",
            "OwnerId": "owner_id",
            "CreatedDate": "created_at",
        },
    ),
    "Lead": (
        "lead",
        {
            "Id": "id",
            "Name": "name",
            "FirstName": "_first_name",
            "LastName": "_last_name",
            "Company": "company",
            "Email": "email",
            "Status": "status",
            "LeadSource": "source",
            "OwnerId": "owner_id",
            "CampaignId": "campaign_id",
            "CampaignId__c": "campaign_id",
            "CreatedDate": "created_at",
            "IsConverted": "is_converted",
            "ConvertedDate": "converted_on",
            "ConvertedAccountId": "account_id",
            "ConvertedContactId": "contact_id",
            "ConvertedOpportunityId": "opportunity_id",
        },
    ),
    "Opportunity": (
        "opportunity",
        {
            "Id": "id",
            "Name": "name",
            "AccountId": "account_id",
            "OwnerId": "owner_id",
            "StageName": "stage",
            "Amount": "amount_minor",
            "CurrencyIsoCode": "currency",
            "Probability": "probability|percent",
            "CloseDate": "close_date",
            "Type": "type",
            "NextStep": "next_step",
            "LeadSource": "source",
            "ForecastCategory": "forecast_category|category",
            "CampaignId": "campaign_id",
            "CreatedDate": "created_at",
            "Loss_Reason__c": "loss_reason",
            # No column of a deal, but what its stage means.
            "IsClosed": "",
            "IsWon": "",
        },
    ),
    "OpportunityHistory": (
        "opportunity_version",
        {
            "OpportunityId": "opportunity_id",
            "CreatedDate": "valid_from",
            "CreatedById": "changed_by_id",
            "StageName": "stage",
            "Amount": "amount_minor",
            "CurrencyIsoCode": "currency",
            "CloseDate": "close_date",
            "Probability": "probability|percent",
            "ForecastCategory": "forecast_category|category",
        },
    ),
    "OpportunityFieldHistory": (
        "_field_history",
        {
            "OpportunityId": "opportunity_id",
            "CreatedDate": "valid_from",
            "CreatedById": "changed_by_id",
            "Field": "field",
            "OldValue": "old_value",
            "NewValue": "new_value",
        },
    ),
    "OpportunityLineItem": (
        "opportunity_line",
        {
            "Id": "id",
            "OpportunityId": "opportunity_id",
            "Product2Id": "product_id",
            "Quantity": "quantity",
            "ListPrice": "list_price_minor",
            "UnitPrice": "unit_price_minor",
            "TotalPrice": "amount_minor",
            "CurrencyIsoCode": "currency",
            "ServiceDate": "service_on",
        },
    ),
    "OpportunitySplit": (
        "opportunity_split",
        {
            "Id": "id",
            "OpportunityId": "opportunity_id",
            "SplitOwnerId": "person_id",
            "SplitPercentage": "share|percent",
            "SplitAmount": "amount_minor",
            "CurrencyIsoCode": "currency",
        },
    ),
    "OpportunityContactRole": (
        "opportunity_contact",
        {
            "Id": "id",
            "OpportunityId": "opportunity_id",
            "ContactId": "contact_id",
            "Role": "role",
            "IsPrimary": "is_primary",
        },
    ),
    "Product2": (
        "product",
        {
            "Id": "id",
            "Name": "name",
            "ProductCode": "code",
            "Family": "family",
            "IsActive": "is_active",
            "CurrencyIsoCode": "currency",
            "List_Price__c": "list_price_minor",
        },
    ),
    "Campaign": (
        "campaign",
        {
            "Id": "id",
            "Name": "name",
            "Type": "type",
            "Status": "status",
            "StartDate": "starts_on",
            "EndDate": "ends_on",
            "BudgetedCost": "budget_minor",
            "CurrencyIsoCode": "currency",
        },
    ),
    "Task": (
        "activity",
        {
            "Id": "id",
            "Subject": "subject",
            "OwnerId": "owner_id",
            "WhatId": "_what",
            "WhoId": "_who",
            "AccountId": "account_id",
            "Type": "kind|kind",
            "TaskSubtype": "_subtype",
            "Status": "_status",
            "IsClosed": "is_done",
            "ActivityDate": "_day",
            "CompletedDateTime": "occurred_at",
            "CallDurationInSeconds": "duration_minutes|seconds",
            "DurationInMinutes__c": "_minutes",
        },
    ),
    "Event": (
        "activity",
        {
            "Id": "id",
            "Subject": "subject",
            "OwnerId": "owner_id",
            "WhatId": "_what",
            "WhoId": "_who",
            "AccountId": "account_id",
            "Type": "kind|kind",
            "ActivityDateTime": "occurred_at",
            "StartDateTime": "occurred_at",
            "ActivityDate": "_day",
            "DurationInMinutes": "duration_minutes",
        },
    ),
    "User": (
        "person",
        {
            "Id": "id",
            "Name": "name",
            "FirstName": "_first_name",
            "LastName": "_last_name",
            "Email": "email",
            "Title": "title",
            "UserRoleId": "_role_id",
            "ManagerId": "manager_id",
            "IsActive": "is_active",
            "Team__c": "team",
            "Region__c": "region",
            "HiredDate__c": "hired_on",
            "LeftDate__c": "left_on",
        },
    ),
    "UserRole": ("_role", {"Id": "id", "Name": "name"}),
    "Territory2": ("_territory", {"Id": "id", "Name": "name"}),
    "UserTerritory2Association": (
        "_assignment",
        {"UserId": "person_id", "Territory2Id": "territory_id", "IsActive": "is_active"},
    ),
    "ForecastingQuota": (
        "quota",
        {
            "Id": "id",
            "QuotaOwnerId": "person_id",
            "PeriodId": "_period_id",
            "StartDate": "starts_on",
            "QuotaAmount": "amount_minor",
            "CurrencyIsoCode": "currency",
            "ProductFamily": "product_family",
        },
    ),
    "Period": ("_period", {"Id": "id", "StartDate": "starts_on", "EndDate": "last_day"}),
    "OpportunityStage": (
        "pipeline_stage",
        {
            "MasterLabel": "stage",
            "ApiName": "_api_name",
            "SortOrder": "position",
            "DefaultProbability": "default_probability|percent",
            "ForecastCategory": "forecast_category|category",
            "IsActive": "is_active",
            "IsClosed": "_is_closed",
            "IsWon": "_is_won",
            "Outcome__c": "outcome",
            "Is_Pitched__c": "is_pitched",
            "Is_Qualified__c": "is_qualified",
        },
    ),
    "DatedConversionRate": (
        "exchange_rate",
        {
            "IsoCode": "currency",
            "StartDate": "valid_from",
            "NextStartDate": "valid_to",
            "ConversionRate": "rate|inverse",
        },
    ),
    "CurrencyType": (
        "_currency_type",
        {"IsoCode": "currency", "ConversionRate": "rate|inverse", "IsCorporate": "is_corporate"},
    ),
}
_BY_NAME = {name.lower(): name for name in OBJECTS}


def object_of(file: str) -> str:
    """The object a file name stands for, or ''. `Opportunity_2.csv` and `opportunity.CSV` are Opportunity."""
    stem = PurePosixPath(file.replace("\\", "/")).name.split(".")[0]
    stem = stem.removesuffix("-refused")
    # A number at the end counts the parts, unless it is part of the name, as in Product2.
    for name in (stem, re.sub(r"[ _-]+\(?\d+\)?$", "", stem), re.sub(r"\d+$", "", stem)):
        if name.lower() in _BY_NAME:
            return _BY_NAME[name.lower()]
    return ""


def is_export(file: str, header: list[str]) -> bool:
    """Whether a file with this name and these columns is an object of a data export."""
    name = object_of(file)
    if not name:
        return False
    have = {h.lower() for h in header}
    known = {c.lower() for c in (*OBJECTS[name][1], *_EVERY)}
    return len(have & known) >= 3 and bool(
        have & {"systemmodstamp", "createdbyid", "isdeleted", "lastmodifieddate", "isocode"}
    )


def wanted_columns(file: str, header: list[str]) -> set[str] | None:
    """The columns of an export that are read at all; None where every column is looked at."""
    if not is_export(file, header):
        return None
    # The two columns of a file of refused rows tell where its rows belong.
    wanted = {c.lower() for c in (*OBJECTS[object_of(file)][1], *_EVERY, "_row", "_reason")}
    return {h for h in header if h.lower() in wanted}


def unfolded(
    connection: duckdb.DuckDBPyConnection, source: SourceFile, files: Sequence[SourceFile]
) -> list[SourceFile]:
    """The stages that no file tells of, as each deal says whether it is closed or won."""
    if source.table != "opportunity":
        return []
    closed, won = (
        next((c for c in source.columns if c.name.lower() == name), None)
        for name in ("isclosed", "iswon")
    )
    made = stages_said(connection, source, won=won, closed=closed, files=files)
    return [made] if made is not None else []


def recognise(source: SourceFile) -> bool:
    """Fill in what a file of an export is. False where it is none."""
    header = [c.name for c in source.columns]
    if not is_export(source.name, header):
        return False
    name = object_of(source.name)
    table, columns = OBJECTS[name]
    by_name = {k.lower(): v for k, v in {**columns, **_EVERY}.items()}
    source.table, source.salesforce = table, True
    source.recognised_as = f"Salesforce {name}"
    for column in source.columns:
        target = by_name.get(column.name.lower(), "")
        column.target = f"{table}.{target.split('|')[0]}" if target else ""
        column.reads_as = target.partition("|")[2] or ""
        column.confidence = 1.0 if target else 0.0
    return True
