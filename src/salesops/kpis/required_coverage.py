"""Required coverage: how many times what is left to win has to be open today, by what pipeline has yielded here."""

from collections.abc import Mapping
from fractions import Fraction

from salesops.kpis._definition import Basis, Cell, Kpi, Part, Unit

PERIODS = 4


def _combine(parts: Mapping[str, Cell]) -> Cell:
    n, left_out = (sum(getattr(c, name) for c in parts.values()) for name in ("n", "n_excluded"))
    held = [cell for cell in parts.values() if cell.denominator]
    if len(held) < PERIODS:
        why = f"Fewer than {PERIODS} earlier periods had a pipeline on the same day."
        return Cell(None, None, n, left_out, why=why)
    opened = sum((cell.denominator or Fraction(0) for cell in held), Fraction(0))
    won = sum((cell.numerator or Fraction(0) for cell in held), Fraction(0))
    if not won:
        return Cell(opened, None, n, left_out, why="Nothing was won from those pipelines.")
    return Cell(opened, won, n, left_out)


required_coverage = Kpi(
    name="required_coverage",
    number="24",
    title="Required coverage",
    group="pipeline",
    question="How much pipeline must be open today to win what is left?",
    meaning="Of the four periods before, what was open on the same day of the period, divided by what was won from it until the period's end.",
    formula="Σ pipeline open on the same day of four earlier periods ÷ Σ value won from it later in those periods",
    numerator_words="value open on the same day",
    denominator_words="value won from it later in the period",
    unit=Unit.TIMES,
    sums=(Unit.MONEY, Unit.MONEY),
    basis=Basis.PERIOD,
    better="down",
    source="WIN",
    pitfalls="“Three times” is folklore. It says what all open pipeline has yielded, not what was due in the period; of a period that is over nothing is required.",
    parts={f"before_{n}": Part("in_period_yield", f"same_day_{n}") for n in range(1, PERIODS + 1)},
    combine=_combine,
)
