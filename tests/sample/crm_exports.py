"""The sample company as other programs would export it: HubSpot, Pipedrive, and a report of Salesforce."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from salesops.sample.company import Company
from salesops.sample.offer import LOST, NO_DECISION, WON
from tests.importers.opened import as_csv

PIPELINE = "Sales"
Row = dict[str, str]


def write_crm(company: Company, folder: Path, system: str) -> list[Path]:
    """The files of a system, and the rates of exchange, which none of them exports."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {**_SYSTEMS[system](company), "exchange_rate.csv": _rates(company)}
    written = []
    for name, rows in files.items():
        path = folder / name
        path.write_bytes(as_csv(rows))
        written.append(path)
    return written


def _rates(company: Company) -> list[Row]:
    return [{k: _text(v) for k, v in row.items()} for row in company.rows("exchange_rate")]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _money(minor: int | None) -> str:
    return "" if minor is None else f"{minor / 100:.2f}"


class _Told:
    """A deal with the names of what it refers to, and the stages it entered, oldest first."""

    def __init__(self, deal: dict[str, Any], account: dict[str, Any], owner: str) -> None:
        self.now, self.account, self.owner = deal, account, owner
        self.moves: list[tuple[datetime, str]] = []

    @property
    def status(self) -> str:
        """Open, Won or Lost, as Pipedrive has it, which knows no third way to end."""
        return {WON: "Won", LOST: "Lost", NO_DECISION: "Lost"}.get(self.now["stage"], "Open")


def _deals(company: Company) -> list[_Told]:
    accounts = {a["id"]: a for a in company.rows("account")}
    people = {p["id"]: p["name"] for p in company.rows("person")}
    told = {
        d["id"]: _Told(d, accounts.get(d["account_id"], {}), people.get(d["owner_id"], ""))
        for d in company.rows("opportunity")
    }
    for version in sorted(company.rows("opportunity_version"), key=lambda v: v["valid_from"]):
        moves = told[version["opportunity_id"]].moves
        if not moves or moves[-1][1] != version["stage"]:
            moves.append((version["valid_from"], version["stage"]))
    return list(told.values())


def _hubspot(company: Company) -> dict[str, list[Row]]:
    """All properties of deals and companies; each stage with the last time it was entered."""
    deals = []
    for deal in _deals(company):
        now = deal.now
        row = {
            "Record ID": now["id"],
            "Deal Name": now["name"],
            "Deal Stage": now["stage"],
            "Pipeline": PIPELINE,
            "Amount": _money(now["amount_minor"]),
            "Currency": now["currency"],
            "Close Date": _text(now["close_date"]),
            "Create Date": _text(now["created_at"]),
            "Deal owner": deal.owner,
            "Deal Type": now["type"],
            "Original Traffic Source": now["source"],
            "Deal probability": _text(now["probability"]),
            "Closed Lost Reason": _text(now["loss_reason"]),
            "Associated Company IDs": now["account_id"],
            "Associated Company": deal.account["name"],
            "Is Closed Won": "true" if now["stage"] == WON else "false",
            "Is Deal Closed?": "false" if deal.status == "Open" else "true",
        }
        for at, stage in deal.moves:
            row[f'Date entered "{stage} ({PIPELINE})"'] = _text(at)
        for (_, stage), (left, _) in zip(deal.moves, deal.moves[1:], strict=False):
            row[f'Date exited "{stage} ({PIPELINE})"'] = _text(left)
        deals.append(row)
    companies = [
        {
            "Record ID": a["id"],
            "Company name": a["name"],
            "Industry": a["industry"],
            "Country/Region": a["country"],
            "Create Date": _text(a["created_at"]),
            "Company owner": "",
        }
        for a in company.rows("account")
    ]
    return {"hubspot-deals.csv": deals, "hubspot-companies.csv": companies}


def _pipedrive(company: Company) -> dict[str, list[Row]]:
    """Deals with status and dates beside the stage they were last open in."""
    deals = []
    for deal in _deals(company):
        now, opened = deal.now, [m for m in deal.moves if m[1] not in (WON, LOST, NO_DECISION)]
        ended = _text(now["close_date"]) + " 12:00:00"
        row = {
            "Deal - ID": now["id"],
            "Deal - Title": now["name"],
            "Deal - Owner": deal.owner,
            "Deal - Value": _money(now["amount_minor"]),
            "Deal - Currency of Value": now["currency"],
            "Deal - Probability": _text(now["probability"] * 100),
            "Deal - Organization": deal.account["name"],
            "Deal - Organization ID": now["account_id"],
            "Deal - Pipeline": PIPELINE,
            "Deal - Stage": opened[-1][1] if opened else "Prospecting",
            "Deal - Status": deal.status,
            "Deal - Deal created": _text(now["created_at"]),
            "Deal - Last stage change": _text(opened[-1][0]) if len(opened) > 1 else "",
            "Deal - Won time": ended if deal.status == "Won" else "",
            "Deal - Lost time": ended if deal.status == "Lost" else "",
            "Deal - Expected close date": _text(now["close_date"]) if deal.status == "Open" else "",
            "Deal - Lost reason": _text(now["loss_reason"]),
            "Deal - Source channel": now["source"],
        }
        deals.append(row)
    organizations = [
        {"Organization - ID": a["id"], "Organization - Name": a["name"], "Organization - Industry": a["industry"]}
        for a in company.rows("account")
    ]  # fmt: skip
    return {"deals-1.csv": deals, "organizations-1.csv": organizations}


def _report(company: Company) -> dict[str, list[Row]]:
    """A report of opportunities without an id, and one of their way from stage to stage."""
    deals, moves = [], []
    for deal in _deals(company):
        now = deal.now
        known = {
            "Opportunity Name": now["name"],
            "Account Name": deal.account["name"],
            "Created Date": _american(now["created_at"]).partition(" ")[0],
        }
        deals.append(
            {
                **known,
                "Opportunity Owner": deal.owner,
                "Stage": now["stage"],
                "Amount Currency": now["currency"],
                "Amount": _money(now["amount_minor"]),
                "Probability (%)": _text(int(now["probability"] * 100)),
                "Close Date": f"{now['close_date']:%m/%d/%Y}",
                "Type": now["type"],
                "Lead Source": now["source"],
            }
        )
        before = ""
        for at, stage in deal.moves:
            moves.append(
                {**known, "From Stage": before, "To Stage": stage, "Last Modified": _american(at)}
            )
            before = stage
    return {"report1.csv": deals, "report2.csv": moves}


def _american(at: datetime) -> str:
    return f"{at:%m/%d/%Y %I:%M:%S %p}"


_SYSTEMS: dict[str, Callable[[Company], dict[str, list[Row]]]] = {
    "HubSpot": _hubspot,
    "Pipedrive": _pipedrive,
    "Salesforce report": _report,
}


def systems() -> Iterator[str]:
    """The systems there is a writer for."""
    yield from _SYSTEMS
