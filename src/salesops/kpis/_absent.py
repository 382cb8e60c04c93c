"""Which numbers of selling, people, customers and data are no KPI here, and why: mostly, as nothing that is kept tells them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Absent:
    """A number that is not here: its metric, and why, with what is here in its place, where anything is."""

    number: str
    title: str
    why: str


_LEAD_STATES = "A book does not hold when a lead entered a status, only the one it has now."
_HIRING = "Openings and candidates are not kept."

ABSENT: tuple[Absent, ...] = (
    Absent("10", "Competitive win rate", "Who else a deal was sought by is not kept."),
    Absent("11", "Lead to marketing-qualified lead", _LEAD_STATES),
    Absent("12", "Acceptance of marketing-qualified leads", _LEAD_STATES),
    Absent("13", "Marketing-qualified to sales-qualified lead", _LEAD_STATES),
    Absent("15", "Activities a meeting", "An activity does not say which side began it."),
    Absent(
        "30",
        "Pipeline bridge",
        "It is no single number: *What changed* and `salesops changed` show it, balanced to the cent.",
    ),
    Absent("38", "Annual and total contract value", "Contracts and their terms are not kept."),
    Absent("41", "Discounts that were approved", "Approvals are not kept."),
    Absent("53", "Over-assignment of quota", "The plan that quotas are to add up to is not kept."),
    Absent(
        "54",
        "Sales capacity",
        "It foretells from assumptions about newcomers and leavers, which are not kept.",
    ),
    Absent(
        "55",
        "Productivity a ramped seller",
        "How far a newcomer counts as a whole seller is not kept. *People compared* shows what each brings a month.",
    ),
    Absent(
        "56",
        "Ramp time",
        "It asks for quotas of single months, and quotas are mostly of quarters.",
    ),
    Absent("59", "Time to hire", _HIRING),
    Absent("60", "Offer acceptance", _HIRING),
    Absent(
        "62",
        "Acquisition cost by channel",
        "How to share out what is spent for all channels is not settled. Campaigns and their spend can be listed.",
    ),
    Absent(
        "73",
        "Renewal rate",
        "When a term ends is not kept: a subscription that goes on at the same price has no end. `grr` and `customer_churn` "
        "say what stays, and `win_rate` by type how renewals that are deals end.",
    ),
    Absent("74", "Sales cost per 1,000 of revenue", "Revenue is not kept, only what was sold."),
    Absent(
        "92",
        "Duplicate rate",
        "Which records are the same is weighed and settled by people, and not counted in a book. *Duplicates* and "
        "`salesops duplicates` show it.",
    ),
    Absent("93", "Validity", "Each rule has its own count: `salesops checks` shows them."),
)
