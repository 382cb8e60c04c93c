"""Purchases put together by customer: how many, how long ago, and for how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from salesops.book.book import Book
from salesops.book.condition import narrowing
from salesops.customers.buying import Seen
from salesops.customers.fitting import Array

WEEK = 7.0


class Purchase(NamedTuple):
    """Who bought, when, and for how much in minor units."""

    customer: str
    day: date
    minor: int


@dataclass(frozen=True)
class Customers:
    """One place a customer: who, the day of the last purchase, what is seen in weeks, days with purchases, mean of these."""

    ids: tuple[str, ...]
    last_on: tuple[date, ...]
    seen: Seen
    bought: Array
    mean: Array

    @property
    def n_again(self) -> int:
        """How many bought on more than one day."""
        return int((self.seen.x > 0).sum())

    def every(self, step: int) -> Customers:
        """Every so many of them."""
        seen = Seen(self.seen.x[::step], self.seen.last[::step], self.seen.age[::step])
        return Customers(
            self.ids[::step], self.last_on[::step], seen, self.bought[::step], self.mean[::step]
        )

    @property
    def tied(self) -> float:
        """How far spending hangs on frequency, as a correlation; among those who bought again."""
        again = self.seen.x > 0
        bought, mean = np.log(self.bought[again]), np.log(self.mean[again])
        if len(bought) < 2 or bought.std() == 0 or mean.std() == 0:
            return 0.0
        return float(np.corrcoef(bought, mean)[0, 1])


def purchases_of(book: Book) -> list[Purchase]:
    """The won deals of a book that have an account; without an amount they are 0."""
    rows = book.engine.run(
        "SELECT x.account_id, x.closed_on, coalesce(x.value_minor, 0) FROM opportunity x "
        f"WHERE x.is_won AND x.account_id IS NOT NULL AND x.closed_on <= $today AND {narrowing(book)}",
        {"today": book.today},
    ).rows
    return [Purchase(row[0], row[1], int(row[2])) for row in rows]


def customers_of(purchases: Sequence[Purchase], until: date) -> Customers:
    """The customers who bought up to a day; what is bought on one day is one purchase."""
    held = sorted(purchases)
    ids, last_on, rows = [], [], []
    for customer, theirs in groupby(held, itemgetter(0)):
        days: dict[date, int] = {}
        for each in theirs:
            days[each.day] = days.get(each.day, 0) + each.minor
        first, last = min(days), max(days)
        ids.append(customer)
        last_on.append(last)
        spent = sum(days.values()) / len(days)
        rows.append((len(days), (last - first).days, (until - first).days, spent))
    bought, last_after, age, mean = np.array(rows, dtype=np.float64).reshape(-1, 4).T
    seen = Seen(bought - 1, last_after / WEEK, age / WEEK)
    return Customers(tuple(ids), tuple(last_on), seen, bought, mean)
