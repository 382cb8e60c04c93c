"""The pipeline on a day: what was open, against another day, how it came there, and the deals of each cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from salesops.book.book import Book
from salesops.book.turns import turns_said
from salesops.foundations.counting import counted
from salesops.foundations.money import format_change, format_money
from salesops.foundations.period_words import day_in_words
from salesops.pipeline import Line, Snapshots, Standing, as_of, days_back
from salesops.web.books import narrowed_book, speaks_of
from salesops.web.charts.frame import round_lines
from salesops.web.charts.stack import Moment, Part, stack, tones
from salesops.web.export import as_asked, is_export, major
from salesops.web.pages.numbers.reading import split_titles
from salesops.web.pages.pipeline.days import Days, days_of
from salesops.web.pages.pipeline.kept import kept
from salesops.web.pages.pipeline.tabs import tabs
from salesops.web.words import said

KPI = "open_pipeline"
MOST_LINES, A_YEAR, MOST_WEEKS, MOST_MONTHS = 100, timedelta(days=364), 130, 120
NOT_OF_OPEN = ("outcome", "loss_reason")  # what open deals have but one of, or none
CERTAINTY = ("commit", "best_case", "pipeline", "omitted")  # the surest first
Organisation = Literal["then", "now"]


@dataclass(frozen=True)
class Asked:
    """What the address asks for."""

    book: Book  # with its filter, as of now
    days: Days
    by: str
    organisation: Organisation
    where: str

    @property
    def two(self) -> Snapshots:
        """The two days, split."""
        days = [self.days.before, self.days.day]
        return kept(
            self.book,
            ("two", *days, self.by, self.organisation),
            lambda: as_of(self.book, days, by=self.by, organisation=self.organisation),
        )

    @property
    def course(self) -> Snapshots | None:
        """The last year, or further back where a chosen day lies there, by what says how sure it is."""
        days = _course_days(self.book, self.days)
        by = "forecast_category" if self.by == "forecast_category" else "stage"
        if len(days) < 2:
            return None
        return kept(self.book, ("course", *days, by), lambda: as_of(self.book, days, by=by))


def by_day(request: HttpRequest) -> HttpResponseBase:
    """The page, or with `export` its table as a file."""
    asked = _asked(request)
    two = asked.two
    if is_export(request):
        return as_asked(request, "pipeline-by-day", *_file(asked, two))
    before, now = _ends(two.whole)
    course, lines = asked.course, list(two.groups)
    titles = _splits(asked.book)
    return render(
        request,
        "pipeline/by_day.html",
        {
            "tabs": tabs(request),
            "asked": asked,
            "days": asked.days.shown,
            "is_one_day": asked.days.before == asked.days.day,
            "splits": titles,
            "split_title": dict(titles)[asked.by],
            "currency": two.currency,
            "before": before,
            "now": now,
            "change": format_change(now.minor - before.minor, two.currency, compact=True),
            "changed_deals": _signed(now.deals - before.deals),
            "chart": _chart(request, course, asked.days) if course else "",
            "course": _course_table(course) if course else None,
            "key": _key(course) if course else [],
            "lines": [_line(asked, line, two.currency) for line in lines[:MOST_LINES]],
            "more": max(0, len(lines) - MOST_LINES),
            "whole": _line(asked, two.whole, two.currency),
            "speaks_of": speaks_of(asked.book),
            "turns": turns_said(asked.book, _first_shown(asked, course), asked.days.day),
        },
    )


def _first_shown(asked: Asked, course: Snapshots | None) -> date:
    return min(asked.days.before, *(course.days if course else ()), asked.days.day)


def _asked(request: HttpRequest) -> Asked:
    book = narrowed_book(request)
    by = request.GET.get("by", "stage")
    if by not in dict(_splits(book)):
        by = "stage"
    is_now = by == "team" and request.GET.get("teams") == "now"
    return Asked(
        book=book,
        days=days_of(request, book),
        by=by,
        organisation="now" if is_now else "then",
        where=request.GET.get("where", "").strip(),
    )


def _splits(book: Book) -> list[tuple[str, str]]:
    return [(name, title) for name, title in split_titles(book, KPI) if name not in NOT_OF_OPEN]


def _course_days(book: Book, days: Days) -> list[date]:
    begins = min(days.last - A_YEAR, days.before)
    weeks = (days.last - begins).days // 7 + 1
    if weeks <= MOST_WEEKS:
        return days_back(book, days.last, "week", weeks)
    return [d for d in days_back(book, days.last, "month", MOST_MONTHS) if d >= begins]


def _ends(line: Line) -> tuple[Standing, Standing]:
    """How a line stood on the day compared with, and on the day; the same where both are one."""
    return line.standings[0], line.standings[-1]


def _line(asked: Asked, line: Line, currency: str) -> dict[str, Any]:
    before, now = _ends(line)
    return {
        "label": said(line.label[0]) if line.label else "",
        "before": {"minor": before.minor, "deals": before.deals,
                   "link": _deals(asked, asked.days.before, line)},
        "now": {"minor": now.minor, "deals": now.deals, "link": _deals(asked, asked.days.day, line)},
        "change": format_change(now.minor - before.minor, currency, compact=True),
        "is_same": now.minor == before.minor,
    }  # fmt: skip


def _deals(asked: Asked, day: date, line: Line) -> str:
    """The address of the deals of a cell, as they were at the end of its day."""
    query = {"period": "all", "as_of": day.isoformat(), "where": asked.where, "by": ""}
    if line.key and asked.organisation == "now":
        team = (
            "is null" if line.key[0] is None else f"= '{line.key[0].replace(chr(39), chr(39) * 2)}'"
        )
        of_team = f"owner.team {team}"
        query["where"] = f"({asked.where}) and {of_team}" if asked.where else of_team
    elif line.key:
        query |= {"by": asked.by} | (
            {"null": "1"} if line.key[0] is None else {"at": str(line.key[0])}
        )
    address = reverse("rows", args=[KPI])
    return f"{address}?{urlencode({k: v for k, v in query.items() if v or k == 'by'})}"


def _in_order(course: Snapshots) -> list[Line]:
    """The layers of the chart, the surest first: late stages, or what was committed."""
    if course.by == ("stage",):
        return list(reversed(course.groups))
    order = {name: place for place, name in enumerate(CERTAINTY)}
    return sorted(course.groups, key=lambda line: order.get(line.key[0], len(order)))


def _chart(request: HttpRequest, course: Snapshots, days: Days) -> str:
    def link(day: date) -> str:
        query = request.GET.copy()
        query["as_of"] = day.isoformat()
        return f"?{query.urlencode()}"

    currency, whole = course.currency, course.whole.standings
    moments = [
        Moment(day.toordinal(), f"{day:%-d %b}", _told(day, standing, currency), link(day))
        for day, standing in zip(course.days, whole, strict=True)
    ]
    layers = _in_order(course)
    parts = [
        Part(line.label[0], tone, [standing.minor for standing in line.standings])
        for line, tone in zip(layers, tones(len(layers)), strict=True)
    ]
    lines = round_lines(0, max(s.minor for s in whole))
    axis = [(value, format_money(round(value), currency, compact=True)) for value in lines]
    marks = [(day.toordinal(), day_in_words(day)) for day in dict.fromkeys((days.before, days.day))]
    first, last = moments[0], moments[-1]
    title = f"Open pipeline from {first.said} to {last.said}"
    return stack(moments, parts, title, axis, marks)


def _told(day: date, standing: Standing, currency: str) -> str:
    money = format_money(standing.minor, currency, compact=True)
    return f"{day_in_words(day)}: {money}, {counted(standing.deals, 'deal')}"


def _key(course: Snapshots) -> list[dict[str, Any]]:
    layers = _in_order(course)
    return [
        {"label": said(line.label[0]), "tone": tone}
        for line, tone in zip(layers, tones(len(layers)), strict=True)
    ]


def _course_table(course: Snapshots) -> dict[str, Any]:
    """The chart as a table, the last day first."""
    layers, currency = _in_order(course), course.currency
    rows = [
        {
            "day": day,
            "cells": [
                format_money(line.standings[place].minor, currency, compact=True) for line in layers
            ],
            "whole": format_money(course.whole.standings[place].minor, currency, compact=True),
            "deals": course.whole.standings[place].deals,
        }
        for place, day in enumerate(course.days)
    ]
    return {"heads": [said(line.label[0]) for line in layers], "rows": rows[::-1]}


def _signed(number: int) -> str:
    return f"{number:+,}".replace("-", "\N{MINUS SIGN}") if number else "0"


def _file(asked: Asked, two: Snapshots) -> tuple[list[str], Sequence[list[Any]]]:
    code = two.currency.lower()
    first, last = two.days[0].isoformat(), two.days[-1].isoformat()
    header = [
        asked.by,
        f"value_{code}_{first}",
        f"deals_{first}",
        f"value_{code}_{last}",
        f"deals_{last}",
    ]
    rows = []
    for line in two.groups:
        before, now = _ends(line)
        rows.append(
            [
                line.label[0],
                major(before.minor, two.currency),
                before.deals,
                major(now.minor, two.currency),
                now.deals,
            ]
        )
    return header, rows
