"""Organisations the sample company sells to, as they come to be known, with the people there."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from salesops.sample import names
from salesops.sample.ids import identifier
from salesops.sample.offer import SOURCES, TEAMS, Territory
from salesops.sample.organisation import TEAM_OF, Organisation, Rep
from salesops.sample.truths import Truths

Record = dict[str, Any]
DEALS_AN_ACCOUNT = 3.2
ACCOUNTS_A_COPY = 45
KNOWN_BEFORE = 0.4  # share of accounts older than the simulated years
HELD_BY_EASY = 0.62


@dataclass(slots=True, eq=False)
class Account:
    """One organisation; `customer_from` is its first won day, `busy_until` when its last deal ends."""

    number: int
    id: str
    name: str
    industry: str
    team: int
    territory: Territory
    employees: int
    phone: str
    revenue_minor: int
    source: str
    created_at: datetime
    owner_id: str
    contacts: int
    website: str
    customer_from: date | None = None
    busy_until: datetime | None = None
    deal_names: set[str] = field(default_factory=set)

    def contact_id(self, place: int) -> str:
        """The identifier of its contact at a place from 0."""
        return identifier("003", self.number * 4 + place)

    def record(self, ends_on: date) -> Record:
        """As a row of the account table."""
        is_customer = self.customer_from is not None and self.customer_from <= ends_on
        return {
            "id": self.id,
            "name": self.name,
            "owner_id": self.owner_id,
            "industry": self.industry,
            "type": "Customer" if is_customer else "Prospect",
            "country": self.territory.country,
            "region": TEAMS[self.team].region,
            "website": self.website,
            "phone": self.phone,
            "employees": self.employees,
            "annual_revenue_minor": self.revenue_minor,
            "currency": self.territory.currency,
            "source": self.source,
            "created_at": self.created_at,
        }


class Accounts:
    """All accounts in the order they became known."""

    def __init__(self, known: list[Account]) -> None:
        self.known = known
        self._moments = [a.created_at for a in known]

    def known_at(self, at: datetime) -> int:
        """How many are known at an instant; at least one, as the first is older than anything."""
        return max(1, bisect_right(self._moments, at))


def gather(
    random: Random,
    size: int,
    organisation: Organisation,
    truths: Truths,
    starts_on: date,
    ends_on: date,
) -> Accounts:
    """Accounts before and during the years, each in a territory; a few are there twice."""
    count = max(4, round(size / DEALS_AN_ACCOUNT))
    span = (ends_on - starts_on).days
    moments = [_moment(random, starts_on, span, n, count) for n in range(count)]
    called = names.AccountNames(random)
    found = [
        _account(random, number, at, called, organisation, truths, starts_on)
        for number, at in enumerate(sorted(moments))
    ]
    latest = datetime.combine(ends_on, time()) - timedelta(days=25)
    pairs = []
    copied = max(1, count // ACCOUNTS_A_COPY) if truths.is_anything else 0
    for original in random.sample(found, copied):
        copy = _copy(random, len(found), original, latest)
        found.append(copy)
        pairs.append((original.id, copy.id))
    truths.duplicate_accounts = sorted(pairs)
    return Accounts(sorted(found, key=lambda a: (a.created_at, a.number)))


def _moment(random: Random, starts_on: date, span: int, number: int, count: int) -> datetime:
    if number < max(2, KNOWN_BEFORE * count):
        day = starts_on - timedelta(days=random.randint(200, 1100))
    else:
        day = starts_on + timedelta(days=random.randrange(max(1, span - 20)))
    return datetime.combine(day, time(random.randint(8, 17), random.randrange(60)))


def _account(
    random: Random,
    number: int,
    at: datetime,
    called: names.AccountNames,
    organisation: Organisation,
    truths: Truths,
    starts_on: date,
) -> Account:
    name, industry = called.another()
    team = random.randrange(len(TEAMS))
    territories = TEAMS[team].territories
    territory = random.choices(territories, [t.share for t in territories])[0]
    website = f"https://www.{names.web_domain(name)}"
    if random.random() < 0.3:
        name = f"{name} {territory.legal_form}"
    day = max(at.date(), starts_on)
    employees = max(12, int(random.lognormvariate(5.6, 1.1)))
    return Account(
        number=number,
        id=identifier("001", number),
        name=name,
        industry=industry,
        team=team,
        territory=territory,
        employees=employees,
        phone=f"+{random.randint(1, 49)} 555 {random.randint(100000, 999999)}",
        revenue_minor=employees * random.randint(90, 220) * 1000_00,
        source=random.choice(SOURCES).name,
        created_at=at,
        owner_id=_first_owner(random, team, territory, day, organisation, truths).id,
        contacts=random.choice((1, 2, 2, 3)),
        website=website,
    )


def _first_owner(
    random: Random,
    team: int,
    territory: Territory,
    day: date,
    organisation: Organisation,
    truths: Truths,
) -> Rep:
    if territory.country == truths.easy_territory and TEAM_OF[truths.easy_team] == team:
        if random.random() < HELD_BY_EASY:
            return organisation.rep(truths.easy_person)
    elif random.random() < 0.7:
        others = [r for r in organisation.on(team, day) if r.id != truths.easy_person]
        if others:
            return random.choice(others)
    return random.choice(organisation.on(team, day))


def _copy(random: Random, number: int, original: Account, latest: datetime) -> Account:
    """The same organisation, entered again by somebody who did not look."""
    name = original.name
    legal_form = original.territory.legal_form
    bare = name.removesuffix(f" {legal_form}")
    varied = [name.upper(), bare if bare != name else f"{name} {legal_form}", f"{bare}."]
    if " & " in name:
        varied.append(name.replace(" & ", " and "))
    entered = original.created_at + timedelta(days=random.randint(20, 300), minutes=7)
    return Account(
        number=number,
        id=identifier("001", number),
        name=random.choice(varied),
        industry=original.industry,
        team=original.team,
        territory=original.territory,
        employees=original.employees,
        phone=original.phone,
        revenue_minor=original.revenue_minor,
        source=original.source,
        created_at=max(original.created_at, min(entered, latest)),
        owner_id=original.owner_id,
        contacts=1,
        website=original.website,
    )


def contacts(random: Random, accounts: Accounts) -> Iterator[Record]:
    """The people at every account."""
    for account in accounts.known:
        domain = account.website.removeprefix("https://www.")
        for place in range(account.contacts):
            given, family = names.person(random)
            yield {
                "id": account.contact_id(place),
                "account_id": account.id,
                "name": f"{given} {family}",
                "first_name": given,
                "last_name": family,
                "email": f"{names.address(given)}.{names.address(family)}@{domain}",
                "phone": account.phone,
                "title": names.title(random),
                "owner_id": account.owner_id,
                "created_at": account.created_at,
            }
