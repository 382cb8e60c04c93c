"""The funnel of a period on its page: what was at each stage, what came and what left, and the deals of each count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from salesops.book.book import Book
from salesops.foundations.money import format_money
from salesops.foundations.problem import Refusal
from salesops.pipeline import CROSSINGS, Crossing, Passage, PeriodFunnel, crossings, period_funnel
from salesops.pipeline.period_funnel import LEFT, RARE, STANDING
from salesops.web.charts.bars import bar
from salesops.web.deal_address import deal_address
from salesops.web.export import as_asked, is_export, major, most_rows
from salesops.web.pages.pipeline.funnel_asked import (
    Asked,
    beside,
    between,
    frame,
    groups_shown,
    percent,
)
from salesops.web.pages.pipeline.kept import kept
from salesops.web.pages.pipeline.spans import chosen
from salesops.web.paging import page_of, paged

SIZE = 50
TEMPLATE = "pipeline/period_funnel.html"


def period_funnel_page(request: HttpRequest, asked: Asked) -> HttpResponseBase:
    """The page, or with `export` the deals of the chosen stage or else the stages as a file."""
    try:
        found = _found(asked, asked.book)
    except Refusal as refusal:
        return render(request, TEMPLATE, frame(request, asked) | {"why": str(refusal)})
    if is_export(request):
        return as_asked(
            request,
            "funnel",
            *(_deals_file(asked, most_rows(request)) if asked.stage else _steps_file(found)),
        )
    group = chosen(found.whole, found.groups, asked.group)
    former, former_why = _former(asked)
    then = chosen(former.whole, former.groups, asked.group).steps if former else ()
    page, listed = page_of(request), []
    if any(step.stage == asked.stage for step in group.steps):
        listed = crossings(
            asked.book,
            asked.period,
            asked.stage,
            asked.fate,
            **asked.whose,
            limit=SIZE + 1,
            offset=(page - 1) * SIZE,
        )
    stages = [step.stage for step in found.whole.steps]
    shown = [
        what
        for what in CROSSINGS
        if what != "skipped" and (what not in RARE or any(s.deals(what) for s in group.steps))
    ]
    return render(
        request,
        TEMPLATE,
        frame(request, asked)
        | {
            "found": found,
            "group": group,
            "former": former,
            "former_why": former_why,
            "shown": [(what, CROSSINGS[what]) for what in shown],
            "steps": [_step(s, f, shown) for s, f in beside(group.steps, then)],
            "stages": stages,
            "groups": groups_shown(found.groups, stages, _share),
            "told": [_told(each, asked.book.facts.currency) for each in listed[:SIZE]],
            "fate_words": CROSSINGS[asked.fate],
            "at_words": _at_words(asked.fate),
            "other_words": _other_words(asked.fate),
            "order_words": "the longest there first"
            if asked.fate in STANDING
            else "the latest first",
        }
        | paged(page, listed, SIZE),
    )


def _found(asked: Asked, book: Book) -> PeriodFunnel:
    """The funnel as a book knows it, worked out once."""
    over = book.period(asked.over)
    return kept(
        book, ("period_funnel", over, asked.by), lambda: period_funnel(book, over, by=asked.by)
    )


def _former(asked: Asked) -> tuple[PeriodFunnel | None, str]:
    """The funnel of the day compared with, or why there is none although one is asked for."""
    if asked.before is None:
        return None, ""
    try:
        return _found(asked, asked.before), ""
    except Refusal as refusal:
        return None, str(refusal)


def _step(step: Passage, former: Passage | None, shown: list[str]) -> dict[str, Any]:
    """A stage as the table shows it, and its share on the day compared with."""
    low, high = step.interval or (None, None)
    return {
        "stage": step.stage,
        "counts": [(what, step.deals(what)) for what in shown],
        "skipped": step.skipped,
        "left": step.left,
        "bar": bar(step.conversion, low, high, 1.0),
        "share": percent(step.conversion),
        "interval": between(low, high),
        "then": former and {"share": percent(former.conversion), "left": former.left},
    }


def _share(step: Passage) -> dict[str, Any]:
    """A group's share at a stage, and of how many."""
    return {"share": percent(step.conversion), "n": step.left}


def _at_words(what: str) -> str:
    return "Left" if what in LEFT else "Got beyond" if what == "skipped" else "Came"


def _other_words(what: str) -> str:
    """The head of the column with the other stage, nothing of those that stand there."""
    if what in STANDING:
        return ""
    return "To" if what in LEFT or what == "skipped" else "From"


def _told(each: Crossing, currency: str) -> dict[str, Any]:
    """A deal as the list shows it."""
    return {
        "link": deal_address(each.id),
        "name": each.name,
        "value": "" if each.value_minor is None else format_money(each.value_minor, currency),
        "at": each.at,
        "days": "" if each.days is None else f"{each.days:,.1f}",
        "is_there": each.is_there,
        "other": each.other or "",
        "stage": each.stage_now,
    }


def _steps_file(found: PeriodFunnel) -> tuple[list[str], Iterator[list[Any]]]:
    header = [found.by or "group", "stage", *CROSSINGS, "left"]
    header += ["conversion", "conversion_low", "conversion_high"]

    def rows() -> Iterator[list[Any]]:
        for group in (found.whole, *found.groups):
            label = group.label if group is not found.whole else "all"
            for step in group.steps:
                low, high = step.interval or (None, None)
                counts = [step.deals(what) for what in CROSSINGS]
                yield [label, step.stage, *counts, step.left, step.conversion, low, high]

    return header, rows()


def _deals_file(asked: Asked, most: int) -> tuple[list[str], Iterator[list[Any]]]:
    currency = asked.book.facts.currency
    every = crossings(asked.book, asked.period, asked.stage, asked.fate, **asked.whose, limit=most)
    header = ["id", "name", f"value_{currency.lower()}", "at", "days", "is_there", "other_stage"]
    return [*header, "stage", "outcome"], (
        [
            c.id, c.name, major(c.value_minor, currency), c.at, c.days, c.is_there, c.other, c.stage_now, c.outcome,
        ]
        for c in every
    )  # fmt: skip
