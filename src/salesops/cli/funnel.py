"""The funnel at the command line: what became of the deals that entered each stage, or the deals of one stage."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from salesops.cli.asking import Reading
from salesops.cli.deals import most, print_deals, records
from salesops.cli.formats import Format
from salesops.cli.terminal import out, say
from salesops.cli.writing import refuse_file, write
from salesops.foundations.money import format_money
from salesops.foundations.problem import Refusal
from salesops.pipeline import FATES, Funnel, Step, entries, funnel

OF_A_STAGE = {
    **dict.fromkeys(("group", "stage"), "text"),
    **dict.fromkeys(("entered", *(f for f in FATES if f != "entered")), "whole"),
    **dict.fromkeys(("conversion", "low", "high", "median_days", "days_low", "days_high"), "float"),
}
OF_A_DEAL = {
    **dict.fromkeys(("id", "name"), "text"),
    "value_minor": "whole",
    "entered_at": "text",
    "days": "float",
    **dict.fromkeys(("is_there", "stage_now", "outcome"), "text"),
}


@dataclass(frozen=True)
class Asked:
    """What is asked: of which book and days, and split by what."""

    reading: Reading
    by: str


def show_funnel(asked: Asked, form: Format, target: Path | None) -> None:
    """Print or write the stages."""
    found = funnel(asked.reading.book(), asked.reading.period, by=asked.by)
    if form is Format.TABLE:
        refuse_file(target)
        _print(found)
        return
    cohorts = (("all", found.whole), *((c.label, c) for c in found.groups))
    steps = [_record(label, step) for label, cohort in cohorts for step in cohort.steps]
    write(steps, OF_A_STAGE, form, target)


def show_deals(asked: Asked, stage: str, fate: str, form: Format, target: Path | None) -> None:
    """Print or write the deals of a stage."""
    if asked.by:
        raise Refusal(
            "The deals are those of a stage of all. Narrow them with --where instead of --by."
        )
    book = asked.reading.book()
    found = entries(book, asked.reading.period, stage, fate, limit=most(form))
    if form is not Format.TABLE:
        write(records(found, OF_A_DEAL), OF_A_DEAL, form, target)
        return
    refuse_file(target)
    rows = []
    for e in found:
        value = "" if e.value_minor is None else format_money(e.value_minor, book.facts.currency)
        rows.append((e.name, value, "" if e.days is None else f"{e.days:,.1f}", e.stage_now))
    print_deals(
        {"Opportunity": "fold", "Value": "right", "Days": "right", "Stage now": "left"},
        rows,
        "longest first",
    )


def _print(found: Funnel) -> None:
    console, table = out(), Table(box=None, header_style="bold", pad_edge=False)
    say(
        console,
        f"Deals that entered each stage in {found.over.label}, as of {found.as_of:%-d %B %Y}",
        style="bold",
    )
    if found.groups:
        table.add_column(found.by.capitalize(), overflow="fold")
    table.add_column("Stage", no_wrap=True)
    for name in ("Entered", "Further", "Share", "There", "Back", "Lost", "None", "Skipped", "Days"):
        table.add_column(name, justify="right", no_wrap=True)
    for cohort in found.groups or (found.whole,):
        for place, step in enumerate(cohort.steps):
            lead = [cohort.label if place == 0 else ""] if found.groups else []
            days = "" if step.days.value is None else f"{step.days.value:,.1f}"
            counts = (step.here, step.back, step.lost, step.undecided, step.skipped)
            share = "" if step.conversion is None else f"{step.conversion * 100:.1f} %"
            share += "*" if step.is_immature else ""
            table.add_row(
                *lead, step.stage, f"{step.entered:,}", f"{step.further:,}", share,
                *(f"{count:,}" for count in counts), days,
            )  # fmt: skip
    console.print(table, markup=False)
    if any(s.is_immature for c in (found.whole, *found.groups) for s in c.steps):
        say(console, "* More than a tenth are still open, so the share will move.", style="dim")


def _record(label: str, step: Step) -> dict[str, Any]:
    low, high = step.interval or (None, None)
    counts = {fate: step.deals(fate) for fate in FATES}
    return {
        "group": label,
        "stage": step.stage,
        **{name: counts[name] for name in OF_A_STAGE if name in counts},
        "conversion": step.conversion,
        "low": low,
        "high": high,
        "median_days": step.days.value,
        "days_low": step.days.low,
        "days_high": step.days.high,
    }
