"""Leads of the sample company: some became its deals, most did not, a few are there twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from salesops.sample import names, offer
from salesops.sample.accounts import Account
from salesops.sample.deals import Deal
from salesops.sample.ids import identifier
from salesops.sample.organisation import Organisation

Record = dict[str, Any]
ROOM = 16  # numbers kept for the leads of one deal
COPIES = 0.02  # of the leads that became deals
_LEADS = {s.name: s.leads for s in offer.SOURCES}


def lead_id(deal: Deal, place: int) -> str:
    """The lead at a place from 0 of a deal: the first became it, the second is its copy."""
    return identifier("00Q", deal.number * ROOM + place)


def leads(
    random: Random,
    deals: Iterable[Deal],
    organisation: Organisation,
    copied: set[str],
    starts_on: date,
    ends_on: date,
) -> Iterator[Record]:
    """For every deal of new business the lead it was, and others of its source that came to nothing."""
    for deal in deals:
        if deal.kind != offer.NEW:
            continue
        converted = _converted(random, deal)
        yield converted
        if converted["id"] in copied:
            yield _copy(random, deal, converted, ends_on)
        for place in range(_LEADS[deal.first["source"]]):
            yield _fruitless(
                random, lead_id(deal, place + 2), deal, organisation, starts_on, ends_on
            )


def _converted(random: Random, deal: Deal) -> Record:
    account: Account = deal.account
    given, family = names.person(random)
    created = deal.first["created_at"]
    entered = created - timedelta(days=random.randint(1, 20), minutes=random.randint(0, 240))
    return {
        "id": lead_id(deal, 0),
        "name": f"{given} {family}",
        "company": account.name,
        "email": _mail(given, family, account.website.removeprefix("https://www.")),
        "status": "Converted",
        "source": deal.first["source"],
        "owner_id": deal.first["owner_id"],
        "campaign_id": deal.first["campaign_id"],
        "created_at": entered,
        "is_converted": True,
        "converted_on": created.date(),
        "account_id": account.id,
        "contact_id": account.contact_id(0),
        "opportunity_id": deal.id,
    }


def _copy(random: Random, deal: Deal, converted: Record, ends_on: date) -> Record:
    """The same person, written in once more."""
    latest = datetime.combine(ends_on, time(17))
    return converted | {
        "id": lead_id(deal, 1),
        "email": converted["email"].upper(),
        "status": "Open",
        "created_at": min(latest, converted["created_at"] + timedelta(days=random.randint(2, 30))),
        "is_converted": False,
        "converted_on": None,
        "account_id": None,
        "contact_id": None,
        "opportunity_id": None,
    }


def _fruitless(
    random: Random,
    identity: str,
    deal: Deal,
    organisation: Organisation,
    starts_on: date,
    ends_on: date,
) -> Record:
    given, family = names.person(random)
    company, _ = names.organisation(random)
    day = starts_on + timedelta(days=int(random.random() * (ends_on - starts_on).days))
    is_fresh = (ends_on - day).days < 40
    team = int(random.random() * len(offer.TEAMS))
    return {
        "id": identity,
        "name": f"{given} {family}",
        "company": company,
        "email": _mail(given, family, names.web_domain(company)),
        "status": random.choice(("Open", "Working")) if is_fresh else "Unqualified",
        "source": deal.first["source"],
        "owner_id": random.choice(organisation.on(team, day)).id,
        "campaign_id": None,
        "created_at": datetime.combine(
            day, time(7 + int(random.random() * 12), int(random.random() * 60))
        ),
        "is_converted": False,
        "converted_on": None,
        "account_id": None,
        "contact_id": None,
        "opportunity_id": None,
    }


def _mail(given: str, family: str, domain: str) -> str:
    return f"{names.address(given)}.{names.address(family)}@{domain}"
