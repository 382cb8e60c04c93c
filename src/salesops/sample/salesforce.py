"""The sample company as files: a Salesforce data export, or our own tables as CSV or Parquet."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from salesops.foundations.money import to_decimal
from salesops.foundations.problem import Refusal
from salesops.foundations.table import Type
from salesops.sample.company import Company, Record
from salesops.sample.ids import identifier
from salesops.tables import TABLES

NO_ID = "000000000000000AAA"
_AUDIT = ("CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp")
_CATEGORY = {
    "omitted": "Omitted",
    "pipeline": "Pipeline",
    "best_case": "BestCase",
    "commit": "Forecast",
    "closed": "Closed",
}
_EXTRA = ("cost", "campaign_spend", "recurring_revenue", "team_membership")
Object = tuple[str, list[str], Iterable[list[Any]]]


def write_export(company: Company, target: Path, *, parts: int = 1) -> list[Path]:
    """A data export as a zip, or as a folder where `target` has no suffix; `parts` zips with rows spread.

    Returns the files written. What Salesforce does not hold (cost, campaign spend, subscriptions, places in
    the organisation) goes along as plain CSV.
    """
    if target.suffix == "":
        target.mkdir(parents=True, exist_ok=True)
        for name, header, lines in _objects(company):
            with (target / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
                _write(out, header, lines)
        return sorted(target.iterdir())
    target.parent.mkdir(parents=True, exist_ok=True)
    written = []
    for part in range(parts):
        path = (
            target if parts == 1 else target.with_name(f"{target.stem}_{part + 1}{target.suffix}")
        )
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name, header, lines in _objects(company):
                with (
                    archive.open(f"{name}.csv", "w") as raw,
                    io.TextIOWrapper(raw, encoding="utf-8", newline="") as out,
                ):
                    # Small objects are repeated whole in every part, as exports do; large ones are spread.
                    mine = (
                        line
                        for number, line in enumerate(lines)
                        if parts == 1 or name in ("User", "Product2") or number % parts == part
                    )
                    _write(out, header, mine)
        written.append(path)
    return written


def write_files(company: Company, folder: Path, *, kind: str) -> list[Path]:
    """Our own tables as files of their own, money in major units."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in TABLES:
        header, lines = _plain(company, name)
        rows = list(lines)
        if not rows:
            continue
        path = folder / f"{name}.{kind}"
        if kind == "csv":
            with path.open("w", encoding="utf-8", newline="") as out:
                _write(out, header, rows)
        elif kind == "parquet":
            import pyarrow as pa
            import pyarrow.parquet as pq

            columns = {
                h: [None if r[i] == "" else str(r[i]) for r in rows] for i, h in enumerate(header)
            }
            pq.write_table(pa.table(columns), path)
        else:
            raise Refusal(f"“{kind}” is not a kind of file. Use csv or parquet.")
        written.append(path)
    (folder / "planted_truths.json").write_text(
        json.dumps(company.truths.as_dict(), indent=2), "utf-8"
    )
    return written


def _write(out: Any, header: list[str], lines: Iterable[list[Any]]) -> None:
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(lines)


def _instant(value: datetime | None) -> str:
    return value.strftime("%Y-%m-%d %H:%M:%S") if value else ""


def _day(value: date | None) -> str:
    return f"{value.isoformat()} 00:00:00" if value else ""


def _money(minor: int | None, currency: str) -> str:
    return "" if minor is None else str(to_decimal(minor, currency))


def _bit(value: bool | None) -> str:
    return "1" if value else "0"


def _id(value: str | None) -> str:
    return value or NO_ID


def _percent(value: Decimal | None) -> str:
    return "" if value is None else f"{value * 100:.1f}"


def _objects(company: Company) -> Iterator[Object]:
    rows = company.rows
    stamp = _instant(datetime.combine(company.ends_on, datetime.min.time()).replace(hour=22))

    def audited(fill: Callable[[Record], dict[str, str]]) -> Callable[[Record], dict[str, str]]:
        def whole(record: Record) -> dict[str, str]:
            found = fill(record)
            owner = found.get("OwnerId", NO_ID)
            return {
                "IsDeleted": "0",
                "CreatedById": owner,
                "LastModifiedById": owner,
                "LastModifiedDate": stamp,
                "SystemModstamp": stamp,
                **found,
            }

        return whole

    for name, header, source, fill in _LAYOUT:
        whole = audited(fill)
        yield name, header, _lines(header, (whole(r) for r in _select(company, source)))
    yield from _periods(company)
    for name in _EXTRA:
        header, lines = _plain(company, name)
        yield name, header, lines
    if not rows["opportunity"]:
        raise Refusal("The company has no opportunities to write.")


def _lines(header: list[str], records: Iterable[dict[str, str]]) -> Iterator[list[str]]:
    for record in records:
        yield [record.get(h, "") for h in header]


def _select(company: Company, source: str) -> Iterable[Record]:
    if source == "task":
        return (a for a in company.rows["activity"] if a["id"].startswith("00T"))
    if source == "event":
        return (a for a in company.rows["activity"] if a["id"].startswith("00U"))
    if source == "role":
        return [{"id": identifier("00E", i), "name": r} for i, r in enumerate(_roles(company))]
    if source == "field_history":
        return _owner_changes(company)
    if source == "currency_type":
        return _currencies(company)
    return company.rows[source]


def _roles(company: Company) -> list[str]:
    return sorted({str(p["role"]) for p in company.rows["person"]})


def _currencies(company: Company) -> list[Record]:
    last: dict[str, Record] = {}
    for rate in company.rows["exchange_rate"]:
        last[rate["currency"]] = rate
    return list(last.values())


def _owner_changes(company: Company) -> Iterator[Record]:
    former: Record | None = None
    number = 0
    for version in company.rows["opportunity_version"]:
        same = former is not None and former["opportunity_id"] == version["opportunity_id"]
        if same and former is not None and former["owner_id"] != version["owner_id"]:
            yield {
                "id": identifier("017", number),
                "version": version,
                "old": former["owner_id"],
                "new": version["owner_id"],
            }
            number += 1
        former = version


def _periods(company: Company) -> Iterator[Object]:
    spans = sorted({(q["starts_on"], q["ends_on"]) for q in company.rows["quota"]})
    ids = {span: identifier("026", i) for i, span in enumerate(spans)}
    header = ["Id", "StartDate", "EndDate", "Type", "IsForecastPeriod", "SystemModstamp"]
    from datetime import timedelta

    yield (
        "Period",
        header,
        [
            [
                ids[s],
                _day(s[0]),
                _day(s[1] - timedelta(days=1)),
                "Quarter",
                "1",
                _day(company.ends_on),
            ]
            for s in spans
        ],
    )
    header = [
        "Id",
        "QuotaOwnerId",
        "PeriodId",
        "StartDate",
        "ProductFamily",
        "QuotaAmount",
        "CurrencyIsoCode",
        "SystemModstamp",
    ]
    yield (
        "ForecastingQuota",
        header,
        [
            [
                q["id"],
                q["person_id"],
                ids[(q["starts_on"], q["ends_on"])],
                _day(q["starts_on"]),
                "",
                _money(q["amount_minor"], q["currency"]),
                q["currency"],
                _day(company.ends_on),
            ]
            for q in company.rows["quota"]
        ],
    )


def _plain(company: Company, name: str) -> tuple[list[str], Iterator[list[str]]]:
    """One of our tables as a finance team would keep it: money in major units, no derived columns."""
    columns = [c for c in TABLES[name].columns if not c.derived]
    header = [
        {"monthly_minor": "monthly_amount"}.get(c.name, c.name.removesuffix("_minor"))
        for c in columns
    ]

    def lines() -> Iterator[list[str]]:
        for record in company.rows[name]:
            cells = []
            for column in columns:
                value = record.get(column.name)
                if column.type is Type.MONEY:
                    cells.append(_money(value, str(record.get("currency") or "USD")))
                elif isinstance(value, datetime):
                    cells.append(_instant(value))
                elif isinstance(value, bool):
                    cells.append("true" if value else "false")
                else:
                    cells.append("" if value is None else str(value))
            yield cells

    return header, lines()


def _account(a: Record) -> dict[str, str]:
    return {
        "Id": a["id"],
        "MasterRecordId": NO_ID,
        "Name": a["name"],
        "Type": a["type"],
        "ParentId": NO_ID,
        "BillingCountry": a["country"],
        "BillingState": a["region"],
        "Phone": a["phone"],
        "Website": a["website"],
        "Industry": a["industry"],
        "AnnualRevenue": _money(a["annual_revenue_minor"], a["currency"]),
        "NumberOfEmployees": str(a["employees"]),
        "CurrencyIsoCode": a["currency"],
        "OwnerId": a["owner_id"],
        "CreatedDate": _instant(a["created_at"]),
        "AccountSource": a["source"],
    }


def _contact(c: Record) -> dict[str, str]:
    return {
        "Id": c["id"],
        "AccountId": c["account_id"],
        "LastName": c["last_name"],
        "FirstName": c["first_name"],
        "Name": c["name"],
        "Phone": c["phone"],
        "Email": c["email"],
        "Title": c["title"],
        "OwnerId": c["owner_id"],
        "CreatedDate": _instant(c["created_at"]),
    }


def _lead(x: Record) -> dict[str, str]:
    first, _, last = x["name"].partition(" ")
    return {
        "Id": x["id"],
        "LastName": last,
        "FirstName": first,
        "Name": x["name"],
        "Company": x["company"],
        "Email": x["email"],
        "LeadSource": x["source"],
        "Status": x["status"],
        "OwnerId": x["owner_id"],
        "IsConverted": _bit(x["is_converted"]),
        "ConvertedDate": _day(x["converted_on"]),
        "ConvertedAccountId": _id(x["account_id"]),
        "ConvertedContactId": _id(x["contact_id"]),
        "ConvertedOpportunityId": _id(x["opportunity_id"]),
        "CreatedDate": _instant(x["created_at"]),
        "CampaignId__c": x["campaign_id"] or "",
    }


def _opportunity(o: Record) -> dict[str, str]:
    return {
        "Id": o["id"],
        "AccountId": o["account_id"],
        "IsPrivate": "0",
        "Name": o["name"],
        "StageName": o["stage"],
        "Amount": _money(o["amount_minor"], o["currency"]),
        "Probability": _percent(o["probability"]),
        "CloseDate": _day(o["close_date"]),
        "Type": o["type"],
        "NextStep": o["next_step"] or "",
        "LeadSource": o["source"],
        "IsClosed": _bit(o["stage"].startswith("Closed")),
        "IsWon": _bit(o["stage"] == "Closed Won"),
        "ForecastCategory": _CATEGORY[o["forecast_category"]],
        "CurrencyIsoCode": o["currency"],
        "CampaignId": _id(o["campaign_id"]),
        "OwnerId": o["owner_id"],
        "CreatedDate": _instant(o["created_at"]),
        "Loss_Reason__c": o["loss_reason"] or "",
    }


def _history(v: Record) -> dict[str, str]:
    return {
        "Id": f"008{v['opportunity_id'][3:]}",
        "OpportunityId": v["opportunity_id"],
        "CreatedById": v["changed_by_id"],
        "CreatedDate": _instant(v["valid_from"]),
        "StageName": v["stage"],
        "Amount": _money(v["amount_minor"], v["currency"]),
        "CloseDate": _day(v["close_date"]),
        "Probability": _percent(v["probability"]),
        "ForecastCategory": _CATEGORY[v["forecast_category"]],
        "CurrencyIsoCode": v["currency"],
    }


def _field_history(h: Record) -> dict[str, str]:
    v = h["version"]
    return {
        "Id": h["id"],
        "OpportunityId": v["opportunity_id"],
        "CreatedById": v["changed_by_id"],
        "CreatedDate": _instant(v["valid_from"]),
        "Field": "Owner",
        "DataType": "EntityId",
        "OldValue": h["old"],
        "NewValue": h["new"],
    }


def _line(x: Record) -> dict[str, str]:
    return {
        "Id": x["id"],
        "OpportunityId": x["opportunity_id"],
        "Product2Id": x["product_id"],
        "Quantity": str(x["quantity"]),
        "TotalPrice": _money(x["amount_minor"], x["currency"]),
        "UnitPrice": _money(x["unit_price_minor"], x["currency"]),
        "ListPrice": _money(x["list_price_minor"], x["currency"]),
        "ServiceDate": _day(x["service_on"]),
        "CurrencyIsoCode": x["currency"],
    }


def _split(x: Record) -> dict[str, str]:
    return {
        "Id": x["id"],
        "OpportunityId": x["opportunity_id"],
        "SplitOwnerId": x["person_id"],
        "SplitPercentage": _percent(x["share"]),
        "CurrencyIsoCode": x["currency"],
    }


def _product(p: Record) -> dict[str, str]:
    return {
        "Id": p["id"],
        "Name": p["name"],
        "ProductCode": p["code"],
        "IsActive": _bit(p["is_active"]),
        "Family": p["family"],
        "CurrencyIsoCode": p["currency"],
        "List_Price__c": _money(p["list_price_minor"], p["currency"]),
    }


def _campaign(c: Record) -> dict[str, str]:
    return {
        "Id": c["id"],
        "Name": c["name"],
        "Type": c["type"],
        "Status": c["status"],
        "StartDate": _day(c["starts_on"]),
        "EndDate": _day(c["ends_on"]),
        "BudgetedCost": _money(c["budget_minor"], c["currency"]),
        "CurrencyIsoCode": c["currency"],
    }


def _task(a: Record) -> dict[str, str]:
    return {
        "Id": a["id"],
        "WhoId": NO_ID,
        "WhatId": _id(a["opportunity_id"]),
        "Subject": a["subject"],
        "ActivityDate": _day(a["occurred_at"].date()),
        "Status": "Completed",
        "OwnerId": a["owner_id"],
        "Type": a["kind"].capitalize(),
        "IsClosed": "1",
        "AccountId": _id(a["account_id"]),
        "CallDurationInSeconds": str(a["duration_minutes"] * 60),
        "CompletedDateTime": _instant(a["occurred_at"]),
        "CreatedDate": _instant(a["occurred_at"]),
    }


def _event(a: Record) -> dict[str, str]:
    return {
        "Id": a["id"],
        "WhoId": NO_ID,
        "WhatId": _id(a["opportunity_id"]),
        "Subject": a["subject"],
        "StartDateTime": _instant(a["occurred_at"]),
        "ActivityDate": _day(a["occurred_at"].date()),
        "DurationInMinutes": str(a["duration_minutes"]),
        "OwnerId": a["owner_id"],
        "Type": a["kind"].capitalize(),
        "AccountId": _id(a["account_id"]),
        "CreatedDate": _instant(a["occurred_at"]),
    }


def _user(p: Record) -> dict[str, str]:
    first, _, last = p["name"].partition(" ")
    return {
        "Id": p["id"],
        "Username": p["email"],
        "LastName": last,
        "FirstName": first,
        "Name": p["name"],
        "Title": p["title"],
        "Email": p["email"],
        "IsActive": _bit(p["is_active"]),
        "ManagerId": _id(p["manager_id"]),
        "UserRoleId": NO_ID,
        "Team__c": p["team"] or "",
        "Region__c": p["region"] or "",
        "HiredDate__c": _day(p["hired_on"]),
        "LeftDate__c": _day(p["left_on"]),
    }


def _stage(s: Record) -> dict[str, str]:
    closed = s["outcome"] != "open"
    return {
        "Id": f"01J{s['position']:015}",
        "MasterLabel": s["stage"],
        "ApiName": s["stage"],
        "IsActive": "1",
        "SortOrder": str(s["position"]),
        "IsClosed": _bit(closed),
        "IsWon": _bit(s["outcome"] == "won"),
        "ForecastCategory": _CATEGORY[s["forecast_category"]],
        "DefaultProbability": _percent(s["default_probability"]),
        "Outcome__c": s["outcome"],
        "Is_Pitched__c": _bit(s["is_pitched"]),
        "Is_Qualified__c": _bit(s["is_qualified"]),
    }


def _rate(r: Record) -> dict[str, str]:
    last = r["valid_to"].year == 9999
    return {
        "Id": f"04w{r['currency']}{r['valid_from']:%Y%m%d}",
        "IsoCode": r["currency"],
        "StartDate": _day(r["valid_from"]),
        "NextStartDate": "" if last else _day(r["valid_to"]),
        "ConversionRate": f"{1 / r['rate']:.12f}",
    }


def _currency(r: Record) -> dict[str, str]:
    return {
        "Id": f"01L{r['currency']}",
        "IsoCode": r["currency"],
        "ConversionRate": f"{1 / r['rate']:.12f}",
        "DecimalPlaces": "2",
        "IsActive": "1",
        "IsCorporate": _bit(r["currency"] == "USD"),
    }


def _header(text: str, *, audit: bool = True) -> list[str]:
    names = text.split()
    return [n for n in names if n not in _AUDIT] + list(_AUDIT if audit else ())


_LAYOUT: tuple[tuple[str, list[str], str, Callable[[Record], dict[str, str]]], ...] = (
    (
        "User",
        _header(
            "Id Username LastName FirstName Name CompanyName Division Department Title Street City Country Email "
            "Phone Alias IsActive TimeZoneSidKey UserRoleId ManagerId CreatedDate Team__c Region__c HiredDate__c "
            "LeftDate__c"
        ),
        "person",
        _user,
    ),
    (
        "UserRole",
        _header("Id Name ParentRoleId"),
        "role",
        lambda r: {"Id": r["id"], "Name": r["name"]},
    ),
    (
        "Account",
        _header(
            "Id IsDeleted MasterRecordId Name Type ParentId BillingStreet BillingCity BillingState "
            "BillingPostalCode BillingCountry Phone Fax AccountNumber Website Sic Industry AnnualRevenue "
            "NumberOfEmployees Ownership Description Rating Site CurrencyIsoCode OwnerId CreatedDate "
            "LastActivityDate AccountSource"
        ),
        "account",
        _account,
    ),
    (
        "Contact",
        _header(
            "Id IsDeleted MasterRecordId AccountId LastName FirstName Salutation Name MailingCity MailingCountry "
            "Phone Fax MobilePhone Email Title Department OwnerId CreatedDate LastActivityDate"
        ),
        "contact",
        _contact,
    ),
    (
        "Lead",
        _header(
            "Id IsDeleted MasterRecordId LastName FirstName Name Title Company City Country Phone Email Website "
            "LeadSource Status Industry Rating OwnerId IsConverted ConvertedDate ConvertedAccountId "
            "ConvertedContactId ConvertedOpportunityId CreatedDate CampaignId__c"
        ),
        "lead",
        _lead,
    ),
    (
        "Opportunity",
        _header(
            "Id IsDeleted AccountId IsPrivate Name Description StageName Amount Probability "
            "TotalOpportunityQuantity CloseDate Type NextStep LeadSource IsClosed IsWon ForecastCategory "
            "CurrencyIsoCode CampaignId Pricebook2Id OwnerId CreatedDate LastActivityDate Loss_Reason__c"
        ),
        "opportunity",
        _opportunity,
    ),
    (
        "OpportunityHistory",
        _header(
            "Id OpportunityId CreatedById CreatedDate StageName Amount ExpectedRevenue CloseDate Probability "
            "ForecastCategory CurrencyIsoCode IsDeleted",
            audit=False,
        )
        + ["SystemModstamp"],
        "opportunity_version",
        _history,
    ),
    (
        "OpportunityFieldHistory",
        _header(
            "Id IsDeleted OpportunityId CreatedById CreatedDate Field DataType OldValue NewValue",
            audit=False,
        )
        + ["CreatedById"],
        "field_history",
        _field_history,
    ),
    (
        "OpportunityLineItem",
        _header(
            "Id OpportunityId SortOrder PricebookEntryId Product2Id Quantity TotalPrice UnitPrice ListPrice "
            "ServiceDate CurrencyIsoCode Description CreatedDate IsDeleted"
        ),
        "opportunity_line",
        _line,
    ),
    (
        "OpportunitySplit",
        _header(
            "Id IsDeleted OpportunityId SplitOwnerId SplitPercentage SplitNote "
            "SplitAmount CurrencyIsoCode CreatedDate"
        ),
        "opportunity_split",
        _split,
    ),
    (
        "Product2",
        _header(
            "Id Name ProductCode Description IsActive Family CurrencyIsoCode "
            "IsDeleted CreatedDate List_Price__c"
        ),
        "product",
        _product,
    ),
    (
        "Campaign",
        _header(
            "Id IsDeleted Name ParentId Type Status StartDate EndDate CurrencyIsoCode ExpectedRevenue BudgetedCost "
            "ActualCost OwnerId CreatedDate"
        ),
        "campaign",
        _campaign,
    ),
    (
        "Task",
        _header(
            "Id WhoId WhatId Subject ActivityDate Status Priority OwnerId Description Type IsDeleted AccountId "
            "IsClosed CreatedDate CallDurationInSeconds CallType CompletedDateTime"
        ),
        "task",
        _task,
    ),
    (
        "Event",
        _header(
            "Id WhoId WhatId Subject Location IsAllDayEvent ActivityDateTime ActivityDate DurationInMinutes "
            "StartDateTime EndDateTime Description AccountId OwnerId Type IsDeleted CreatedDate"
        ),
        "event",
        _event,
    ),
    (
        "OpportunityStage",
        _header(
            "Id MasterLabel ApiName IsActive SortOrder IsClosed IsWon ForecastCategory DefaultProbability "
            "Description CreatedDate Outcome__c Is_Pitched__c Is_Qualified__c"
        ),
        "pipeline_stage",
        _stage,
    ),
    (
        "DatedConversionRate",
        _header("Id IsoCode StartDate NextStartDate ConversionRate CreatedDate"),
        "exchange_rate",
        _rate,
    ),
    (
        "CurrencyType",
        _header("Id IsoCode ConversionRate DecimalPlaces IsActive IsCorporate CreatedDate"),
        "currency_type",
        _currency,
    ),
)
