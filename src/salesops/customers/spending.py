"""How much customers spend at a time: gamma-gamma (Fader, Hardie and Lee 2005).

What a customer spends varies around a mean of their own, and means vary between customers; the fewer purchases of
somebody are known, the more of what they spend is taken for chance. It must not hang on how often they buy.
"""

from __future__ import annotations

from math import lgamma

import numpy as np

from salesops.customers.fitting import Array, Likelihood, OfEach

START = (2.0, 3.0, 2.0)


def likelihood_of(bought: Array, mean: Array, weights: Array | None = None) -> Likelihood:
    """The log-likelihood of (p, q, gamma), for so many purchases of each customer and their mean."""
    each = of_each(bought, mean)
    count = np.ones(len(bought)) if weights is None else weights

    def likelihood(parameters: Array) -> float:
        return float(count @ each(parameters))

    return likelihood


def of_each(bought: Array, mean: Array) -> OfEach:
    """The log-likelihood of (p, q, gamma) of each customer."""
    kinds, which = np.unique(bought, return_inverse=True)
    log_mean, log_bought = np.log(mean), np.log(bought)

    def likelihood(parameters: Array) -> Array:
        p, q, gamma = parameters
        of_kind = np.array([lgamma(p * n + q) - lgamma(p * n) for n in kinds])
        pn = p * bought
        each = of_kind[which] - lgamma(q) + q * np.log(gamma) + (pn - 1) * log_mean
        each = each + pn * log_bought - (pn + q) * np.log(gamma + bought * mean)
        return np.asarray(each)

    return likelihood


def mean_of_new(parameters: Array) -> float | None:
    """What a new customer spends at a time; None where amounts are so unequal that there is no mean."""
    p, q, gamma = parameters
    return float(p * gamma / (q - 1)) if q > 1 else None


def mean_of_present(parameters: Array, bought: Array, mean: Array) -> Array:
    """What each customer spends at a time, drawn towards all others' as far as little is known of them."""
    p, q, gamma = parameters
    return np.asarray(p * (gamma + bought * mean) / (p * bought + q - 1))
