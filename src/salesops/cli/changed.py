"""What changed in the pipeline, at the command line: the bridge, or the deals in one of its boxes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from salesops.book.book import Book
from salesops.book.turns import turns_said
from salesops.cli.asking import Reading
from salesops.cli.deals import are_written, most, print_deals
from salesops.cli.formats import Format
from salesops.cli.terminal import out, say
from salesops.cli.writing import refuse_file, write
from salesops.foundations.counting import counted
from salesops.foundations.money import format_change, format_money
from salesops.foundations.period_words import period_in_words
from salesops.foundations.problem import Refusal
from salesops.pipeline import Bridge, Movement, movement, moves

OF_A_BRIDGE = {
    "group": "text",
    "box": "text",
    "minor": "whole",
    "deals": "whole",
    "changes": "whole",
}
OF_A_MOVE = {
    **dict.fromkeys(("id", "name", "box", "at"), "text"),
    **dict.fromkeys(("minor", "before", "after"), "whole"),
    **dict.fromkeys(("close_before", "close_after", "stage_before", "stage_after"), "text"),
}


@dataclass(frozen=True)
class Change:
    """What is asked: of which days, which deals, read how, and split by what."""

    reading: Reading
    closing: str | None
    events: bool
    by: str

    @property
    def how(self) -> dict[str, Any]:
        """What a bridge and its changes are asked with."""
        return {"closing": self.closing, "reading": "events" if self.events else "ends"}


_STILL_OPEN, _MOVED = "Still open, with another close date", "Close dates of open deals moved"


def show_changed(asked: Change, form: Format, target: Path | None) -> None:
    """Print or write the bridges."""
    book = asked.reading.book()
    found = movement(book, asked.reading.period, **asked.how, by=asked.by)
    if form is Format.TABLE:
        refuse_file(target)
        _print(book, found)
    else:
        write(
            [r for b in (found.whole, *found.groups) for r in _records(b)],
            OF_A_BRIDGE,
            form,
            target,
        )


def show_box(asked: Change, box: str, form: Format, target: Path | None) -> None:
    """Print or write the changes in a box."""
    if asked.by:
        raise Refusal(
            "The deals are those of one box of all. Narrow them with --where instead of --by."
        )
    book = asked.reading.book()
    found = moves(book, asked.reading.period, box, **asked.how, limit=most(form))
    if are_written(found, OF_A_MOVE, form, target):
        return
    rows = [
        (
            move.name,
            format_change(move.minor, book.facts.currency),
            _from_to(move.close_before, move.close_after),
            f"{move.stage_after}, which came to mean something else"
            if move.is_by_meaning
            else _from_to(move.stage_before, move.stage_after),
        )
        for move in found
    ]
    print_deals(
        {"Opportunity": "fold", "Change": "right", "Close date": "left", "Stage": "left"},
        rows,
        "largest first",
    )


def _print(book: Book, found: Movement) -> None:
    console = out()
    due = f", deals meant to close in {period_in_words(found.closing)}" if found.closing else ""
    say(
        console,
        f"Open pipeline from the end of {found.opens:%-d %B %Y} to {found.closes:%-d %B %Y}{due}",
        style="bold",
    )
    table = Table(box=None, header_style="bold", pad_edge=False)
    if found.groups:
        table.add_column(found.by.replace("_", " ").capitalize(), overflow="fold")
    table.add_column("")
    for name in ("Value", "Deals"):
        table.add_column(name, justify="right", no_wrap=True)
    for bridge in found.groups or (found.whole,):
        lead = [bridge.label] if found.groups else []
        opening = format_money(bridge.opening, found.currency)
        table.add_row(*lead, "Open at the start", opening, f"{bridge.opening_deals:,}")
        for box in bridge.boxes:
            row = (
                found.words(box.name),
                format_change(box.minor, found.currency),
                f"{box.deals:,}",
            )
            table.add_row(*[""] * len(lead), *row)
        closing = format_money(bridge.closing, found.currency)
        table.add_row(*[""] * len(lead), "Open at the end", closing, f"{bridge.closing_deals:,}")
    console.print(table, markup=False)
    if turns := turns_said(book, found.over.start, found.closes.date()):
        say(console, turns)
    told = [
        f"{counted(box.deals, 'deal')} {box.name} (--box {box.name})" for box in found.whole.dates
    ]
    if told:
        what = _MOVED if found.reading == "events" else _STILL_OPEN
        say(console, f"{what}: {', '.join(told)}.")


def _records(bridge: Bridge) -> list[dict[str, Any]]:
    group = bridge.label or "all"
    return [dict(zip(OF_A_BRIDGE, (group, *row), strict=True)) for row in bridge.rows]


def _from_to(before: Any, after: Any) -> str:
    if before is None or after is None or before == after:
        return str(after if before is None else before)
    return f"{before} to {after}"
