"""How long opportunities stay where they are: in each open stage, all visits there together, and since they last moved."""

from __future__ import annotations

from salesops.kpis._definition import Facts, Table, Window, ones
from salesops.kpis._populations import only, seconds


def time_in_stages(facts: Facts, window: Window) -> Table:
    """One row a deal and open stage: opportunity_id, stage, `stayed` in seconds, `is_there` where it has not left.

    `entered_at` is of the first recorded entry, null where there is none: who asks for both the stay and its entry need
    not join them; of the newest instant there is its day too, `entered_on`, and deals that are no more are left out.
    Of the whole company, with nobody's filter and scope.
    """
    import ibis

    if facts.is_of_now:
        passages = facts.whole("stage_passage")
        passages = passages.filter(passages.fate != "skipped")
        is_there = passages.left_at > window.as_of
        still = only(is_there, seconds(window.as_of) - seconds(passages.since_at))
        return passages.select(
            "opportunity_id",
            "stage",
            "entered_at",
            "entered_on",
            stayed=passages.stayed + still.coalesce(0),
            is_there=is_there,
        )
    states = facts.whole("opportunity_version")
    states = states.filter(states.outcome == "open")
    is_there = states.valid_to > window.as_of
    until = ibis.ifelse(is_there, window.as_of, states.valid_to)
    states = states.mutate(
        lasted=seconds(until) - seconds(states.valid_from), is_there=ones(is_there)
    )
    stays = states.group_by(["opportunity_id", "stage"]).aggregate(
        stayed=states.lasted.sum(),
        there=states.is_there.max(),
        entered_at=only(states.is_stage_entry, states.valid_from).max(),
    )
    return stays.mutate(is_there=stays.there == 1).drop("there")


def last_moved(facts: Facts, deals: Table) -> Table:
    """When each of the deals last changed its stage, amount or close date, as `moved_at`."""
    import ibis

    life = ibis.window(group_by="opportunity_id", order_by="valid_from")
    states = facts.whole("opportunity_version")
    states = states.semi_join(deals, states.opportunity_id == deals.id)
    told = ("stage", "amount_minor", "close_date")
    before = {f"former_{name}": states[name].lag().over(life) for name in told}
    states = states.mutate(is_first=states.valid_from.lag().over(life).isnull(), **before)
    is_other = states.is_first
    for name in told:
        is_other |= ~states[name].identical_to(states[f"former_{name}"])
    moved = states.filter(is_other)
    moved = moved.group_by("opportunity_id").aggregate(moved_at=moved.valid_from.max())
    return moved.select("moved_at", moved_deal="opportunity_id")
