"""Leads by the day they came, and when somebody first answered them."""

from __future__ import annotations

from salesops.kpis._definition import Facts, Need, Table, Window
from salesops.kpis._populations import with_place, within

SPLITS = ("team", "person", "source", "campaign")
LEADS = Need("lead", "created_on", "leads", "Lead")
NEEDS_OF_ANSWERS = (
    Need("lead", "created_at", "leads with the time they came", "Lead"),
    Need("activity", "lead_id", "activities with leads", "Task and Event"),
)


def leads_created(facts: Facts, window: Window) -> Table:
    """Leads created in the period, with who works them and that person's team on that day."""
    leads = facts.table("lead")
    leads = leads.filter(within(leads.created_on, window))
    leads = leads.mutate(happened_on=leads.created_on)
    return with_place(facts, leads, "owner_id", leads.created_on)


def leads_answered(facts: Facts, window: Window) -> Table:
    """The same with `answered_at`, the first call, mail, message or meeting since; null for none so far.

    What was done with the contact a lead became counts as well: CRMs move activities there.
    """
    leads = leads_created(facts, window)
    work = facts.whole("activity")
    work = work.filter(work.is_done, work.is_selling, work.occurred_at <= window.as_of)
    came = leads.select(came_id="id", came_at="created_at", became="contact_id")
    touches = []
    for theirs, ours in (("came_id", "lead_id"), ("became", "contact_id")):
        both = came.inner_join(work, came[theirs] == work[ours])
        both = both.filter(both.occurred_at >= both.came_at)
        touches.append(both.select("came_id", "occurred_at"))
    every = touches[0].union(touches[1])
    first = every.group_by("came_id").aggregate(answered_at=every.occurred_at.min())
    return leads.left_join(first, leads.id == first.came_id).drop("came_id")
