"""Targets at the command line: set one, and see how all of them stand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.table import Table

import salesops
from salesops.book.standing import Standing, standings
from salesops.book.target import (
    load_targets,
    set_target,
    take_target_away,
    target_of,
    whole_period,
    words_of,
)
from salesops.cli.asking import Reading
from salesops.cli.formats import Format
from salesops.cli.terminal import out, say
from salesops.cli.writing import refuse_file, write
from salesops.engines.folder import read_manifest
from salesops.foundations.period_words import period_in_words
from salesops.foundations.problem import Refusal

COLUMNS = {
    **dict.fromkeys(("kpi", "period", "team", "limit"), "text"),
    **dict.fromkeys(("target", "value"), "decimal"),
    "share": "float",
    **dict.fromkeys(("currency", "state", "why"), "text"),
}


def keep_target(
    folder: Path,
    name: str,
    period: str,
    value: str,
    *,
    team: str,
    is_most: bool | None,
    removes: bool,
) -> None:
    """Set a target of the book in `folder`, or take it away, and say so."""
    refuse_office(folder)
    book = salesops.open(folder)
    if removes:
        key = name, whole_period(book.calendar, book.period(period)).label, team
        take_target_away(folder, key)
        say(out(), f"{words_of(key)}: no target any more.")
        return
    meant = target_of(book, name, period, value, team=team, is_most=is_most)
    set_target(folder, meant)
    say(out(), f"{words_of(meant.key)}: {meant.goal}.")


def show_targets(folder: Path, as_of: str | None, form: Format, target: Path | None) -> None:
    """Print or write how each target stands."""
    refuse_office(folder)
    found = standings(Reading("", folder, as_of=as_of).book(), load_targets(folder))
    if form is not Format.TABLE:
        write([_record(one) for one in found], COLUMNS, form, target)
        return
    refuse_file(target)
    console = out()
    if not found:
        say(
            console, "There is no target yet. `salesops target win_rate this_quarter 30%` sets one."
        )
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("Number", "Period", "Whose", "Target", "Value", "How it stands", ""):
        table.add_column(heading, overflow="fold")
    for one in found:
        whose = one.target.team or "Everybody"
        cells = (
            one.kpi.title,
            period_in_words(one.period or one.target.period),
            whose,
            one.goal,
            one.value,
        )
        table.add_row(*cells, one.words, one.sentence)
    console.print(table, markup=False)


def _record(one: Standing) -> dict[str, Any]:
    target = one.target
    return {
        "kpi": target.kpi,
        "period": target.period,
        "team": target.team or None,
        "limit": "most" if target.is_most else "least",
        "target": target.value,
        "value": one.figure.value if one.figure else None,
        "share": None if one.share is None else round(float(one.share), 6),
        "currency": target.currency or None,
        "state": one.state.value,
        "why": one.sentence or None,
    }


def refuse_office(folder: Path) -> None:
    """Refuse the book of an office, whose targets are records that tell who decided."""
    manifest = read_manifest(folder)
    if manifest is not None and manifest.follows is not None:
        raise Refusal(
            "This is the book of an office. What is said here is kept there, in the browser."
        )
