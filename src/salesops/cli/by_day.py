"""The open pipeline of one day or a series of days, at the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rich.table import Table

from salesops.book.book import Book
from salesops.book.turns import turns_said
from salesops.cli.asking import Reading
from salesops.cli.formats import Format
from salesops.cli.terminal import out, say
from salesops.cli.writing import refuse_file, write
from salesops.foundations.money import format_money
from salesops.foundations.problem import Refusal
from salesops.pipeline import Snapshots, as_of, days_back


@dataclass(frozen=True)
class Course:
    """What is asked: the last day, how many, how far apart, split by what, under which teams."""

    reading: Reading
    apart: Literal["day", "week", "month", "quarter"]
    count: int
    by: Sequence[str]
    teams_now: bool


def show_by_day(asked: Course, form: Format, target: Path | None) -> None:
    """Print or write the pipeline of each day."""
    book = asked.reading.book()
    days = days_back(book, book.today, asked.apart, asked.count) or [book.today]
    splits = [part.strip() for text in asked.by for part in text.split(",") if part.strip()]
    found = as_of(book, days, by=splits, organisation="now" if asked.teams_now else "then")
    if form is not Format.TABLE:
        kinds = {"day": "text", **dict.fromkeys(splits, "text")}
        kinds |= dict.fromkeys(("minor", "deals", "without_amount"), "whole")
        write([r | {"day": r["day"].isoformat()} for r in found.records()], kinds, form, target)
        return
    refuse_file(target)
    if len(splits) > 1:
        raise Refusal("A table is split by one thing. Ask for more with --format csv.")
    _print(book, found)


def _print(book: Book, found: Snapshots) -> None:
    console = out()
    where = f", where {found.filters[0]}" if found.filters else ""
    say(console, f"Open pipeline at the end of each day{where}", style="bold")
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("Day", no_wrap=True)
    for line in found.groups:
        table.add_column(line.label[0], justify="right", overflow="fold")
    for name in ("Open", "Deals"):
        table.add_column(name, justify="right", no_wrap=True)
    for place, day in enumerate(found.days):
        groups = [_money(line.standings[place].minor, found) for line in found.groups]
        whole = found.whole.standings[place]
        table.add_row(day.isoformat(), *groups, _money(whole.minor, found), f"{whole.deals:,}")
    console.print(table, markup=False)
    if turns := turns_said(book, found.days[0], found.days[-1]):
        say(console, turns)


def _money(minor: int, found: Snapshots) -> str:
    return format_money(minor, found.currency)
