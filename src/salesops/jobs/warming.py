"""Warming: the questions every reader asks first are compiled before the first reader comes."""

from __future__ import annotations

from pathlib import Path

from salesops.book.question import Question
from salesops.book.settings import load_settings
from salesops.engines.compiled import sql_of
from salesops.foundations.money import minor_digits
from salesops.jobs.progress import Watch, silent
from salesops.kpis import KPIS


def warm(folder: Path, currency: str, *, converts: bool, watch: Watch = silent) -> None:
    """Compile each KPI as a whole, by quarter and by its first split, now and as of a past day.

    Compiled text depends on definitions and settings, not on rows, so this may run before publishing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings = load_settings(folder)
    leaves = [k for k in KPIS.values() if k.rows is not None]
    for done, kpi in enumerate(leaves):
        watch("Preparing the numbers", done, len(leaves))
        is_point = kpi.basis == "point"
        shapes: list[tuple[tuple[str, ...], bool]] = [((), False)]
        if is_point:
            shapes.append(((), True))
        if kpi.is_dated:
            shapes.append((("quarter",), False))
        first = kpi.default_by or ("team" if "team" in kpi.splits else "")
        if first:
            shapes.append(((first,), False))
        for by, in_the_past in shapes:
            question = Question(
                kpi=kpi,
                by=by,
                in_the_past=in_the_past,
                converts=converts,
                segments=tuple(settings.segments) if "segment" in by else (),
                minor_digits=minor_digits(currency),
            )
            sql_of(question, folder / "compiled")
    watch("Preparing the numbers", len(leaves), len(leaves))
