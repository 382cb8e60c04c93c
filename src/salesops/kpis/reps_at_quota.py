"""Reps at quota: the share of people with a quota who have reached it."""

from salesops.kpis._definition import Basis, Facts, Interval, Kpi, Need, Table, Unit, Window, ones
from salesops.kpis._populations import attainment_of_people


def _rows(facts: Facts, window: Window) -> Table:
    people = attainment_of_people(facts, window)
    return people.mutate(
        numerator=ones(people.credited >= people.quota), denominator=ones(people.quota > 0)
    )


reps_at_quota = Kpi(
    name="reps_at_quota",
    number="50",
    title="Reps at quota",
    group="quota",
    question="How many reach their quota?",
    meaning="Of the people who held a quota on every day of the period that has quotas, the share whose credited bookings reach it.",
    formula="people at 100 % or more ÷ people with a quota all period",
    numerator_words="people at quota",
    denominator_words="people with a quota all period",
    unit=Unit.SHARE,
    basis=Basis.CLOSED,
    better="up",
    source="AG, ORM",
    version=2,
    pitfalls="Whoever started or left within the period does not count.",
    rows_of="person",
    rows=_rows,
    shorter_without=("team_quota", "opportunity_split"),
    takes_where=False,
    spans_days=True,
    interval=Interval.SHARE,
    needs=(
        Need("quota", "value_minor", "quotas", "ForecastingQuota"),
        Need("opportunity", "closed_on", "closed opportunities", "Opportunity"),
    ),
    splits=("team", "person"),
)
