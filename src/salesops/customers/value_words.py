"""What a value of customers looks ahead to, and what speaks against it, in words."""

from __future__ import annotations

from salesops.customers.purchase_value import Check, PurchaseValue
from salesops.customers.recurring_value import MONTHS, RecurringValue
from salesops.customers.terms import Terms
from salesops.foundations.counting import counted
from salesops.foundations.percent import in_percent

TIED = 0.3  # from where on spending hangs on frequency so much that it must be said
FAR = 0.25  # of what happened: the foretelling was off by more
# Of alpha and beta together: chances of leaving do not differ so that it could be seen.
ALIKE = 1_000.0
STAYING = 0.99  # of all customers still are some: that any stop cannot be seen
PARAMETERS = 2  # so many shares are met by as many parameters whatever happened


def ahead(terms: Terms) -> str:
    """In 5 years, a year discounted by 10 %."""
    years = f"{terms.years} years" if terms.years > 1 else "a year"
    return f"in {years}, a year discounted by {in_percent(terms.discount)}"


def missed(check: Check) -> str:
    """How far what was foretold is off what happened."""
    if not check.happened:
        return ""
    gap = check.foretold / check.happened - 1
    return f"{in_percent(abs(gap))} {'more' if gap > 0 else 'less'} than there were"


def doubts_of_renewals(found: RecurringValue) -> list[str]:
    """What a reader must know before they trust it."""
    told = []
    if found.seen <= PARAMETERS:
        told.append(
            "Two renewals are met by the model whatever happened: that it agrees with them proves nothing yet."
        )
    if found.alpha + found.beta > ALIKE:
        told.append("Customers do not differ measurably in how likely they leave.")
    if found.terms.years * 12 // MONTHS[found.every] - 1 > found.seen:
        told.append(
            f"Nobody was seen beyond renewal {found.seen}: what comes later is foretold from that alone."
        )
    if found.n_unpriced:
        told.append(
            f"Left out, as the amount is not known: {counted(found.n_unpriced, 'customer')}."
        )
    return told


def doubts_of_purchases(found: PurchaseValue) -> list[str]:
    """What a reader must know before they trust it."""
    told = []
    check = found.check
    if found.n_present > found.n * STAYING:
        told.append(
            "Nobody seems to have stopped yet, as far as the purchases tell: all are taken to go on buying."
        )
    if check is not None and abs(check.foretold - check.happened) > FAR * check.happened:
        told.append(
            "What it would have foretold is far off what there was: the values above are no better."
        )
    if check is None:
        told.append(
            "Too few customers bought again in the first two thirds of the time to ask whether it would have been right."
        )
    if abs(found.tied) > TIED:
        more, low = ("more", "low") if found.tied > 0 else ("less", "high")
        told.append(
            f"Who buys often spends {more} at a time, which the values take for chance: they are likely too {low}."
        )
    if found.n_left_out:
        left = counted(found.n_left_out, "purchase")
        told.append(f"Left out, as the amount is not above 0: {left}.")
    return told
