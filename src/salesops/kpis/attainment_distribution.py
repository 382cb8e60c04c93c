"""Attainment distribution: how attainment is spread over people."""

from salesops.kpis._definition import Basis, Facts, Interval, Kpi, Need, Table, Unit, Window, ones
from salesops.kpis._populations import PARTS_PER_MILLION, attainment_of_people, ratio_of


def _rows(facts: Facts, window: Window) -> Table:
    people = attainment_of_people(facts, window)
    share = ratio_of(people.credited, PARTS_PER_MILLION, people.quota)
    return people.mutate(numerator=share, denominator=ones(people.quota > 0))


attainment_distribution = Kpi(
    name="attainment_distribution",
    number="51",
    title="Attainment of a person",
    group="quota",
    question="How is attainment spread?",
    meaning="The mean attainment of the people who held a quota on every day of the period that has quotas; the 10th, 25th, 50th, 75th and 90th percentiles stand beside it, and split by attainment it counts the people below 50 %, from 50 to 79, 80 to 99 and 100 to 120 %, and above.",
    formula="Σ attainment of each ÷ people",
    numerator_words="sum of attainments",
    denominator_words="people with a quota all period",
    unit=Unit.SHARE,
    sums=(Unit.SHARE, Unit.COUNT),
    basis=Basis.CLOSED,
    better="up",
    source="ORM, PP",
    version=2,
    pitfalls="A mean above 100 % can hide that half the team fails: look at the median.",
    rows_of="person",
    rows=_rows,
    shorter_without=("team_quota", "opportunity_split"),
    takes_where=False,
    spans_days=True,
    percentiles=(10, 25, 50, 75, 90),
    interval=Interval.MEAN,
    needs=(
        Need("quota", "value_minor", "quotas", "ForecastingQuota"),
        Need("opportunity", "closed_on", "closed opportunities", "Opportunity"),
    ),
    splits=("team", "person", "attainment"),
    scale=PARTS_PER_MILLION,
)
