"""The objects of a Salesforce data export: the columns each file has, and how a record fills them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

from salesops.sample import offer
from salesops.sample.activities import EVENTS
from salesops.sample.company import Company, Record
from salesops.sample.ids import identifier

NO_ID = "000000000000000AAA"
CATEGORY = {
    "omitted": "Omitted",
    "pipeline": "Pipeline",
    "best_case": "BestCase",
    "commit": "Forecast",
    "closed": "Closed",
}
Line = tuple[str, ...]
Fill = Callable[[Record], Line]


class ExportObject(NamedTuple):
    """One file of an export: all its columns, those that are filled, and with what."""

    name: str
    header: tuple[str, ...]
    lines: Callable[[Company], Iterator[Line]]


def _object(
    name: str, header: str, filled: str, fill: Fill, records: Callable[[Company], Iterable[Record]]
) -> ExportObject:
    """An object whose columns are those of `header`, all empty but `filled` and the audit columns."""
    columns = tuple(header.split())
    given = [*filled.split(), "IsDeleted", *_AUDIT]
    places = {column: given.index(column) for column in columns if column in given}
    unknown = set(filled.split()) - set(columns)
    if unknown:
        raise ValueError(f"{name} has no column {', '.join(sorted(unknown))}.")
    arrange = itemgetter(*(places.get(column, len(given)) for column in columns))

    def lines(company: Company) -> Iterator[Line]:
        stamp = instant(datetime.combine(company.ends_on, time(22)))
        for record in records(company):
            who = record.get("owner_id") or record.get("changed_by_id") or NO_ID
            yield arrange((*fill(record), "0", who, stamp, who, stamp, ""))

    return ExportObject(name, columns, lines)


_AUDIT = ("CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp")
_LAST = "CreatedById LastModifiedDate LastModifiedById SystemModstamp"


def instant(value: datetime | None) -> str:
    """As an export writes an instant: UTC, no zone."""
    return value.isoformat(" ", "seconds") if value else ""


def day(value: date | None) -> str:
    """As an export writes a day: with midnight."""
    return f"{value.isoformat()} 00:00:00" if value else ""


def money(minor: int | None) -> str:
    """Major units; every currency of the sample company has a hundred minor ones."""
    return "" if minor is None else f"{minor // 100}.{minor % 100:02}"


def percent(share: Decimal) -> str:
    """A share as percent."""
    return f"{share * 100:.1f}"


def bit(value: bool | None) -> str:
    """Yes or no."""
    return "1" if value else "0"


def _rows(table: str) -> Callable[[Company], Iterable[Record]]:
    return lambda company: company.rows(table)


def _roles(company: Company) -> list[Record]:
    roles = sorted({str(p["role"]) for p in company.rows("person")})
    return [{"id": identifier("00E", i), "name": role} for i, role in enumerate(roles)]


def _people(company: Company) -> Iterator[Record]:
    roles = {role["name"]: role["id"] for role in _roles(company)}
    return ({**p, "role_id": roles[p["role"]]} for p in company.rows("person"))


def _numbered_versions(company: Company) -> Iterator[Record]:
    for number, version in enumerate(company.rows("opportunity_version")):
        version["id"] = identifier("008", number)
        yield version


def _owner_changes(company: Company) -> Iterator[Record]:
    number = 0
    for former, version in pairwise(company.rows("opportunity_version")):
        same = former["opportunity_id"] == version["opportunity_id"]
        if same and former["owner_id"] != version["owner_id"]:
            yield {
                "id": identifier("017", number),
                "opportunity_id": version["opportunity_id"],
                "changed_by_id": version["changed_by_id"],
                "valid_from": version["valid_from"],
                "old": former["owner_id"],
                "new": version["owner_id"],
            }
            number += 1


def _tasks(company: Company) -> Iterator[Record]:
    return (a for a in company.rows("activity") if a["kind"] not in EVENTS)


def _currencies(company: Company) -> list[Record]:
    return list({rate["currency"]: rate for rate in company.rows("exchange_rate")}.values())


def _periods(company: Company) -> list[Record]:
    spans = sorted({(q["starts_on"], q["ends_on"]) for q in company.rows("quota")})
    return [
        {"id": identifier("026", i), "starts_on": start, "ends_on": end}
        for i, (start, end) in enumerate(spans)
    ]


def _quotas(company: Company) -> Iterator[Record]:
    ids = {p["starts_on"]: p["id"] for p in _periods(company)}
    return ({**q, "period_id": ids[q["starts_on"]]} for q in company.rows("quota"))


def _first(name: str) -> str:
    return name.partition(" ")[0]


def _rest(name: str) -> str:
    return name.partition(" ")[2]


OBJECTS = (
    _object(
        "User",
        "Id Username LastName FirstName Name CompanyName Division Department Title Street City Country "
        "Email Phone Alias IsActive TimeZoneSidKey UserRoleId ManagerId CreatedDate Team__c Region__c "
        f"HiredDate__c LeftDate__c {_LAST}",
        "Id Username LastName FirstName Name Title Email IsActive UserRoleId ManagerId Team__c Region__c "
        "HiredDate__c LeftDate__c",
        lambda p: (
            p["id"],
            p["email"],
            _rest(p["name"]),
            _first(p["name"]),
            p["name"],
            p["title"],
            p["email"],
            bit(p["is_active"]),
            p["role_id"],
            p["manager_id"] or NO_ID,
            p["team"] or "",
            p["region"] or "",
            day(p["hired_on"]),
            day(p["left_on"]),
        ),
        _people,
    ),
    _object(
        "UserRole",
        f"Id Name ParentRoleId {_LAST}",
        "Id Name",
        lambda r: (r["id"], r["name"]),
        _roles,
    ),
    _object(
        "Account",
        "Id IsDeleted MasterRecordId Name Type ParentId BillingStreet BillingCity BillingState "
        "BillingPostalCode BillingCountry Phone Fax AccountNumber Website Sic Industry AnnualRevenue "
        "NumberOfEmployees Ownership Description Rating Site CurrencyIsoCode OwnerId CreatedDate "
        f"LastActivityDate AccountSource {_LAST}",
        "Id MasterRecordId Name Type ParentId BillingCountry BillingState Phone Website Industry "
        "AnnualRevenue NumberOfEmployees CurrencyIsoCode OwnerId CreatedDate AccountSource",
        lambda a: (
            a["id"],
            NO_ID,
            a["name"],
            a["type"],
            NO_ID,
            a["country"],
            a["region"],
            a["phone"],
            a["website"],
            a["industry"],
            money(a["annual_revenue_minor"]),
            str(a["employees"]),
            a["currency"],
            a["owner_id"],
            instant(a["created_at"]),
            a["source"],
        ),
        _rows("account"),
    ),
    _object(
        "Contact",
        "Id IsDeleted MasterRecordId AccountId LastName FirstName Salutation Name MailingCity "
        "MailingCountry Phone Fax MobilePhone Email Title Department OwnerId CreatedDate LastActivityDate "
        f"{_LAST}",
        "Id AccountId LastName FirstName Name Phone Email Title OwnerId CreatedDate",
        lambda c: (
            c["id"],
            c["account_id"],
            c["last_name"],
            c["first_name"],
            c["name"],
            c["phone"],
            c["email"],
            c["title"],
            c["owner_id"],
            instant(c["created_at"]),
        ),
        _rows("contact"),
    ),
    _object(
        "Lead",
        "Id IsDeleted MasterRecordId LastName FirstName Name Title Company City Country Phone Email Website "
        "LeadSource Status Industry Rating OwnerId IsConverted ConvertedDate ConvertedAccountId "
        f"ConvertedContactId ConvertedOpportunityId CreatedDate CampaignId__c {_LAST}",
        "Id LastName FirstName Name Company Email LeadSource Status OwnerId IsConverted ConvertedDate "
        "ConvertedAccountId ConvertedContactId ConvertedOpportunityId CreatedDate CampaignId__c",
        lambda x: (
            x["id"],
            _rest(x["name"]),
            _first(x["name"]),
            x["name"],
            x["company"],
            x["email"],
            x["source"],
            x["status"],
            x["owner_id"],
            bit(x["is_converted"]),
            day(x["converted_on"]),
            x["account_id"] or NO_ID,
            x["contact_id"] or NO_ID,
            x["opportunity_id"] or NO_ID,
            instant(x["created_at"]),
            x["campaign_id"] or "",
        ),
        _rows("lead"),
    ),
    _object(
        "Opportunity",
        "Id IsDeleted AccountId IsPrivate Name Description StageName Amount Probability "
        "TotalOpportunityQuantity CloseDate Type NextStep LeadSource IsClosed IsWon ForecastCategory "
        "CurrencyIsoCode CampaignId Pricebook2Id OwnerId CreatedDate LastActivityDate Loss_Reason__c "
        f"{_LAST}",
        "Id AccountId IsPrivate Name StageName Amount Probability CloseDate Type NextStep LeadSource "
        "IsClosed IsWon ForecastCategory CurrencyIsoCode CampaignId OwnerId CreatedDate Loss_Reason__c",
        lambda o: (
            o["id"],
            o["account_id"],
            "0",
            o["name"],
            o["stage"],
            money(o["amount_minor"]),
            percent(o["probability"]),
            day(o["close_date"]),
            o["type"],
            o["next_step"] or "",
            o["source"],
            bit(o["stage"] in offer.CLOSED),
            bit(o["stage"] == offer.WON),
            CATEGORY[o["forecast_category"]],
            o["currency"],
            o["campaign_id"] or NO_ID,
            o["owner_id"],
            instant(o["created_at"]),
            o["loss_reason"] or "",
        ),
        _rows("opportunity"),
    ),
    _object(
        "OpportunityHistory",
        "Id OpportunityId CreatedById CreatedDate StageName Amount ExpectedRevenue CloseDate Probability "
        "ForecastCategory CurrencyIsoCode IsDeleted SystemModstamp",
        "Id OpportunityId CreatedById CreatedDate StageName Amount CloseDate Probability ForecastCategory "
        "CurrencyIsoCode",
        lambda v: (
            v["id"],
            v["opportunity_id"],
            v["changed_by_id"],
            instant(v["valid_from"]),
            v["stage"],
            money(v["amount_minor"]),
            day(v["close_date"]),
            percent(v["probability"]),
            CATEGORY[v["forecast_category"]],
            v["currency"],
        ),
        _numbered_versions,
    ),
    _object(
        "OpportunityFieldHistory",
        "Id IsDeleted OpportunityId CreatedById CreatedDate Field DataType OldValue NewValue "
        "SystemModstamp",
        "Id OpportunityId CreatedById CreatedDate Field DataType OldValue NewValue",
        lambda h: (
            h["id"],
            h["opportunity_id"],
            h["changed_by_id"],
            instant(h["valid_from"]),
            "Owner",
            "EntityId",
            h["old"],
            h["new"],
        ),
        _owner_changes,
    ),
    _object(
        "OpportunityLineItem",
        "Id OpportunityId SortOrder PricebookEntryId Product2Id Quantity TotalPrice UnitPrice ListPrice "
        f"ServiceDate CurrencyIsoCode Description CreatedDate IsDeleted {_LAST}",
        "Id OpportunityId Product2Id Quantity TotalPrice UnitPrice ListPrice ServiceDate CurrencyIsoCode",
        lambda x: (
            x["id"],
            x["opportunity_id"],
            x["product_id"],
            str(x["quantity"]),
            money(x["amount_minor"]),
            money(x["unit_price_minor"]),
            money(x["list_price_minor"]),
            day(x["service_on"]),
            x["currency"],
        ),
        _rows("opportunity_line"),
    ),
    _object(
        "OpportunitySplit",
        "Id IsDeleted OpportunityId SplitOwnerId SplitPercentage SplitNote SplitAmount CurrencyIsoCode "
        f"CreatedDate {_LAST}",
        "Id OpportunityId SplitOwnerId SplitPercentage CurrencyIsoCode",
        lambda x: (
            x["id"],
            x["opportunity_id"],
            x["person_id"],
            percent(x["share"]),
            x["currency"],
        ),
        _rows("opportunity_split"),
    ),
    _object(
        "OpportunityContactRole",
        f"Id IsDeleted OpportunityId ContactId Role IsPrimary CreatedDate {_LAST}",
        "Id OpportunityId ContactId Role IsPrimary",
        lambda x: (
            x["id"],
            x["opportunity_id"],
            x["contact_id"],
            x["role"],
            bit(x["is_primary"]),
        ),
        _rows("opportunity_contact"),
    ),
    _object(
        "Product2",
        "Id Name ProductCode Description IsActive Family CurrencyIsoCode IsDeleted CreatedDate "
        f"List_Price__c {_LAST}",
        "Id Name ProductCode IsActive Family CurrencyIsoCode List_Price__c",
        lambda p: (
            p["id"],
            p["name"],
            p["code"],
            bit(p["is_active"]),
            p["family"],
            p["currency"],
            money(p["list_price_minor"]),
        ),
        _rows("product"),
    ),
    _object(
        "Campaign",
        "Id IsDeleted Name ParentId Type Status StartDate EndDate CurrencyIsoCode ExpectedRevenue "
        f"BudgetedCost ActualCost OwnerId CreatedDate {_LAST}",
        "Id Name Type Status StartDate EndDate BudgetedCost CurrencyIsoCode",
        lambda c: (
            c["id"],
            c["name"],
            c["type"],
            c["status"],
            day(c["starts_on"]),
            day(c["ends_on"]),
            money(c["budget_minor"]),
            c["currency"],
        ),
        _rows("campaign"),
    ),
    _object(
        "Task",
        "Id WhoId WhatId Subject ActivityDate Status Priority OwnerId Description Type IsDeleted AccountId "
        f"IsClosed CreatedDate CallDurationInSeconds CallType CompletedDateTime {_LAST}",
        "Id WhoId WhatId Subject ActivityDate Status OwnerId Type AccountId IsClosed CreatedDate "
        "CallDurationInSeconds CompletedDateTime",
        lambda a: (
            a["id"],
            NO_ID,
            a["opportunity_id"] or NO_ID,
            a["subject"],
            day(a["occurred_at"].date()),
            "Completed",
            a["owner_id"],
            a["kind"].capitalize(),
            a["account_id"] or NO_ID,
            "1",
            instant(a["occurred_at"]),
            str(a["duration_minutes"] * 60),
            instant(a["occurred_at"]),
        ),
        _tasks,
    ),
    _object(
        "Event",
        "Id WhoId WhatId Subject Location IsAllDayEvent ActivityDateTime ActivityDate DurationInMinutes "
        f"StartDateTime EndDateTime Description AccountId OwnerId Type IsDeleted CreatedDate {_LAST}",
        "Id WhoId WhatId Subject ActivityDate DurationInMinutes StartDateTime EndDateTime AccountId OwnerId "
        "Type CreatedDate",
        lambda a: (
            a["id"],
            NO_ID,
            a["opportunity_id"] or NO_ID,
            a["subject"],
            day(a["occurred_at"].date()),
            str(a["duration_minutes"]),
            instant(a["occurred_at"]),
            instant(a["occurred_at"] + timedelta(minutes=a["duration_minutes"])),
            a["account_id"] or NO_ID,
            a["owner_id"],
            a["kind"].capitalize(),
            instant(a["occurred_at"]),
        ),
        Company.events,
    ),
    _object(
        "OpportunityStage",
        "Id MasterLabel ApiName IsActive SortOrder IsClosed IsWon ForecastCategory DefaultProbability "
        f"Description CreatedDate Outcome__c Is_Pitched__c Is_Qualified__c {_LAST}",
        "Id MasterLabel ApiName IsActive SortOrder IsClosed IsWon ForecastCategory DefaultProbability "
        "Outcome__c Is_Pitched__c Is_Qualified__c",
        lambda s: (
            identifier("01J", s["position"]),
            s["stage"],
            s["stage"],
            "1",
            str(s["position"]),
            bit(s["outcome"] != "open"),
            bit(s["outcome"] == "won"),
            CATEGORY[s["forecast_category"]],
            percent(s["default_probability"]),
            s["outcome"],
            bit(s["is_pitched"]),
            bit(s["is_qualified"]),
        ),
        _rows("pipeline_stage"),
    ),
    _object(
        "DatedConversionRate",
        f"Id IsoCode StartDate NextStartDate ConversionRate CreatedDate {_LAST}",
        "Id IsoCode StartDate NextStartDate ConversionRate",
        lambda r: (
            f"04w{r['currency']}{r['valid_from']:%Y%m%d}",
            r["currency"],
            day(r["valid_from"]),
            "" if r["valid_to"].year == 9999 else day(r["valid_to"]),
            f"{1 / r['rate']:.12f}",
        ),
        _rows("exchange_rate"),
    ),
    _object(
        "CurrencyType",
        f"Id IsoCode ConversionRate DecimalPlaces IsActive IsCorporate CreatedDate {_LAST}",
        "Id IsoCode ConversionRate DecimalPlaces IsActive IsCorporate",
        lambda r: (
            f"01L{r['currency']}",
            r["currency"],
            f"{1 / r['rate']:.12f}",
            "2",
            "1",
            bit(r["currency"] == "USD"),
        ),
        _currencies,
    ),
    _object(
        "Period",
        "Id StartDate EndDate Type IsForecastPeriod SystemModstamp",
        "Id StartDate EndDate Type IsForecastPeriod",
        lambda p: (
            p["id"],
            day(p["starts_on"]),
            day(p["ends_on"] - timedelta(days=1)),
            "Quarter",
            "1",
        ),
        _periods,
    ),
    _object(
        "ForecastingQuota",
        "Id QuotaOwnerId PeriodId StartDate ProductFamily QuotaAmount CurrencyIsoCode SystemModstamp",
        "Id QuotaOwnerId PeriodId StartDate QuotaAmount CurrencyIsoCode",
        lambda q: (
            q["id"],
            q["person_id"],
            q["period_id"],
            day(q["starts_on"]),
            money(q["amount_minor"]),
            q["currency"],
        ),
        _quotas,
    ),
)
