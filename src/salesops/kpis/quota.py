"""Quota: what is to be booked in the period."""

from salesops.kpis._definition import Basis, Facts, Kpi, Need, Table, Unit, Window
from salesops.kpis._populations import quotas_in


def _rows(facts: Facts, window: Window) -> Table:
    return quotas_in(facts, window)


quota = Kpi(
    name="quota",
    number="52a",
    title="Quota",
    group="quota",
    question="What is to be booked?",
    meaning="The quotas of people and teams, by the days of each that fall into the period and on which the person worked here.",
    formula="Σ quota × days in the period ÷ days of the quota",
    numerator_words="quota",
    denominator_words="quotas",
    unit=Unit.MONEY,
    basis=Basis.PERIOD,
    better="",
    source="AG, REV",
    version=2,
    pitfalls="A quota that only sums up others is left out: a manager's where their people hold some, a team's where its people do.",
    rows_of="quota",
    rows=_rows,
    shorter_without=("team_quota",),
    takes_where=False,
    spans_days=True,
    is_sum=True,
    needs=(Need("quota", "value_minor", "quotas", "ForecastingQuota"),),
    splits=("team", "person", "currency"),
)
