"""Bottlenecks: what holds deals up, with evidence, cost and the deals it concerns; and every place they can wait in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from salesops.book.book import Book
from salesops.foundations.money import format_money
from salesops.foundations.problem import Refusal
from salesops.pipeline import Bottleneck, Bottlenecks, Flow, Held, bottlenecks, flows, held_up
from salesops.pipeline.bottleneck_words import cost, evidence, sureness, surety
from salesops.pipeline.bottlenecks import MEASURES
from salesops.pipeline.flows import Share
from salesops.pipeline.visits import LEAD, PLACES
from salesops.web.books import asked_book, speaks_of
from salesops.web.charts.pair import Side, pair
from salesops.web.charts.sparkline import sparkline
from salesops.web.export import as_csv, as_xlsx, major
from salesops.web.pages.pipeline.tabs import tabs
from salesops.web.paging import page_of

SIZE, MOST_EXPORTED, MOST_KEPT = 50, 1_000_000, 64
SURE = ("", "fairly sure", "sure", "very sure")


@dataclass(frozen=True)
class _Known:
    """What the page says of a state of the book."""

    found: Bottlenecks
    flows: tuple[Flow, ...]


_kept: dict[tuple[Any, ...], _Known] = {}


def bottlenecks_page(request: HttpRequest) -> HttpResponseBase:
    """The page, or with `export` the findings, or the deals of the chosen one, as a file."""
    book = asked_book(request)
    frame = {
        "tabs": tabs(request),
        "speaks_of": speaks_of(book),
        "history_from": book.facts.history_from,
        "last_day": book.today,
    }
    try:
        known = _known(book)
    except Refusal as refusal:
        return render(request, "pipeline/bottlenecks.html", frame | {"why": str(refusal)})
    chosen = next((b for b in known.found.found if b.key == request.GET.get("finding")), None)
    if request.GET.get("export") in ("csv", "xlsx"):
        export = as_xlsx if request.GET["export"] == "xlsx" else as_csv
        if chosen is None:
            return export("bottlenecks", *_findings_file(known.found, book.facts.currency))
        return export("held-up", *_deals_file(book, chosen))
    page = page_of(request)
    held = held_up(book, chosen, limit=SIZE + 1, offset=(page - 1) * SIZE) if chosen else []
    return render(
        request,
        "pipeline/bottlenecks.html",
        frame
        | {
            "looks": known.found.looks,
            "found": [_told(b, book.facts.currency) for b in known.found.found],
            "places": [_place(f) for f in known.flows],
            "chosen": chosen,
            "held": [_held(h, chosen, book.facts.currency) for h in held[:SIZE]] if chosen else [],
            "page": page,
            "has_more": len(held) > SIZE,
            "first_row": (page - 1) * SIZE + 1,
            "last_row": (page - 1) * SIZE + len(held[:SIZE]),
        },
    )


def _known(book: Book) -> _Known:
    """What there is to say, worked out once a state of the book and reader."""
    of = settings.SALESOPS_BOOK, book.facts.generation, book.scope, book.instant, book.criterion
    key = (*of, book.settings.model_dump_json())
    found = _kept.get(key)
    if found is None:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        found = _kept[key] = _Known(bottlenecks(book), tuple(flows(book)))
    return found


def _told(found: Bottleneck, currency: str) -> dict[str, Any]:
    return {
        "key": found.key,
        "title": found.title,
        "measure": MEASURES[found.measure],
        "is_over": found.is_over,
        "worth": None
        if found.worth_minor is None
        else format_money(found.worth_minor, currency, compact=True),
        "is_once": found.is_once,
        "evidence": evidence(found),
        "cost": cost(found, currency),
        "sureness": sureness(found),
        "surety": surety(found),
        "sure": SURE[surety(found)],
        "sides": _sides(found),
        "scale": "mean days" if found.measure == "wait" else "share of deals",
        "waiting": found.here.n if found.is_over else found.around.waiting,
        "waiting_money": format_money(found.around.waiting_minor, currency, compact=True),
    }


def _sides(found: Bottleneck) -> tuple[Side, Side]:
    here, usual = found.here, found.usual
    first = found.team or found.when
    second = "Other teams" if found.team else "The year before"
    if found.measure == "wait":
        return pair(
            (first, f"{here.mean:.0f} days", here.mean, here.error),
            (second, f"{usual.mean:.0f} days", usual.mean, usual.error),
        )
    return pair(
        (first, f"{here.ended:.0%}", here.ended, here.error),
        (second, f"{usual.ended:.0%}", usual.ended, usual.error),
    )


def _place(flow: Flow) -> dict[str, Any]:
    """A row of the table of all places."""
    queue = flow.queue
    return {
        "name": PLACES.get(flow.place, flow.place),
        "entered": flow.entered,
        "wait": _days(flow.median),
        "wait_range": _range(flow.low, flow.high),
        "middle": _range(flow.quarter, flow.three_quarters),
        "queue": queue[-1] if queue else None,
        "queue_chart": sparkline(queue, f"Waiting, every four weeks: {', '.join(map(str, queue))}")
        if queue
        else "",
        "arrived": flow.arrived,
        "left": flow.left,
        "dropped": _share(flow.dropped),
        "returned": _share(flow.returned),
    }


def _days(days: int | None) -> str:
    return "" if days is None else f"{days} day{'' if days == 1 else 's'}"


def _range(low: int | None, high: int | None) -> str:
    if low is None:
        return ""
    return f"{low}–{high}" if high is not None else f"{low} or more"


def _share(share: Share | None) -> dict[str, str] | None:
    if share is None or share.value is None or share.interval is None:
        return None
    low, high = share.interval
    return {
        "value": f"{share.value:.0%}",
        "range": f"{low:.0%}–{high:.0%}",
        "n": f"{share.hit:,} of {share.n:,}",
    }


def _held(held: Held, found: Bottleneck, currency: str) -> dict[str, Any]:
    noun = "leads" if found.place == LEAD else "opportunities"
    return {
        "link": f"/{noun}/{quote(held.id, safe='')}",
        "name": held.name,
        "owner": held.owner,
        "days": held.days,
        "stage": held.stage,
        "value": "" if held.value_minor is None else format_money(held.value_minor, currency),
    }


def _findings_file(found: Bottlenecks, currency: str) -> tuple[list[str], Iterator[list[Any]]]:
    header = [
        "place",
        "measure",
        "team",
        "first",
        "last",
        "here",
        "usual",
        "difference",
        "low",
        "high",
    ]
    header += [
        "n",
        "n_usual",
        "false_discovery_rate",
        "is_over",
        "waiting",
        "days_a_year",
        "deals_a_year",
    ]

    def rows() -> Iterator[list[Any]]:
        for b in found.found:
            is_wait = b.measure == "wait"
            yield [
                b.where, b.measure, b.team, b.first, b.last, b.here.mean if is_wait else b.here.ended,
                b.usual.mean if is_wait else b.usual.ended, b.extra, b.low, b.high, b.here.n, b.usual.n, b.rate,
                b.is_over, b.around.waiting, b.days_a_year, b.deals_a_year, major(b.worth_minor, currency),
            ]  # fmt: skip

    return [*header, f"worth_{currency.lower()}"], rows()


def _deals_file(book: Book, found: Bottleneck) -> tuple[list[str], Iterator[list[Any]]]:
    code = book.facts.currency
    held = held_up(book, found, limit=MOST_EXPORTED)
    return ["id", "name", "owner", "days", "is_there", "stage", f"value_{code.lower()}"], (
        [h.id, h.name, h.owner, h.days, h.is_there, h.stage, major(h.value_minor, code)]
        for h in held
    )
