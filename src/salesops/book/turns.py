"""Which stages came to mean something else within some days: a figure may have moved by that alone."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from salesops.book.book import Book
from salesops.kpis._definition import Kpi


def turns_said(book: Book, first: date, last: date) -> str:
    """Such as “Discovery came to mean something else on 1 Jul 2026.”; empty where none did in these days."""
    within = sorted((t.day, t.stage) for t in book.facts.turns if first <= t.day <= last)
    told = []
    for day, its in groupby(within, key=lambda turn: turn[0]):
        *others, stage = dict.fromkeys(stage for _, stage in its)
        names = f"{', '.join(others)} and {stage}" if others else stage
        told.append(f"{names} came to mean something else on {day:%-d %b %Y}")
    return f"{'; '.join(told)}." if told else ""


def turns_of(book: Book, kpi: Kpi, first: date) -> str:
    """The same from a day on, of a number that is one of deals, which may have moved by it; empty for all others."""
    is_of_deals = any(need.table.startswith("opportunity") for need in kpi.needs)
    return turns_said(book, first, book.today) if is_of_deals else ""
