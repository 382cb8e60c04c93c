"""How long each opportunity has been in each open stage it was in, all its visits there together."""

from __future__ import annotations

from salesops.kpis._definition import Facts, Table, Window, ones
from salesops.kpis._populations import seconds


def time_in_stages(facts: Facts, window: Window) -> Table:
    """One row a deal and open stage: stay_deal, stay_stage, `stayed` in seconds, `is_there` where it has not left.

    Of the whole company, with nobody's filter and scope.
    """
    import ibis

    states = facts.whole("opportunity_version")
    states = states.filter(states.outcome == "open")
    is_there = states.valid_to > window.as_of
    until = ibis.ifelse(is_there, window.as_of, states.valid_to)
    states = states.mutate(
        lasted=seconds(until) - seconds(states.valid_from), is_there=ones(is_there)
    )
    stays = states.group_by(["opportunity_id", "stage"]).aggregate(
        stayed=states.lasted.sum(), there=states.is_there.max()
    )
    return stays.select(
        "stayed", stay_deal="opportunity_id", stay_stage="stage", is_there=stays.there == 1
    )
