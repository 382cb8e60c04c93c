"""Bottlenecks: where deals wait longer, are lost more often or come back more often than they did or do elsewhere.

What is compared has the same mix of size, source, type and segment, so that a stage is not named for having the large
deals. What is found is told with what it costs and what the former level is worth, the most first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from salesops.book.book import Book
from salesops.book.condition import narrowing
from salesops.book.engine import Ask
from salesops.foundations.held_equal import Level, Unit, Z, apart, levels
from salesops.foundations.period_words import period_in_words
from salesops.pipeline.looks import LEAST_HERE, RATE, Look, Seen, look_everywhere, units_of
from salesops.pipeline.visits import LEAD, PLACES, values, visiting, visits

Measure = Literal["wait", "drop_out", "rework"]
RATIO, GAP = (
    1.3,
    0.05,
)  # a stay so many times as long, a share so much larger; less is no news however sure
RECOVERED = 0.5  # of the difference, at most which is left once it is over
DAYS = 365
MEASURES: Mapping[str, str] = {
    "wait": "Waiting",
    "drop_out": "Drop-out",
    "rework": "Coming back",
}


@dataclass(frozen=True)
class Around:
    """What flows through a place in a year, of one team or of all, and what waits there now.

    `won_minor` is what deals brought that were there and were won within the year; `loop_days` what a deal that goes
    back takes until it is there again.
    """

    entered: int = 0
    passed: int = 0
    won_minor: int = 0
    waiting: int = 0
    waiting_minor: int = 0
    loop_days: float | None = None


@dataclass(frozen=True)
class Bottleneck:
    """One finding. `here` is what is found, `usual` what deals of the same mix do otherwise.

    `team` is empty where a time is compared with the year before it, from quarter `first` to `last`. `extra` is the
    difference with its interval: days a deal, or a share of deals. `is_over` where what came later is back to the former
    level. `rate`: of findings as sure as this, so many are the work of chance. Figures for a year are of the last one.
    """

    place: str
    measure: Measure
    team: str
    first: str
    last: str
    here: Level
    usual: Level
    extra: float
    low: float
    high: float
    rate: float
    looks: int
    is_over: bool
    since: Level | None
    around: Around
    days_a_year: float | None
    deals_a_year: float | None
    worth_minor: int | None

    @property
    def key(self) -> str:
        """What tells it from the others."""
        return "~".join((self.place.strip("\x02"), self.measure, self.team or self.first))

    @property
    def where(self) -> str:
        """The place in words."""
        return PLACES.get(self.place, self.place)

    @property
    def when(self) -> str:
        """The quarters in words."""
        first = period_in_words(self.first)
        return first if self.first == self.last else f"{first} to {period_in_words(self.last)}"

    @property
    def is_once(self) -> bool:
        """Whether the worth comes once, as all arrives sooner, and not every year."""
        return self.measure != "drop_out"

    @property
    def title(self) -> str:
        """The finding in a sentence without a full stop."""
        here, usual = (_said(self.measure, level) for level in (self.here, self.usual))
        if self.team:
            return f"{self.team}: {_DOES[self.measure]} {here} in “{self.where}”, of others {usual}"
        end = "; it is over" if self.is_over else ""
        return f"{self.where}, {self.when}: {_DOES[self.measure]} {here}, before {usual}{end}"


_DOES = {"wait": "half of the deals wait", "drop_out": "lost", "rework": "went back"}


def _said(measure: str, level: Level) -> str:
    if measure != "wait":
        return f"{level.ended * 100:.0f} %"
    return (
        f"{level.median} days or more"
        if level.median is not None
        else f"{level.mean:.0f} days on average"
    )


@dataclass(frozen=True)
class Bottlenecks:
    """All that was found, the most worth first, and how many looks were taken."""

    found: tuple[Bottleneck, ...]
    looks: int
    rate: float = RATE


def bottlenecks(book: Book, ask: Ask | None = None) -> Bottlenecks:
    """What holds deals up. Raises Refusal where the book holds no history. `ask` is of `visiting`, if one is at hand."""
    with visiting(book, ask) as asks:
        return _bottlenecks(book, asks)


def _bottlenecks(book: Book, ask: Ask) -> Bottlenecks:
    seen, looks = look_everywhere(book, ask)
    if not seen:
        return Bottlenecks((), looks)
    labels, current = _quarters(book)
    runs = _runs(seen)
    since = {
        run.look: Look(
            run.look.place, run.look.measure, "", run.look.last + 1, current, run.look.base
        )
        for run in runs
        if not run.look.team and run.look.last < current
    }
    more = units_of(book, ask, [r.look for r in runs if not r.units] + list(since.values()))
    flows = _around(book, ask)
    found = []
    for run in runs:
        units = run.units or more[run.look]
        later = more.get(since[run.look]) if run.look in since else None
        told = _told(run, units, later or (), labels, flows)
        if told is not None:
            found.append(told)
    found.sort(
        key=lambda b: (b.is_over, -(b.worth_minor or 0), -(b.days_a_year or 0), b.rate, b.key)
    )
    return Bottlenecks(tuple(found), looks)


def _runs(seen: Sequence[Seen]) -> list[Seen]:
    """Quarters in a row that were found of the same place are one finding, against the year before the first."""
    runs: list[Seen] = [s for s in seen if s.look.team]
    past = sorted(
        (s for s in seen if not s.look.team),
        key=lambda s: (s.look.place, s.look.measure, s.look.first),
    )
    for one in past:
        former = runs[-1] if runs else None
        if former and _follows(former.look, one.look):
            look = Look(
                one.look.place,
                one.look.measure,
                "",
                former.look.first,
                one.look.last,
                former.look.base,
            )
            runs[-1] = Seen(look, (), one.apart, min(former.rate, one.rate), one.looks)
        else:
            runs.append(one)
    return runs


def _follows(former: Look, look: Look) -> bool:
    same = (former.place, former.measure, former.team) == (look.place, look.measure, look.team)
    return same and former.last + 1 == look.first


def _told(
    run: Seen,
    units: Sequence[Unit],
    later: Sequence[Unit],
    labels: Mapping[int, str],
    flows: Mapping[tuple[str, str], Around],
) -> Bottleneck | None:
    """The finding with what it costs; None where the difference is too small to matter."""
    look, measured = run.look, levels(units)
    if measured is None or not _matters(look.measure, measured[0], measured[1]):
        return None
    here, usual, _ = measured
    inflation = apart(units).inflation ** 0.5
    extra, error = _extra(look.measure, here, usual)
    since = levels(later) if sum(u.n for u in later if u.is_here) >= LEAST_HERE else None
    now = extra
    if since is not None:
        now = _extra(look.measure, since[0], since[1])[0]
    is_over = since is not None and now <= RECOVERED * extra
    around = flows.get((look.place, look.team), Around())
    days, deals, worth = (None, None, None) if is_over else _cost(look.measure, now, around)
    return Bottleneck(
        place=look.place,
        measure=look.measure,  # type: ignore[arg-type]
        team=look.team,
        first=labels[look.first],
        last=labels[look.last],
        here=here,
        usual=usual,
        extra=extra,
        low=extra - Z * error * inflation,
        high=extra + Z * error * inflation,
        rate=run.rate,
        looks=run.looks,
        is_over=is_over,
        since=since[0] if since else None,
        around=around,
        days_a_year=days,
        deals_a_year=deals,
        worth_minor=worth,
    )


def _matters(measure: str, here: Level, usual: Level) -> bool:
    if measure != "wait":
        return here.ended - usual.ended >= GAP
    if here.median is not None and usual.median is not None:
        return here.median >= RATIO * max(1, usual.median)
    return here.mean >= RATIO * usual.mean


def _extra(measure: str, here: Level, usual: Level) -> tuple[float, float]:
    """The difference and its standard error: days a deal, or a share of deals."""
    error: float = (here.error**2 + usual.error**2) ** 0.5
    if measure == "wait":
        return here.mean - usual.mean, error
    return here.ended - usual.ended, error


def _cost(
    measure: str, extra: float, around: Around
) -> tuple[float | None, float | None, int | None]:
    """What a year of it costs in days and deals, and what the former level is worth in money.

    Days that all deals wait longer let what is won come later by as many days: once, what is won in that time. A deal that
    is lost more would have brought what those that pass bring, each year anew.
    """
    if measure == "drop_out":
        deals = extra * around.entered
        worth = round(deals * around.won_minor / around.passed) if around.passed else None
        return None, deals, worth
    longer = extra if measure == "wait" else extra * (around.loop_days or 0)
    if measure == "rework" and around.loop_days is None:
        return None, extra * around.entered, None
    deals_back = extra * around.entered if measure == "rework" else None
    return longer * around.entered, deals_back, round(longer * around.won_minor / DAYS)


def _quarters(book: Book) -> tuple[dict[int, str], int]:
    """The label of each quarter by its number, and the number of the running one."""
    rows = book.engine.run(
        "SELECT row_number() OVER (ORDER BY min(day)), quarter, min(day) <= $today FROM calendar GROUP BY quarter",
        {"today": book.today},
    ).rows
    return {n: label for n, label, _ in rows}, max(n for n, _, begun in rows if begun)


def _around(book: Book, ask: Ask) -> dict[tuple[str, str], Around]:
    """What flows through each place, by place and team; of all teams under the empty name."""
    past = f"v.valid_from <= $now AND v.opportunity_id IN (SELECT x.id FROM opportunity x WHERE {narrowing(book)})"
    rows = ask(
        f"""WITH whose AS (
            SELECT '' AS of_team, * FROM visit UNION ALL SELECT team, * FROM visit WHERE team IS NOT NULL
        ), now AS (
            SELECT v.opportunity_id AS id, arg_max(v.outcome, v.valid_from) AS outcome,
                arg_max(v.value_minor, v.valid_from) AS value_minor
            FROM opportunity_version v WHERE {past} GROUP BY v.opportunity_id
        ), won AS (
            SELECT id, max(valid_from) FILTER (outcome = 'won' AND former_stage IS DISTINCT FROM stage) AS won_at FROM (
                SELECT v.opportunity_id AS id, v.valid_from, v.outcome, v.stage, lag(v.stage) OVER (
                    PARTITION BY v.opportunity_id ORDER BY v.valid_from) AS former_stage
                FROM opportunity_version v WHERE {past} AND v.opportunity_id IN (
                    SELECT opportunity_id FROM opportunity_version WHERE outcome = 'won' AND valid_from >= $year_ago)
            ) GROUP BY id
        ), again AS (
            SELECT place, of_team, went_back, left_at,
                lead(entered_at) OVER (PARTITION BY place, of_team, id ORDER BY entered_at) AS back_at FROM whose
        ), loop AS (
            SELECT place, of_team, avg(epoch(back_at - left_at)) / 86400 AS days FROM again
            WHERE went_back AND back_at IS NOT NULL GROUP BY ALL
        ), brought AS (
            SELECT place, of_team, sum(n.value_minor) AS minor
            FROM (SELECT DISTINCT place, of_team, deal_id FROM whose) w
            JOIN now n ON n.id = w.deal_id JOIN won ON won.id = w.deal_id
            WHERE n.outcome = 'won' AND won.won_at >= $year_ago GROUP BY ALL
        ), flow AS (
            SELECT w.place, w.of_team, count(*) FILTER (w.entered_at >= $year_ago) AS entered,
                count(*) FILTER (w.entered_at >= $year_ago AND w.is_over AND NOT w.lost AND NOT w.went_back) AS passed,
                count(*) FILTER (w.left_at IS NULL) AS waiting,
                coalesce(sum(n.value_minor) FILTER (w.left_at IS NULL), 0) AS waiting_minor
            FROM whose w LEFT JOIN now n ON n.id = w.deal_id GROUP BY ALL
        )
        SELECT f.place, f.of_team, f.entered, f.passed, coalesce(b.minor, 0), f.waiting, f.waiting_minor, l.days
        FROM flow f LEFT JOIN brought b USING (place, of_team) LEFT JOIN loop l USING (place, of_team)""",
        values(book),
    ).rows
    return {
        (place, team): Around(
            entered, passed, int(won), waiting, int(minor), None if loop is None else float(loop)
        )
        for place, team, entered, passed, won, waiting, minor, loop in rows
    }


@dataclass(frozen=True)
class Held:
    """One deal, or lead, that a finding concerns: how long it has been there, or was."""

    id: str
    name: str
    owner: str
    days: int
    is_there: bool
    stage: str
    value_minor: int | None


def held_up(book: Book, found: Bottleneck, *, limit: int = 100, offset: int = 0) -> list[Held]:
    """The deals a finding concerns, the longest first: those there now or, once it is over, those that were."""
    labels, _ = _quarters(book)
    numbers = {label: n for n, label in labels.items()}
    which = "v.quarter BETWEEN $first AND $last" if found.is_over else "v.left_at IS NULL"
    if found.team:
        which += " AND v.team = $of_team"
    noun = "lead" if found.place == LEAD else "opportunity"
    rows = book.engine.run(
        f"""{visits(book)}, held AS (
            SELECT v.id, max(v.days) AS days, bool_or(v.left_at IS NULL) AS is_there FROM visit v
            WHERE v.place = $place AND {which} GROUP BY v.id
            ORDER BY days DESC, v.id LIMIT {int(limit)} OFFSET {int(offset)}
        ), now AS (
            SELECT id, arg_max(stage, valid_from) AS stage, arg_max(value_minor, valid_from) AS value_minor,
                arg_max(owner_id, valid_from) AS owner_id FROM state SEMI JOIN held USING (id) GROUP BY id
        )
        SELECT h.id, coalesce(o.name, h.id), coalesce(p.name, n.owner_id, ''), h.days, h.is_there,
            coalesce(n.stage, ''), n.value_minor
        FROM held h LEFT JOIN now n USING (id)
        LEFT JOIN (SELECT id, name FROM {noun} SEMI JOIN held USING (id)) o USING (id)
        LEFT JOIN person p ON p.id = n.owner_id ORDER BY h.days DESC, h.id""",
        values(book)
        | {
            "place": found.place,
            "first": numbers[found.first],
            "last": numbers[found.last],
            "of_team": found.team,
        },
    ).rows
    return [
        Held(i, name, who, int(days), bool(there), stage, _whole(minor))
        for i, name, who, days, there, stage, minor in rows
    ]


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)
