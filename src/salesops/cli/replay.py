"""A rule tried on the past, at the command line: what it would have stopped, or those deals."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.table import Table

from salesops.cli.asking import Reading
from salesops.cli.deals import most, print_deals
from salesops.cli.formats import Format
from salesops.cli.terminal import out, say
from salesops.cli.writing import refuse_file, write
from salesops.experiments import Fate, Replay, Rule, conclusion, looked_at, replay
from salesops.foundations.money import format_money
from salesops.foundations.percent import in_percent

OF_A_FATE = {
    "group": "text",
    **dict.fromkeys(("deals", "won", "lost", "open", "gone"), "whole"),
    **dict.fromkeys(("won_minor", "lost_minor", "open_minor"), "whole"),
    **dict.fromkeys(("share", "low", "high", "days"), "float"),
    **dict.fromkeys(("days_low", "days_high"), "whole"),
}
OF_A_DEAL = {
    **dict.fromkeys(("group", "id", "name", "at", "owner"), "text"),
    "minor": "whole",
    "fate": "text",
    "end_minor": "whole",
}
GROUPS = {"stopped": True, "others": False, "unknown": None}


def show_replay(reading: Reading, rule: Rule, form: Format, target: Path | None) -> None:
    """Print or write what became of both groups."""
    found = replay(reading.book(), rule, reading.period)
    if form is Format.TABLE:
        refuse_file(target)
        _print(found)
        return
    groups = (("stopped", found.touched), ("others", found.others))
    write([{"group": name, **asdict(fate)} for name, fate in groups], OF_A_FATE, form, target)


def show_deals(reading: Reading, rule: Rule, form: Format, target: Path | None) -> None:
    """Write every deal the rule looks at, with its group; a table has those it would have stopped."""
    book = reading.book()
    if form is not Format.TABLE:
        records = [
            {"group": name, **asdict(deal), "at": deal.at.isoformat()}
            for name, touched in GROUPS.items()
            for deal in looked_at(book, rule, reading.period, touched=touched, limit=most(form))
        ]
        write(records, OF_A_DEAL, form, target)
        return
    refuse_file(target)
    rows = [
        (deal.name, f"{deal.at:%Y-%m-%d}", _money(deal.minor, book), deal.fate)
        for deal in looked_at(book, rule, reading.period, limit=most(form))
    ]
    print_deals(
        {"Would have been stopped": "fold", "On": "left", "Worth then": "right", "Became": "left"},
        rows,
        "the most valuable first",
        "None would have been stopped.",
    )


def _print(found: Replay) -> None:
    console, rule = out(), found.rule
    say(console, f"Deals {rule.moment} {rule.stage}, stopped if {rule.criterion}", style="bold")
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("", "Deals", "Won", "Lost", "Open", "Won share", "95 %", "Days to win"):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    for title, fate in (("Would have been stopped", found.touched), ("Others", found.others)):
        table.add_row(title, *_cells(fate))
    console.print(table, markup=False)
    told = conclusion(found)
    for title, lines in (("What this says", told.can), ("What it cannot say", told.cannot)):
        say(console, title, style="bold")
        for line in lines:
            say(console, f"- {line}")
    say(console, f"History is whole from {found.since:%-d %B %Y}.", style="dim")


def _cells(fate: Fate) -> list[str]:
    counts = [f"{n:,}" for n in (fate.deals, fate.won, fate.lost, fate.open)]
    if fate.share is None or fate.low is None or fate.high is None:
        return [*counts, "", "", _days(fate)]
    return [
        *counts,
        in_percent(fate.share),
        f"{in_percent(fate.low)} to {in_percent(fate.high)}",
        _days(fate),
    ]


def _days(fate: Fate) -> str:
    return "" if fate.days is None else f"{fate.days:g}"


def _money(minor: int | None, book: Any) -> str:
    return "" if minor is None else format_money(minor, book.facts.currency)
