"""Whether a number's last whole month is what its own past leads one to expect, and which numbers left their band."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import asin, exp, log, pi, sin, sqrt

from salesops.book.book import Book
from salesops.book.measurement import Figure
from salesops.foundations.discoveries import discoveries
from salesops.foundations.expected_band import LEAST_PAST, Point, expected_band
from salesops.foundations.period import Period
from salesops.insights._month_ends import OF_A_MOMENT, at_month_ends
from salesops.kpis import KPIS
from salesops.kpis._definition import Basis, Kpi, Unit

MOST_PAST = 36  # months
SHOWN = 12  # months whose bands are shown, each from those before it
RATE = 0.005  # of alerts that chance may cause
PARTIAL = 0.25  # of the usual rows: a first month with fewer is known in part


@dataclass(frozen=True)
class Look:
    """A month of a number, and what the months before it led one to expect; money in minor units.

    A number of a moment is that of the month's end.
    """

    kpi: Kpi
    month: Period
    figure: Figure
    low: float
    expected: float
    high: float
    months: int  # before it
    chance: float
    is_far: bool

    @property
    def is_outside(self) -> bool:
        """The value lies outside the band of 95 %."""
        return not self.low <= float(self.figure.value or 0) <= self.high

    @property
    def is_above(self) -> bool:
        """It is more than was expected."""
        return float(self.figure.value or 0) > self.expected

    @property
    def is_of_a_moment(self) -> bool:
        """It is what was when the month ended, and not what happened in it."""
        return self.kpi.basis is Basis.POINT

    @property
    def tone(self) -> str:
        """What it is as news: good or bad by which way is better, warn where neither is."""
        if not self.kpi.better:
            return "warn"
        return "good" if self.is_above == (self.kpi.better == "up") else "bad"


@dataclass(frozen=True)
class Alert:
    """A number outside its band whom chance does not explain, all that were looked at counted."""

    look: Look
    rate: float  # of alerts as sure as this, what chance may cause
    looked_at: int


def bands(book: Book, name: str) -> list[Look]:
    """The last whole months of a number with their bands, the oldest first; none where its past is too short or it
    cannot be judged by months."""
    kpi = KPIS[name]
    if not _is_judged(kpi):
        return []
    settled = _settled(book, name)
    first = max(LEAST_PAST, len(settled) - SHOWN)
    found = (_look(kpi, settled, place) for place in range(first, len(settled)))
    return [look for look in found if look is not None]


def last_look(book: Book, name: str) -> Look | None:
    """The last whole month of a number; None where it cannot be judged."""
    kpi = KPIS[name]
    if not _is_judged(kpi):
        return None
    settled = _settled(book, name)
    if len(settled) <= LEAST_PAST:
        return None
    return _look(kpi, settled, len(settled) - 1)


def alerts(book: Book) -> list[Alert]:
    """The numbers that left their band, the surest first."""
    looks = {name: look for name in KPIS if (look := last_look(book, name)) is not None}
    chances = {name: look.chance if look.is_far else 1.0 for name, look in looks.items()}
    found = discoveries(chances, RATE)
    return [Alert(looks[name], rate, len(looks)) for name, rate in found.items()]


def _is_judged(kpi: Kpi) -> bool:
    """Its months are known when they are over. What becomes of those that were created or entered a stage in the last
    ones is not: the quick ones are known first, and would look like news."""
    if kpi.name in OF_A_MOMENT:
        return True
    return kpi.is_dated and (kpi.is_sum or kpi.basis in (Basis.CLOSED, Basis.PERIOD))


def _settled(book: Book, name: str) -> list[tuple[Period, Figure]]:
    """The whole months up to the last one of which the value is known and settled, without a gap, the oldest first."""
    month = book.calendar.previous(book.calendar.period_of(book.today, "month"))
    months = [month]
    while len(months) <= MOST_PAST:
        months.append(book.calendar.previous(months[-1]))
    months.reverse()
    by_month = _by_month(book, name, months)
    run: list[tuple[Period, Figure]] = []
    for one in months:
        figure = by_month.get(one.label)
        if figure is None or figure.value is None or figure.is_immature:
            run = []
        else:
            run.append((one, figure))
    if not run or run[-1][0] != month:
        return []
    return _without_beginning(run) if len(run) < len(months) else run


def _by_month(book: Book, name: str, months: list[Period]) -> dict[str, Figure]:
    """The number of each month, or when it ended, by the month's label."""
    if name in OF_A_MOMENT:
        return at_month_ends(book, name, months)
    first, last = months[0], months[-1]
    span = Period(first.start, last.end, f"{first.label}..{last.label}")
    return {f.key[0]: f for f in book.measure(name, period=span, by=["month"])}


def _without_beginning(run: list[tuple[Period, Figure]]) -> list[tuple[Period, Figure]]:
    """Without the first months, of which the data hold only a part."""
    usual = sorted(f.n for _, f in run)[len(run) // 2]
    start = next((i for i, (_, f) in enumerate(run) if f.n >= PARTIAL * usual), 0)
    return run[start + 1 :]


def _look(kpi: Kpi, settled: list[tuple[Period, Figure]], place: int) -> Look | None:
    month, figure = settled[place]
    until = settled[: place + 1]
    there, back = _scale(kpi, [float(f.value or 0) for _, f in until])
    points = [_point(kpi, month, figure, there) for month, figure in until]
    band = expected_band(points[:-1], points[-1])
    if band is None:
        return None
    return Look(
        kpi=kpi,
        month=month,
        figure=figure,
        low=back(band.low),
        expected=back(band.expected),
        high=back(band.high),
        months=place,
        chance=band.chance,
        is_far=band.is_far,
    )


def _point(kpi: Kpi, month: Period, figure: Figure, there: Callable[[float], float]) -> Point:
    rows = 0 if kpi.is_sum else figure.n  # of a sum their count is part of the news
    return Point(int(month.label[-2:]) - 1, there(float(figure.value or 0)), rows)


def _scale(
    kpi: Kpi, values: list[float]
) -> tuple[Callable[[float], float], Callable[[float], float]]:
    """Where noise is alike everywhere: the arc sine of the root of shares, the root of counts, else the logarithm."""
    if kpi.unit is Unit.SHARE and all(0 <= v <= 1 for v in values):
        return lambda v: asin(sqrt(v)), lambda a: sin(min(pi / 2, max(0.0, a))) ** 2
    if kpi.unit is Unit.COUNT and all(v >= 0 for v in values):
        return sqrt, lambda a: max(0.0, a) ** 2
    if all(v > 0 for v in values):
        return log, exp
    return float, float
