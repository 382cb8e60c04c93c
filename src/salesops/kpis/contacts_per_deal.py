"""Contacts per deal: with how many people of the buyer somebody spoke before an opportunity closed."""

from salesops.kpis._definition import Basis, Facts, Interval, Kpi, Need, Table, Unit, Window
from salesops.kpis._populations import closed_in

SPOKEN = ("call", "meeting", "demo")


def _rows(facts: Facts, window: Window) -> Table:
    deals = closed_in(facts, window)
    deals = deals.filter(deals.qualified_on.notnull())
    work = facts.whole("activity")  # whoever of us spoke with them
    work = work.filter(
        work.is_done,
        work.kind.isin(SPOKEN),
        work.contact_id.notnull(),
        work.occurred_at <= window.as_of,
    )
    spoken = work.group_by("opportunity_id").aggregate(contacts=work.contact_id.nunique())
    spoken = spoken.select("contacts", spoken_deal="opportunity_id")
    joined = deals.left_join(spoken, deals.id == spoken.spoken_deal)
    return joined.mutate(numerator=joined.contacts.fill_null(0).cast("int64"), denominator=1).drop(
        "spoken_deal", "contacts"
    )


contacts_per_deal = Kpi(
    name="contacts_per_deal",
    number="36",
    title="Contacts per deal",
    group="pipeline",
    question="With how many of the buyer's people do we speak?",
    meaning="The different contacts spoken with in a call, meeting or demo for an opportunity, of opportunities that were qualified and closed in the period; the median stands beside the mean.",
    formula="Σ contacts spoken with ÷ closed opportunities that were qualified",
    numerator_words="contacts spoken with",
    denominator_words="closed opportunities",
    unit=Unit.COUNT,
    basis=Basis.CLOSED,
    better="up",
    source="OWN",
    pitfalls="An activity must name the opportunity and the contact. Mail does not count: it does not tell whether anybody answered. Split it by outcome before you believe that more contacts win more.",
    rows=_rows,
    percentiles=(50,),
    interval=Interval.MEAN,
    needs=(
        Need("opportunity", "closed_on", "closed opportunities", "Opportunity"),
        Need(
            "opportunity",
            "qualified_on",
            "deals that reached a qualified stage",
            "OpportunityHistory (or name the qualified stages under Settings)",
        ),
        Need("activity", "contact_id", "activities with contacts", "Task and Event"),
    ),
    needs_history=True,
)
