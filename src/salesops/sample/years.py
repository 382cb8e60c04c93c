"""Three years of the sample company: which deals begin when, with whom, and what their ends mean."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from salesops.sample import names, offer
from salesops.sample.accounts import Account, Accounts
from salesops.sample.campaigns import running
from salesops.sample.deals import Deal, Seller, begin_state
from salesops.sample.ids import identifier
from salesops.sample.leads import COPIES, lead_id
from salesops.sample.organisation import TEAM_OF, Organisation
from salesops.sample.subscriptions import Subscription, Subscriptions, monthly_of
from salesops.sample.truths import Truths

Record = dict[str, Any]
TRIES = 12
LEAST_SEATS_SERVED = 10  # smaller sales come without days of service
NEVER = datetime(9999, 12, 31)


class Years:
    """Three years of deals, in the order they begin."""

    def __init__(
        self,
        random: Random,
        organisation: Organisation,
        accounts: Accounts,
        campaigns: list[Record],
        subscriptions: Subscriptions,
        truths: Truths,
    ) -> None:
        self.random = random
        self.organisation = organisation
        self.accounts = accounts
        self.campaigns = campaigns
        self.subscriptions = subscriptions
        self.truths = truths
        self.customers: list[Account] = []
        self.easy_team = TEAM_OF.get(truths.easy_team)

    def run(self, size: int, starts_on: date, until: datetime) -> list[Deal]:
        """`size` deals, each lived to its end or to the last instant."""
        self.seller = Seller(self.random, self.organisation, self.truths, until)
        deals = []
        for number, at in enumerate(_moments(self.random, size, starts_on, until.date())):
            renewal = self.subscriptions.due(at)
            deal = self._renewal(number, at, renewal) if renewal else self._sale(number, at)
            deal.change(deal.now["owner_id"])
            self.seller.live(deal)
            self._settle(deal, renewal)
            self._note(deal)
            deals.append(deal)
        self.subscriptions.settle(until.date())
        self._hand_over_accounts(until.date())
        return deals

    def _sale(self, number: int, at: datetime) -> Deal:
        wants_more = self.random.random() < 0.26
        account = self._customer(at) if wants_more else None
        account = account or self._prospect(at)
        is_customer = account.customer_from is not None and account.customer_from <= at.date()
        product = self.random.choices(range(len(offer.PRODUCTS)), offer.PRODUCT_SHARES)[0]
        seats = max(3, int(1.6 * account.employees**0.5 * self.random.lognormvariate(0, 0.35)))
        kind = offer.EXPANSION if is_customer else offer.NEW
        if is_customer:
            seats = max(2, seats // 2)
        return self._begin(number, at, account, kind, product, seats)

    def _renewal(self, number: int, at: datetime, subscription: Subscription) -> Deal:
        seats = max(2, round(subscription.seats * self.random.choice((0.9, 1, 1, 1, 1.1, 1.2))))
        deal = self._begin(
            number, at, subscription.account, offer.RENEWAL, subscription.product, seats
        )
        deal.first["close_date"] = deal.now["close_date"] = subscription.term_ends
        return deal

    def _begin(
        self, number: int, at: datetime, account: Account, kind: str, product: int, seats: int
    ) -> Deal:
        random, truths = self.random, self.truths
        is_easy = account.team == self.easy_team
        is_easy = is_easy and account.territory.country == truths.easy_territory
        owner = self._owner(account, at.date(), is_easy)
        source = self._source(account, kind)
        factor = self.organisation.rep(owner).skill_on(at.date()) * offer.KIND_FACTOR[kind]
        if kind != offer.RENEWAL:
            usual = source.name == offer.BAD_SOURCE and not truths.bad_source
            factor *= (1.0 if usual else source.factor) * (truths.easy_factor if is_easy else 1.0)
        deal = Deal(
            number=number,
            id=identifier("006", number),
            account=account,
            kind=kind,
            product=product,
            seats=seats,
            discount=random.choice(offer.DISCOUNTS),
            services=self._services(kind, seats),
            factor=factor,
            sandbags=offer.TEAMS[account.team].name == truths.sandbagging_team,
            is_unpriced=random.random() < 0.03,
            zeroes_lost=random.random() < 0.04,
            at=at,
            first={},
            now={},
        )
        stage = offer.RENEWAL_STAGE if kind == offer.RENEWAL else 0
        deal.first = begin_state(
            stage=stage,
            name=self._name(account, product, kind, at.year),
            account_id=account.id,
            owner_id=owner,
            type=kind,
            source=source.name,
            campaign_id=self._campaign(source, kind, at.date()),
            amount_minor=deal.amount(),
            currency=account.territory.currency,
            close_date=at.date() + timedelta(days=random.randint(50, 130)),
            created_at=at,
        )
        deal.now = dict(deal.first)
        return deal

    def _customer(self, at: datetime) -> Account | None:
        for _ in range(min(TRIES, len(self.customers))):
            account = self.random.choice(self.customers)
            since = account.customer_from
            if since is not None and since <= at.date() and not _is_busy(account, at):
                return account
        return None

    def _prospect(self, at: datetime) -> Account:
        """Somebody who has bought nothing and is not being sold to, as far as there is one."""
        known = self.accounts.known
        count = self.accounts.known_at(at)
        account = known[0]
        for _ in range(TRIES):
            account = known[int(self.random.random() * count)]
            if account.customer_from is None and not _is_busy(account, at):
                return account
        return account

    def _owner(self, account: Account, day: date, is_easy: bool) -> str:
        """Who holds the account; it changes hands when that one is gone, and prospects go round."""
        holder = self.organisation.rep(account.owner_id)
        team = self.organisation.on(account.team, day)
        if holder not in team:
            return self.seller.taker(account, day, account.owner_id)
        if self.random.random() < (0.3 if account.customer_from is None and not is_easy else 0.1):
            account.owner_id = self.random.choice(team).id
        return account.owner_id

    def _source(self, account: Account, kind: str) -> offer.Source:
        if kind != offer.NEW:
            return next(s for s in offer.SOURCES if s.name == "Inbound")
        source = self.random.choices(offer.SOURCES, offer.SOURCE_SHARES)[0]
        account.source = source.name
        return source

    def _services(self, kind: str, seats: int) -> list[tuple[int, int]]:
        usual = 0.7 if kind == offer.NEW else 0.25
        if kind == offer.RENEWAL or seats < LEAST_SEATS_SERVED or self.random.random() > usual:
            return []
        sold = [(offer.IMPLEMENTATION, 1 + seats // 25 + self.random.randrange(2))]
        if self.random.random() < 0.4:
            sold.append((offer.TRAINING, 1 + seats // 60))
        return sold

    def _name(self, account: Account, product: int, kind: str, year: int) -> str:
        name = names.deal(self.random, account.name, product, kind, year)
        for _ in range(TRIES):
            if name not in account.deal_names:
                break
            name = names.deal(self.random, account.name, product, kind, year)
        else:
            name = f"{name} ({len(account.deal_names) + 1})"
        account.deal_names.add(name)
        return name

    def _campaign(self, source: offer.Source, kind: str, day: date) -> str | None:
        if kind != offer.NEW or source.name not in ("Event", "Inbound"):
            return None
        return running(self.campaigns, day) if self.random.random() < 0.5 else None

    def _settle(self, deal: Deal, renewal: Subscription | None) -> None:
        """What the end of a deal means for the account and what it pays."""
        account = deal.account
        account.busy_until = deal.changes[-1][0] if deal.is_closed else NEVER
        if not deal.is_won:
            if renewal and deal.is_closed:
                renewal.stop()
            return
        day: date = deal.now["close_date"]
        if account.customer_from is None:
            account.customer_from = day
            self.customers.append(account)
        account.customer_from = min(account.customer_from, day)
        _, seats, price = deal.lines()[0]
        monthly = monthly_of(deal.product, seats * price)
        if renewal:
            self.subscriptions.renewed(renewal, monthly)
        else:
            self.subscriptions.begin(
                account, deal.product, seats, monthly, day, account.territory.currency
            )

    def _note(self, deal: Deal) -> None:
        """Keep what was planted in this deal."""
        truths = self.truths
        if deal.is_stale:
            truths.stale_opportunities.append(deal.id)
        copies = COPIES if truths.is_anything else 0.0
        if deal.kind == offer.NEW and self.random.random() < copies:
            truths.duplicate_leads.append((lead_id(deal, 0), lead_id(deal, 1)))

    def _hand_over_accounts(self, today: date) -> None:
        """Nobody who is gone holds an account on the last day, but for the one who left lately."""
        for account in self.accounts.known:
            holder = self.organisation.rep(account.owner_id)
            if not holder.is_on(account.team, today) and not holder.keeps_deals:
                self.seller.taker(account, today, account.owner_id)


def _is_busy(account: Account, at: datetime) -> bool:
    return account.busy_until is not None and account.busy_until > at


def _moments(random: Random, size: int, starts_on: date, ends_on: date) -> Iterator[datetime]:
    """When deals begin: more every year, fewer in summer and December, on working days."""
    days, weights = [], []
    day = starts_on
    while day < ends_on:
        if day.weekday() < 5:
            growth = 1 + 0.2 * (day - starts_on).days / 365
            days.append(day)
            weights.append(growth * _SEASON.get(day.month, 1.0))
        day += timedelta(days=1)
    for day in sorted(random.choices(days, weights, k=size)):
        seconds = random.randint(8 * 3600, 18 * 3600)
        yield datetime.combine(day, time()) + timedelta(seconds=seconds)


_SEASON = {1: 1.15, 3: 1.15, 6: 1.1, 7: 0.8, 8: 0.7, 9: 1.2, 12: 0.7}
