"""The funnel at the command line, of an entry cohort or of a period: its stages, or the deals of one of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from salesops.cli.asking import Reading
from salesops.cli.deals import Stands, are_written, most, print_deals
from salesops.cli.formats import Format
from salesops.cli.terminal import out, say
from salesops.cli.writing import refuse_file, write
from salesops.foundations.money import format_money
from salesops.foundations.period_words import period_in_words
from salesops.foundations.problem import Refusal
from salesops.pipeline import (
    CROSSINGS,
    FATES,
    Funnel,
    Passage,
    PeriodFunnel,
    Step,
    crossings,
    entries,
    funnel,
    period_funnel,
)
from salesops.pipeline.period_funnel import RARE, STANDING

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
OF_A_PASSAGE = {
    **dict.fromkeys(("group", "stage"), "text"),
    **dict.fromkeys((*CROSSINGS, "left"), "whole"),
    **dict.fromkeys(("conversion", "low", "high"), "float"),
}
OF_A_CROSSING = {
    **dict.fromkeys(("id", "name"), "text"),
    "value_minor": "whole",
    "at": "text",
    "days": "float",
    **dict.fromkeys(("is_there", "other", "stage_now", "outcome"), "text"),
}
DEFINITIONS = ("cohort", "period")
# Short heads for the table of a period, of which the rare ones are shown where there are any.
HEADS = {
    "start": "Start",
    "entered": "Entered",
    "seen": "Came",
    "further": "Further",
    "back": "Back",
    "lost": "Lost",
    "undecided": "None",
    "away": "Away",
    "end": "End",
}


@dataclass(frozen=True)
class Asked:
    """What is asked: of which book and days, in which of `DEFINITIONS`, and split by what."""

    reading: Reading
    definition: str
    by: str

    def __post_init__(self) -> None:
        if self.definition not in DEFINITIONS:
            raise Refusal(
                f"There is no definition “{self.definition}”. There are {' and '.join(DEFINITIONS)}."
            )


def show_funnel(asked: Asked, form: Format, target: Path | None) -> None:
    """Print or write the stages."""
    if asked.definition == "period":
        _show_period(asked, form, target)
        return
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
    if asked.definition == "period":
        _show_crossings(asked, stage, fate, form, target)
        return
    book = asked.reading.book()
    found = entries(book, asked.reading.period, stage, fate, limit=most(form))
    if are_written(found, OF_A_DEAL, form, target):
        return
    currency = book.facts.currency
    rows = [(e.name, _money(e.value_minor, currency), _days(e.days), e.stage_now) for e in found]
    print_deals(
        {"Opportunity": "fold", "Value": "right", "Days": "right", "Stage now": "left"},
        rows,
        "longest first",
    )


def _show_period(asked: Asked, form: Format, target: Path | None) -> None:
    found = period_funnel(asked.reading.book(), asked.reading.period, by=asked.by)
    if form is Format.TABLE:
        refuse_file(target)
        _print_period(found)
        return
    groups = (("all", found.whole), *((g.label, g) for g in found.groups))
    steps = [_passage(label, step) for label, group in groups for step in group.steps]
    write(steps, OF_A_PASSAGE, form, target)


def _show_crossings(asked: Asked, stage: str, what: str, form: Format, target: Path | None) -> None:
    book = asked.reading.book()
    found = crossings(book, asked.reading.period, stage, what, limit=most(form))
    if are_written(found, OF_A_CROSSING, form, target):
        return
    currency, is_standing = book.facts.currency, what in STANDING
    columns: dict[str, tuple[Stands, list[str]]] = {
        "Opportunity": ("fold", [c.name for c in found]),
        "Value": ("right", [_money(c.value_minor, currency) for c in found]),
    }
    if what != "skipped":
        columns["Days"] = "right", [_days(c.days) for c in found]
    at = [f"{c.at:%Y-%m-%d}" if c.at else "" for c in found]
    columns["Since" if is_standing else "On"] = "left", at
    if not is_standing:
        has_come = what in ("entered", "seen")
        columns["From" if has_come else "To"] = "left", [c.other or "" for c in found]
    print_deals(
        {name: stands for name, (stands, _) in columns.items()},
        list(zip(*(cells for _, cells in columns.values()), strict=True)),
        "longest first" if is_standing else "latest first",
    )


def _print(found: Funnel) -> None:
    console, table = out(), Table(box=None, header_style="bold", pad_edge=False)
    say(
        console,
        f"Deals that entered each stage in {period_in_words(found.over)}, as of {found.as_of:%-d %B %Y}",
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
            counts = (step.here, step.back, step.lost, step.undecided, step.skipped)
            share = _percent(step.conversion) + ("*" if step.is_immature else "")
            table.add_row(
                *lead, step.stage, f"{step.entered:,}", f"{step.further:,}", share,
                *(f"{count:,}" for count in counts), _days(step.days.value),
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


def _print_period(found: PeriodFunnel) -> None:
    console, table = out(), Table(box=None, header_style="bold", pad_edge=False)
    since = (
        f" from the end of {found.opens:%-d %B %Y}, where history begins," if found.is_cut else ""
    )
    say(
        console,
        f"What happened at each stage in {period_in_words(found.over)},{since} as of {found.closes:%-d %B %Y}",
        style="bold",
    )
    if found.groups:
        table.add_column(found.by.capitalize(), overflow="fold")
    table.add_column("Stage", no_wrap=True)
    groups = found.groups or (found.whole,)
    steps = [step for group in groups for step in group.steps]
    shown = [w for w in HEADS if w not in RARE or any(step.deals(w) for step in steps)]
    for name in (*(HEADS[w] for w in shown), "Share", "Skipped"):
        table.add_column(name, justify="right", no_wrap=True)
    for group in groups:
        for place, step in enumerate(group.steps):
            lead = [group.label if place == 0 else ""] if found.groups else []
            counts = (f"{step.deals(what):,}" for what in shown)
            table.add_row(
                *lead, step.stage, *counts, _percent(step.conversion), f"{step.skipped:,}"
            )
    console.print(table, markup=False)


def _passage(label: str, step: Passage) -> dict[str, Any]:
    low, high = step.interval or (None, None)
    return {
        "group": label,
        "stage": step.stage,
        **{what: step.deals(what) for what in CROSSINGS},
        "left": step.left,
        "conversion": step.conversion,
        "low": low,
        "high": high,
    }


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share * 100:.1f} %"


def _days(days: float | None) -> str:
    return "" if days is None else f"{days:,.1f}"


def _money(minor: int | None, currency: str) -> str:
    return "" if minor is None else format_money(minor, currency)
