"""What surrounds the deals: leads, activities, campaigns, cost, quotas, subscriptions, exchange rates."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

from salesops.sample import names
from salesops.sample.deals import DOLLARS
from salesops.sample.ids import identifier
from salesops.sample.organisation import FOREVER, Organisation

if TYPE_CHECKING:
    from salesops.sample.company import Truths

Record = dict[str, Any]
Rows = dict[str, list[Record]]
_CAMPAIGNS = (
    "Spring webinar",
    "Industry fair",
    "Search advertising",
    "Partner days",
    "Customer stories",
)
_LEAD_FACTOR = {"Inbound": 0.34, "Outbound": 0.2, "Partner": 0.38, "Event": 0.24, "Referral": 0.48}
_BAD_CHANCE = 0.05


def surround(
    random: Random,
    organisation: Organisation,
    rows: Rows,
    truths: Truths,
    starts_on: date,
    ends_on: date,
) -> None:
    """Fill every other table of the company."""
    months = _months(starts_on, ends_on)
    _rates(random, rows, months)
    _campaigns(random, rows, months)
    _leads(random, organisation, rows, truths, starts_on, ends_on)
    _activities(random, organisation, rows, starts_on, ends_on)
    _costs(random, organisation, rows, months)
    _quotas(organisation, rows, starts_on, ends_on)
    _subscriptions(random, rows, ends_on)
    for account in rows["account"]:
        del account["_team"]


def _months(start: date, end: date) -> list[date]:
    months = [start.replace(day=1)]
    while (following := (months[-1] + timedelta(days=32)).replace(day=1)) <= end:
        months.append(following)
    return months


def _rates(random: Random, rows: Rows, months: list[date]) -> None:
    """Quarterly rates to the dollar; the first reaches back, the last reaches on."""
    for currency, usual in DOLLARS.items():
        starts = months[::3] if currency != "USD" else months[:1]
        for place, start in enumerate(starts):
            rate = 1.0 if currency == "USD" else usual * random.uniform(0.96, 1.04)
            rows["exchange_rate"].append(
                {
                    "currency": currency,
                    "valid_from": date(2000, 1, 1) if place == 0 else start,
                    "valid_to": starts[place + 1] if place + 1 < len(starts) else FOREVER,
                    "rate": Decimal(str(round(rate, 6))),
                }
            )


def _campaigns(random: Random, rows: Rows, months: list[date]) -> None:
    for number, start in enumerate(months[::2]):
        end = (start + timedelta(days=62)).replace(day=1)
        budget = random.randint(8, 40) * 1000_00
        campaign = identifier("701", number)
        rows["campaign"].append(
            {
                "id": campaign,
                "name": f"{_CAMPAIGNS[number % len(_CAMPAIGNS)]} {start:%Y-%m}",
                "type": random.choice(("Webinar", "Event", "Advertising")),
                "status": "Completed",
                "starts_on": start,
                "ends_on": end - timedelta(days=1),
                "budget_minor": budget,
                "currency": "USD",
            }
        )
        for place in range(2):
            rows["campaign_spend"].append(
                {
                    "id": f"spend-{number}-{place}",
                    "campaign_id": campaign,
                    "spent_on": start + timedelta(days=20 * place + 5),
                    "amount_minor": int(budget * random.uniform(0.4, 0.55)) // 100 * 100,
                    "currency": "USD",
                }
            )
    spans = [(c["id"], c["starts_on"], c["ends_on"]) for c in rows["campaign"]]
    for deal in rows["opportunity"]:
        if deal["source"] in ("Event", "Inbound") and random.random() < 0.5:
            day = deal["created_at"].date()
            deal["campaign_id"] = next((c for c, s, e in spans if s <= day <= e), None)
    by_id = {d["id"]: d["campaign_id"] for d in rows["opportunity"]}
    for version in rows["opportunity_version"]:
        version["campaign_id"] = by_id[version["opportunity_id"]]


def _leads(
    random: Random,
    organisation: Organisation,
    rows: Rows,
    truths: Truths,
    starts_on: date,
    ends_on: date,
) -> None:
    """Leads of every source; some became the deals there are, a bad source's hardly ever."""
    number = 0
    span = (ends_on - starts_on).days

    def add(source: str, created: datetime, deal: Record | None) -> None:
        nonlocal number
        given, family = random.choice(names.GIVEN), random.choice(names.FAMILY)
        company = f"{random.choice(names.FIRST)} {random.choice(names.SECOND)}"
        rows["lead"].append(
            {
                "id": identifier("00Q", number),
                "name": f"{given} {family}",
                "company": company,
                "email": f"{given}.{family}@{company.replace(' ', '')}.example".lower(),
                "status": "Converted"
                if deal
                else random.choice(("Open", "Working", "Unqualified")),
                "source": source,
                "owner_id": deal["owner_id"]
                if deal
                else organisation.rep_on(
                    random, random.randrange(len(names.TEAMS)), created.date()
                ),
                "campaign_id": deal["campaign_id"] if deal else None,
                "created_at": created,
                "is_converted": deal is not None,
                "converted_on": deal["created_at"].date() if deal else None,
                "account_id": deal["account_id"] if deal else None,
                "contact_id": None,
                "opportunity_id": deal["id"] if deal else None,
            }
        )
        number += 1

    for deal in rows["opportunity"]:
        chance = _LEAD_FACTOR.get(deal["source"], _BAD_CHANCE)
        if deal["type"] != "New business":
            continue
        add(deal["source"], deal["created_at"] - timedelta(days=random.randint(1, 20)), deal)
        for _ in range(round(1 / chance) - 1):
            day = starts_on + timedelta(days=random.randrange(span))
            add(
                deal["source"],
                datetime.combine(day, time(random.randint(7, 19), random.randrange(60))),
                None,
            )
    for _ in range(max(1, number // 80)):
        original = random.choice(rows["lead"])
        twin = dict(original) | {
            "id": identifier("00Q", number),
            "email": original["email"].upper(),
            "status": "Open",
            "is_converted": False,
            "converted_on": None,
            "account_id": None,
            "opportunity_id": None,
        }
        number += 1
        rows["lead"].append(twin)
        truths.duplicate_leads.append((original["id"], twin["id"]))


def _activities(
    random: Random, organisation: Organisation, rows: Rows, starts_on: date, ends_on: date
) -> None:
    """Work on deals at each step of their life, and each rep's own inner work."""
    number = 0

    def add(
        kind: str, subject: str, owner: str, at: datetime, minutes: int, deal: Record | None
    ) -> None:
        nonlocal number
        prefix = "00U" if kind in ("meeting", "demo") else "00T"
        rows["activity"].append(
            {
                "id": identifier(prefix, number),
                "kind": kind,
                "subject": subject,
                "owner_id": owner,
                "opportunity_id": deal["id"] if deal else None,
                "account_id": deal["account_id"] if deal else None,
                "contact_id": None,
                "lead_id": None,
                "occurred_at": at.replace(microsecond=0),
                "duration_minutes": minutes,
                "is_done": True,
            }
        )
        number += 1

    last = datetime.combine(ends_on, time(18))
    deals = {d["id"]: d for d in rows["opportunity"]}
    for version in rows["opportunity_version"]:
        deal = deals[version["opportunity_id"]]
        for _ in range(random.choice((0, 1, 1, 2))):
            kind, minutes = random.choice(
                (
                    ("call", 25),
                    ("call", 40),
                    ("email", 10),
                    ("email", 15),
                    ("meeting", 60),
                    ("demo", 50),
                )
            )
            at = version["valid_from"] + timedelta(
                days=random.randint(0, 6), minutes=random.randint(5, 300)
            )
            if at < last:
                add(
                    kind,
                    f"{kind.capitalize()} about {deal['name']}",
                    version["owner_id"],
                    at,
                    minutes,
                    deal,
                )
    week = starts_on
    while week <= ends_on:
        for rep in organisation.reps:
            if rep.team_on(week) is None:
                continue
            for kind, subject in (
                ("internal", "Internal: team meeting"),
                ("administration", "Admin: CRM updates"),
            ):
                at = datetime.combine(
                    week + timedelta(days=random.randint(0, 4)), time(random.randint(8, 16))
                )
                if at < last:
                    add(kind, subject, rep.id, at, random.choice((30, 45, 60, 90)), None)
        week += timedelta(weeks=1)


def _costs(random: Random, organisation: Organisation, rows: Rows, months: list[date]) -> None:
    """Each month's salaries by team, commission on what was won, tools and advertising."""
    won: dict[tuple[date, int], int] = {}
    team_of = {r["id"]: r["team"] for r in organisation.people}
    numbers = {name: i for i, (name, _, _) in enumerate(names.TEAMS)}
    for deal in rows["opportunity"]:
        if deal["stage"] == names.WON:
            place = numbers.get(team_of.get(deal["owner_id"]) or "", 0)
            key = (deal["close_date"].replace(day=1), place)
            dollars = deal["amount_minor"] * DOLLARS[deal["currency"]]
            won[key] = won.get(key, 0) + int(dollars)
    number = 0

    def add(
        month: date, team: str | None, function: str, category: str, amount: int, text: str
    ) -> None:
        nonlocal number
        rows["cost"].append(
            {
                "id": f"cost-{number:05}",
                "category": category,
                "function": function,
                "team": team,
                "booked_on": month.replace(day=28),
                "amount_minor": amount // 100 * 100,
                "currency": "USD",
                "description": text,
            }
        )
        number += 1

    for month in months:
        for place, (team, _, _) in enumerate(names.TEAMS):
            heads = sum(r.team_on(month) == place for r in organisation.reps) + 1
            add(month, team, "sales", "salary", heads * 8_400_00, f"{heads} salaries")
            commission = won.get((month, place), 0) * 8 // 100
            if commission:
                add(month, team, "sales", "commission", commission, "Commission on deals won")
        add(month, None, "sales", "tools", len(organisation.reps) * 190_00, "Sales tools")
        add(
            month, None, "marketing", "advertising", random.randint(20, 45) * 1000_00, "Advertising"
        )
        add(month, None, "account_management", "salary", 3 * 7_200_00, "Account managers")


def _quotas(organisation: Organisation, rows: Rows, starts_on: date, ends_on: date) -> None:
    """A quota for every rep and quarter, a little above what a usual rep wins; half while new."""
    total = sum(
        d["amount_minor"] * DOLLARS[d["currency"]]
        for d in rows["opportunity"]
        if d["stage"] == names.WON
    )
    days = sum(
        (min(end, ends_on) - max(start, starts_on)).days
        for rep in organisation.reps
        for _, start, end in rep.places
        if min(end, ends_on) > max(start, starts_on)
    )
    usual = total / max(1, days) * 91 * 1.3
    whole = max(5_000_00, round(usual / 5_000_00) * 5_000_00)
    number = 0
    quarter = starts_on.replace(month=(starts_on.month - 1) // 3 * 3 + 1)
    while quarter <= ends_on + timedelta(days=100):
        following = (quarter + timedelta(days=95)).replace(day=1)
        for rep in organisation.reps:
            if rep.hired_on > quarter or (rep.left_on is not None and rep.left_on < following):
                continue
            is_new = (quarter - rep.hired_on).days < 180
            rows["quota"].append(
                {
                    "id": identifier("0J9", number),
                    "person_id": rep.id,
                    "team": None,
                    "starts_on": quarter,
                    "ends_on": following,
                    "amount_minor": whole // 2 if is_new else whole,
                    "currency": "USD",
                    "product_family": None,
                }
            )
            number += 1
        quarter = following


def _subscriptions(random: Random, rows: Rows, ends_on: date) -> None:
    """Won software pays monthly until the customer leaves, about one in seven a year."""
    products = {identifier("01t", i): p for i, p in enumerate(names.PRODUCTS)}
    for deal in rows["opportunity"]:
        if deal["stage"] != names.WON or not products[deal["product_id"]][4]:
            continue
        start = deal["close_date"] + timedelta(days=14)
        stays = int(random.expovariate(0.15 / 365))
        end = start + timedelta(days=max(60, stays))
        rows["recurring_revenue"].append(
            {
                "id": f"sub-{deal['id']}",
                "account_id": deal["account_id"],
                "product_id": deal["product_id"],
                "starts_on": start,
                "ends_on": end if end < ends_on else None,
                "monthly_minor": deal["amount_minor"] // 12,
                "currency": deal["currency"],
                "gross_margin": Decimal(str(round(random.uniform(0.7, 0.84), 3))),
            }
        )
