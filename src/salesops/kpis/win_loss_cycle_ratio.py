"""Win/loss cycle ratio: how fast we let go of what we lose."""

from collections.abc import Mapping

from salesops.kpis._definition import Basis, Cell, Kpi, Part, Unit


def _combine(parts: Mapping[str, Cell]) -> Cell:
    lost, won = parts["lost"], parts["won"]
    return Cell(lost.median, won.median, lost.n + won.n, lost.n_excluded + won.n_excluded)


win_loss_cycle_ratio = Kpi(
    name="win_loss_cycle_ratio",
    number="35",
    title="Lost against won cycle",
    group="cycle",
    question="Do we let go of losing deals in time?",
    meaning="The median cycle of lost opportunities divided by that of won ones. Above 1, losing takes longer than winning.",
    formula="median cycle lost ÷ median cycle won",
    numerator_words="median cycle of lost deals",
    denominator_words="median cycle of won deals",
    unit=Unit.TIMES,
    sums=(Unit.DAYS, Unit.DAYS),
    basis=Basis.CLOSED,
    better="down",
    source="OWN",
    parts={"lost": Part("lost_cycle"), "won": Part("sales_cycle")},
    combine=_combine,
)
