"""Deals as they were when a period began, each with what has become of it since."""

from __future__ import annotations

from typing import Any

from salesops.kpis._definition import Facts, Table, Window
from salesops.kpis._populations import only, with_team, within


def open_at_start(facts: Facts, window: Window) -> Table:
    """Opportunities open in a qualified stage when the period's first day began, with their columns of then.

    Value and team are those of the eve. Beside them: `ended_in` says whether the deal closed in the period, and
    `won_value_minor` what it was won for in it. `due_now` is its close date now, `is_closed_now` whether it is closed.
    """
    import ibis

    days = facts.whole("calendar")
    begins = days.filter(days.day_after == window.start)
    begins = begins.aggregate(at=begins.turns_at.min()).at.as_scalar()
    versions = facts.whole("opportunity_version")
    then = versions.filter(
        ~versions.is_closed,
        versions.is_qualified,
        versions.valid_from < begins,
        versions.valid_to >= begins,
    )
    then = then.rename(id="opportunity_id").drop("closed_at", "closed_on")
    deals = facts.table("opportunity")
    since = deals.select(
        now_id="id",
        due_now="close_date",
        is_closed_now="is_closed",
        closed_on="closed_on",
        won_now=ibis.ifelse(deals.is_won, deals.value_minor, ibis.null("int64")),
        is_won_now="is_won",
    )
    then = then.inner_join(since, then.id == since.now_id).drop("now_id")
    ended = (then.is_closed_now & within(then.closed_on, window)).fill_null(False)
    then = then.mutate(ended_in=ended, won_value_minor=only(ended & then.is_won_now, then.won_now))
    return _with_team_of_the_eve(facts, _valued_on_the_eve(facts, then, window), window)


def still_runs(window: Window) -> Any:
    """Whether the period's last day is not over at the reading."""
    return window.today < window.end


def _valued_on_the_eve(facts: Facts, then: Table, window: Window) -> Table:
    """Amounts in other currencies at the rate of the day before the period."""
    import ibis

    eve = (window.start - ibis.interval(days=1)).cast("date")
    rates = facts.whole("exchange_rate")
    rates = rates.filter(rates.valid_from <= eve, rates.valid_to > eve)
    rates = rates.select(rate_currency="currency", rate_then="minor_rate")
    joined = then.left_join(rates, then.currency == rates.rate_currency)
    worth = (joined.amount_minor * joined.rate_then).round().cast("int64")
    worth = ibis.ifelse(joined.rate_then.isnull(), joined.value_minor, worth)
    return joined.mutate(value_minor=worth).drop("rate_currency", "rate_then")


def _with_team_of_the_eve(facts: Facts, then: Table, window: Window) -> Table:
    """The team its owner was in on the day before the period; as the state says, where no place is known."""
    import ibis

    if not facts.asks("team"):
        return then
    eve = (window.start - ibis.interval(days=1)).cast("date")
    placed = with_team(facts, then.rename(team_said="team"), "owner_id", eve)
    return placed.mutate(team=placed.team.coalesce(placed.team_said)).drop("team_said")
