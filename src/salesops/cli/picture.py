"""The picture of a book at the terminal: its files, its key numbers, what it shows, what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from salesops.book.book import Book
from salesops.book.picture import interval_in_words, value_in_words
from salesops.book.settings import load_settings
from salesops.cli.terminal import command, out, say
from salesops.importers import Examination

if TYPE_CHECKING:
    from salesops.jobs.warming import WarmEngine

KEY_NUMBERS = (
    "open_pipeline",
    "win_rate",
    "closed_to_date",
    "average_deal_size",
    "sales_cycle",
    "past_due_close_dates",
)
OUTCOMES = ("won", "lost", "no_decision", "open")
MOST_FINDINGS = 3
MOST_PROBLEMS = 5


def show_files(examination: Examination) -> None:
    """What each file was taken for."""
    console = out()
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("File", overflow="fold")
    table.add_column("Rows", justify="right", no_wrap=True)
    table.add_column("Read as", overflow="fold")
    for file in examination.files:
        what = file.recognised_as or file.table or f"left out: {file.why}"
        table.add_row(file.name, f"{file.rows:,}", what)
    console.print(table, markup=False)


def show_picture(folder: Path) -> None:
    """What the book in `folder` says at a glance."""
    from salesops.jobs.warming import WarmEngine

    engine = WarmEngine(folder)
    console, book = out(), Book(engine, load_settings(folder))
    _show_counts(console, book)
    _show_numbers(console, book)
    _show_findings(console, engine, book)
    _show_problems(console, book, folder)
    say(console, f"\nAsk it a number: {command('kpi win_rate', folder)}", style="dim")


def _show_counts(console: Console, book: Book) -> None:
    counts = dict(book.engine.run("SELECT outcome, count(*) FROM opportunity GROUP BY 1").rows)
    told = ", ".join(f"{counts[o]:,} {o.replace('_', ' ')}" for o in OUTCOMES if counts.get(o))
    total = sum(counts.values())
    noun = "opportunity" if total == 1 else "opportunities"
    what = f"{total:,} {noun}: {told}" if total else "No opportunities"
    say(console, f"\n{what}, as of {book.today:%-d %B %Y}.", style="bold")


def _show_numbers(console: Console, book: Book) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(style="dim")
    for name in KEY_NUMBERS:
        measurement = book.measure(name)
        figure = measurement.figure
        words = value_in_words(measurement.kpi.unit, figure.value, measurement.currency)
        interval = interval_in_words(measurement, figure)
        table.add_row(measurement.kpi.title, words, figure.why or interval)
    console.print(table, markup=False)


def _show_findings(console: Console, engine: WarmEngine, book: Book) -> None:
    from salesops.jobs.warming import what_stands_out

    found = what_stands_out(engine, book.settings, MOST_FINDINGS)
    if found:
        say(console, "\nWhat it shows", style="bold")
    for finding in found:
        say(console, finding.title, indent=2)
        say(console, finding.text, indent=4, style="dim")


def _show_problems(console: Console, book: Book, folder: Path) -> None:
    problems = book.engine.run(
        "SELECT rows, message FROM _problem_count WHERE severity <> 'note' "
        f"ORDER BY rows DESC, message LIMIT {MOST_PROBLEMS}"
    ).rows
    if not problems:
        return
    say(console, "\nTo look at in the data", style="bold")
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    for rows, message in problems:
        table.add_row(f"  {rows:,}", message)
    console.print(table, markup=False)
    say(console, f"All of it: {command('problems', folder)}", indent=2, style="dim")
