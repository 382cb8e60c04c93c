"""The sample company: three years of selling, simulated from a seed and a size, with planted truths.

Everything is drawn from generators seeded by the seed and the size, so that these always give the same
company. Days are in UTC. `rows` tells a table's records, with the columns an importer would fill; the
large tables are told anew at each call and are nowhere in memory as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any

from salesops.foundations.problem import Refusal
from salesops.sample import SAMPLE_NAME, campaigns, offer
from salesops.sample.accounts import Accounts, contacts, gather
from salesops.sample.activities import EVENTS, activities, touches
from salesops.sample.deals import Deal
from salesops.sample.finance import costs, quotas, rates, won_dollars
from salesops.sample.ids import identifier
from salesops.sample.leads import leads
from salesops.sample.organisation import Organisation, found
from salesops.sample.subscriptions import Subscriptions
from salesops.sample.truths import Truths, nothing, plant
from salesops.sample.years import Years

YEARS = 3
ENDS_ON = date(2026, 8, 28)
MOST = 1_000_000
Record = dict[str, Any]


@dataclass
class Company:
    """An invented company: its records by table, the truths planted in it, and the span it covers."""

    name: str
    seed: int
    size: int
    starts_on: date
    ends_on: date
    truths: Truths
    organisation: Organisation
    accounts: Accounts
    deals: list[Deal]
    campaigns: list[Record]
    subscriptions: Subscriptions

    def rows(self, table: str) -> Iterator[Record]:
        """The records of a table, always the same in the same order."""
        return _TOLD[table](self, self._random(table))

    def summary(self) -> dict[str, Any]:
        """Reference figures, counted here without any KPI."""
        won = [d for d in self.deals if d.is_won]
        by_currency: dict[str, int] = {}
        for deal in won:
            currency = deal.now["currency"]
            by_currency[currency] = by_currency.get(currency, 0) + deal.now["amount_minor"]
        stages = [d.now["stage"] for d in self.deals]
        return {
            "opportunities": len(self.deals),
            "won": len(won),
            "lost": stages.count(offer.LOST),
            "no_decision": stages.count(offer.NO_DECISION),
            "open": sum(not d.is_closed for d in self.deals),
            "won_minor": by_currency,
            "versions": sum(len(d.changes) for d in self.deals),
            "accounts": len(self.accounts.known),
        }

    def events(self) -> Iterator[Record]:
        """The meetings among the activities, without telling all the others."""
        told = touches(self._random("activity"), self.deals, self.organisation, self.until, count())
        return (a for a in told if a["kind"] in EVENTS)

    def _random(self, what: str) -> Random:
        return Random(f"{self.seed}/{self.size}/{what}")

    @property
    def until(self) -> datetime:
        """The last instant."""
        return datetime.combine(self.ends_on, time(18))


def simulate(size: int, seed: int, *, ends_on: date = ENDS_ON, is_planted: bool = True) -> Company:
    """A company with `size` opportunities created over the three years before `ends_on`.

    With nothing planted it shows what chance alone looks like.
    """
    if not 1 <= size <= MOST:
        raise Refusal(f"A sample company has from 1 to {MOST:,} opportunities, not {size:,}.")
    random = Random(f"{seed}/{size}")
    starts_on = (date(ends_on.year - YEARS, ends_on.month, 1) + timedelta(days=32)).replace(day=1)
    truths = plant(random, ends_on) if is_planted else nothing(ends_on)
    organisation = found(random, size, starts_on, ends_on, truths)
    company = Company(
        name=SAMPLE_NAME,
        seed=seed,
        size=size,
        starts_on=starts_on,
        ends_on=ends_on,
        truths=truths,
        organisation=organisation,
        accounts=gather(random, size, organisation, truths, starts_on, ends_on),
        deals=[],
        campaigns=campaigns.plan(random, starts_on, ends_on, len(organisation.reps)),
        subscriptions=Subscriptions(random),
    )
    years = Years(
        random, organisation, company.accounts, company.campaigns, company.subscriptions, truths
    )
    company.deals = years.run(size, starts_on, company.until)
    return company


def _products(_company: Company, _random: Random) -> Iterator[Record]:
    for number, product in enumerate(offer.PRODUCTS):
        yield {
            "id": identifier("01t", number),
            "name": product.name,
            "code": product.code,
            "family": product.family,
            "list_price_minor": product.price * 100,
            "currency": "USD",
            "is_active": True,
        }


def _stages(_company: Company, _random: Random) -> Iterator[Record]:
    told = [(s.name, s.probability, s.category, "open") for s in offer.STAGES]
    told += [(name, *rest) for name, rest in offer.CLOSED.items()]
    for position, (name, chance, category, outcome) in enumerate(told, 1):
        yield {
            "pipeline": None,
            "stage": name,
            "position": position,
            "default_probability": Decimal(chance) / 100,
            "forecast_category": category,
            "outcome": outcome,
            "is_pitched": name in ("Proposal", "Negotiation"),
            "is_qualified": outcome == "open" and position > 1,
            "is_active": True,
        }


def _lines(company: Company, _random: Random) -> Iterator[Record]:
    for deal in company.deals:
        if not deal.has_lines:
            continue
        currency = deal.now["currency"]
        for place, (product, quantity, price) in enumerate(deal.lines()):
            yield {
                "id": f"00k{deal.id[3:15]}{place}AA",
                "opportunity_id": deal.id,
                "product_id": identifier("01t", product),
                "quantity": Decimal(quantity),
                "list_price_minor": offer.list_price(product, currency),
                "unit_price_minor": price,
                "amount_minor": quantity * price,
                "currency": currency,
                "service_on": deal.now["close_date"] if deal.is_won else None,
            }


def _splits(company: Company, _random: Random) -> Iterator[Record]:
    for deal in company.deals:
        for place, (person, share) in enumerate(deal.splits):
            yield {
                "id": f"1jR{deal.id[3:15]}{place}AA",
                "opportunity_id": deal.id,
                "person_id": person,
                "share": share,
                "amount_minor": None,
                "currency": deal.now["currency"],
                "is_overlay": None,
            }


def _contacts_of_deals(company: Company, random: Random) -> Iterator[Record]:
    """Everybody at a deal's account takes part in it, the first of them first."""
    for deal in company.deals:
        roles = random.sample(offer.CONTACT_ROLES, deal.account.contacts)
        for place, role in enumerate(roles):
            yield {
                "id": f"00K{deal.id[3:15]}{place}AA",
                "opportunity_id": deal.id,
                "contact_id": deal.account.contact_id(place),
                "role": role,
                "is_primary": place == 0,
            }


_TOLD: dict[str, Callable[[Company, Random], Iterator[Record]]] = {
    "account": lambda c, _: (a.record(c.ends_on) for a in c.accounts.known),
    "contact": lambda c, r: contacts(r, c.accounts),
    "lead": lambda c, r: leads(
        r,
        c.deals,
        c.organisation,
        {copied for copied, _ in c.truths.duplicate_leads},
        c.starts_on,
        c.ends_on,
    ),
    "opportunity": lambda c, _: (d.record() for d in c.deals),
    "opportunity_version": lambda c, _: (v for d in c.deals for v in d.versions()),
    "opportunity_line": _lines,
    "opportunity_split": _splits,
    "opportunity_contact": _contacts_of_deals,
    "product": _products,
    "activity": lambda c, r: activities(r, c.deals, c.organisation, c.starts_on, c.until),
    "campaign": lambda c, _: iter(c.campaigns),
    "campaign_spend": lambda c, r: campaigns.spend(r, c.campaigns, c.ends_on),
    "cost": lambda c, r: costs(
        r, c.organisation, won_dollars(c.deals, c.organisation), c.starts_on, c.ends_on
    ),
    "recurring_revenue": lambda c, _: c.subscriptions.rows(c.ends_on),
    "person": lambda c, _: iter(c.organisation.people),
    "team_membership": lambda c, _: iter(c.organisation.memberships),
    "quota": lambda c, _: quotas(
        c.organisation, won_dollars(c.deals, c.organisation), c.starts_on, c.ends_on
    ),
    "pipeline_stage": _stages,
    "exchange_rate": lambda c, r: rates(r, c.starts_on, c.ends_on),
}
