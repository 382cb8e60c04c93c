"""Money around the sample company's deals: exchange rates, cost and quotas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from salesops.sample.campaigns import months
from salesops.sample.deals import Deal
from salesops.sample.ids import identifier
from salesops.sample.offer import DOLLARS, TEAMS
from salesops.sample.organisation import FOREVER, Organisation, Rep

Record = dict[str, Any]
# Dollars a month and head, with what an employer pays on top.
SALARY, MANAGER_SALARY, ENGINEER_SALARY, ACCOUNT_MANAGER_SALARY = 10_800, 15_500, 12_000, 8_600
REPS_AN_ENGINEER, REPS_AN_ACCOUNT_MANAGER = 3, 6
TOOLS, TRAVEL, ADVERTISING = 240, (300, 900), (1_400, 2_600)
COMMISSION = 9  # percent of what is won
QUOTA_OVER_USUAL = 1.22
QUARTER = timedelta(days=91)


def rates(random: Random, starts_on: date, ends_on: date) -> Iterator[Record]:
    """Quarterly rates to the dollar; the first reaches back, the last reaches on."""
    for currency, usual in DOLLARS.items():
        starts = months(starts_on, ends_on)[::3] if currency != "USD" else [starts_on]
        for place, start in enumerate(starts):
            rate = 1.0 if currency == "USD" else usual * random.uniform(0.96, 1.04)
            yield {
                "currency": currency,
                "valid_from": date(2000, 1, 1) if place == 0 else start,
                "valid_to": starts[place + 1] if place + 1 < len(starts) else FOREVER,
                "rate": Decimal(str(round(rate, 6))),
            }


def won_dollars(deals: Iterable[Deal], organisation: Organisation) -> dict[tuple[date, int], int]:
    """Cents won by the first of a month and a team's number."""
    won: dict[tuple[date, int], int] = {}
    for deal in deals:
        if deal.is_won:
            day: date = deal.now["close_date"]
            place = organisation.rep(deal.now["owner_id"]).place_on(day)
            key = (day.replace(day=1), place.team if place else deal.account.team)
            cents = int(deal.now["amount_minor"] * DOLLARS[deal.now["currency"]])
            won[key] = won.get(key, 0) + cents
    return won


def costs(
    random: Random,
    organisation: Organisation,
    won: dict[tuple[date, int], int],
    starts_on: date,
    ends_on: date,
) -> Iterator[Record]:
    """Each month's salaries by team, commission on what was won, tools, travel and advertising."""
    number = 0
    for month in months(starts_on, ends_on):
        booked = min(month.replace(day=28), ends_on)
        for team, function, category, cents, text in _month(random, organisation, won, month):
            yield {
                "id": f"cost-{number:05}",
                "category": category,
                "function": function,
                "team": team,
                "booked_on": booked,
                "amount_minor": cents // 100 * 100,
                "currency": "USD",
                "description": text,
            }
            number += 1


Line = tuple[str | None, str, str, int, str]


def _month(
    random: Random, organisation: Organisation, won: dict[tuple[date, int], int], month: date
) -> Iterator[Line]:
    everybody = 0
    for place, team in enumerate(TEAMS):
        heads = sum(r.is_on(place, month) for r in organisation.reps)
        everybody += heads
        engineers = max(1, round(heads / REPS_AN_ENGINEER))
        cents = 100 * (heads * SALARY + MANAGER_SALARY + engineers * ENGINEER_SALARY)
        people = f"{heads} sellers, {engineers} engineers, 1 manager"
        yield team.name, "sales", "salary", cents, people
        commission = won.get((month, place), 0) * COMMISSION // 100
        if commission:
            yield team.name, "sales", "commission", commission, "Commission on deals won"
        yield team.name, "sales", "travel", heads * random.randint(*TRAVEL) * 100, "Travel"
    yield None, "sales", "tools", everybody * TOOLS * 100, "Sales tools"
    advertising = everybody * random.randint(*ADVERTISING) * 100
    yield None, "marketing", "advertising", advertising, "Advertising"
    managers = max(1, round(everybody / REPS_AN_ACCOUNT_MANAGER))
    salaries = managers * ACCOUNT_MANAGER_SALARY * 100
    yield None, "account_management", "salary", salaries, f"{managers} account managers"


def quotas(
    organisation: Organisation,
    won: dict[tuple[date, int], int],
    starts_on: date,
    ends_on: date,
) -> Iterator[Record]:
    """A quota for every rep and quarter: in each year a little above what is usual then, half while new."""
    usual = _usual_by_year(organisation, won, starts_on, ends_on)
    number = 0
    quarter = starts_on.replace(month=(starts_on.month - 1) // 3 * 3 + 1, day=1)
    while quarter <= ends_on + QUARTER:
        following = (quarter + timedelta(days=95)).replace(day=1)
        whole = usual.get(quarter.year) or usual[max(usual)]
        for rep in organisation.reps:
            if rep.hired_on > quarter or (rep.left_on is not None and rep.left_on < following):
                continue
            is_new = (quarter - rep.hired_on).days < 180
            yield {
                "id": identifier("0J9", number),
                "person_id": rep.id,
                "team": None,
                "starts_on": quarter,
                "ends_on": following,
                "amount_minor": whole // 2 if is_new else whole,
                "currency": "USD",
                "product_family": None,
            }
            number += 1
        quarter = following


def _usual_by_year(
    organisation: Organisation,
    won: dict[tuple[date, int], int],
    starts_on: date,
    ends_on: date,
) -> dict[int, int]:
    found = {}
    for year in range(starts_on.year, ends_on.year + 1):
        first, last = max(date(year, 1, 1), starts_on), min(date(year, 12, 31), ends_on)
        cents = sum(v for (month, _), v in won.items() if month.year == year)
        days = sum(_days_on(rep, first, last) for rep in organisation.reps)
        quarterly = cents / max(1, days) * 91 * QUOTA_OVER_USUAL
        found[year] = max(5_000_00, round(quarterly / 5_000_00) * 5_000_00)
    return found


def _days_on(rep: Rep, first: date, last: date) -> int:
    return sum(max(0, (min(p.end, last) - max(p.start, first)).days) for p in rep.places)
