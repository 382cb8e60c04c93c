"""Asking a book at the command line: one KPI, or the rows behind it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.table import Table

from salesops.book.book import Book
from salesops.book.engine import Rows
from salesops.book.measurement import Measurement, figure_of
from salesops.book.picture import caption, cells, headings, value_in_words
from salesops.cli.formats import Format
from salesops.cli.terminal import out, say
from salesops.cli.writing import Columns, refuse_file, write
from salesops.foundations.problem import Refusal
from salesops.kpis import KPIS
from salesops.kpis._definition import Cell, Kpi, Unit

SHOWN_ROWS = 20
EVERY_ROW = 2**62
KINDS = {
    **dict.fromkeys(("numerator", "denominator", "open_share"), "decimal"),
    **dict.fromkeys(("low", "high", "median", "p10", "p25", "p75", "p90"), "float"),
    **dict.fromkeys(("n", "n_excluded", "n_open", "definition_version"), "whole"),
}  # of a measurement's columns; all others are text
SHOWN_COLUMNS = ("name", "subject", "category", "person_id", "stage", "team", "kind", "happened_on")


@dataclass(frozen=True)
class Reading:
    """What is asked: which KPI, of which book, over which period, as of when, for which deals."""

    name: str
    folder: Path
    period: str = "all"
    as_of: str | None = None
    where: str | None = None

    def book(self) -> Book:
        """The book as the reading wants it."""
        import salesops

        book = salesops.open(self.folder)
        if self.where:
            book = book.where(self.where)
        return book.as_of(self.as_of) if self.as_of else book


def ask(reading: Reading, by: Sequence[str], form: Format, target: Path | None) -> None:
    """Print or write one measurement."""
    kpi = KPIS.get(reading.name)
    splits = [part.strip() for text in by for part in text.split(",") if part.strip()]
    if not splits and kpi is not None and kpi.default_by:
        splits = [kpi.default_by]
    measurement = reading.book().measure(reading.name, period=reading.period, by=splits)
    if form is Format.TABLE:
        refuse_file(target)
        _print(measurement)
    else:
        write(measurement.records(), _columns(measurement), form, target)


def ask_rows(reading: Reading, by: Sequence[str], form: Format, target: Path | None) -> None:
    """Print or write the rows a figure is made of."""
    if by:
        raise Refusal("The rows are those of one figure. Narrow them with --where instead of --by.")
    book = reading.book()
    kpi = KPIS.get(reading.name)  # an unknown name is refused below, with the one it may have meant
    is_table = form is Format.TABLE
    found = book.rows_behind(
        reading.name,
        period=reading.period,
        order=f'numerator IS NULL, abs(numerator) DESC, "{kpi.row_key}"' if kpi else "",
        limit=SHOWN_ROWS + 1 if is_table else EVERY_ROW,
    )
    if is_table:
        refuse_file(target)
        _print_rows(reading, found, book.facts.currency)
    else:
        write(found.dicts(), dict.fromkeys(found.columns, ""), form, target)


def _columns(measurement: Measurement) -> Columns:
    """The columns of the records with what is in them, also where there are no records."""
    nothing = figure_of(measurement.kpi, Cell(None, None, 0), measurement.by, measurement.by)
    (record,) = dataclasses.replace(measurement, figures=(nothing,)).records()
    value = {"value": "whole" if measurement.kpi.is_whole else "decimal"}
    return {name: (value | KINDS).get(name, "text") for name in record}


def _print(measurement: Measurement) -> None:
    console = out()
    table = Table(box=None, header_style="bold", pad_edge=False)
    for place, name in enumerate(headings(measurement)):
        if place < len(measurement.by):
            table.add_column(name, overflow="fold")
        else:
            table.add_column(name, justify="right", no_wrap=True)
    for figure in measurement:
        table.add_row(*cells(measurement, figure))
    say(console, caption(measurement), style="bold")
    say(console, measurement.kpi.formula, style="dim")
    if len(measurement):
        console.print(table, markup=False)
    else:
        say(console, "There is nothing to split.")
    for said in dict.fromkeys(said for f in measurement for said in (f.why, f.note) if said):
        say(console, said)


def _print_rows(reading: Reading, rows: Rows, currency: str) -> None:
    console, kpi = out(), KPIS[reading.name]
    shown = [kpi.row_key, *(c for c in SHOWN_COLUMNS if c in rows.columns)]
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in shown:
        table.add_column(name.replace("_", " ").capitalize(), overflow="fold")
    for name in ("Numerator", "Denominator"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows.dicts()[:SHOWN_ROWS]:
        cells = ["" if row[c] is None else f"{row[c]}" for c in shown]
        table.add_row(*cells, _counts(kpi, row["numerator"], currency), _plain(row["denominator"]))
    console.print(table, markup=False)
    if len(rows.rows) > SHOWN_ROWS:
        say(
            console,
            f"The first {SHOWN_ROWS}, largest first. All of them: --format csv.",
            style="dim",
        )
    if not rows.rows:
        say(console, "No row is behind it.")


def _counts(kpi: Kpi, numerator: Any, currency: str) -> str:
    """What the row adds to the number; nothing where it is left out of it."""
    if numerator is None:
        return ""
    if kpi.unit in (Unit.MONEY, Unit.DAYS, Unit.HOURS):
        return value_in_words(kpi.unit, Decimal(numerator) / kpi.scale, currency)
    return _plain(numerator)


def _plain(number: Any) -> str:
    return "" if number is None else f"{number:,}"
