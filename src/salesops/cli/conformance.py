"""Conformance at the command line: how deals depart from the sales process, those deals, or what the process asks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from salesops.book.sales_process import in_words as asks
from salesops.cli.asking import Reading
from salesops.cli.deals import are_written, most, print_deals
from salesops.cli.formats import Format
from salesops.cli.terminal import out, say
from salesops.cli.writing import refuse_file, write
from salesops.foundations.money import format_money
from salesops.foundations.period_words import period_in_words
from salesops.foundations.problem import Refusal
from salesops.pipeline import Conformance, conformance, departures
from salesops.pipeline.conformance import Group, Line
from salesops.pipeline.departures import in_words
from salesops.pipeline.process_rules import unknown_stages

OF_A_LINE = {
    **dict.fromkeys(("group", "departure", "stage", "what"), "text"),
    **dict.fromkeys(("departed", "of"), "whole"),
    **dict.fromkeys(("share", "low", "high"), "float"),
    **dict.fromkeys(("cannot_be_told", "deals", "open_deals", "open_minor"), "whole"),
    **dict.fromkeys(("won_deals", "won_minor"), "whole"),
    **dict.fromkeys(("won_share", "others_won_share"), "float"),
}
OF_A_DEAL = {
    **dict.fromkeys(("id", "name", "kind", "stage", "what", "detail", "at", "owner"), "text"),
    "value_minor": "whole",
    **dict.fromkeys(("stage_now", "outcome"), "text"),
}


@dataclass(frozen=True)
class Asked:
    """What is asked: of which book and days, split by what; of the deals, of which departure and stage."""

    reading: Reading
    by: str = ""
    departure: str = ""
    stage: str = ""
    untold: bool = False


def show_conformance(asked: Asked, form: Format, target: Path | None) -> None:
    """Print or write what departed."""
    book = asked.reading.book()
    found = conformance(book, asked.reading.period, by=asked.by)
    if form is not Format.TABLE:
        groups = (("all", found.whole), *((g.label, g) for g in found.groups))
        write([_record(n, x) for n, g in groups for x in (*g.kinds, *g.lines)], OF_A_LINE, form, target)  # fmt: skip
        return
    refuse_file(target)
    _print(found, book.facts.currency)
    console = out()
    if not book.settings.sales_process:
        say(console, "No process is declared: only skipped stages and moves back count.", style="dim")  # fmt: skip
    if unknown := unknown_stages(book):
        say(console, f"The process names stages that no pipeline has: {', '.join(unknown)}.")


def show_departures(asked: Asked, form: Format, target: Path | None) -> None:
    """Print or write the deals of a departure."""
    if asked.by:
        raise Refusal(
            "The deals are those of a departure of all. Narrow them with --where instead of --by."
        )
    book = asked.reading.book()
    found = departures(
        book,
        asked.reading.period,
        asked.departure,
        asked.stage,
        untold=asked.untold,
        limit=most(form),
    )
    if are_written(found, OF_A_DEAL, form, target):
        return
    rows = []
    for d in found:
        value = "" if d.value_minor is None else format_money(d.value_minor, book.facts.currency)
        what = in_words(d.kind, d.stage, d.what) + (f", {d.detail}" if d.detail else "")
        rows.append((d.name, what, f"{d.at:%Y-%m-%d}", value, d.stage_now))
    print_deals(
        {
            "Opportunity": "fold",
            "What": "fold",
            "On": "left",
            "Value": "right",
            "Stage now": "left",
        },
        rows,
        "open deals first",
    )


def show_process(reading: Reading) -> None:
    """Print what each version of the process asks."""
    console, book = out(), reading.book()
    if not book.settings.sales_process:
        say(console, "No process is declared. A stage must not be skipped, and no deal moves back.")
    for version in book.settings.sales_process:
        note = f": {version.note}" if version.note else ""
        say(console, f"From {version.since:%-d %B %Y}{note}", style="bold")
        for rule in version.stages:
            where = f"{rule.stage} ({rule.pipeline})" if rule.pipeline else rule.stage
            say(console, f"  {where}: {asks(rule) or 'not to be skipped'}")


def _print(found: Conformance, currency: str) -> None:
    console, table = out(), Table(box=None, header_style="bold", pad_edge=False)
    say(
        console,
        f"Departures from the process in {period_in_words(found.over)}, as of {found.as_of:%-d %B %Y}",
        style="bold",
    )
    if found.groups:
        table.add_column(found.by.capitalize(), overflow="fold")
    table.add_column("Departure", overflow="fold")
    for name in ("Moves", "Of", "Share", "Untold", "Deals", "Open now", "Won since"):
        table.add_column(name, justify="right", no_wrap=True)
    for group in found.groups or (found.whole,):
        for place, line in enumerate(_lines(group, with_stages=not found.groups)):
            lead = [group.label if place == 0 else ""] if found.groups else []
            words = in_words(line.kind, line.stage, line.what)
            share = "" if line.share.value is None else f"{line.share.value * 100:.1f} %"
            money = [
                "" if minor is None else format_money(minor, currency, compact=True)
                for minor in (line.open_minor, line.won_minor)
            ]
            table.add_row(
                *lead, f"  {words}" if line.stage else words, f"{line.departed:,}", f"{line.looks:,}",
                share, f"{line.unknown:,}" if line.unknown else "", f"{line.deals:,}", *money,
            )  # fmt: skip
    console.print(table, markup=False)


def _lines(group: Group, *, with_stages: bool) -> list[Line]:
    """Each kind, with its stages below it."""
    found: list[Line] = []
    for kind in group.kinds:
        found.append(kind)
        if with_stages:
            found += [line for line in group.lines if line.kind == kind.kind]
    return found


def _record(label: str, line: Line) -> dict[str, Any]:
    low, high = line.share.interval or (None, None)
    return {
        "group": label,
        "departure": line.kind,
        "stage": line.stage or "all",
        "what": line.what,
        "departed": line.departed,
        "of": line.looks,
        "share": line.share.value,
        "low": low,
        "high": high,
        "cannot_be_told": line.unknown,
        **{name: getattr(line, name) for name in ("deals", "open_deals", "open_minor", "won_deals", "won_minor")},
        "won_share": line.won.value,
        "others_won_share": line.others_won.value,
    }  # fmt: skip
