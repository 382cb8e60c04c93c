"""The sample company: three years of selling, simulated from a seed and a size, with planted truths.

Everything is drawn from one seeded generator, so that a seed and a size always give the same company. Days
are in UTC. `rows` holds one list of records a table, with the columns an importer would fill.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from salesops.sample import names
from salesops.sample.deals import Deal, sell
from salesops.sample.ids import identifier
from salesops.sample.organisation import Organisation, found
from salesops.sample.surroundings import surround
from salesops.tables import TABLES

YEARS = 3
ENDS_ON = date(2026, 9, 30)
Record = dict[str, Any]


@dataclass
class Truths:
    """What was planted, by id, so that whoever looks can be checked against it."""

    slow_stage: str = ""
    slow_quarter: str = ""
    slow_from: str = ""
    slow_to: str = ""
    slow_factor: float = 2.6
    slow_least_employees: int = 1000
    sandbagging_team: str = ""
    easy_territory_person: str = ""
    bad_source: str = names.BAD_SOURCE
    duplicate_accounts: list[tuple[str, str]] = field(default_factory=list)
    duplicate_leads: list[tuple[str, str]] = field(default_factory=list)
    stale_opportunities: list[str] = field(default_factory=list)
    left_and_still_owns: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For a JSON file beside the export."""
        return asdict(self)


@dataclass
class Company:
    """An invented company: `rows` by table, the truths planted in it, and the span it covers."""

    name: str
    seed: int
    size: int
    starts_on: date
    ends_on: date
    truths: Truths
    rows: dict[str, list[Record]]

    def summary(self) -> dict[str, Any]:
        """Reference figures, counted here without any KPI."""
        deals = self.rows["opportunity"]
        won = [d for d in deals if d["stage"] == names.WON]
        by_currency: dict[str, int] = {}
        for deal in won:
            by_currency[deal["currency"]] = (
                by_currency.get(deal["currency"], 0) + deal["amount_minor"]
            )
        return {
            "opportunities": len(deals),
            "won": len(won),
            "lost": sum(d["stage"] == names.LOST for d in deals),
            "no_decision": sum(d["stage"] == names.NO_DECISION for d in deals),
            "open": sum(not d["stage"].startswith("Closed") for d in deals),
            "won_minor": by_currency,
            "versions": len(self.rows["opportunity_version"]),
            "accounts": len(self.rows["account"]),
        }


def simulate(size: int, seed: int, *, ends_on: date = ENDS_ON) -> Company:
    """A company with `size` opportunities created over the three years before `ends_on`."""
    if size < 1:
        raise ValueError("A company needs at least one opportunity.")
    random = Random(f"{seed}/{size}")
    starts_on = date(ends_on.year - YEARS, ends_on.month, 1) + timedelta(days=31)
    starts_on = starts_on.replace(day=1)
    truths = _plant(random, ends_on)
    organisation = found(random, size, starts_on, ends_on)
    truths.sandbagging_team = names.TEAMS[2][0]
    truths.easy_territory_person = organisation.easy_person
    truths.left_and_still_owns = organisation.left_and_still_owns
    rows: dict[str, list[Record]] = {name: [] for name in TABLES}
    rows["person"], rows["team_membership"] = organisation.people, organisation.memberships
    _accounts(random, size, organisation, rows, starts_on, truths)
    _catalogue(rows)
    for number, created_at in enumerate(_moments(random, size, starts_on, ends_on)):
        deal = Deal.begin(random, number, created_at, organisation, rows, truths)
        sell(random, deal, organisation, truths, datetime.combine(ends_on, time(18)))
        rows["opportunity"].append(deal.now)
        rows["opportunity_version"] += deal.versions
        rows["opportunity_line"] += deal.lines
        rows["opportunity_split"] += deal.splits
        if deal.is_stale:
            truths.stale_opportunities.append(deal.now["id"])
    surround(random, organisation, rows, truths, starts_on, ends_on)
    return Company("Northgate Instruments", seed, size, starts_on, ends_on, truths, rows)


def _plant(random: Random, ends_on: date) -> Truths:
    """A stage that becomes slow for larger accounts in one quarter of the last year but one."""
    quarter = random.randint(1, 4)
    year = ends_on.year - 1
    start = date(year, 3 * quarter - 2, 1)
    end = date(year + (quarter == 4), 3 * quarter % 12 + 1, 1)
    return Truths(
        slow_stage=random.choice(("Solution", "Proposal", "Negotiation")),
        slow_quarter=f"{year}Q{quarter}",
        slow_from=start.isoformat(),
        slow_to=end.isoformat(),
    )


def _moments(random: Random, size: int, start: date, end: date) -> Iterator[datetime]:
    """When opportunities are created: growing, with a summer dip and busy quarters' ends, on weekdays."""
    days, weights = [], []
    day = start
    while day <= end:
        if day.weekday() < 5:
            growth = 1 + 0.22 * (day - start).days / 365
            season = {7: 0.8, 8: 0.7, 12: 0.75, 1: 1.15, 3: 1.15, 6: 1.1, 9: 1.2}.get(
                day.month, 1.0
            )
            days.append(day)
            weights.append(growth * season)
        day += timedelta(days=1)
    chosen = sorted(random.choices(days, weights, k=size))
    for day in chosen:
        seconds = random.randint(8 * 3600, 18 * 3600)
        yield datetime.combine(day, time()) + timedelta(seconds=seconds)


def _accounts(
    random: Random,
    size: int,
    organisation: Organisation,
    rows: dict[str, list[Record]],
    starts_on: date,
    truths: Truths,
) -> None:
    """Accounts with contacts, each in a team's region; a few are there twice."""
    count = max(3, size // 4)
    seen: dict[str, int] = {}
    for number in range(count):
        first, second = random.choice(names.FIRST), random.choice(names.SECOND)
        name = f"{first} {second}"
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            name = f"{name} {random.choice(('Group', 'Holding', 'International', 'Services'))} {seen[name]}"
        team = random.randrange(len(names.TEAMS))
        country, currency = random.choice(names.TEAMS[team][2])
        employees = max(8, int(random.lognormvariate(5.6, 1.35)))
        created = starts_on - timedelta(days=random.randint(10, 900))
        account = {
            "id": identifier("001", number),
            "name": name,
            "owner_id": organisation.rep_on(random, team, starts_on),
            "industry": names.INDUSTRY_OF.get(second, names.OTHER_INDUSTRY),
            "type": "Prospect",
            "country": country,
            "region": names.TEAMS[team][1],
            "website": f"https://{first.lower()}{second.lower()}.example",
            "phone": f"+{random.randint(1, 49)} 555 {random.randint(100000, 999999)}",
            "employees": employees,
            "annual_revenue_minor": employees * random.randint(90_000, 220_000) * 100,
            "currency": currency,
            "source": random.choice(names.SOURCES)[0],
            "created_at": datetime.combine(created, time(9, random.randrange(60))),
            "_team": team,
        }
        rows["account"].append(account)
        for place in range(random.choice((1, 2, 2, 3))):
            given, family = random.choice(names.GIVEN), random.choice(names.FAMILY)
            rows["contact"].append(
                {
                    "id": identifier("003", number * 4 + place),
                    "account_id": account["id"],
                    "name": f"{given} {family}",
                    "first_name": given,
                    "last_name": family,
                    "email": f"{given}.{family}@{first}{second}.example".lower(),
                    "phone": account["phone"],
                    "title": random.choice(names.TITLES),
                    "owner_id": account["owner_id"],
                    "created_at": account["created_at"],
                }
            )
    for place in range(max(1, count // 60)):
        original = rows["account"][random.randrange(count)]
        twin = dict(original) | {
            "id": identifier("001", count + place),
            "name": random.choice(
                (original["name"].upper(), original["name"] + " Ltd", original["name"] + ".")
            ),
            "created_at": original["created_at"] + timedelta(days=random.randint(20, 200)),
        }
        rows["account"].append(twin)
        truths.duplicate_accounts.append((original["id"], twin["id"]))


def _catalogue(rows: dict[str, list[Record]]) -> None:
    for number, (name, code, family, price, _) in enumerate(names.PRODUCTS):
        rows["product"].append(
            {
                "id": identifier("01t", number),
                "name": name,
                "code": code,
                "family": family,
                "list_price_minor": price * 100,
                "currency": "USD",
                "is_active": True,
            }
        )
    closed = (
        (names.WON, 100, "closed", "won"),
        (names.LOST, 0, "omitted", "lost"),
        (names.NO_DECISION, 0, "omitted", "no_decision"),
    )
    for position, (stage, chance, category, _, _) in enumerate(names.STAGES, 1):
        rows["pipeline_stage"].append(_stage(stage, position, chance, category, "open"))
    for position, (stage, chance, category, outcome) in enumerate(closed, len(names.STAGES) + 1):
        rows["pipeline_stage"].append(_stage(stage, position, chance, category, outcome))


def _stage(stage: str, position: int, chance: int, category: str, outcome: str) -> Record:
    from decimal import Decimal

    return {
        "pipeline": None,
        "stage": stage,
        "position": position,
        "default_probability": Decimal(chance) / 100,
        "forecast_category": category,
        "outcome": outcome,
        "is_pitched": stage in ("Proposal", "Negotiation"),
        "is_qualified": outcome == "open" and stage != "Prospecting",
        "is_active": True,
    }
