"""How a number stands against its target: reached or not, and while its period runs against where it should be by now.

A number that grows as its period goes on, such as what is won, is compared with how far earlier periods of the same kind
had come by the same day. A ratio is compared as it is, with its interval. One of a period's end is not judged before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from statistics import median

from salesops.book.book import Book
from salesops.book.measurement import EMPTY, Figure
from salesops.book.picture import value_in_words
from salesops.book.target import Target, grain_of
from salesops.foundations.counting import counted
from salesops.foundations.percent import in_percent
from salesops.foundations.period import Period
from salesops.foundations.problem import Refusal
from salesops.kpis import KPIS
from salesops.kpis._definition import Kpi, Unit

EARLIER = 6  # periods whose pace is looked at
LEAST_EARLIER = 3  # with fewer there is no usual pace
# Numbers that are no plain sums of days, and grow as their period goes on all the same.
GROWING = frozenset(
    {
        "quota_attainment",
        "reps_at_quota",
        "attainment_distribution",
        "in_period_yield",
        "slippage_rate",
        "slippage_rate_value",
        "new_recurring_revenue",
        "customer_churn",
    }
)
# Numbers that compare the two ends of a period, and say little before it has ended.
OF_THE_END = frozenset({"nrr", "grr"})


class State(StrEnum):
    """How a target stands."""

    REACHED = "reached"
    MISSED = "missed"
    AHEAD = "ahead"  # of the usual pace
    ON_PACE = "on_pace"
    BEHIND = "behind"
    MEETS = "meets"  # a ratio, while its period runs
    SHORT = "short"
    WITHIN_CHANCE = "within_chance"  # short by no more than chance moves it
    RUNNING = "running"  # not judged before the end
    UNSETTLED = "unsettled"
    NOT_BEGUN = "not_begun"
    NOTHING = "nothing"


_GOOD = (State.REACHED, State.AHEAD, State.MEETS)
_BAD = (State.MISSED, State.BEHIND, State.SHORT)
_WORDS = {
    State.REACHED: ("Reached", "Kept"),
    State.MISSED: ("Missed", "Exceeded"),
    State.AHEAD: ("Ahead of pace", "Below pace"),
    State.ON_PACE: ("On pace", "On pace"),
    State.BEHIND: ("Behind pace", "Above pace"),
    State.MEETS: ("Met so far", "Kept so far"),
    State.SHORT: ("Below target", "Above target"),
    State.WITHIN_CHANCE: ("Near target", "Near target"),
    State.RUNNING: ("Running", "Running"),
    State.UNSETTLED: ("Not settled yet", "Not settled yet"),
    State.NOT_BEGUN: ("Not begun", "Not begun"),
    State.NOTHING: ("No value", "No value"),
}


@dataclass(frozen=True)
class Pace:
    """How much of their value earlier periods had by this day of theirs, the least first."""

    grain: str
    shares: tuple[Fraction, ...]

    @property
    def usual(self) -> Fraction:
        """The middle of them."""
        return median(self.shares)


@dataclass(frozen=True)
class Standing:
    """A target with what there is of it. `period` is None where the calendar has no such period."""

    target: Target
    state: State
    period: Period | None = None
    figure: Figure | None = None
    day: int = 0  # of `days`, while the period runs
    days: int = 0
    pace: Pace | None = None
    why: str = ""  # where there is no value, the reason

    @property
    def kpi(self) -> Kpi:
        """The number."""
        return KPIS[self.target.kpi]

    @property
    def tone(self) -> str:
        """good, bad or nothing."""
        return "good" if self.state in _GOOD else "bad" if self.state in _BAD else ""

    @property
    def words(self) -> str:
        """The state in two or three words."""
        return _WORDS[self.state][self.target.is_most]

    @property
    def goal(self) -> str:
        """The target as people say it."""
        return self.target.goal

    @property
    def value(self) -> str:
        """What there is, as people say it."""
        value = self.figure.value if self.figure else None
        if value is None and self.state is not State.NOTHING:
            return "nothing yet"
        return value_in_words(self.kpi.unit, value, self.target.currency, compact=True)

    @property
    def share(self) -> Fraction | None:
        """What there is as a share of the target."""
        if self.figure is None or self.state is State.NOTHING or not self.target.value:
            return None
        return Fraction(self.figure.value or 0) / Fraction(self.target.value)

    @property
    def sentence(self) -> str:
        """What it is judged by."""
        if self.state is State.NOTHING:
            return self.why
        if self.state is State.NOT_BEGUN and self.period is not None:
            return f"It begins on {self.period.start:%-d %B %Y}."
        ran = f"Day {self.day} of {self.days}. " if self.days else ""
        if self.state is State.UNSETTLED and self.figure is not None:
            share = float(self.figure.open_share or 0)
            return f"{ran}{in_percent(share)} of its rows are still open, so the value will move."
        if self.pace is not None:
            return ran + self._paced(self.pace)
        if self.state is State.WITHIN_CHANCE:
            return f"{ran}The target lies within the value’s 95 % interval, so chance alone may explain the gap."
        if self.state is State.RUNNING and is_growing(self.kpi):
            return f"{ran}Fewer than {LEAST_EARLIER} earlier periods tell how far one usually is by now."
        if self.state is State.RUNNING:
            return f"{ran}It is known when the period is over."
        return ran.strip()

    def _paced(self, pace: Pace) -> str:
        low, high = (float(edge) for edge in (pace.shares[0], pace.shares[-1]))
        by_now = value_in_words(
            self.kpi.unit,
            _value_of(self.kpi, pace.usual * Fraction(self.target.value)),
            self.target.currency,
            compact=True,
        )
        return (
            f"By this day the last {counted(len(pace.shares), pace.grain)} had {in_percent(low)} to {in_percent(high)} of "
            f"their value, {in_percent(float(pace.usual))} in the middle: {by_now} of this target."
        )


def is_growing(kpi: Kpi) -> bool:
    """Whether the value of a running period grows towards that of the whole."""
    return _is_sum(kpi) or kpi.name in GROWING


def _is_sum(kpi: Kpi) -> bool:
    """Whether it adds up what happened on the days of a period."""
    return kpi.is_sum and kpi.is_dated


def standings(book: Book, targets: Iterable[Target]) -> list[Standing]:
    """How each target stands, those that need somebody first."""
    order = {state: place for place, state in enumerate(dict.fromkeys((*_BAD, *State)))}
    found = [standing(book, target) for target in targets]
    return sorted(found, key=lambda s: (order[s.state], s.target.key))


def runs_now(book: Book, target: Target) -> bool:
    """Whether the day the book speaks of lies in the target's period."""
    try:
        return book.period(target.period).contains(book.today)
    except Refusal:
        return False


def standing(book: Book, target: Target) -> Standing:
    """How a target stands on the day the book speaks of."""
    kpi = KPIS[target.kpi]
    try:
        period = book.period(target.period)
    except Refusal as refusal:
        return Standing(target, State.NOTHING, why=str(refusal))
    if target.currency and target.currency != book.facts.currency:
        why = f"The target is in {target.currency}, and the book counts in {book.facts.currency} now. Set it again."
        return Standing(target, State.NOTHING, period, why=why)
    if period.start > book.today:
        return Standing(target, State.NOT_BEGUN, period)
    figure = _figure(book, kpi, period, target.team)
    # A sum of nothing that is counted in this book is no reason to judge nobody.
    if figure.value is None and not (_is_sum(kpi) and figure.why == EMPTY):
        return Standing(target, State.NOTHING, period, figure, why=figure.why)
    is_over = book.today >= period.end
    day, days = (0, 0) if is_over else ((book.today - period.start).days + 1, period.days)
    pace = None if is_over or not is_growing(kpi) else _pace(book, kpi, period, target.team)
    state = _state(kpi, target, figure, pace, is_over=is_over)
    shown = pace if state in (State.AHEAD, State.ON_PACE, State.BEHIND) else None
    return Standing(target, state, period, figure, day, days, shown)


def _state(kpi: Kpi, target: Target, figure: Figure, pace: Pace | None, *, is_over: bool) -> State:
    value, goal = Fraction(figure.value or 0), Fraction(target.value)
    meets = value <= goal if target.is_most else value >= goal
    if not is_over and kpi.name in OF_THE_END:
        return State.RUNNING
    if is_growing(kpi):
        # What has grown so far is never taken away again.
        if is_over or meets is not target.is_most:
            return State.REACHED if meets else State.MISSED
        return _against(pace, value, goal, is_most=target.is_most)
    if figure.is_immature:
        return State.UNSETTLED
    if meets:
        return State.REACHED if is_over else State.MEETS
    if figure.low is not None and figure.high is not None and figure.low <= goal <= figure.high:
        return State.WITHIN_CHANCE
    return State.MISSED if is_over else State.SHORT


def _against(pace: Pace | None, value: Fraction, goal: Fraction, *, is_most: bool) -> State:
    """Behind is who is behind where every one of the earlier periods was."""
    if pace is None:
        return State.RUNNING
    usual, least, most = (goal * s for s in (pace.usual, pace.shares[0], pace.shares[-1]))
    if is_most:
        return State.AHEAD if value <= usual else State.BEHIND if value > most else State.ON_PACE
    return State.AHEAD if value >= usual else State.BEHIND if value < least else State.ON_PACE


def _pace(book: Book, kpi: Kpi, period: Period, team: str) -> Pace | None:
    """How much of their value earlier periods had by the day that this one is at; None where too few tell."""
    grain = grain_of(book.calendar, period)
    if grain is None:
        return None
    gone = (book.today - period.start).days + 1
    shares, earlier = [], book.calendar.previous(period)
    whole = _figure(book, kpi, earlier, team).value
    for _ in range(EARLIER):
        former = book.calendar.previous(earlier)
        before = _figure(book, kpi, former, team).value
        # The first period of which anything is known may be known in part alone.
        if whole and whole > 0 and before is not None:
            then = _by_day(book, kpi, earlier, gone, team)
            if then.value is not None or _is_sum(kpi):
                shares.append(Fraction(then.value or 0) / Fraction(whole))
        earlier, whole = former, before
    return Pace(grain, tuple(sorted(shares))) if len(shares) >= LEAST_EARLIER else None


def _by_day(book: Book, kpi: Kpi, earlier: Period, gone: int, team: str) -> Figure:
    """What there was of an earlier period after so many of its days."""
    end = min(earlier.start + timedelta(days=gone), earlier.end)
    if _is_sum(kpi):
        part = Period(earlier.start, end, f"{earlier.start}..{end - timedelta(days=1)}")
        return _figure(book, kpi, part, team)
    then = book.as_of(end - timedelta(days=1))
    return _figure(then, kpi, earlier, team)


def _figure(book: Book, kpi: Kpi, period: Period, team: str) -> Figure:
    """The value over a period, of everybody or of a team; the state at a moment is read at the period's end."""
    whole = book.read_over(kpi.name, period)
    if not team or (whole.figure.why and not whole.figure.n):
        return whole.figure
    by_team = book.read_over(kpi.name, period, by="team")
    nothing = Figure(("",), (team,), None, None, None, None, None, 0, 0, 0, why=EMPTY)
    return next((f for f in by_team if f.key == (team,)), nothing)


def _value_of(kpi: Kpi, exact: Fraction) -> int | float:
    is_whole = kpi.unit.is_money or kpi.unit is Unit.COUNT
    return round(exact) if is_whole else float(exact)
