"""Bottlenecks: what holds deals up, with evidence, cost and the deals it concerns; and every place they can wait in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from salesops.book.book import Book
from salesops.engines.steady import OneGeneration
from salesops.foundations.money import format_money
from salesops.foundations.percent import in_percent
from salesops.foundations.problem import Refusal
from salesops.jobs.held_up import HeldUp, held_up_in, kept_held_up
from salesops.pipeline import Bottleneck, Bottlenecks, Flow, Held, flows, held_up
from salesops.pipeline.bottleneck_words import cost, evidence, nothing, sureness, surety
from salesops.pipeline.visits import LEAD, PLACES
from salesops.web.books import narrowed_book, speaks_of
from salesops.web.charts.pair import Side, pair
from salesops.web.charts.sparkline import sparkline
from salesops.web.export import as_asked, is_export, major, most_rows
from salesops.web.pages.pipeline.days import days_asked
from salesops.web.pages.pipeline.kept import kept
from salesops.web.pages.pipeline.said import days_said, range_said, share_said
from salesops.web.pages.pipeline.tabs import tabs
from salesops.web.paging import page_of, paged

SIZE = 50
SURE = ("", "fairly sure", "sure", "very sure")


def bottlenecks_page(request: HttpRequest) -> HttpResponseBase:
    """The page, or with `export` the findings, or the deals of the chosen one, as a file."""
    whole = narrowed_book(request)
    days = days_asked(request, whole)
    book, before = days.book(whole), days.book_before(whole)
    frame = {
        "days": days.shown,
        "tabs": tabs(request),
        "speaks_of": speaks_of(book),
        "history_from": book.facts.history_from,
        "last_day": book.today,
    }
    try:
        known = kept(book, ("bottlenecks",), lambda: _held_up(book))
        former = {flow.place: flow for flow in _flows(before)} if before else None
    except Refusal as refusal:
        return render(request, "pipeline/bottlenecks.html", frame | {"why": str(refusal)})
    chosen = next((b for b in known.found.found if b.key == request.GET.get("finding")), None)
    if is_export(request):
        if chosen is None:
            return as_asked(
                request, "bottlenecks", *_findings_file(known.found, book.facts.currency)
            )
        return as_asked(request, "held-up", *_deals_file(book, chosen, most_rows(request)))
    page = page_of(request)
    held = held_up(book, chosen, limit=SIZE + 1, offset=(page - 1) * SIZE) if chosen else []
    return render(
        request,
        "pipeline/bottlenecks.html",
        frame
        | {
            "looks": known.found.looks,
            "nothing": nothing(known.found.looks),
            "found": [_told(b, book.facts.currency) for b in known.found.found],
            "is_compared": former is not None,
            "places": [_place(f, (former or {}).get(f.place)) for f in known.flows],
            "chosen": chosen,
            "held": [_held(h, chosen, book.facts.currency) for h in held[:SIZE]] if chosen else [],
        }
        | paged(page, held, SIZE),
    )


def _held_up(book: Book) -> HeldUp:
    """As it was worked out with the import, where the whole of a base is asked for as it is now, or else now."""
    is_whole = book.scope.is_everything and not book.criterion and book.at is None
    held = book.engine.manifest if isinstance(book.engine, OneGeneration) and is_whole else None
    found = None
    if held is not None and not held.delta:
        found = kept_held_up(Path(settings.SALESOPS_BOOK) / held.base, book.settings)
    return found or held_up_in(book)


def _flows(book: Book) -> tuple[Flow, ...]:
    """Every place, worked out once."""
    return kept(book, ("flows",), lambda: tuple(flows(book)))


def _told(found: Bottleneck, currency: str) -> dict[str, Any]:
    return {
        "key": found.key,
        "title": found.title,
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
        (first, in_percent(here.ended), here.ended, here.error),
        (second, in_percent(usual.ended), usual.ended, usual.error),
    )


def _place(flow: Flow, former: Flow | None) -> dict[str, Any]:
    """A row of the table of all places, and what it was on the day compared with."""
    queue = flow.queue
    return {
        "name": PLACES.get(flow.place, flow.place),
        "entered": flow.entered,
        "wait": days_said(flow.median),
        "wait_range": range_said(flow.low, flow.high),
        "middle": range_said(flow.quarter, flow.three_quarters),
        "queue": queue[-1] if queue else None,
        "queue_chart": sparkline(queue, f"Waiting, every four weeks: {', '.join(map(str, queue))}")
        if queue
        else "",
        "then": former and {
            "wait": days_said(former.median), "queue": former.queue[-1] if former.queue else None,
        },
        "arrived": flow.arrived,
        "left": flow.left,
        "dropped": share_said(flow.dropped.hit, flow.dropped.n) if flow.dropped else None,
        "returned": share_said(flow.returned.hit, flow.returned.n) if flow.returned else None,
    }  # fmt: skip


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


def _deals_file(book: Book, found: Bottleneck, most: int) -> tuple[list[str], Iterator[list[Any]]]:
    code = book.facts.currency
    held = held_up(book, found, limit=most)
    return ["id", "name", "owner", "days", "is_there", "stage", f"value_{code.lower()}"], (
        [h.id, h.name, h.owner, h.days, h.is_there, h.stage, major(h.value_minor, code)]
        for h in held
    )
