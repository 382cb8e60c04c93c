"""Reading from a book what a change of the process did to a KPI, or before it starts, what could be found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

from salesops.book.book import Book
from salesops.book.measurement import Figure
from salesops.experiments.effect import LEAST_SPANS, Comparison, Span, Unit, compare
from salesops.experiments.reading import Kind, Reading
from salesops.foundations.period import Period
from salesops.foundations.problem import Refusal
from salesops.kpis import KPIS
from salesops.kpis._definition import Basis, Kpi

SPANS = 4  # before the change
LEAST_DAYS = 14
SIZE = "average_deal_size"
Watch = Callable[
    [str, int, int], object
]  # is told what is measured, how much of it was and how much there is


def unwatched(step: str, done: int, total: int) -> None:
    """Nobody is told."""


@dataclass(frozen=True)
class Plan:
    """A change as it is measured: who gets it from when, until when it is looked at, and what it should do to which KPI.

    `where` narrows to the opportunities it concerns. Those named `later` get it on `later_on`. `expected` has the KPI's
    unit and a sign.
    """

    kpi: str
    expected: float
    starts_on: date
    last_on: date
    teams: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    where: str = ""
    later_teams: tuple[str, ...] = ()
    later_people: tuple[str, ...] = ()
    later_on: date | None = None


def measurable() -> list[Kpi]:
    """The KPIs by which a change can be measured: a share or a mean of one person's rows in a span of days.

    A sum, such as bookings, grows with people and seasons; a state at a moment has no span.
    """
    return [k for k in KPIS.values() if _is_measurable(k)]


def _is_measurable(kpi: Kpi) -> bool:
    is_mean = kpi.rows is not None and not kpi.is_sum and kpi.basis is not Basis.POINT
    return is_mean and "person" in kpi.splits and kpi.rows_of != "person" and kpi.takes_where


def look_before(book: Book, plan: Plan, watch: Watch = unwatched) -> Reading:
    """What could be found: the same comparison on days before the change, when there is nothing to find."""
    refuse_unmeasurable(plan)
    days = (plan.last_on - plan.starts_on).days + 1
    end = min(plan.starts_on, book.today + timedelta(days=1))
    return _read(book, plan, "before", end - timedelta(days=days), end, watch)


def look_after(book: Book, plan: Plan, watch: Watch = unwatched) -> Reading:
    """What the change did by now, or by its planned last day."""
    refuse_unmeasurable(plan)
    end = min(plan.last_on, book.today) + timedelta(days=1)
    if (end - plan.starts_on).days < LEAST_DAYS:
        first = plan.starts_on + timedelta(days=LEAST_DAYS - 1)
        raise Refusal(
            f"It is too early to measure: two weeks are over on {first:%-d %B %Y}. Measure then or later."
        )
    return _read(book, plan, "after", plan.starts_on, end, watch)


def refuse_unmeasurable(plan: Plan) -> None:
    """Refuse a KPI that cannot measure a change, and days too few to measure in."""
    kpi = KPIS.get(plan.kpi)
    if kpi is None or not _is_measurable(kpi):
        known = ", ".join(k.name for k in measurable())
        raise Refusal(f"A change cannot be measured by “{plan.kpi}”. Choose one of {known}.")
    if plan.last_on < plan.starts_on + timedelta(days=LEAST_DAYS - 1):
        raise Refusal("Measure over at least two weeks: choose a later last day.")


def treated_by(book: Book, plan: Plan) -> set[str]:
    """The people who get it: those named, and who are on the teams named on its first day."""
    return set(plan.people) | _members(book, plan.teams, plan.starts_on)


def _read(book: Book, plan: Plan, kind: Kind, start: date, end: date, watch: Watch) -> Reading:
    kpi = KPIS[plan.kpi]
    seen = book.where(plan.where) if plan.where else book
    treated = treated_by(book, plan)
    waiting = _later(book, plan, end) - treated
    watch(kpi.title, 0, SPANS + 1)
    after = _figures(seen, kpi, start, end)
    before = _before(seen, kpi, start, (end - start).days, watch)
    if len(before) < LEAST_SPANS:
        compared = Comparison(None, None, None, (), 0, 0, 0, 0, None)
    else:
        sizes = _sizes(seen, start - timedelta(days=(end - start).days * len(before)), start)
        keys = sorted({*after, *(k for span in before for k in span)} - waiting)
        units = [
            Unit(
                key=key,
                is_treated=key in treated,
                before=tuple(span.get(key, Span(0.0, 0.0, 0)) for span in before),
                after=after.get(key, Span(0.0, 0.0, 0)),
                size=sizes.get(key),
            )
            for key in keys
        ]
        compared = compare(units)
    found: dict[str, Any] = {f.name: getattr(compared, f.name) for f in fields(compared)}
    return Reading(
        kind=kind,
        kpi=kpi.name,
        kpi_version=kpi.version,
        currency=book.facts.currency,
        as_of=book.today,
        first=start,
        last=end - timedelta(days=1),
        due=plan.last_on,
        span_days=(end - start).days,
        spans=len(before),
        expected=plan.expected,
        later=len(waiting),
        **found,
    )


def _before(book: Book, kpi: Kpi, start: date, days: int, watch: Watch) -> list[dict[str, Span]]:
    """The spans before a day that hold anything, the oldest first; as far as the KPI's history is whole."""
    found: list[dict[str, Span]] = []
    history = book.facts.history_from if kpi.needs_history else None
    first = book.as_of(history).today + timedelta(days=1) if history else None
    for done in range(1, SPANS + 1):
        watch(f"{kpi.title} before", done, SPANS + 1)
        end, start = start, start - timedelta(days=days)
        if first is not None and start < first:
            break
        span = _figures(book, kpi, start, end)
        if not span:
            break
        found.insert(0, span)
    return found


def _figures(book: Book, kpi: Kpi, start: date, end: date) -> dict[str, Span]:
    """Each person's sums of the KPI in a span of days."""
    measured = book.measure(kpi.name, period=_days(start, end), by="person")
    return {
        f.key[0]: Span(float(f.numerator or 0) / kpi.scale, float(f.denominator), f.n)
        for f in measured
        if f.key and f.key[0] is not None and f.n and f.denominator
    }


def _sizes(book: Book, start: date, end: date) -> dict[str, float]:
    """What each person's deals were worth on average; nothing where the book cannot tell."""
    sized: list[Figure] = list(book.measure(SIZE, period=_days(start, end), by="person"))
    return {f.key[0]: float(f.value) for f in sized if f.key and f.key[0] and f.value}


def _days(start: date, end: date) -> Period:
    return Period(start, end, f"{start}..{end - timedelta(days=1)}")


def _later(book: Book, plan: Plan, end: date) -> set[str]:
    """Who get it later, but before the end of what is measured."""
    if plan.later_on is None or plan.later_on >= end:
        return set()
    return set(plan.later_people) | _members(book, plan.later_teams, plan.starts_on)


def _members(book: Book, teams: tuple[str, ...], day: date) -> set[str]:
    """Who were on the teams on a day, or are where nothing is known of that day."""
    if not teams:
        return set()
    found = book.engine.run(
        "SELECT DISTINCT p.id FROM person p LEFT JOIN team_membership m "
        "ON m.person_id = p.id AND m.valid_from <= $day AND m.valid_to > $day "
        "WHERE list_contains($teams, coalesce(m.team, p.team))",
        {"day": min(day, book.today), "teams": list(teams)},
    )
    return {row[0] for row in found.rows}
