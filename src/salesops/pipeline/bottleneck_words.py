"""A bottleneck in sentences: what the evidence is, what it costs, what it is worth and how sure it is."""

from __future__ import annotations

from salesops.foundations.counting import counted
from salesops.foundations.money import format_money
from salesops.pipeline.bottlenecks import DAYS, Bottleneck
from salesops.pipeline.looks import LEAST_HERE, LEAST_THERE

MOST_SURE = 1_000_000  # rarer than that is said as that


def evidence(found: Bottleneck) -> str:
    """The difference with its interval, and from how many deals."""
    before = "deals of other teams" if found.team else "deals in the year before"
    who = f"{counted(found.here.n, 'deal')} against {found.usual.n:,} {before}, of the same mix"
    if found.measure == "wait":
        return f"{who}: {found.extra:.0f} days longer on average, between {max(0, found.low):.0f} and {found.high:.0f}."
    verb = "lost" if found.measure == "drop_out" else "sent back"
    points = f"{100 * found.extra:.0f} of a hundred more are {verb}"
    return f"{who}: {points}, between {100 * max(0, found.low):.0f} and {100 * found.high:.0f}."


def cost(found: Bottleneck, currency: str) -> str:
    """What it costs if nothing changes, or did cost, and what the former level is worth, with the arithmetic."""
    if found.is_over:
        return _cost_so_far(found)
    around = found.around
    brought = format_money(around.won_minor, currency, compact=True)
    if found.measure == "drop_out":
        said = f"If nothing changes, {found.deals_a_year:,.0f} more of {around.entered:,} deals a year are lost here."
        if found.worth_minor is None:
            return said
        each = format_money(around.won_minor // max(1, around.passed), currency, compact=True)
        passed = (
            f"Those {around.passed:,} that passed brought {brought} in the last year, {each} each"
        )
        return f"{said} {passed}: {_worth(found, currency)}."
    if found.days_a_year is None:
        return f"If nothing changes, {found.deals_a_year:,.0f} more of {around.entered:,} deals a year go back."
    longer = found.days_a_year / around.entered if around.entered else 0.0
    said = f"If nothing changes, {around.entered:,} deals a year wait {found.days_a_year:,.0f} days more in all"
    if found.deals_a_year is not None:
        said += (
            f": {found.deals_a_year:,.0f} go back more often, each for {around.loop_days:.0f} days"
        )
    daily = format_money(round(around.won_minor / DAYS), currency, compact=True)
    return (
        f"{said}. Deals won in the last year that were here brought {brought}, {daily} a day; all of it "
        f"{longer:.1f} days sooner: {_worth(found, currency)}."
    )


def _cost_so_far(found: Bottleneck) -> str:
    n = counted(found.here.n, "deal")
    if found.measure == "wait":
        after = found.since.median if found.since else None
        now = f" Of those that came since, half were through within {after} days." if after else ""
        return f"It cost {found.extra * found.here.n:,.0f} days of waiting on {n}.{now}"
    verb = "were lost" if found.measure == "drop_out" else "went back"
    now = f" Since then it is {found.since.ended * 100:.0f} %." if found.since else ""
    return f"Of {n}, {found.extra * found.here.n:,.0f} more {verb} than usual.{now}"


def _worth(found: Bottleneck, currency: str) -> str:
    worth = format_money(found.worth_minor or 0, currency, compact=True)
    return f"the former level is worth {worth}{', once' if found.is_once else ' a year'}"


def sureness(found: Bottleneck) -> str:
    """How seldom chance makes such a finding."""
    times = min(MOST_SURE, int(1 / found.rate)) if found.rate > 0 else MOST_SURE
    rough = 10 ** max(0, len(str(times)) - 2)
    times = times // rough * rough
    return f"{found.looks:,} looks were taken. Of findings as sure as this, at most 1 in {times:,} is the work of chance."


def surety(found: Bottleneck) -> int:
    """The same from 1 to 3, for the eye."""
    return 3 if found.rate < 1e-5 else 2 if found.rate < 1e-3 else 1


def nothing(looks: int) -> str:
    """What is said where nothing was found: that nothing is there, or that nothing could be looked at."""
    if not looks:
        return (
            f"There are too few deals to look at: a look takes {LEAST_HERE} that came to one stage or hand-over in a "
            f"quarter, and {LEAST_THERE} alike to compare them with."
        )
    return "Nothing holds deals up that chance would not explain."
