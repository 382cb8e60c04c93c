"""What customers who pay month by month are worth, from who stayed and who left at each renewal."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt

from salesops.book.book import Book
from salesops.customers.fitting import Array, Likelihood, Refitting, likeliest
from salesops.customers.renewing import likelihood_of, staying, worth_of_new, worth_of_present
from salesops.customers.terms import Terms, Value, drawn_anew, with_interval
from salesops.foundations.problem import Refusal

Every = Literal["month", "quarter", "year"]
MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "year": 12}
LEAST_LIVES, LEAST_LEFT, LEAST_RENEWALS = 30, 10, 2


@dataclass(frozen=True)
class Renewal:
    """Of `n` customers who came to their renewal of this number, `stayed` did; `expected` is the share that the fit says."""

    number: int
    n: int
    stayed: int
    expected: float


@dataclass(frozen=True)
class Present:
    """A customer of now: since when, how often they renewed, what a term leaves, and what is to come of it."""

    id: str
    since: date
    renewed: int
    term_minor: float
    value: float


@dataclass(frozen=True)
class RecurringValue:
    """What a new customer is worth, and all present ones together, in minor units of the book's currency.

    `alpha` and `beta` tell how chances of leaving differ. `margin` is the share that was taken off what customers pay
    in a `term`, `term_minor` what is left of it on average. Of `n` customers `left` have left; whoever left and came
    back is two. `seen` is how many renewals the eldest came to: what is beyond is drawn on. `n_unpriced` were left out.
    `customers` are those of now, the most valuable first.
    """

    every: Every
    terms: Terms
    n: int
    left: int
    n_unpriced: int
    seen: int
    alpha: float
    beta: float
    margin: float
    term_minor: float
    new: Value
    present: Value
    n_present: int
    renewals: tuple[Renewal, ...]
    currency: str
    customers: tuple[Present, ...] = field(repr=False)


def recurring_value(
    book: Book, terms: Terms | None = None, *, every: Every = "year"
) -> RecurringValue:
    """The value of customers whose contracts go on from `every` year, quarter or month to the next.

    Raises Refusal where too few customers, leavers or renewals are known, and for a book narrowed to some deals.
    """
    asked = terms or Terms()
    months = MONTHS[every]
    lives = _lives(book, months, asked.margin)
    renewed, is_left, is_present, worth = (
        lives.renewed,
        lives.is_left,
        lives.is_present,
        lives.worth,
    )
    n = len(renewed)
    best = likeliest(_likelihood(lives, np.ones(n)), (1.0, 2.0))
    again = Refitting(_likelihood(lives, np.ones(n)), best)
    count = asked.years * 12 // months
    discount = (1 + asked.discount) ** (months / 12) - 1

    def values(parameters: Array, weights: Array) -> tuple[float, float]:
        mean = float(weights @ worth / weights.sum())
        to_come = worth_of_present(parameters, renewed.astype(np.float64), count, discount)
        together = float((weights * worth * is_present) @ to_come)
        return mean * worth_of_new(parameters, count, discount), together

    new, present = values(best, np.ones(n))
    drawn = [values(again.fit(_likelihood(lives, w)), w) for w in drawn_anew(n, asked)]
    last = int((renewed + is_left).max())
    share = staying(best, last)
    return RecurringValue(
        every=every,
        terms=asked,
        n=n,
        left=n - int(is_present.sum()),
        n_unpriced=lives.n_unpriced,
        seen=last,
        alpha=float(best[0]),
        beta=float(best[1]),
        margin=lives.margin,
        term_minor=float(worth.mean()),
        new=with_interval(new, [d[0] for d in drawn], asked),
        present=with_interval(present, [d[1] for d in drawn], asked),
        n_present=int(is_present.sum()),
        renewals=tuple(
            Renewal(
                number=t,
                n=int((renewed + is_left >= t).sum()),
                stayed=int((renewed >= t).sum()),
                expected=float(share[t] / share[t - 1]),
            )
            for t in range(1, last + 1)
        ),
        currency=book.facts.currency,
        customers=_present(
            lives, worth_of_present(best, renewed.astype(np.float64), count, discount)
        ),
    )


def _present(lives: _Lives, to_come: Array) -> tuple[Present, ...]:
    values = lives.worth * to_come
    return tuple(
        Present(
            id=lives.ids[i],
            since=lives.since[i],
            renewed=int(lives.renewed[i]),
            term_minor=float(lives.worth[i]),
            value=float(values[i]),
        )
        for i in np.argsort(-values, kind="stable")
        if lives.is_present[i]
    )


@dataclass(frozen=True)
class _Lives:
    """One place a customer: who, since when, renewals they stayed through, whether they left at the next, whether they
    are one now, and what a term leaves.

    Whoever left before a renewal that has not come yet is not held against those who may still leave before theirs:
    they count as seen up to the renewal before.
    """

    ids: tuple[str, ...]
    since: tuple[date, ...]
    renewed: npt.NDArray[np.int64]
    is_left: npt.NDArray[np.bool_]
    is_present: npt.NDArray[np.bool_]
    worth: Array
    margin: float
    n_unpriced: int


def _likelihood(lives: _Lives, weights: Array) -> Likelihood:
    left, stayed = (
        np.bincount(lives.renewed, weights * which).astype(np.float64)
        for which in (lives.is_left, ~lives.is_left)
    )
    return likelihood_of(left, stayed)


def _lives(book: Book, months: int, margin: float | None) -> _Lives:
    if book.criterion:
        raise Refusal(
            "What customers pay is not told by deals, so a condition on deals does not narrow it."
        )
    rows = book.engine.run(_LIVES, {"today": book.today, "months": months}).rows
    if not rows:
        raise Refusal(
            "The book holds no recurring revenue that you may see. A file with account, start, end and monthly "
            "amount would bring it; for customers who buy again without a contract ask for their purchases."
        )
    priced = [row for row in rows if row[3]]
    known = [(row[3], row[4]) for row in priced if row[4] is not None]
    if margin is None:
        if not known:
            raise Refusal(
                "The book does not tell what is left of recurring revenue. Say it with a margin, such as 0.7."
            )
        margin = float(sum(m * s for m, s in known) / sum(m for m, _ in known))
    lives = _Lives(
        ids=tuple(row[5] for row in priced),
        since=tuple(row[6] for row in priced),
        renewed=np.array([row[0] for row in priced], dtype=np.int64),
        is_left=np.array([row[1] for row in priced], dtype=np.bool_),
        is_present=np.array([row[2] for row in priced], dtype=np.bool_),
        worth=np.array([float(row[3]) for row in priced]) * margin * months,
        margin=margin,
        n_unpriced=len(rows) - len(priced),
    )
    _check(lives)
    return lives


def _check(lives: _Lives) -> None:
    n, left = len(lives.renewed), int(lives.is_left.sum())
    seen = int((lives.renewed + lives.is_left).max(initial=0))
    if n < LEAST_LIVES or left < LEAST_LEFT:
        raise Refusal(
            f"Of {n:,} customers {left:,} have left at a renewal. Less than {LEAST_LIVES} customers, or "
            f"{LEAST_LEFT} who left, say too little of how long others stay."
        )
    if seen < LEAST_RENEWALS:
        raise Refusal(
            "No customer has come to a second renewal. Ask by the month or the quarter, if contracts can be ended so."
        )


# A life begins where nothing was paid before and ends where nothing is paid since; the last price it paid, and its margin.
_LIVES = """
    WITH paid AS (
        SELECT account_id, starts_on, coalesce(ends_on, DATE '9999-12-31') AS paid_to, value_minor, gross_margin
        FROM recurring_revenue WHERE starts_on <= $today AND (ends_on IS NULL OR ends_on > starts_on)
    ), begun AS (
        SELECT *, coalesce(starts_on > max(paid_to) OVER (
            PARTITION BY account_id ORDER BY starts_on, paid_to ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ), true) AS is_new FROM paid
    ), numbered AS (
        SELECT *, count(*) FILTER (is_new) OVER (
            PARTITION BY account_id ORDER BY starts_on, paid_to ROWS UNBOUNDED PRECEDING) AS life
        FROM begun
    ), life AS (
        SELECT account_id, life, min(starts_on) AS since, max(paid_to) AS until FROM numbered GROUP BY ALL
    ), priced AS (
        SELECT l.account_id, l.life, l.since, l.until, l.until <= $today AS is_left,
            sum(n.value_minor) AS monthly, sum(n.value_minor * CAST(n.gross_margin AS DOUBLE)) AS kept,
            sum(n.value_minor) FILTER (n.gross_margin IS NOT NULL) AS known
        FROM life l JOIN numbered n ON n.account_id = l.account_id AND n.life = l.life
            AND n.starts_on < least(l.until, $today + 1) AND n.paid_to >= least(l.until, $today + 1)
        GROUP BY ALL
    ), ended AS (
        SELECT *, date_sub('month', since, until - 1) // $months AS lasted,
            date_sub('month', since, $today) // $months AS come FROM priced
    )
    SELECT CASE WHEN is_left THEN lasted ELSE come END AS renewed, is_left AND lasted < come, NOT is_left, monthly,
        kept / nullif(known, 0), account_id, since FROM ended ORDER BY account_id, life
"""
