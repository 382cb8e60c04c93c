"""A deal's life: stages, pushes, prices, handovers, reopenings, until it is won, lost or still open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from salesops.sample import offer
from salesops.sample.accounts import Account
from salesops.sample.ids import identifier
from salesops.sample.offer import LAST_STAGE, LOST, NO_DECISION, STAGES, WON
from salesops.sample.organisation import FOREVER, Organisation
from salesops.sample.truths import STALE_DAYS, Truths

Record = dict[str, Any]
State = dict[str, Any]
GOES_QUIET = 0.025  # of deals, at some stage, for good
PUSHES = 0.85  # of close dates that pass
DISCOUNTED_FROM = 3  # the stage from which prices are haggled over
MOST_CHANGES = 30
MORNING = time(0, 5)  # hand-overs happen before anybody works
SHARED = 0.07  # of won deals
_CHANCE = {s.name: Decimal(s.probability) / 100 for s in STAGES} | {
    name: Decimal(chance) / 100 for name, (chance, _, _) in offer.CLOSED.items()
}


@dataclass(slots=True)
class Deal:
    """One opportunity: its first state and every change since, so that any state can be told again."""

    number: int
    id: str
    account: Account
    kind: str
    product: int
    seats: int
    discount: int
    services: list[tuple[int, int]]  # product and days
    factor: float  # times the usual chance of winning
    sandbags: bool
    is_unpriced: bool
    zeroes_lost: bool
    at: datetime
    first: State
    now: State
    changes: list[tuple[datetime, str, State]] = field(default_factory=list)
    splits: list[tuple[str, Decimal]] = field(default_factory=list)
    is_stale: bool = False

    @property
    def is_won(self) -> bool:
        """Whether it ended well."""
        return bool(self.now["stage"] == WON)

    @property
    def is_closed(self) -> bool:
        """Whether it ended."""
        return self.now["stage"] in offer.CLOSED

    @property
    def has_lines(self) -> bool:
        """Whether anything was quoted."""
        return bool(self.now["amount_minor"])

    def lines(self) -> list[tuple[int, int, int]]:
        """Product, quantity and price of one, in minor units of the account's currency."""
        currency = self.account.territory.currency
        price = offer.list_price(self.product, currency)
        sold = [(self.product, self.seats, price * (100 - self.discount) // 10000 * 100)]
        return sold + [(p, days, offer.list_price(p, currency)) for p, days in self.services]

    def amount(self) -> int | None:
        """What the lines add up to; nothing while nobody has asked for a price."""
        if self.is_unpriced:
            return None
        return sum(quantity * price for _, quantity, price in self.lines())

    def change(self, who: str, **to: Any) -> None:
        """Write a change at the deal's instant, never before or with the last one."""
        if self.changes and self.at <= self.changes[-1][0]:
            self.at = self.changes[-1][0] + timedelta(seconds=61)
        now = self.now
        changed = {k: v for k, v in to.items() if now[k] != v}
        now.update(changed)
        self.changes.append((self.at, who, changed))

    def versions(self) -> Iterator[Record]:
        """Every state it was in, as rows of the opportunity_version table."""
        state = dict(self.first)
        deal = self.id
        sold = self._sold()
        for at, who, changed in self.changes:
            state.update(changed)
            yield {
                **state,
                "product_id": sold,
                "opportunity_id": deal,
                "valid_from": at,
                "changed_by_id": who,
                "change_source": "history",
            }

    def record(self) -> Record:
        """The state now, as a row of the opportunity table."""
        return {"id": self.id, **self.now, "product_id": self._sold()}

    def _sold(self) -> str | None:
        """The product of its largest line, where it has lines."""
        if not self.has_lines:
            return None
        largest, _, _ = max(self.lines(), key=lambda line: line[1] * line[2])
        return identifier("01t", largest)


class Seller:
    """Lives deals, one after another, up to the last instant."""

    def __init__(
        self, random: Random, organisation: Organisation, truths: Truths, until: datetime
    ) -> None:
        self.random = random
        self.organisation = organisation
        self.truths = truths
        self.until = until
        self.goes_quiet = GOES_QUIET if truths.is_anything else 0.0
        self.slow = (
            datetime.combine(truths.slow_from, time()),
            datetime.combine(truths.slow_to, time()),
        )

    def live(self, deal: Deal) -> None:
        """Everything that happens to a deal."""
        stage = offer.RENEWAL_STAGE if deal.kind == offer.RENEWAL else 0
        quiet_at = self.random.randint(1, 3) if self.random.random() < self.goes_quiet else None
        while True:
            if stage == quiet_at:
                self._fall_quiet(deal)
                return
            goes_on = self._goes_on(deal, stage)
            leaves = self._leaves(deal, stage, goes_on)
            if not self._wait(deal, min(leaves, self.until)) or leaves > self.until:
                return
            deal.at = max(leaves, deal.at)
            if not goes_on:
                if not self._lose(deal):
                    return
                stage = LAST_STAGE
            elif stage == LAST_STAGE:
                self._win(deal)
                return
            else:
                stage = self._next(stage)
                self._enter(deal, stage)

    def _fall_quiet(self, deal: Deal) -> None:
        moved = deal.at
        self._wait(deal, self.until, pushes=False)
        deal.is_stale = (self.until - moved).days >= STALE_DAYS

    def _goes_on(self, deal: Deal, stage: int) -> bool:
        steps = len(STAGES) - (offer.RENEWAL_STAGE if deal.kind == offer.RENEWAL else 0)
        chance: float = STAGES[stage].goes_on * deal.factor ** (1 / steps)
        return self.random.random() < min(0.98, chance)

    def _leaves(self, deal: Deal, stage: int, goes_on: bool) -> datetime:
        """When it leaves a stage: in office hours, and what is signed rather before a quarter ends."""
        days = STAGES[stage].days * self.random.lognormvariate(-0.15, 0.6)
        if STAGES[stage].name == self.truths.slow_stage and (
            self.slow[0] <= deal.at < self.slow[1]
        ):
            days *= self.truths.slow_factor
        day = _working_day(deal.at.date() + timedelta(days=max(1, round(days))))
        if stage == LAST_STAGE and goes_on:
            ends = _quarter_end(day)
            if (ends - day).days <= 50 and self.random.random() < 0.55:
                late = ends - timedelta(days=self.random.choice((0, 0, 1, 1, 2, 3, 4, 6)))
                day = max(day, _working_day_before(late))
        return _office_hour(self.random, day)

    def _enter(self, deal: Deal, stage: int) -> None:
        """Move to an open stage, with what that changes."""
        if stage >= DISCOUNTED_FROM and self.random.random() < 0.3:
            deal.discount = min(25, deal.discount + self.random.choice((3, 5, 5, 10)))
        elif self.random.random() < 0.2:
            deal.seats = max(2, round(deal.seats * self.random.choice((0.8, 0.9, 1.1, 1.2, 1.3))))
        steps = self.random.random() < 0.75
        self._stand(
            deal,
            stage,
            next_step=self.random.choice(offer.NEXT_STEPS) if steps else deal.now["next_step"],
        )

    def _stand(self, deal: Deal, stage: int, **more: Any) -> None:
        name, category = STAGES[stage].name, STAGES[stage].category
        if deal.sandbags and category == "commit":
            category = "pipeline"
        deal.change(
            more.pop("who", deal.now["owner_id"]),
            stage=name,
            probability=_CHANCE[name],
            forecast_category=category,
            amount_minor=deal.amount(),
            **more,
        )

    def _next(self, stage: int) -> int:
        """One further; now and then one is skipped, now and then it goes back."""
        luck = self.random.random()
        if luck < 0.05 and stage < LAST_STAGE - 1:
            return stage + 2
        if luck < 0.08 and stage > 0:
            return stage - 1
        return stage + 1

    def _wait(self, deal: Deal, until: datetime, *, pushes: bool = True) -> bool:
        """What happens while a deal stays: its close date is pushed, its owner goes. False: nobody works it."""
        while len(deal.changes) < MOST_CHANGES:
            events: list[tuple[datetime, str]] = []
            close: date = deal.now["close_date"]
            passes = datetime.combine(close, time(16)) + timedelta(days=self.random.randint(0, 3))
            if pushes and deal.at < passes < until and self.random.random() < PUSHES:
                events.append((passes, "push"))
            owner = self.organisation.rep(deal.now["owner_id"])
            goes = owner.leaves(deal.account.team, deal.at.date())
            if goes != FOREVER and datetime.combine(goes, MORNING) < until:
                events.append((max(datetime.combine(goes, MORNING), deal.at), "goes"))
            if not events:
                return True
            at, what = min(events)
            if what == "goes" and owner.keeps_deals:
                return False
            deal.at = at
            if what == "push":
                later = close + timedelta(days=self.random.choice((21, 30, 30, 45, 61, 92)))
                deal.change(owner.id, close_date=later)
            else:
                manager = self.organisation.managers[deal.account.team]
                deal.change(manager, owner_id=self.taker(deal.account, at.date(), owner.id))
        return True

    def taker(self, account: Account, day: date, leaving: str) -> str:
        """Who takes over from somebody, the account included."""
        others = [r for r in self.organisation.on(account.team, day) if r.id != leaving]
        taken = self.random.choice(others or self.organisation.on(account.team, day)).id
        if account.owner_id == leaving:
            account.owner_id = taken
        return taken

    def _win(self, deal: Deal) -> None:
        if deal.sandbags:
            deal.seats = max(deal.seats + 1, round(deal.seats * self.random.uniform(1.12, 1.38)))
        deal.is_unpriced = False
        self._close(deal, WON, deal.amount(), None)
        if self.random.random() < SHARED:
            owner = deal.now["owner_id"]
            team = self.organisation.on(deal.account.team, deal.at.date())
            others = [r.id for r in team if r.id != owner]
            if others:
                share = Decimal(self.random.choice((5, 6, 7, 8))) / 10
                deal.splits = [(owner, share), (self.random.choice(others), 1 - share)]

    def _lose(self, deal: Deal) -> bool:
        """Close as lost or undecided. True where it is opened again within a month."""
        is_undecided = self.random.random() < 0.2
        amount = deal.now["amount_minor"]
        reason = None
        if not is_undecided and self.random.random() < 0.9:
            reason = self.random.choices(offer.LOSS_REASONS, offer.LOSS_SHARES)[0]
        zeroed = 0 if deal.zeroes_lost and amount else amount
        self._close(deal, NO_DECISION if is_undecided else LOST, zeroed, reason)
        day = _working_day(deal.at.date() + timedelta(days=self.random.randint(6, 28)))
        again = _office_hour(self.random, day)
        if is_undecided or again > self.until or self.random.random() > 0.03:
            return False
        if len(deal.changes) > MOST_CHANGES // 2:
            return False
        self._reopen(deal, again)
        return True

    def _reopen(self, deal: Deal, again: datetime) -> None:
        deal.at = again
        owner = deal.now["owner_id"]
        if not self.organisation.rep(owner).is_on(deal.account.team, again.date()):
            owner = self.taker(deal.account, again.date(), owner)
        self._stand(
            deal,
            LAST_STAGE,
            who=owner,
            owner_id=owner,
            close_date=again.date() + timedelta(days=45),
            loss_reason=None,
        )

    def _close(self, deal: Deal, stage: str, amount: int | None, reason: str | None) -> None:
        """End it on the day it stands at."""
        deal.change(
            deal.now["owner_id"],
            stage=stage,
            probability=_CHANCE[stage],
            forecast_category=offer.CLOSED[stage][1],
            amount_minor=amount,
            close_date=deal.at.date(),
            loss_reason=reason,
            next_step=None,
        )


def begin_state(**known: Any) -> State:
    """The first state of a deal, every column of its table but the id."""
    stage = STAGES[known.pop("stage")]
    return {
        "name": None,
        "account_id": None,
        "owner_id": None,
        "pipeline": None,
        "stage": stage.name,
        "forecast_category": stage.category,
        "type": None,
        "source": None,
        "campaign_id": None,
        "product_id": None,
        "amount_minor": None,
        "currency": None,
        "probability": _CHANCE[stage.name],
        "close_date": None,
        "next_step": None,
        "loss_reason": None,
        "created_at": None,
        **known,
    }


def _office_hour(random: Random, day: date) -> datetime:
    return datetime.combine(day, time(8)) + timedelta(seconds=random.randrange(36000))


def _working_day(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() > 4 else day


def _working_day_before(day: date) -> date:
    return day - timedelta(days=max(0, day.weekday() - 4))


def _quarter_end(day: date) -> date:
    month = (day.month - 1) // 3 * 3 + 3
    return date(day.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
