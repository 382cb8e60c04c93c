"""What customers of the sample company pay, year by year, and which renewals fall due."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from salesops.sample import offer
from salesops.sample.accounts import Account
from salesops.sample.ids import identifier

Record = dict[str, Any]
TERM = timedelta(days=365)
AHEAD = 80  # days before the end of a term at which its renewal is opened
LEAST_AHEAD = 25
OPENED = 0.5  # of renewals; the others go on, or stop, without a deal
STOPS_SILENTLY = 0.3


@dataclass(slots=True, eq=False)
class Subscription:
    """A product an account pays for; `rows` are its spans, each at one price."""

    number: int
    account: Account
    product: int
    seats: int
    currency: str
    margin: Decimal
    rows: list[tuple[date, date | None, int]]
    term_ends: date

    def is_running(self, day: date) -> bool:
        """Whether it is paid on a day."""
        start, end, _ = self.rows[-1]
        return self.rows[0][0] <= day and (end is None or day < end) and start <= self.term_ends

    def stop(self) -> None:
        """It ends with its term."""
        start, _, monthly = self.rows[-1]
        self.rows[-1] = (start, max(self.term_ends, start + timedelta(days=30)), monthly)

    def renew(self, monthly: int | None = None) -> None:
        """It goes on for another year, at a new price where one was agreed."""
        start, _, former = self.rows[-1]
        if monthly is not None and monthly != former and self.term_ends > start:
            self.rows[-1] = (start, self.term_ends, former)
            self.rows.append((self.term_ends, None, monthly))
        self.term_ends += TERM


class Subscriptions:
    """Everything customers pay for, in the order it was won."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._all: list[Subscription] = []
        self._deciding: list[tuple[date, int]] = []
        self._to_open: list[Subscription] = []

    def begin(
        self,
        account: Account,
        product: int,
        seats: int,
        monthly: int,
        won_on: date,
        currency: str,
    ) -> None:
        """A customer starts to pay two weeks after the signature."""
        start = won_on + timedelta(days=14)
        margin = Decimal(self._random.randint(700, 840)) / 1000
        subscription = Subscription(
            number=len(self._all),
            account=account,
            product=product,
            seats=seats,
            currency=currency,
            margin=margin,
            rows=[(start, None, monthly)],
            term_ends=start + TERM,
        )
        self._all.append(subscription)
        self._await(subscription)

    def due(self, at: datetime) -> Subscription | None:
        """A subscription whose renewal somebody opens now; the others that fell due are settled."""
        self.settle(at.date())
        while self._to_open:
            subscription = self._to_open.pop(0)
            if (subscription.term_ends - at.date()).days >= LEAST_AHEAD:
                return subscription
            self._silently(subscription)
        return None

    def settle(self, day: date) -> None:
        """Decide for every subscription near the end of its term."""
        while self._deciding and self._deciding[0][0] <= day:
            subscription = self._all[heapq.heappop(self._deciding)[1]]
            if self._random.random() < OPENED:
                self._to_open.append(subscription)
            else:
                self._silently(subscription)

    def renewed(self, subscription: Subscription, monthly: int) -> None:
        """Its renewal was won."""
        subscription.renew(monthly)
        self._await(subscription)

    def rows(self, ends_on: date) -> Iterator[Record]:
        """As rows of the recurring_revenue table, as far as is known on the last day."""
        for subscription in self._all:
            for place, (start, end, monthly) in enumerate(subscription.rows):
                if start > ends_on:
                    continue
                yield {
                    "id": f"sub-{subscription.number:06}-{place}",
                    "account_id": subscription.account.id,
                    "product_id": identifier("01t", subscription.product),
                    "starts_on": start,
                    "ends_on": end if end is not None and end <= ends_on else None,
                    "monthly_minor": monthly,
                    "currency": subscription.currency,
                    "gross_margin": subscription.margin,
                }

    def _silently(self, subscription: Subscription) -> None:
        if self._random.random() < STOPS_SILENTLY:
            subscription.stop()
        else:
            subscription.renew()
            self._await(subscription)

    def _await(self, subscription: Subscription) -> None:
        decides = subscription.term_ends - timedelta(days=AHEAD)
        heapq.heappush(self._deciding, (decides, subscription.number))


def monthly_of(product: int, amount_minor: int) -> int:
    """The monthly price of a yearly amount; nothing for services."""
    return amount_minor // 12 if offer.PRODUCTS[product].is_subscription else 0
