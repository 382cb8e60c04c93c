"""Conformance: how deals depart from the sales process, with counts and money, each departure a door to its deals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from salesops.book.book import Book
from salesops.foundations.money import format_money
from salesops.foundations.problem import Refusal
from salesops.pipeline import Conformance, Departed, conformance, departures
from salesops.pipeline.conformance import GROUPS, Compared, Group, Line
from salesops.pipeline.departures import KINDS, in_words
from salesops.pipeline.process_rules import unknown_stages
from salesops.web.charts.bars import bar
from salesops.web.deal_address import deal_address
from salesops.web.export import as_asked, is_export, major, most_rows
from salesops.web.pages.pipeline.kept import kept
from salesops.web.pages.pipeline.said import share_said
from salesops.web.pages.pipeline.spans import Spanned, chosen, span_shown, spanned
from salesops.web.paging import page_of, paged

SIZE = 50
# A kind at the head of a column.
SHORT = {
    "skipped": "Skipped",
    "backward": "Moved back",
    "entry": "Entry",
    "exit": "Exit",
    "activity": "Activity",
    "overstayed": "Too long",
}


@dataclass(frozen=True)
class Asked(Spanned):
    """What the address asks for; `kind` is empty where no deals are."""

    kind: str
    stage: str
    what: str
    untold: bool

    def found(self, book: Book) -> Conformance:
        """The departures as a book knows them, worked out once."""
        period = book.period(self.over)
        return kept(
            book, ("conformance", period, self.by), lambda: conformance(book, period, by=self.by)
        )

    def deals(self, limit: int, offset: int = 0) -> list[Departed]:
        """The chosen departures."""
        return departures(
            self.book,
            self.period,
            self.kind,
            self.stage,
            self.what,
            untold=self.untold,
            limit=limit,
            offset=offset,
            **self.whose,
        )


def conformance_page(request: HttpRequest) -> HttpResponseBase:
    """The page, or with `export` the chosen departures or else the counts as a file."""
    asked = _asked(request)
    try:
        found = asked.found(asked.book)
    except Refusal as refusal:
        return render(
            request, "pipeline/conformance.html", _frame(request, asked) | {"why": str(refusal)}
        )
    code = asked.book.facts.currency
    if is_export(request):
        if asked.kind:
            return as_asked(request, "departures", *_deals_file(asked, code, most_rows(request)))
        return as_asked(request, "conformance", *_lines_file(found, code))
    group, page = chosen(found.whole, found.groups, asked.group), page_of(request)
    former = asked.found(asked.before) if asked.before else None
    then = chosen(former.whole, former.groups, asked.group) if former else None
    deals = asked.deals(SIZE + 1, (page - 1) * SIZE) if asked.kind else []
    return render(
        request,
        "pipeline/conformance.html",
        _frame(request, asked)
        | {
            "found": found,
            "group": group,
            "former": former,
            "kinds": [_kind(group, line, code, then) for line in group.kinds],
            "titles": [(SHORT[line.kind], KINDS[line.kind]) for line in found.whole.kinds],
            "groups": [_row(each, found.whole) for each in found.groups],
            "compared": [_compared(each) for each in found.compared],
            "deals": [_deal(deal, code) for deal in deals[:SIZE]],
            "chosen_words": in_words(asked.kind, asked.stage, asked.what) if asked.kind else "",
        }
        | paged(page, deals, SIZE),
    )


def _asked(request: HttpRequest) -> Asked:
    given = {k: str(v).strip() for k, v in request.GET.items()}
    return Asked(
        **vars(spanned(request, GROUPS)),
        kind=given["kind"] if given.get("kind") in KINDS else "",
        stage=given.get("stage", ""),
        what=given.get("what", ""),
        untold=bool(given.get("untold")),
    )


def _frame(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    """What the page shows whether or not there is an answer."""
    book = asked.book
    versions = book.settings.sales_process
    return span_shown(request, asked, GROUPS) | {
        "versions": len(versions),
        "latest": versions[-1] if versions else None,
        "unknown": unknown_stages(book),
    }


def _kind(group: Group, whole: Line, code: str, then: Group | None) -> dict[str, Any]:
    """A kind with its stages, as the table shows them, and what each was on the day compared with."""
    lines = [line for line in group.lines if line.kind == whole.kind]
    former = {_which(line): line for line in (*then.kinds, *then.lines)} if then else {}
    return {
        "whole": _line(whole, code, former.get(_which(whole))),
        "lines": [_line(line, code, former.get(_which(line))) for line in lines],
    }


def _which(line: Line) -> tuple[str, str, str]:
    return line.kind, line.stage, line.what


def _line(line: Line, code: str, former: Line | None) -> dict[str, Any]:
    share = line.share
    low, high = share.interval or (None, None)

    def money(minor: int | None) -> str:
        return "" if minor is None else format_money(minor, code, compact=True)

    return {
        "kind": line.kind,
        "stage": line.stage,
        "what": line.what,
        "words": f"{line.stage}: {line.what}" if line.what else line.stage or KINDS[line.kind],
        "departed": line.departed,
        "looks": line.looks,
        "share": share_said(share.hit, share.n),
        "then": former and share_said(former.share.hit, former.share.n),
        "bar": bar(share.value, low, high, 1.0),
        "deals": line.deals,
        "unknown": line.unknown,
        "open_deals": line.open_deals,
        "open": money(line.open_minor),
        "won_deals": line.won_deals,
        "won": money(line.won_minor),
    }


def _row(group: Group, whole: Group) -> dict[str, Any]:
    """A group's share of each kind."""
    kinds = {line.kind: line for line in group.kinds}
    cells = []
    for each in whole.kinds:
        line = kinds.get(each.kind)
        said = share_said(line.departed, line.looks) if line else None
        cells.append((each.kind, line, said))
    return {
        "label": group.label,
        "key": group.key or "",
        "is_null": group.key is None,
        "cells": cells,
    }


def _compared(each: Compared) -> dict[str, Any]:
    line, apart = each.line, each.apart
    return {
        "words": in_words(line.kind, line.stage, line.what),
        "won": share_said(line.won.hit, line.won.n),
        "others": share_said(line.others_won.hit, line.others_won.n),
        "apart": _points(apart.value),
        "range": ""
        if apart.low is None or apart.high is None
        else f"{_points(apart.low)} to {_points(apart.high)}",
        "is_chance": apart.is_chance,
        "is_less": apart.value < 0,
    }


def _points(share: float) -> str:
    """+4 or −12, of a hundred; a true minus sign."""
    points = round(share * 100)
    return f"+{points}" if points > 0 else f"−{-points}" if points else "0"


def _deal(deal: Departed, code: str) -> dict[str, Any]:
    return {
        "link": deal_address(deal.id),
        "name": deal.name,
        "what": in_words(deal.kind, deal.stage, deal.what),
        "detail": deal.detail,
        "at": deal.at,
        "owner": deal.owner or "",
        "value": "" if deal.value_minor is None else format_money(deal.value_minor, code),
        "stage": deal.stage_now,
    }


def _lines_file(found: Conformance, code: str) -> tuple[list[str], Iterator[list[Any]]]:
    header = [found.by or "group", "departure", "stage", "what", "departed", "of", "share", "low"]
    header += ["high", "cannot_be_told", "deals", "open_deals", f"open_{code.lower()}", "won_deals"]
    header += [f"won_{code.lower()}", "won_share", "closed", "others_won_share", "others_closed"]

    def rows() -> Iterator[list[Any]]:
        for group in (found.whole, *found.groups):
            label = "all" if group is found.whole else group.label
            for line in (*group.kinds, *group.lines):
                low, high = line.share.interval or (None, None)
                yield [
                    label, line.kind, line.stage or "all", line.what, line.departed, line.looks, line.share.value,
                    low, high, line.unknown, line.deals, line.open_deals, major(line.open_minor, code),
                    line.won_deals, major(line.won_minor, code), line.won.value, line.won.n,
                    line.others_won.value, line.others_won.n,
                ]  # fmt: skip

    return header, rows()


def _deals_file(asked: Asked, code: str, most: int) -> tuple[list[str], Iterator[list[Any]]]:
    header = ["id", "name", "departure", "stage", "what", "detail", "at", "owner"]
    header += [f"value_{code.lower()}", "stage_now", "outcome"]
    return header, (
        [
            d.id, d.name, d.kind, d.stage, d.what, d.detail, d.at, d.owner, major(d.value_minor, code),
            d.stage_now, d.outcome,
        ]
        for d in asked.deals(most)
    )  # fmt: skip
