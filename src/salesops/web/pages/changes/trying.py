"""The rule of a change of the process tried on the past: what it would have stopped, and the deals behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from salesops.actions.change_process import rule_of
from salesops.book.book import Book
from salesops.experiments import Fate, Replay, Rule, conclusion, looked_at, replay
from salesops.foundations.money import format_money
from salesops.foundations.percent import in_percent, in_percents
from salesops.foundations.problem import Refusal
from salesops.records.models import ProcessChange
from salesops.web.books import steady_book
from salesops.web.deal_address import deal_address
from salesops.web.pages.pipeline.kept import kept
from salesops.web.pages.pipeline.said import range_said
from salesops.web.paging import page_of, paged

SIZE = 50
GROUPS = {"stopped": ("Would have been stopped", True), "others": ("Others", False)}
FATES = {"won": "won", "lost": "lost", "open": "still open", "gone": "deleted"}


def tried(request: HttpRequest, change: ProcessChange) -> dict[str, Any]:
    """What the page shows of it; with `group` and `fate` in the address the deals as well."""
    rule = rule_of(change)
    if rule is None or "replay" not in request.GET:
        return {}
    try:
        book = steady_book()
        book = book.where(change.criterion) if change.criterion else book
        found = kept(book, ("replay", rule), lambda: replay(book, rule))
    except Refusal as refusal:
        return {"why": str(refusal)}
    told = conclusion(found)
    return {
        "found": found,
        "lines": [
            _line(name, words, found.touched if touched else found.others, found)
            for name, (words, touched) in GROUPS.items()
        ],
        "can": told.can,
        "cannot": told.cannot,
        "deals": _deals(book, rule, request.GET, page_of(request)),
    }


def _line(name: str, words: str, fate: Fate, found: Replay) -> dict[str, Any]:
    return {
        "name": name,
        "words": words,
        "deals": fate.deals,
        "fates": [(f, getattr(fate, f)) for f in ("won", "lost", "open")],
        "won": "" if fate.won_minor is None else format_money(fate.won_minor, found.currency, compact=True),
        "share": "" if fate.share is None else in_percent(fate.share),
        "range": "" if fate.low is None or fate.high is None else in_percents(fate.low, fate.high),
        "days": "" if fate.days is None else f"{fate.days:g}",
        "days_range": range_said(fate.days_low, fate.days_high),
    }  # fmt: skip


def _deals(book: Book, rule: Rule, asked: Mapping[str, str], page: int) -> dict[str, Any] | None:
    """The deals of a group, or of those of it that became one thing."""
    group, fate = asked.get("group", ""), asked.get("fate", "")
    if group not in GROUPS or fate not in ("", *FATES):
        return None
    words, touched = GROUPS[group]
    shown = looked_at(
        book, rule, touched=touched, fate=fate, limit=SIZE + 1, offset=(page - 1) * SIZE
    )
    currency = book.facts.currency
    return {
        "title": f"{words}, {FATES[fate]}" if fate else words,
        "rows": [
            {
                "link": deal_address(d.id),
                "name": d.name,
                "at": d.at,
                "minor": "" if d.minor is None else format_money(d.minor, currency),
                "became": FATES[d.fate],
                "end": "" if d.end_minor is None else format_money(d.end_minor, currency),
            }
            for d in shown[:SIZE]
        ],
    } | paged(page, shown, SIZE)
