"""A deal's life: stages, pushes, changed amounts, handovers, reopenings, until it is won, lost or still open."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

from salesops.sample import names
from salesops.sample.ids import identifier
from salesops.sample.organisation import Organisation

if TYPE_CHECKING:
    from salesops.sample.company import Truths

Record = dict[str, Any]
DOLLARS = {"USD": 1.0, "EUR": 1.09, "GBP": 1.27}
EASY = 1.75  # what the easy territory does to the chance of winning
_CLOSED = {names.WON: 100, names.LOST: 0, names.NO_DECISION: 0}


@dataclass
class Deal:
    """One opportunity as it is now, and every state before."""

    now: Record
    at: datetime
    account: Record
    team: int
    chance: float
    sandbags: bool
    is_large: bool
    product: int
    versions: list[Record] = field(default_factory=list)
    lines: list[Record] = field(default_factory=list)
    splits: list[Record] = field(default_factory=list)
    is_stale: bool = False

    @classmethod
    def begin(
        cls,
        random: Random,
        number: int,
        created_at: datetime,
        organisation: Organisation,
        rows: dict[str, list[Record]],
        truths: Truths,
    ) -> Deal:
        """A new opportunity in Prospecting."""
        account = random.choice(rows["account"])
        team = account["_team"]
        owner = random.choice(organisation.on(team, created_at.date()))
        source, _, source_factor = random.choices(names.SOURCES, [s[1] for s in names.SOURCES])[0]
        was_customer = account["type"] == "Customer"
        kind = (
            random.choice(("Expansion", "Expansion", "Renewal")) if was_customer else "New business"
        )
        factor = (
            owner.skill
            * source_factor
            * {"New business": 1.0, "Expansion": 1.25, "Renewal": 1.6}[kind]
        )
        if owner.id == truths.easy_territory_person:
            factor *= EASY
        product = random.randrange(len(names.PRODUCTS))
        price = names.PRODUCTS[product][3]
        seats = max(3, int((account["employees"] ** 0.55) * random.lognormvariate(0.1, 0.5)))
        currency = account["currency"]
        amount = max(1, round(price * seats / DOLLARS[currency] / 100)) * 100
        close = created_at.date() + timedelta(days=random.randint(45, 130))
        now: Record = {
            "id": identifier("006", number),
            "name": f"{account['name']} – {random.choice(names.PROJECTS)}",
            "account_id": account["id"],
            "owner_id": owner.id,
            "pipeline": None,
            "stage": names.STAGES[0][0],
            "forecast_category": names.STAGES[0][2],
            "type": kind,
            "source": source,
            "campaign_id": None,
            "product_id": identifier("01t", product),
            "amount_minor": None if random.random() < 0.04 else amount * 100,
            "currency": currency,
            "probability": Decimal(names.STAGES[0][1]) / 100,
            "close_date": close,
            "next_step": None,
            "loss_reason": None,
            "created_at": created_at,
        }
        deal = cls(
            now=now,
            at=created_at,
            account=account,
            team=team,
            chance=factor,
            sandbags=names.TEAMS[team][0] == truths.sandbagging_team,
            is_large=account["employees"] >= truths.slow_least_employees,
            product=product,
        )
        deal.keep(owner.id)
        return deal

    def keep(self, who: str) -> None:
        """Write the state now as a version."""
        version = {k: v for k, v in self.now.items() if k != "id"}
        version |= {
            "opportunity_id": self.now["id"],
            "valid_from": self.at,
            "changed_by_id": who,
            "change_source": "history",
        }
        if self.versions and self.versions[-1]["valid_from"] >= self.at:
            version["valid_from"] = self.at = self.versions[-1]["valid_from"] + timedelta(
                seconds=61
            )
        self.versions.append(version)

    def enter(self, stage: int) -> None:
        """Move to an open stage."""
        name, chance, category, _, _ = names.STAGES[stage]
        if self.sandbags and category == "commit":
            category = "pipeline"
        self.now |= {
            "stage": name,
            "probability": Decimal(chance) / 100,
            "forecast_category": category,
        }

    def close(self, stage: str, reason: str | None) -> None:
        """End it on the day it stands at."""
        self.now |= {
            "stage": stage,
            "probability": Decimal(_CLOSED[stage]) / 100,
            "forecast_category": "closed" if stage == names.WON else "omitted",
            "close_date": self.at.date(),
            "loss_reason": reason,
            "next_step": None,
        }


def sell(
    random: Random, deal: Deal, organisation: Organisation, truths: Truths, until: datetime
) -> None:
    """Live the deal until it ends or `until` comes."""
    stage = 0
    stops_at = random.random() < 0.05 and random.randint(1, 3)
    while True:
        deal_days = _stay(random, deal, stage, truths)
        if stops_at and stage == stops_at:
            deal.is_stale = (until - deal.at).days > 120
            break
        leaves_at = deal.at + timedelta(days=deal_days, minutes=random.randint(0, 240))
        _wait(random, deal, organisation, min(leaves_at, until))
        if leaves_at > until:
            break
        deal.at = max(leaves_at, deal.at + timedelta(minutes=2))
        if random.random() > min(0.97, names.STAGES[stage][4] * deal.chance**0.33):
            if not _lose(random, deal, until):
                break
            stage = len(names.STAGES) - 1
            continue
        if stage == len(names.STAGES) - 1:
            _win(random, deal)
            break
        stage = _next(random, stage)
        _change_amount(random, deal)
        deal.enter(stage)
        if random.random() < 0.7:
            deal.now["next_step"] = random.choice(
                (
                    "Call with finance",
                    "Send proposal",
                    "Workshop on site",
                    "Security review",
                    "Meet sponsor",
                )
            )
        deal.keep(deal.now["owner_id"])
    if deal.now["stage"] == names.WON:
        deal.account["type"] = "Customer"
    _itemise(random, deal, organisation)


def _stay(random: Random, deal: Deal, stage: int, truths: Truths) -> float:
    days = names.STAGES[stage][3] * random.lognormvariate(-0.15, 0.6)
    in_slow = truths.slow_from <= deal.at.date().isoformat() < truths.slow_to
    if in_slow and deal.is_large and names.STAGES[stage][0] == truths.slow_stage:
        days *= truths.slow_factor
    return days


def _next(random: Random, stage: int) -> int:
    """One further; now and then one is skipped, now and then it goes back."""
    luck = random.random()
    last = len(names.STAGES) - 1
    if luck < 0.06 and stage < last - 1:
        return stage + 2
    if luck < 0.10 and stage > 0:
        return stage - 1
    return min(last, stage + 1)


def _wait(random: Random, deal: Deal, organisation: Organisation, until: datetime) -> None:
    """What happens while a deal stays: its close date passes and is pushed, its owner leaves."""
    while True:
        events: list[tuple[datetime, str]] = []
        close: date = deal.now["close_date"]
        passes = datetime(close.year, close.month, close.day, 16) + timedelta(
            days=random.randint(0, 3)
        )
        if deal.at < passes < until and random.random() < 0.82:
            events.append((passes, "push"))
        owner = organisation.rep(deal.now["owner_id"])
        if owner.left_on and not owner.keeps_deals:
            leaves = datetime(owner.left_on.year, owner.left_on.month, owner.left_on.day, 9)
            if deal.at < leaves < until:
                events.append((leaves, "hand over"))
        if not events:
            return
        deal.at, what = min(events)
        who = deal.now["owner_id"]
        if what == "push":
            deal.now["close_date"] = close + timedelta(days=random.choice((21, 30, 30, 45, 61, 92)))
        else:
            team = organisation.managers[deal.team]
            others = [
                r
                for r in organisation.on(deal.team, deal.at.date())
                if r.id != who and not r.left_on
            ]
            if not others:
                return
            deal.now["owner_id"], who = random.choice(others).id, team
        deal.keep(who)


def _change_amount(random: Random, deal: Deal) -> None:
    if deal.now["amount_minor"] and random.random() < 0.35:
        factor = random.choice((0.8, 0.9, 0.9, 1.1, 1.2, 1.3))
        deal.now["amount_minor"] = max(
            100_00, round(deal.now["amount_minor"] * factor / 100_00) * 100_00
        )


def _win(random: Random, deal: Deal) -> None:
    if deal.sandbags and deal.now["amount_minor"]:
        factor = random.uniform(1.12, 1.38)
        deal.now["amount_minor"] = round(deal.now["amount_minor"] * factor / 100_00) * 100_00
    if deal.now["amount_minor"] is None:
        deal.now["amount_minor"] = names.PRODUCTS[deal.product][3] * random.randint(4, 20) * 100
    deal.close(names.WON, None)
    deal.keep(deal.now["owner_id"])


def _lose(random: Random, deal: Deal, until: datetime) -> bool:
    """Close as lost or undecided. True where it is opened again within a month."""
    is_undecided = random.random() < 0.22
    if deal.now["amount_minor"] and random.random() < 0.08:
        deal.now["amount_minor"] = 0
    before = deal.versions[-1]["amount_minor"]
    deal.close(
        names.NO_DECISION if is_undecided else names.LOST,
        None if is_undecided or random.random() < 0.1 else random.choice(names.LOSS_REASONS),
    )
    deal.keep(deal.now["owner_id"])
    again = deal.at + timedelta(days=random.randint(5, 28))
    if is_undecided or again >= until or random.random() > 0.03 or len(deal.versions) > 14:
        return False
    deal.at = again
    deal.now |= {
        "amount_minor": before,
        "close_date": again.date() + timedelta(days=45),
        "loss_reason": None,
    }
    deal.enter(len(names.STAGES) - 1)
    deal.keep(deal.now["owner_id"])
    return True


def _itemise(random: Random, deal: Deal, organisation: Organisation) -> None:
    """Lines that add up to the amount, and a split of the credit on some won deals."""
    amount = deal.now["amount_minor"]
    if amount:
        parts = [amount] if random.random() < 0.6 else [amount - amount // 5, amount // 5]
        for place, part in enumerate(parts):
            product = deal.product if place == 0 else len(names.PRODUCTS) - 2
            price = names.PRODUCTS[product][3] * 100
            deal.lines.append(
                {
                    "id": f"00k{deal.now['id'][3:15]}{place}",
                    "opportunity_id": deal.now["id"],
                    "product_id": identifier("01t", product),
                    "quantity": Decimal(max(1, part // price)),
                    "list_price_minor": price,
                    "unit_price_minor": part // max(1, part // price),
                    "amount_minor": part,
                    "currency": deal.now["currency"],
                    "service_on": deal.now["close_date"]
                    if deal.now["stage"] == names.WON
                    else None,
                }
            )
    if deal.now["stage"] == names.WON and random.random() < 0.07:
        others = [
            r.id for r in organisation.on(deal.team, deal.at.date()) if r.id != deal.now["owner_id"]
        ]
        if others:
            for place, (person, share) in enumerate(
                ((deal.now["owner_id"], Decimal("0.7")), (random.choice(others), Decimal("0.3")))
            ):
                deal.splits.append(
                    {
                        "id": f"1jR{deal.now['id'][3:15]}{place}",
                        "opportunity_id": deal.now["id"],
                        "person_id": person,
                        "share": share,
                        "amount_minor": None,
                        "currency": deal.now["currency"],
                        "is_overlay": None,
                    }
                )
