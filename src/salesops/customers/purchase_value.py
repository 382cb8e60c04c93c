"""What customers who buy again without a contract are worth, from when and for how much they bought."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from salesops.customers import buying, spending
from salesops.customers.buying import FIRST_TIME, Seen, chance_of_being_one, purchases_to_come
from salesops.customers.fitting import Array, Likelihood, Refitting, likeliest
from salesops.customers.purchases import (
    WEEK,
    Customers,
    Purchase,
    customers_of,
)
from salesops.customers.terms import Terms, Value, drawn_anew, with_interval
from salesops.foundations.problem import Refusal

WEEKS_A_YEAR = 365.25 / WEEK
STEPS = 2  # in a year, at which what is to come is discounted
LEAST_CUSTOMERS, LEAST_AGAIN = 50, 20
MOST_POINTS = 12  # of the course of what was foretold
KINDS = (
    ("once", 1, 1),
    ("twice", 2, 2),
    ("three times", 3, 3),
    ("4 to 6 times", 4, 6),
    ("7 times or more", 7, np.inf),
)
ASIDE = 3  # the last third of the time is asked whether the rest would have foretold it
MANY = 500  # from here on one step fits those drawn anew as well as many do
MOST_DRAWN = 500  # present customers looked at in each draw; more take longer and say the same


@dataclass(frozen=True)
class Buyer:
    """A customer: purchases so far, the last of them, how likely they still are one, and what is to come."""

    id: str
    purchases: int
    last_on: date
    chance: float
    to_come: float
    each: float
    value: float


@dataclass(frozen=True)
class Told:
    """Purchases that were foretold, and those there were: up to a day, or of customers who had bought so often.

    `name` says which; `n` are the customers.
    """

    name: str
    n: int
    foretold: float
    happened: int


@dataclass(frozen=True)
class Check:
    """Purchases of known customers after `day`: what was foretold from those before, and what there were.

    `course` has both up to some days between, each named in ISO form, and `kinds` apart by how often customers had
    bought.
    """

    day: date
    foretold: float
    happened: int
    course: tuple[Told, ...] = ()
    kinds: tuple[Told, ...] = ()


@dataclass(frozen=True)
class PurchaseValue:
    """What a new customer is worth from the first purchase on, and all present ones in what is to come, in minor units.

    Without a margin in `terms` the values are revenue. `to_come` are the purchases of a new customer, the first among
    them, and `each` what is spent at a time. `rates` are r, alpha (in weeks), a and b, `amounts` p, q and gamma. `tied`
    is how far spending hangs on frequency, which is taken for not at all. `check` is None where too little lies aside.
    `n_left_out` are purchases without an amount above 0; `buyers` come the most valuable first.
    """

    terms: Terms
    since: date
    until: date
    n: int
    n_again: int
    purchases: int
    n_left_out: int
    rates: tuple[float, ...]
    amounts: tuple[float, ...]
    to_come: Value
    each: float
    new: Value
    present: Value
    n_present: float
    check: Check | None
    tied: float
    buyers: tuple[Buyer, ...]


def purchase_value(
    purchases: Iterable[Purchase], *, until: date | None = None, terms: Terms | None = None
) -> PurchaseValue:
    """The value of customers by their purchases up to the day `until`, that of the last purchase where none is named.

    Raises Refusal where too few customers bought, or bought again, and where amounts are so unequal that they have no
    mean.
    """
    asked = terms or Terms()
    given = [p for p in purchases if until is None or p.day <= until]
    counted = [p for p in given if p.minor > 0]
    if not counted:
        raise Refusal("There is no purchase with a customer, a day and an amount above 0.")
    last = until or max(p.day for p in counted)
    held = customers_of(counted, last)
    _check_enough(held)
    fits = _Fits(held)
    best = fits.best
    if best.each is None:
        raise Refusal(
            "What is spent at a time is so unequal that it has no mean. Leave out the largest purchases."
        )
    ahead = _Ahead(asked)
    drawn = [ahead.worth(f, fits.some) for f in fits.drawn(asked) if f.each is not None]
    count, new, some = ahead.worth(best, fits.some)
    chances = chance_of_being_one(best.rates, held.seen)
    to_come, discounted = ahead.purchases(best.rates, held.seen)
    each = best.spent_by(held)
    worth = each * discounted * ahead.margin
    total = float(worth.sum())
    order = np.argsort(-worth, kind="stable")
    return PurchaseValue(
        terms=asked,
        since=min(p.day for p in counted),
        until=last,
        n=len(held.ids),
        n_again=held.n_again,
        purchases=int(held.bought.sum()),
        n_left_out=len(given) - len(counted),
        rates=tuple(float(v) for v in best.rates),
        amounts=(*(float(v) for v in best.amounts[:2]), float(best.amounts[2]) * best.scale),
        to_come=with_interval(count, [d[0] for d in drawn], asked),
        each=best.each,
        new=with_interval(new, [d[1] for d in drawn], asked),
        present=with_interval(total, [total * d[2] / some for d in drawn], asked),
        n_present=float(chances.sum()),
        check=_checked(counted, last),
        tied=held.tied,
        buyers=tuple(
            Buyer(
                id=held.ids[i],
                purchases=int(held.bought[i]),
                last_on=held.last_on[i],
                chance=float(chances[i]),
                to_come=float(to_come[i]),
                each=float(each[i]),
                value=float(worth[i]),
            )
            for i in order
        ),
    )


@dataclass(frozen=True)
class _Found:
    """Parameters of both models; amounts are in units of `scale`."""

    rates: Array
    amounts: Array
    scale: float

    @property
    def each(self) -> float | None:
        mean = spending.mean_of_new(self.amounts)
        return None if mean is None else mean * self.scale

    def spent_by(self, held: Customers) -> Array:
        mean = held.mean / self.scale
        return spending.mean_of_present(self.amounts, held.bought, mean) * self.scale


class _Fits:
    """The likeliest parameters, and those of customers drawn anew."""

    def __init__(self, held: Customers) -> None:
        self._held, self._scale = held, float(held.mean.mean())
        self.some = held.every(max(1, len(held.ids) // MOST_DRAWN))
        rates, amounts = self._likelihoods(None)
        self.best = _Found(
            likeliest(rates, buying.START), likeliest(amounts, spending.START), self._scale
        )

    def drawn(self, terms: Terms) -> Iterator[_Found]:
        held = self._held
        rates, amounts = self._likelihoods(None)
        of_rates = Refitting(rates, self.best.rates)
        of_amounts = Refitting(amounts, self.best.amounts)
        step = of_rates.steps(buying.of_each(held.seen))
        step_spent = of_amounts.steps(spending.of_each(held.bought, held.mean / self._scale))
        is_many = len(held.ids) >= MANY
        for weights in drawn_anew(len(held.ids), terms):
            rates, amounts = self._likelihoods(weights)
            by_rates = step(weights) if is_many else None
            by_amounts = step_spent(weights) if is_many else None
            yield _Found(
                of_rates.fit(rates) if by_rates is None else by_rates,
                of_amounts.fit(amounts) if by_amounts is None else by_amounts,
                self._scale,
            )

    def _likelihoods(self, weights: Array | None) -> tuple[Likelihood, Likelihood]:
        held = self._held
        return (
            buying.likelihood_of(held.seen, weights),
            spending.likelihood_of(held.bought, held.mean / self._scale, weights),
        )


class _Ahead:
    """The years that are looked at, in steps, and what a step is discounted by."""

    def __init__(self, terms: Terms) -> None:
        places = np.arange(1, terms.years * STEPS + 1, dtype=np.float64)
        self._weeks = places * (WEEKS_A_YEAR / STEPS)
        self._discount = (1 + terms.discount) ** -((places - 0.5) / STEPS)
        self.margin = 1.0 if terms.margin is None else terms.margin

    def purchases(self, rates: Array, seen: Seen) -> tuple[Array, Array]:
        """Of each customer, plain and discounted."""
        until = purchases_to_come(rates, seen, self._weeks)
        return until[:, -1], np.diff(until, axis=1, prepend=0.0) @ self._discount

    def worth(self, found: _Found, present: Customers) -> tuple[float, float, float]:
        """Purchases of a new customer, what that one is worth, and what the present ones are together."""
        plain, discounted = self.purchases(found.rates, FIRST_TIME)
        each = (found.each or 0.0) * self.margin
        _, coming = self.purchases(found.rates, present.seen)
        together = float(found.spent_by(present) @ coming) * self.margin
        return 1 + float(plain[0]), each * (1 + float(discounted[0])), together


def _check_enough(held: Customers) -> None:
    if not _are_enough(held):
        raise Refusal(
            f"Of {len(held.ids):,} customers {held.n_again:,} bought on more than one day. Less than {LEAST_CUSTOMERS} "
            f"customers, or {LEAST_AGAIN} who bought again, say too little of what others will do."
        )


def _are_enough(held: Customers) -> bool:
    return len(held.ids) >= LEAST_CUSTOMERS and held.n_again >= LEAST_AGAIN


def _checked(purchases: Sequence[Purchase], until: date) -> Check | None:
    since = min(p.day for p in purchases)
    day = until - timedelta(days=(until - since).days // ASIDE)
    before = [p for p in purchases if p.day <= day]
    held = customers_of(before, day)
    if not _are_enough(held):
        return None
    rates = likeliest(buying.likelihood_of(held.seen), buying.START)
    length = (until - day).days
    ends = sorted({length * k // MOST_POINTS for k in range(1, MOST_POINTS + 1)} - {0})
    by_end = purchases_to_come(rates, held.seen, np.array(ends, dtype=np.float64) / WEEK)
    place = {key: i for i, key in enumerate(held.ids)}
    bought = {(place[p.customer], p.day) for p in purchases if p.day > day and p.customer in place}
    after = np.array([(d - day).days for _, d in bought], dtype=np.int64)
    of_each = np.bincount([i for i, _ in bought], minlength=len(place))
    return Check(
        day,
        foretold=float(by_end[:, -1].sum()),
        happened=len(bought),
        course=tuple(
            Told(
                (day + timedelta(days=end)).isoformat(),
                len(place),
                float(by_end[:, i].sum()),
                int((after <= end).sum()),
            )
            for i, end in enumerate(ends)
        ),
        kinds=tuple(
            Told(name, int(them.sum()), float(by_end[them, -1].sum()), int(of_each[them].sum()))
            for name, least, most in KINDS
            if (them := (held.bought >= least) & (held.bought <= most)).any()
        ),
    )
