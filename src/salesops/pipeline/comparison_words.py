"""What comparisons of people say in words: values, what stands out, and what may be made of it all."""

from __future__ import annotations

from salesops.foundations.counting import counted
from salesops.foundations.money import format_money
from salesops.pipeline.compared_fields import LEAST, LEAST_GROUPS, LEAST_MONTHS
from salesops.pipeline.comparison import ALIKE, MEASURES, Comparison, Standing

# What is said of somebody above and below what is expected, where chance does not explain it.
SIDES = {
    "win_rate": ("higher", "lower"),
    "sales_cycle": ("longer", "shorter"),
    "deal_size": ("larger", "smaller"),
    "productivity": ("more", "fewer"),
}
WITHIN = {
    "win_rate": "Deals of the same type, country, source, size and year are compared. Size is that of the day a deal was "
    "qualified; without history it is left out.",
    "sales_cycle": "Deals of the same type, country, source, size and year are compared. Only won deals have a sales cycle. "
    "A typical one is a geometric mean, which one very long deal moves little.",
    "deal_size": "Won deals of the same type, country, source and year with customers of the same size are compared. "
    "A typical deal is a geometric mean, which one huge deal moves little.",
    "productivity": "Deals won for each month that somebody was there are compared with others in the same quarters, "
    "equally new and on the same team, with deals as easy to win. How many customers each was given is not known, so "
    "people are expected to differ, and only who differs far more than is usual stands out.",
}


def value_said(found: Comparison, value: float, currency: str, *, short: bool = False) -> str:
    """A value as people read it: 39 %, 72 days, $18.8K, 1.42 a month; `short` where its unit stands elsewhere."""
    if found.measure == "win_rate":
        return f"{value * 100:.0f} %"
    if found.measure == "sales_cycle":
        return counted(round(value), "day")
    if found.measure == "deal_size":
        return format_money(round(value), currency, compact=True)
    return f"{value:.2f}" if short else f"{value:.2f} a month"


def range_said(found: Comparison, standing: Standing, currency: str) -> str:
    """What is left of a difference lies between these: 30–40 %, 68–77 days; empty where nothing is left of any."""
    if standing.low >= standing.high:
        return ""
    low, high = (value_said(found, v, currency, short=True) for v in (standing.low, standing.high))
    number, _, _ = low.partition(" ")
    return f"{number}–{high}"


def side(found: Comparison, standing: Standing) -> str:
    """What stands out of somebody: larger, fewer; empty where chance explains it."""
    if not standing.stands_out:
        return ""
    return SIDES[found.measure][0 if standing.z > 0 else 1]


def is_better(found: Comparison, standing: Standing) -> bool:
    """Whether that side is the better one."""
    return (standing.z > 0) == (MEASURES[found.measure].better == "up")


def verdict(found: Comparison) -> str:
    """What may be made of it."""
    if found.chance is None:
        people = "people" if found.by == "person" else "teams"
        least = f"{LEAST} {MEASURES[found.measure].counted} deals"
        if found.measure == "productivity":
            least = f"{LEAST} closed deals, a known first day and {LEAST_MONTHS:.0f} months"
        return (
            f"There are too few to compare: it takes {LEAST_GROUPS} {people} with at least {least}."
        )
    if found.out:
        return "Chance does not explain the difference to what is expected of those marked, all looks counted."
    if found.chance < ALIKE:
        return "All together they differ more than by chance, but of nobody is it sure."
    return "There is no difference that chance does not explain."


def left_out(found: Comparison) -> str:
    """Who was not compared, and why."""
    several = ("person", "people") if found.by == "person" else ("team", "teams")
    said = []
    if found.n_small:
        said.append(f"{counted(found.n_small, *several)} with too few deals or too short a time")
    if found.n_unknown:
        said.append(f"{counted(found.n_unknown, 'person', 'people')} whose first day is not known")
    return f"Not compared: {' and '.join(said)}." if said else ""
