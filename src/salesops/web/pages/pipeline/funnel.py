"""The funnel: what became of the deals that entered each stage, how long they stayed, and how deals end by day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from salesops.book.book import Book
from salesops.foundations.money import format_money
from salesops.foundations.problem import Refusal
from salesops.foundations.survival import Quantile
from salesops.pipeline import FATES, Ends, Entry, Funnel, Step, ends, entries, funnel
from salesops.pipeline.ends import ENDS, HORIZONS
from salesops.web.charts.bars import bar
from salesops.web.charts.incidence import incidence
from salesops.web.deal_address import deal_address
from salesops.web.export import as_asked, is_export, major, most_rows
from salesops.web.pages.pipeline.funnel_asked import (
    PERIOD,
    Asked,
    asked_of,
    beside,
    between,
    frame,
    groups_shown,
    percent,
)
from salesops.web.pages.pipeline.kept import kept
from salesops.web.pages.pipeline.period_funnel import period_funnel_page
from salesops.web.pages.pipeline.spans import chosen
from salesops.web.paging import page_of, paged

SIZE = 50
# The columns of the table beside the share, each a door to its deals.
SHOWN = ("here", "back", "lost", "undecided", "skipped")


def funnel_page(request: HttpRequest) -> HttpResponseBase:
    """The page in the definition asked for, or with `export` the deals of the chosen stage or else the stages as a file."""
    asked = asked_of(request)
    if asked.definition == PERIOD:
        return period_funnel_page(request, asked)
    try:
        found = _found(asked, asked.book)
    except Refusal as refusal:
        return render(
            request, "pipeline/funnel.html", frame(request, asked) | {"why": str(refusal)}
        )
    if is_export(request):
        return as_asked(
            request,
            "funnel",
            *(_deals_file(asked, most_rows(request)) if asked.stage else _steps_file(found)),
        )
    cohort = chosen(found.whole, found.groups, asked.group)
    former = _found(asked, asked.before) if asked.before else None
    then = chosen(former.whole, former.groups, asked.group).steps if former else ()
    stages = [step.stage for step in found.whole.steps]
    page, shown = page_of(request), []
    if any(step.stage == asked.stage for step in cohort.steps):
        shown = entries(
            asked.book,
            asked.period,
            asked.stage,
            asked.fate,
            **asked.whose,
            limit=SIZE + 1,
            offset=(page - 1) * SIZE,
        )
    ended = kept(
        asked.book,
        ("ends", asked.period, *asked.whose.items()),
        lambda: ends(asked.book, asked.period, **asked.whose),
    )
    return render(
        request,
        "pipeline/funnel.html",
        frame(request, asked)
        | {
            "found": found,
            "cohort": cohort,
            "former": former,
            "steps": [_step(s, f) for s, f in beside(cohort.steps, then)],
            "shown": [(fate, FATES[fate]) for fate in SHOWN],
            "stages": stages,
            "groups": groups_shown(found.groups, stages, _share),
            "told": [_told(e, asked.book.facts.currency) for e in shown[:SIZE]],
            "fate_words": FATES[asked.fate],
            "order_words": "the longest in it first",
            "ended": ended,
            "chart": incidence(ended.curves, ended.last_day, _title(ended)),
            "ways": list(ENDS.items()),
            "horizons": _horizons(ended),
            "decided": _days(ended.decided),
        }
        | paged(page, shown, SIZE),
    )


def _found(asked: Asked, book: Book) -> Funnel:
    """The funnel as a book knows it, worked out once."""
    over = book.period(asked.over)
    return kept(book, ("funnel", over, asked.by), lambda: funnel(book, over, by=asked.by))


def _step(step: Step, former: Step | None) -> dict[str, Any]:
    """A stage as the table shows it, and what it was on the day compared with."""
    low, high = step.interval or (None, None)
    return {
        "stage": step.stage,
        "entered": step.entered,
        "further": step.further,
        "bar": bar(step.conversion, low, high, 1.0),
        "share": percent(step.conversion),
        "interval": between(low, high),
        "open": percent(step.n_open / step.entered) if step.is_immature else "",
        "fates": [(fate, step.deals(fate)) for fate in SHOWN],
        "days": _days(step.days),
        "then": former and {
            "share": percent(former.conversion), "n": former.entered, "days": _days(former.days)["value"],
            "is_young": former.is_immature,
        },
    }  # fmt: skip


def _share(step: Step) -> dict[str, Any]:
    """A group's share at a stage, of how many, and whether it will move."""
    return {
        "share": percent(step.conversion), "n": step.entered, "is_young": step.is_immature,
    }  # fmt: skip


def _told(entry: Entry, currency: str) -> dict[str, Any]:
    """A deal as the list shows it."""
    return {
        "link": deal_address(entry.id),
        "name": entry.name,
        "value": "" if entry.value_minor is None else format_money(entry.value_minor, currency),
        "entered": entry.entered_at,
        "days": "" if entry.days is None else f"{entry.days:,.1f}",
        "is_there": entry.is_there,
        "stage": entry.stage_now,
    }


def _horizons(ended: Ends) -> list[dict[str, Any]]:
    """The shares by some days, where deals were followed so far."""
    found = []
    for day in HORIZONS:
        by_day = ended.by_day(day)
        if by_day is None:
            continue
        won = by_day["won"]
        found.append(
            {
                "day": day,
                "shares": [percent(by_day[end].share) for end in ENDS],
                "interval": between(won.low, won.high),
                "at_risk": ended.at_risk(day),
            }
        )
    return found


def _title(ended: Ends) -> str:
    last = {
        end: curve.steps[-1].share if curve.steps else 0.0 for end, curve in ended.curves.items()
    }
    said = ", ".join(f"{percent(last[end])} {words.lower()}" for end, words in ENDS.items())
    return f"Of {ended.n:,} deals created, by day {ended.last_day:,.0f}: {said}"


def _days(found: Quantile) -> dict[str, str]:
    """A median in days, and between which it lies; what is not reached is said."""
    low = "" if found.low is None else f"{found.low:,.1f}"
    high = "not reached" if found.high is None else f"{found.high:,.1f}"
    return {
        "value": "" if found.value is None else f"{found.value:,.1f}",
        "interval": f"{low} – {high}" if low else "",
    }


def _steps_file(found: Funnel) -> tuple[list[str], Iterator[list[Any]]]:
    header = [found.by or "group", "stage", *(f for f in FATES if f != "entered"), "entered"]
    header += ["conversion", "conversion_low", "conversion_high", "median_days", "low", "high"]

    def rows() -> Iterator[list[Any]]:
        for cohort in (found.whole, *found.groups):
            label = cohort.label if cohort is not found.whole else "all"
            for s in cohort.steps:
                counts = [s.deals(f) for f in FATES if f != "entered"]
                low, high = s.interval or (None, None)
                share = [s.entered, s.conversion, low, high]
                yield [label, s.stage, *counts, *share, s.days.value, s.days.low, s.days.high]

    return header, rows()


def _deals_file(asked: Asked, most: int) -> tuple[list[str], Iterator[list[Any]]]:
    currency = asked.book.facts.currency
    every = entries(asked.book, asked.period, asked.stage, asked.fate, **asked.whose, limit=most)
    header = ["id", "name", f"value_{currency.lower()}", "entered_at", "days", "is_there", "stage"]
    return [*header, "outcome"], (
        [
            e.id, e.name, major(e.value_minor, currency), e.entered_at, e.days, e.is_there, e.stage_now, e.outcome,
        ]
        for e in every
    )  # fmt: skip
