"""A reading of what a change did, as it is kept: figures, the verdict, and the words for people."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from salesops.experiments.effect import APART, Estimate, Shown, finding
from salesops.foundations.money import format_money
from salesops.kpis import KPIS
from salesops.kpis._definition import Unit

Kind = Literal["before", "after"]
Verdict = Literal["helped", "harmed", "inconclusive", "unlike", "running", "too_few"]


@dataclass(frozen=True)
class Reading:
    """One measurement. `before`: what could be found, were the change made now; `after`: what it did.

    Spans are first and last days, the measured one apart from those before it. `expected` is what the change should
    do, with its sign. Money is in minor units, shares from 0 to 1.
    """

    kind: Kind
    kpi: str
    kpi_version: int
    currency: str
    as_of: date
    first: date
    last: date
    due: date  # the last day of the planned span
    span_days: int
    spans: int
    expected: float
    effect: Estimate | None
    plain: Estimate | None
    placebo: Estimate | None
    people: tuple[Shown, ...]
    treated: int
    compared: int
    unlike: int
    silent: int
    later: int  # who get it later, within the measured days, and are in neither group
    apart: float | None

    @property
    def is_whole(self) -> bool:
        """The planned span is over."""
        return self.last >= self.due

    @property
    def verdict(self) -> Verdict:
        """What may be said of it; an effect is told once, when the planned span is over."""
        if self.effect is None:
            return "too_few"
        if not self.is_whole:
            return "running"
        found = finding(self.effect, self.plain, self.placebo, self.apart)
        if found != "effect":
            return "unlike" if found == "unlike" else "inconclusive"
        return "helped" if self.effect.value * self.expected > 0 else "harmed"

    def level(self, *, is_treated: bool, after: bool) -> float | None:
        """The weighted level of a group before or after."""
        mine = [p for p in self.people if p.is_treated == is_treated]
        return sum(p.weight * (p.after if after else p.before) for p in mine) if mine else None

    def said(self, value: float, *, signed: bool = True) -> str:
        """A difference in the KPI's unit."""
        return in_unit(self.kpi, self.currency, value, signed=signed)

    def as_record(self) -> dict[str, Any]:
        """As JSON has it."""
        told = dataclasses.asdict(self)
        return {k: v.isoformat() if isinstance(v, date) else v for k, v in told.items()}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Reading:
        """The reading that was kept."""
        days = {n: date.fromisoformat(told[n]) for n in ("as_of", "first", "last", "due")}
        estimates = {
            n: Estimate(**told[n]) if told[n] else None for n in ("effect", "plain", "placebo")
        }
        people = tuple(Shown(**p) for p in told["people"])
        return cls(**{**told, **days, **estimates, "people": people})


def in_unit(kpi: str, currency: str, value: float, *, signed: bool = True) -> str:
    """A difference of a KPI as people read it: in points, money, days or times."""
    sign = ("−" if value < 0 else "+") if signed else ""
    size = abs(value)
    match KPIS[kpi].unit:
        case Unit.SHARE:
            return f"{sign}{size * 100:.1f} points"
        case Unit.MONEY:
            return f"{sign}{format_money(round(size), currency)}"
        case Unit.DAYS:
            return f"{sign}{size:.1f} days"
        case Unit.HOURS:
            return f"{sign}{size:.1f} hours"
        case _:
            return f"{sign}{size:.2f}"


def headline(found: Reading) -> str:
    """The verdict in a line."""
    effect = found.effect
    if found.kind == "before":
        if effect is None:
            return "Too few people to measure it"
        least = found.said(effect.smallest, signed=False)
        return f"An effect of {least} or more would be found"
    match found.verdict:
        case "too_few":
            return "Too few people to tell"
        case "running":
            return "Not over yet: nothing is told before the planned last day"
        case "unlike":
            return "Cannot be told: the groups went apart before the change already"
        case "inconclusive":
            return "Inconclusive: it cannot be told apart from chance"
    assert effect is not None  # for the type: without one there are too few
    word = "It helped" if found.verdict == "helped" else "It did the opposite"
    return f"{word}: {found.said(effect.value)}"


def sentences(found: Reading) -> list[str]:
    """What was found and how sure it is."""
    told = _before(found) if found.kind == "before" else _after(found)
    return [*told, *_notes(found)]


def _before(found: Reading) -> list[str]:
    if found.effect is None:
        return [_too_few(found)]
    least, title = found.effect.smallest, KPIS[found.kpi].title
    told = [
        (
            f"Measured over {found.span_days} days with {found.treated} people who get it and {found.compared} like them "
            f"who do not, an effect on {title} of {found.said(least, signed=False)} or more would be found four times of "
            "five. A smaller one may be there and stay unseen."
        )
    ]
    if found.expected and abs(found.expected) < least:
        told.append(
            f"What is hoped for, {found.said(found.expected)}, is less than that. Give it to more people, measure "
            "longer, or choose a number that moves less by chance; else the answer will most likely be “inconclusive”."
        )
    if not found.effect.is_chance:
        told.append(
            f"In the {found.span_days} days before, with nothing changed, these groups went apart by "
            f"{_interval(found, found.effect)}. Choose people who moved alike, or what is measured will not be the change."
        )
    return told


def _after(found: Reading) -> list[str]:
    effect = found.effect
    if effect is None:
        return [_too_few(found)]
    moved = f"moved by {_interval(found, effect)} against {found.compared} people like them who did not get it"
    told = [f"From what was to be expected of them, the {found.treated} people who got it {moved}."]
    match found.verdict:
        case "running":
            told.append(
                f"The planned last day is {found.due:%-d %B %Y}. Who looks often and stops when it looks good finds an "
                "effect where there is none, so this is shown and not told as a finding."
            )
        case "unlike" if found.placebo is not None:
            told.append(
                f"In the {found.span_days} days before the change, when there was nothing to find, the same comparison "
                f"gives {_interval(found, found.placebo)}. So what is seen now cannot be put down to the change."
            )
        case "inconclusive" if not effect.is_chance:
            told.append(
                "The groups stood apart before, and compared by their levels as measured, without matching, they give "
                f"{_interval(found, found.plain)}. An effect is told only where both ways find it."
                if found.plain
                else "The plain comparison has too few people to agree."
            )
        case "inconclusive":
            told.append(
                "With so many people and deals the smallest effect that would be found is "
                f"{found.said(effect.smallest, signed=False)}. That nothing was found does not show that there is nothing."
            )
    if found.verdict in ("helped", "harmed", "inconclusive") and found.expected:
        told.append(_hoped(found, effect))
    return told


def _hoped(found: Reading, effect: Estimate) -> str:
    hoped = found.said(found.expected)
    if effect.low <= found.expected <= effect.high:
        return f"What was hoped for, {hoped}, lies within the interval."
    less = abs(effect.value) < abs(found.expected) or effect.value * found.expected < 0
    return f"What was hoped for was {hoped}; it is {'less' if less else 'more'} than that."


def _notes(found: Reading) -> list[str]:
    """What must be known to read it rightly."""
    told = []
    if found.apart is not None and abs(found.apart) >= APART:
        way = "below" if found.apart < 0 else "above"
        back = "rise" if found.apart < 0 else "fall"
        told.append(
            f"Those who get it stood {way} the others before. Such people {back} again without help; everybody is "
            "therefore compared with what was to be expected of them, and with people who stood there too."
        )
    if found.kind == "after" and found.effect is not None and found.placebo is None:
        told.append(
            "History is too short to see whether the groups moved alike before. Take it as less sure than it looks."
        )
    if found.unlike:
        told.append(
            f"{_people(found.unlike)} who got it {_is(found.unlike)} like nobody who did not, and left out."
        )
    if found.later:
        told.append(
            f"{_people(found.later)} {_is(found.later)} in neither group: they get it later, within these days."
        )
    if found.silent:
        told.append(
            f"{_people(found.silent)} had nothing to count before or after, and {_is(found.silent)} left out."
        )
    return told


def _too_few(found: Reading) -> str:
    return (
        f"{found.treated} people who get it and {found.compared} like them can be compared. Without at least four in each "
        "group, and some history of both, nothing can be told apart from chance."
    )


def _interval(found: Reading, estimate: Estimate) -> str:
    low, high = found.said(estimate.low), found.said(estimate.high)
    return f"{found.said(estimate.value)} (95 % interval {low} to {high})"


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"
