"""How deals really went: the map of their stages, the ways they took, and the deals behind each step, arc and way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from salesops.book.book import Book
from salesops.foundations.counting import counted
from salesops.foundations.money import format_money
from salesops.foundations.percent import in_percent
from salesops.foundations.period_words import period_in_words
from salesops.foundations.problem import Refusal
from salesops.foundations.span import span_in_words
from salesops.pipeline import (
    KEY_ACTIVITIES,
    Ways,
    deals_through,
    outcomes_of_stages,
    process,
    ways,
)
from salesops.pipeline.mining import Arc, Process
from salesops.web.books import narrowed_book, speaks_of
from salesops.web.charts.process_map import Flow, Step, process_map
from salesops.web.deal_address import deal_address
from salesops.web.export import as_asked, is_export, major, most_rows
from salesops.web.pages.pipeline.days import Days, days_asked
from salesops.web.pages.pipeline.kept import kept
from salesops.web.pages.pipeline.said import days_said, range_said, share_said
from salesops.web.pages.pipeline.tabs import tabs
from salesops.web.paging import page_of, paged

SIZE, WAYS = 25, 15
START = "\x02start"  # of the map; no stage's name
PERIODS = (
    ("all", "Any day"),
    ("this_quarter", "This quarter"),
    ("last_quarter", "Last quarter"),
    ("this_year", "This year"),
    ("last_year", "Last year"),
)
# A picture of more steps shows less of the flow until more is asked for, and never more paths than can be followed.
CROWDED, MOST_DRAWN = 15, 120
SHOWN = (("50", "Half"), ("80", "80 %"), ("95", "95 %"), ("100", "All"))
MEASURES = (("count", "How often"), ("wait", "How long"))
KINDS = {
    "call": "First call",
    "email": "First email",
    "meeting": "First meeting",
    "demo": "First demo",
}
ACTIVITIES = tuple(f"First {kind}" for kind in KEY_ACTIVITIES)
CHOICES = ("step", "from", "to", "way", "of_way", "page")
TO = "\x1f"  # between the two ends of a path in the address; in no stage's name


@dataclass(frozen=True)
class Asked:
    """What the address asks for. `chosen` is a step or an arc, `stem` a way up to its end, `through` what every deal on
    the map passed."""

    book: Book
    before: Book | None  # as it was known on the day compared with
    days: Days
    period: str
    deals: str
    activities: tuple[str, ...]
    chosen: str | tuple[str, str] | None
    stem: tuple[str, ...] | None
    through: tuple[str | tuple[str, str], ...]
    shown: int  # 0 where the address does not say
    measure: str

    @property
    def how(self) -> dict[str, Any]:
        """What process, ways and deals are asked with."""
        return {"deals": self.deals, "activities": self.activities, "through": self.through}


def process_map_page(request: HttpRequest) -> HttpResponseBase:
    """The page, or with `export` the deals of what is chosen, or else the arcs, as a file."""
    asked = _asked(request)
    frame = _frame(request, asked)
    try:
        found, went, ends = kept(
            asked.book,
            ("process_map", asked.period, asked.deals, asked.activities, asked.through),
            lambda: (
                process(asked.book, asked.period, **asked.how),
                ways(asked.book, asked.period, **asked.how, most=WAYS),
                outcomes_of_stages(asked.book),
            ),
        )
    except Refusal as refusal:
        return render(request, "pipeline/process_map.html", frame | {"why": str(refusal)})
    is_chosen = asked.chosen is not None or asked.stem is not None
    if is_export(request):
        if is_chosen:
            return as_asked(request, "deals-that-went-so", *_deals_file(asked, most_rows(request)))
        return as_asked(request, "process-map", *_arcs_file(found))
    former = _former(asked)
    page = page_of(request)
    share = asked.shown or (80 if len(found.activities) > CROWDED else 95)
    drawn = _drawn(found, share)
    held = _deals(asked, SIZE + 1, (page - 1) * SIZE) if is_chosen else []
    return render(
        request,
        "pipeline/process_map.html",
        frame
        | {
            "found": found,
            "went": went,
            "time": _time(found),
            "former": former,
            "former_time": _time(former) if former else "",
            "drawn": len(drawn),
            "share": str(share),
            "chart": _chart(request, asked, found, drawn, ends) if found.cases else "",
            "ways": _ways(request, asked, went),
            "arcs": _arcs(request, found, former),
            "is_chosen": is_chosen,
            "narrowed": _narrowed(request, asked),
            "narrower": _narrower(request, asked),
            "chosen_words": _words(asked),
            "held": [_held(h, asked.book.facts.currency) for h in held[:SIZE]],
        }
        | paged(page, held, SIZE),
    )


def _former(asked: Asked) -> Process | None:
    """The process as it was known on the day compared with, worked out once."""
    book, how = asked.before, asked.how
    if book is None:
        return None
    question = ("process then", asked.period, asked.deals, asked.activities, asked.through)
    return kept(book, question, lambda: process(book, asked.period, **how))


def _asked(request: HttpRequest) -> Asked:
    book, given = narrowed_book(request), request.GET
    team = given.get("team", "")
    if team:
        book = book.where("team = '" + team.replace("'", "''") + "'")
    days = days_asked(request, book)
    chosen: str | tuple[str, str] | None = given.get("step") or None
    if "from" in given and "to" in given and (given["from"] or given["to"]):
        chosen = given["from"], given["to"]
    stem = tuple(given.getlist("way")) if given.get("of_way") else None
    shown = given.get("shown", "")
    return Asked(
        book=days.book(book),
        before=days.book_before(book),
        days=days,
        period=given.get("period") or "all",
        deals="closed" if given.get("deals") == "closed" else "created",
        activities=tuple(k for k in KEY_ACTIVITIES if k in given.getlist("with")),
        chosen=None if stem is not None else chosen,
        stem=stem,
        through=tuple(
            dict.fromkeys(_step_or_arc(text) for text in given.getlist("through") if text)
        ),
        shown=int(shown) if shown in dict(SHOWN) else 0,
        measure="wait" if given.get("measure") == "wait" else "count",
    )


def _asked_said(asked: Asked, team: str) -> str:
    """Which deals are asked for: Closed this quarter, East."""
    when = dict(PERIODS).get(asked.period) or period_in_words(asked.period)
    return f"{asked.deals.capitalize()} {when[:1].lower()}{when[1:]}{f', {team}' if team else ''}"


def _frame(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    """What the page shows whether or not there is an answer."""
    book = asked.book
    teams = book.engine.run(
        "SELECT DISTINCT CAST(team AS VARCHAR) FROM opportunity WHERE team IS NOT NULL ORDER BY 1"
    ).rows
    return {
        "tabs": tabs(request),
        "asked": asked,
        "speaks_of": speaks_of(book),
        "history_from": book.facts.history_from,
        "days": asked.days.shown,
        "asked_said": _asked_said(asked, request.GET.get("team", "")),
        "periods": PERIODS,
        "is_own_period": asked.period not in dict(PERIODS),
        "teams": [team for (team,) in teams],
        "kinds": KINDS.items(),
        "shares": SHOWN,
        "share": str(asked.shown or ""),
        "measures": MEASURES,
    }


def _drawn(found: Process, share: int) -> list[Arc]:
    """The commonest arcs that together are that share of all, and for each step the commonest that leads to it.

    No more of the former than can be followed by eye.
    """
    whole, so_far = sum(a.count for a in found.arcs), 0
    drawn: list[Arc] = []
    reached: set[str] = set()
    for arc in found.arcs:
        first = arc.target not in reached and arc.source != arc.target
        if (so_far * 100 < share * whole and len(drawn) < MOST_DRAWN) or first:
            drawn.append(arc)
            reached.add(arc.target)
        so_far += arc.count
    return drawn


def _chart(
    request: HttpRequest, asked: Asked, found: Process, drawn: list[Arc], ends: dict[str, str]
) -> Any:
    steps = [Step(START, "start", counted(found.cases, "deal"), label="Created")]
    for activity in found.activities:
        name, outcome = activity.name, ends.get(activity.name)
        kind = "won" if outcome == "won" else "lost" if outcome else "open"
        if kind == "open" and name in ACTIVITIES:
            kind = "activity"
        said = counted(activity.cases, "deal")
        if activity.ends and not outcome:
            said = f"{said}, {activity.ends:,} stay"
        steps.append(
            Step(name, kind, said, _link(request, {"step": name}), is_chosen=asked.chosen == name)
        )
    longest = max((a.median_seconds for a in drawn), default=0.0)
    begins = {a.name: a.starts for a in found.activities if a.starts}
    flows = [_flow(request, asked, arc, longest) for arc in drawn] + [
        Flow(
            START, name, count, f"{count:,}" if asked.measure == "count" else "",
            f"Created to {name}: {counted(count, 'deal')}", int(asked.measure == "count"),
            _link(request, {"from": "", "to": name}), asked.chosen == ("", name),
        )
        for name, count in begins.items()
    ]  # fmt: skip
    every = {(a.source, a.target): a.count for a in found.arcs}
    every |= {(START, name): count for name, count in begins.items()}
    title = (
        f"Process map of {counted(found.cases, 'deal')}, {len(drawn)} of {len(found.arcs)} paths"
    )
    return process_map(steps, every, flows, title)


def _flow(request: HttpRequest, asked: Asked, arc: Arc, longest: float) -> Flow:
    """An arc of the map; how dark tells how often in all widths, or how long it takes."""
    is_wait = asked.measure == "wait"
    wait = span_in_words(arc.median_seconds)
    share = arc.median_seconds / longest if longest else 0.0
    return Flow(
        arc.source,
        arc.target,
        arc.count,
        wait if is_wait else f"{arc.count:,}",
        f"{arc.source} to {arc.target}: {arc.count:,} times in {counted(arc.cases, 'deal')}, half within {wait}",
        min(3, int(share * 4)) if is_wait else 1,
        _link(request, {"from": arc.source, "to": arc.target}),
        asked.chosen == (arc.source, arc.target),
    )


def _link(
    request: HttpRequest, choice: Mapping[str, str], way: tuple[str, ...] | None = None
) -> str:
    """This page with something chosen in place of what is."""
    query = request.GET.copy()
    for name in CHOICES:
        query.pop(name, None)
    if way is not None:
        query.setlist("way", list(way))
        query["of_way"] = "1"
    for name, value in choice.items():
        query[name] = value
    return f"?{query.urlencode()}#deals"


def _step_or_arc(text: str) -> str | tuple[str, str]:
    first, sign, then = text.partition(TO)
    return (first, then) if sign else text


def _passing(request: HttpRequest, through: Sequence[str | tuple[str, str]]) -> str:
    """This page of deals that passed all of that, with nothing chosen."""
    query = request.GET.copy()
    for name in CHOICES:
        query.pop(name, None)
    query.setlist("through", [t if isinstance(t, str) else TO.join(t) for t in through])
    return f"?{query.urlencode()}"


def _narrower(request: HttpRequest, asked: Asked) -> str:
    """The map of those deals alone that passed what is chosen, too; empty where that changes nothing."""
    if asked.chosen is None or asked.chosen in asked.through:
        return ""
    return _passing(request, (*asked.through, asked.chosen))


def _narrowed(request: HttpRequest, asked: Asked) -> list[dict[str, str]]:
    """What every deal on the map passed, in words, each with the map without it."""
    return [
        {
            "words": _said(passed),
            "link": _passing(request, [t for t in asked.through if t != passed]),
        }
        for passed in asked.through
    ]


def _said(passed: str | tuple[str, str]) -> str:
    if isinstance(passed, str):
        return passed
    return f"{passed[0] or 'Created'} to {passed[1]}"


def _time(found: Process) -> str:
    time = found.throughput
    if time.median is None or time.p90 is None:
        return ""
    return (
        f"Half of the {time.cases:,} that are over took {span_in_words(time.median)} or less, "
        f"nine of ten {span_in_words(time.p90)}."
    )


def _ways(request: HttpRequest, asked: Asked, went: Ways) -> list[dict[str, Any]]:
    told, together = [], 0
    for way in went.ways:
        together += way.deals
        told.append(
            {
                "path": way.path,
                "deals": way.deals,
                "share": in_percent(way.deals / went.deals, 1),
                "together": in_percent(together / went.deals),
                "won": share_said(way.won, way.over),
                "days": days_said(way.days),
                "range": range_said(way.low, way.high) if way.days is not None else "",
                "open": way.deals - way.over,
                "link": _link(request, {}, way.path),
                "is_chosen": asked.stem == way.path,
            }
        )
    return told


def _arcs(request: HttpRequest, found: Process, former: Process | None) -> list[dict[str, Any]]:
    """The map as a table, each path with what it was on the day compared with."""
    then = {(a.source, a.target): a for a in former.arcs} if former else {}
    return [_arc(request, arc, then.get((arc.source, arc.target))) for arc in found.arcs]


def _arc(request: HttpRequest, arc: Arc, former: Arc | None) -> dict[str, Any]:
    return {
        "then": former and {"count": former.count, "median": span_in_words(former.median_seconds)},
        "source": arc.source,
        "target": arc.target,
        "count": arc.count,
        "cases": arc.cases,
        "median": span_in_words(arc.median_seconds),
        "p90": span_in_words(arc.p90_seconds),
        "link": _link(request, {"from": arc.source, "to": arc.target}),
    }


def _words(asked: Asked) -> str:
    """What is chosen, as the heading of its deals."""
    if asked.stem is not None:
        return "Deals that went this way"
    if isinstance(asked.chosen, tuple):
        first, then = asked.chosen
        return f"Deals that went from {first or 'their creation'} to {then}"
    return f"Deals that came to {asked.chosen}"


def _deals(asked: Asked, limit: int, offset: int = 0) -> list[dict[str, Any]]:
    chosen = (asked.chosen,) if asked.chosen is not None else ()
    return deals_through(
        asked.book,
        asked.period,
        deals="closed" if asked.deals == "closed" else "created",
        activities=asked.activities,
        through=(*asked.through, *chosen),
        stem=asked.stem,
        limit=limit,
        offset=offset,
    )


def _held(row: dict[str, Any], currency: str) -> dict[str, Any]:
    return {
        "link": deal_address(row["id"]),
        "name": row["name"],
        "stage": row["stage"],
        "value": "" if row["value"] is None else format_money(int(row["value"]), currency),
        "days": f"{row['days']:,.1f}",
    }


def _arcs_file(found: Process) -> tuple[list[str], Iterator[list[Any]]]:
    header = ["from", "to", "count", "deals", "mean_days", "median_days", "p90_days"]
    return header, (
        [
            a.source, a.target, a.count, a.cases,
            *(round(s / 86_400, 3) for s in (a.mean_seconds, a.median_seconds, a.p90_seconds)),
        ]
        for a in found.arcs
    )  # fmt: skip


def _deals_file(asked: Asked, most: int) -> tuple[list[str], Iterator[list[Any]]]:
    code = asked.book.facts.currency
    header = ["id", "name", "stage", f"value_{code.lower()}", "days", "is_closed"]
    return header, (
        [
            r["id"],
            r["name"],
            r["stage"],
            major(r["value"], code),
            round(r["days"], 3),
            r["is_closed"],
        ]
        for r in _deals(asked, most)
    )
