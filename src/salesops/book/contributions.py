"""Which groups of a split changed a number most: by how much there is of each, and by what each of them became."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from salesops.book.book import Book
from salesops.book.measurement import Figure, Measurement
from salesops.foundations.period import Period
from salesops.foundations.period_words import period_in_words
from salesops.foundations.problem import Refusal
from salesops.kpis import KPIS
from salesops.kpis._definition import Basis, Kpi

NONE = Fraction(0)


@dataclass(frozen=True)
class Contribution:
    """What one group did to the change, exactly, in the number's own unit.

    `mix` is what it did by being a larger or smaller part of all, `own` what it did by changing itself. `part_before` and
    `part_after` are its parts of all. A group that is absent in one of the two periods did all by its part.
    """

    key: Any
    label: str
    before: Fraction | None
    after: Fraction | None
    part_before: Fraction
    part_after: Fraction
    mix: Fraction
    own: Fraction

    @property
    def together(self) -> Fraction:
        """All that it did."""
        return self.mix + self.own


@dataclass(frozen=True)
class Contributions:
    """The change of a number from one period to another, and the groups that made it, the largest first.

    Their contributions add up to the change exactly.
    """

    kpi: Kpi
    by: str
    earlier: Measurement
    later: Measurement
    before: Fraction
    after: Fraction
    groups: tuple[Contribution, ...]

    @property
    def change(self) -> Fraction:
        """After less before."""
        return self.after - self.before


def contributions(
    book: Book, name: str, *, by: str, earlier: Period | str, later: Period | str
) -> Contributions:
    """What the groups of a split did to a number between two periods.

    Raises Refusal where the number has no value in one of them, or is not the sum of its groups.
    """
    kpi = KPIS.get(name)
    if kpi is not None and (kpi.combine is not None or kpi.basis is Basis.POINT):
        raise Refusal(
            f"{kpi.title} is {'made of other numbers' if kpi.combine else 'the state of one moment'}, so its change "
            "between two periods is not taken apart."
        )
    wholes = [book.measure(name, period=period) for period in (earlier, later)]
    splits = [book.measure(name, period=period, by=by) for period in (earlier, later)]
    scale, is_sum = wholes[0].kpi.scale, wholes[0].kpi.is_sum
    (over, under), (over_later, under_later) = (_sums(whole.figure, scale) for whole in wholes)
    for whole, split in zip(wholes, splits, strict=True):
        if whole.figure.value is None:
            raise Refusal(
                f"{whole.kpi.title} has no value in {period_in_words(whole.period)} to compare."
            )
        _adds_up(whole, split, by)
    before, after = (over, over_later) if is_sum else (over / under, over_later / under_later)
    middle = (before + after) / 2
    held = [{f.key[0]: f for f in split if _counts(f)} for split in splits]
    groups = []
    for key in dict.fromkeys(key for figures in held for key in figures):
        (n0, d0), (n1, d1) = (_sums(figures.get(key), scale) for figures in held)
        label = next(figures[key].label[0] for figures in held if key in figures)
        if is_sum:
            first, last = (
                n if key in figures else None for n, figures in zip((n0, n1), held, strict=True)
            )
            groups.append(
                Contribution(key, label, first, last, _part(n0, over), _part(n1, over_later), NONE, n1 - n0)
            )  # fmt: skip
            continue
        first, last = (n / d if d else None for n, d in ((n0, d0), (n1, d1)))
        start, end = (first if first is not None else last), (last if last is not None else first)
        part_before, part_after = d0 / under, d1 / under_later
        mix = own = NONE
        if start is not None and end is not None:
            mix = (part_after - part_before) * ((start + end) / 2 - middle)
            own = (end - start) * (part_before + part_after) / 2
        groups.append(Contribution(key, label, first, last, part_before, part_after, mix, own))
    groups.sort(key=lambda g: (-abs(g.together), g.label))
    first_whole, last_whole = wholes
    return Contributions(
        kpi=first_whole.kpi,
        by=by,
        earlier=first_whole,
        later=last_whole,
        before=before,
        after=after,
        groups=tuple(groups),
    )


def _counts(figure: Figure) -> bool:
    return figure.numerator is not None and (figure.n > 0 or figure.numerator != 0)


def _sums(figure: Figure | None, scale: int) -> tuple[Fraction, Fraction]:
    """What is divided, in the unit that people know, such as days of seconds, and by what."""
    if figure is None:
        return NONE, NONE
    return Fraction(figure.numerator or 0) / scale, Fraction(figure.denominator or 0)


def _adds_up(whole: Measurement, split: Measurement, by: str) -> None:
    """Refuse where rows stand in several groups or in none: then the groups do not explain the whole."""
    sums = [_sums(figure, whole.kpi.scale) for figure in split if _counts(figure)]
    over, under = sum((n for n, _ in sums), NONE), sum((d for _, d in sums), NONE)
    of_all = _sums(whole.figure, whole.kpi.scale)
    if (over, under) != of_all and not (whole.kpi.is_sum and over == of_all[0]):
        raise Refusal(f"{whole.kpi.title} is not the sum of its groups by {by}.")


def _part(own: Fraction, whole: Fraction) -> Fraction:
    return own / whole if whole else NONE
