"""What changed in the pipeline: a bridge from one day to another, and the deals behind each of its boxes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from salesops.book.book import Book
from salesops.book.turns import turns_said
from salesops.foundations.counting import counted
from salesops.foundations.money import format_change, format_money
from salesops.foundations.period import Period
from salesops.foundations.period_words import period_in_words
from salesops.foundations.problem import Refusal
from salesops.pipeline import (
    BOXES,
    DATES,
    GROUPS,
    Bridge,
    Move,
    Movement,
    first_day,
    movement,
    moves,
)
from salesops.web.books import asked_book, speaks_of
from salesops.web.charts.waterfall import Bar, waterfall
from salesops.web.deal_address import deal_address
from salesops.web.export import as_asked, is_export, major, most_rows
from salesops.web.pages.pipeline.days import A_DAY, days_between, days_of
from salesops.web.pages.pipeline.kept import kept
from salesops.web.pages.pipeline.last_visit import last_visit, remember_visit
from salesops.web.pages.pipeline.spans import chosen, split_of
from salesops.web.pages.pipeline.tabs import tabs
from salesops.web.paging import page_of, paged

SIZE = 50
MINUS = "\N{MINUS SIGN}"
SPANS = (
    ("7", "Last 7 days"),
    ("28", "Last 28 days"),
    ("this_quarter", "This quarter"),
    ("last_quarter", "Last quarter"),
    ("this_year", "This year"),
)
CLOSING = (
    ("", "Any day"),
    ("this_quarter", "This quarter"),
    ("next_quarter", "Next quarter"),
    ("this_year", "This year"),
)
READINGS = (("ends", "The two ends"), ("events", "Every change"))
TITLES = {
    "team": "Team",
    "person": "Owner",
    "stage": "Stage",
    "forecast_category": "Forecast category",
    "source": "Source",
    "type": "Type",
}


@dataclass(frozen=True)
class Asked:
    """What the address asks for; a span of own days is `first..last`."""

    book: Book
    over: str
    period: Period
    closing: str
    reading: str
    by: str
    organisation: str
    box: str
    group: str | None

    @property
    def how(self) -> dict[str, Any]:
        """What a bridge and its changes are asked with."""
        return {
            "closing": _closing(self.book, self.closing),
            "reading": self.reading,
            "by": self.by,
            "organisation": self.organisation,
        }

    @property
    def whose(self) -> dict[str, Any]:
        """What the changes of a box are asked with: of the chosen group, or of all."""
        if self.group is None:
            return self.how | {"by": "", "organisation": "now"}
        return self.how | {"group": self.group or None}


def what_changed(request: HttpRequest) -> HttpResponseBase:
    """The page, or with `export` the changes of the chosen box or else the bridges as a file."""
    asked = _asked(request)
    try:
        found = _movement(asked)
    except Refusal as refusal:
        return render(
            request, "pipeline/what_changed.html", _frame(request, asked) | {"why": str(refusal)}
        )
    if is_export(request):
        rows = (
            _moves_file(asked, found, most_rows(request))
            if asked.box
            else _bridge_file(asked, found)
        )
        return as_asked(request, "what-changed", *rows)
    bridge = chosen(found.whole, found.groups, asked.group)
    page = page_of(request)
    shown = _moves(asked, page) if asked.box else []
    response = render(
        request,
        "pipeline/what_changed.html",
        _frame(request, asked)
        | {
            "found": found,
            "bridge": bridge,
            "change": format_change(bridge.closing - bridge.opening, found.currency, compact=True),
            "chart": waterfall(_bars(request, found, bridge), _title(found, bridge)),
            "lines": _lines(found, bridge),
            "dates": _dates(found, bridge),
            "is_of_dates": asked.box in DATES,
            "groups": _groups(found),
            "group_boxes": [
                (n, found.words(n)) for n in BOXES if any(g.box(n).changes for g in found.groups)
            ],
            "box_words": found.words(asked.box) if asked.box else "",
            "told": [_told(m, found.currency) for m in shown[:SIZE]],
            "turns": turns_said(asked.book, found.over.start, found.closes.date()),
        }
        | paged(page, shown, SIZE),
    )
    remember_visit(request, response, asked.book.last_day)
    return response


def _asked(request: HttpRequest) -> Asked:
    book = asked_book(request)
    given = {k: str(v).strip() for k, v in request.GET.items()}
    first, last = given.get("first", ""), given.get("last", "")
    over = f"{first}..{last}" if first and last else given.get("over") or _usual_span(book)
    if given.get("before"):
        days = days_of(request, book)
        over = f"{days.before + A_DAY}..{max(days.day, days.before + A_DAY)}"
    by, group = split_of(request, book, GROUPS)
    reading = "events" if given.get("reading") == "events" else "ends"
    then = by == "team" and reading == "ends" and given.get("teams") == "then"
    return Asked(
        book=book,
        over=over,
        period=_span(book, over),
        closing=given["closing"] if given.get("closing") in dict(CLOSING) else "",
        reading=reading,
        by=by,
        organisation="then" if then else "now",
        box=given["box"] if given.get("box") in {*BOXES, *DATES} else "",
        group=group,
    )


def _usual_span(book: Book) -> str:
    """This quarter, or where history begins within it, what there is of it."""
    quarter, begins = book.period("this_quarter"), first_day(book)
    if begins is None or begins < quarter.start:
        return "this_quarter"
    return f"{min(begins + A_DAY, book.today)}..{book.today}"


def _span(book: Book, over: str) -> Period:
    if over.isdigit():
        days = min(max(1, int(over)), 3_650)
        return book.period(f"{book.today - timedelta(days=days - 1)}..{book.today}")
    return book.period(over)


def _closing(book: Book, label: str) -> Period | None:
    if not label:
        return None
    if label == "next_quarter":
        return book.calendar.period_of(book.period("this_quarter").end, "quarter")
    return book.period(label)


def _movement(asked: Asked) -> Movement:
    """The bridges, worked out once a state of the book and reader."""
    return kept(
        asked.book,
        ("bridges", asked.period, *asked.how.values()),
        lambda: movement(asked.book, asked.period, **asked.how),
    )


def _moves(asked: Asked, page: int) -> list[Move]:
    return moves(
        asked.book,
        asked.period,
        asked.box,
        **asked.whose,
        limit=SIZE + 1,
        offset=(page - 1) * SIZE,
    )


def _frame(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    """What the page shows whether or not there is an answer."""
    book = asked.book
    last = min(asked.period.end - A_DAY, book.today)
    visited, begins = last_visit(request, book.last_day), first_day(book)
    return {
        "visited": visited if visited and begins and begins <= visited else None,
        "tabs": tabs(request),
        "asked": asked,
        "spans": SPANS,
        "closings": CLOSING,
        "readings": READINGS,
        "splits": [(name, TITLES[name]) for name in GROUPS],
        "split_title": TITLES.get(asked.by, ""),
        "days": days_between(book, max(asked.period.start, date(1, 1, 2)) - A_DAY, last).shown,
        "whole_from": begins + A_DAY if begins else None,
        "speaks_of": speaks_of(book),
    }


def _bars(request: HttpRequest, found: Movement, bridge: Bridge) -> list[Bar]:
    def link(box: str) -> str:
        query = request.GET.copy()
        query.pop("page", None)
        query["box"] = box
        return f"?{query.urlencode()}#deals"

    bars = [_end("Open at the start", bridge.opening, bridge.opening_deals, found)]
    for box in bridge.boxes:
        kind = "won" if box.name == "won" else "more" if box.minor >= 0 else "less"
        said = format_change(box.minor, found.currency, compact=True)
        bars.append(
            Bar(
                found.words(box.name),
                box.minor,
                kind,
                said,
                counted(box.deals, "deal"),
                link(box.name),
            )
        )
    return [*bars, _end("Open at the end", bridge.closing, bridge.closing_deals, found)]


def _end(label: str, minor: int, deals: int, found: Movement) -> Bar:
    return Bar(
        label,
        minor,
        "end",
        format_money(minor, found.currency, compact=True),
        counted(deals, "deal"),
    )


def _lines(found: Movement, bridge: Bridge) -> list[dict[str, Any]]:
    """The bridge as a table."""
    return [
        {
            "name": box.name,
            "words": found.words(box.name),
            "minor": format_change(box.minor, found.currency),
            "deals": box.deals,
            "changes": box.changes,
        }
        for box in bridge.boxes
    ]


def _dates(found: Movement, bridge: Bridge) -> list[dict[str, Any]]:
    """Close dates of deals that stay, later and earlier, each in words."""
    told = []
    for box in bridge.dates:
        worth = format_money(box.minor, found.currency, compact=True)
        deals, times = counted(box.deals, "deal"), counted(box.changes, "time")
        words = f"{times}, {deals}" if found.reading == "events" else f"{deals} worth {worth}"
        told.append({"name": box.name, "words": words})
    return told


def _groups(found: Movement) -> list[dict[str, Any]]:
    names = [n for n in BOXES if any(g.box(n).changes for g in found.groups)]
    return [
        {
            "label": g.label,
            "key": g.key or "",
            "is_null": g.key is None,
            "opening": g.opening,
            "closing": g.closing,
            "change": format_change(g.closing - g.opening, found.currency, compact=True),
            "boxes": [
                (
                    name,
                    format_change(g.box(name).minor, found.currency, compact=True)
                    if g.box(name).changes
                    else "",
                )
                for name in names
            ],
        }
        for g in found.groups
    ]


def _told(move: Move, currency: str) -> dict[str, Any]:
    """A change as the list of a box shows it."""
    stages = move.stage_before or "", move.stage_after or ""
    if move.is_by_meaning:
        stages = "", f"{move.stage_after}, which came to mean something else"
    return {
        "link": deal_address(move.id),
        "name": move.name,
        "minor": _moved_by(move) if move.box in DATES else format_change(move.minor, currency),
        "at": move.at,
        "changes": [
            (before, after)
            for before, after in (
                (_money(move.before, currency), _money(move.after, currency)),
                (_day(move.close_before), _day(move.close_after)),
                stages,
            )
        ],
    }


def _moved_by(move: Move) -> str:
    """By how many days a close date was moved, with its sign."""
    if move.close_before is None or move.close_after is None:
        return ""
    days = (move.close_after - move.close_before).days
    return f"{'+' if days > 0 else MINUS}{counted(abs(days), 'day')}"


def _money(minor: int | None, currency: str) -> str:
    return "" if minor is None else format_money(minor, currency)


def _day(day: date | None) -> str:
    return f"{day:%-d %b %Y}" if day else ""


def _title(found: Movement, bridge: Bridge) -> str:
    opening = format_money(bridge.opening, found.currency, compact=True)
    closing = format_money(bridge.closing, found.currency, compact=True)
    whose = f" of {bridge.label}" if bridge.label else ""
    return f"Open pipeline{whose}, {period_in_words(found.over)}: from {opening} to {closing}"


def _bridge_file(asked: Asked, found: Movement) -> tuple[list[str], Iterator[list[Any]]]:
    code = found.currency.lower()

    def rows() -> Iterator[list[Any]]:
        for bridge in (found.whole, *found.groups):
            group = bridge.label if bridge is not found.whole else "all"
            for box, minor, deals, changes in bridge.rows:
                yield [group, box, major(minor, found.currency), deals, changes]

    return [asked.by or "group", "box", f"value_{code}", "deals", "changes"], rows()


def _moves_file(asked: Asked, found: Movement, most: int) -> tuple[list[str], Iterator[list[Any]]]:
    code = found.currency.lower()
    every = moves(asked.book, asked.period, asked.box, **asked.whose, limit=most)
    header = ["id", "name", "box", f"value_{code}", "at", f"before_{code}", f"after_{code}"]
    return [*header, "close_before", "close_after", "stage_before", "stage_after"], (
        [
            m.id, m.name, m.box, major(m.minor, found.currency), m.at, major(m.before, found.currency),
            major(m.after, found.currency), m.close_before, m.close_after, m.stage_before, m.stage_after,
        ]
        for m in every
    )  # fmt: skip
