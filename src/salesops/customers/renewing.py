"""How long customers stay who renew: each with a chance of leaving of their own (sBG, Fader and Hardie 2007).

At each renewal a customer leaves with a chance that differs from customer to customer as a beta distribution of
`alpha` and `beta`. Those likely to leave do so early, so that who has stayed for long stays longer still, which
dividing by one churn does not know.
"""

from __future__ import annotations

import numpy as np

from salesops.customers.fitting import Array, Likelihood


def likelihood_of(left: Array, stayed: Array) -> Likelihood:
    """The log-likelihood of (alpha, beta): `left[t]` left at renewal t + 1, `stayed[t]` were last seen after t of them."""
    last = max(len(left), len(stayed) - 1)
    gone, there = np.zeros(last), np.zeros(last + 1)
    gone[: len(left)] = left
    there[: len(stayed)] = stayed

    def likelihood(parameters: Array) -> float:
        share = staying(parameters, last)
        parted = share[:-1] - share[1:]
        with np.errstate(divide="ignore", invalid="ignore"):
            ended = np.where(gone > 0, gone * np.log(parted), 0.0)
            seen = np.where(there > 0, there * np.log(share), 0.0)
        return float(ended.sum() + seen.sum())

    return likelihood


def staying(parameters: Array, renewals: int) -> Array:
    """The share still there after 0, 1, … renewals."""
    alpha, beta = parameters
    k = np.arange(renewals)
    return np.concatenate(([1.0], np.cumprod((beta + k) / (alpha + beta + k))))


def worth_of_new(parameters: Array, terms: int, discount: float) -> float:
    """How many terms a new customer pays within `terms`, each at its beginning, discounted by the term."""
    share = staying(parameters, terms - 1)
    return float((share / (1 + discount) ** np.arange(terms)).sum())


def worth_of_present(parameters: Array, renewed: Array, terms: int, discount: float) -> Array:
    """The same of customers who renewed so many times, in the renewals to come: the next is half a term away."""
    alpha, beta = parameters
    found, share = np.zeros(len(renewed)), np.ones(len(renewed))
    for k in range(terms):
        share = share * (beta + renewed + k) / (alpha + beta + renewed + k)
        found += share / (1 + discount) ** (k + 0.5)
    return found
