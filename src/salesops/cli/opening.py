"""Opening files at the command line: progress, questions, and the picture at the end."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from salesops.cli.main import EXIT_QUESTION
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal

console = Console()
KEY_NUMBERS = (
    "open_pipeline",
    "win_rate",
    "closed_to_date",
    "average_deal_size",
    "sales_cycle",
    "past_due_close_dates",
)


def open_and_show(files: list[Path], folder: Path, said: list[str]) -> int:
    """Open files into the book in `folder` and print the picture. Asks where something is ambiguous."""
    import shutil

    from salesops.book.settings import load_settings
    from salesops.jobs.opening import (
        check_files,
        examine_files,
        publish_checked,
        remember,
        remembered,
    )
    from salesops.jobs.warming import warm

    missing = [str(f) for f in files if not f.exists()]
    if missing:
        raise Refusal(f"There is no file {', '.join(missing)}.")
    folder.mkdir(parents=True, exist_ok=True)
    answers = remembered(folder)
    answers = answers.with_choices(dict(_pair(s) for s in said))
    work = folder / "work" / f"open-{system_clock():%Y%m%dT%H%M%S%f}"
    try:
        with _Bar() as bar:
            examination = examine_files(files, work, answers, watch=bar)
        open_questions = [q for q in examination.questions if q.must_answer and not q.answer]
        if open_questions and sys.stdin.isatty():
            answers = answers.with_choices({q.id: _prompt(q) for q in open_questions})
            examination = examine_files(files, work, answers, watch=lambda *_: None)
        elif open_questions:
            for question in open_questions:
                _show_question(question)
            return EXIT_QUESTION
        with _Bar() as bar:
            checked = check_files(examination, work, load_settings(folder), system_clock, watch=bar)
            rates = checked.manifest.rows.get("exchange_rate", 0) > 0
            warm(folder, checked.manifest.currency, converts=rates, watch=bar)
        publish_checked(folder, checked)
        remember(folder, answers)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    _show_files(examination)
    _show_picture(folder)
    return 0


def open_sample(folder: Path, size: int, seed: int) -> int:
    """Simulate the sample company, write it as an export, and open that. Kept when it is there already."""
    from salesops.engines.folder import read_manifest_lenient
    from salesops.sample.company import simulate
    from salesops.sample.salesforce import write_export

    if read_manifest_lenient(folder) is not None:
        _show_picture(folder)
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        export = Path(scratch) / "WE_00D5g000004TxYzEAK_1.zip"
        console.print(f"Simulating a company with {size:,} opportunities …", highlight=False)
        write_export(simulate(size, seed), export)
        return open_and_show([export], folder, [])


def _pair(text: str) -> tuple[str, str]:
    name, separator, choice = text.rpartition("=")
    if not separator:
        raise Refusal(f"“{text}” is not an answer. Write it as QUESTION=CHOICE.")
    return name, choice


def _prompt(question: object) -> str:
    _show_question(question)
    choices = [c.value for c in question.choices]  # type: ignore[attr-defined]
    while True:
        typed = console.input(f"{' / '.join(choices)}? ").strip()
        if typed in choices:
            return typed
        console.print(f"Please type one of {', '.join(choices)}.")


def _show_question(question: object) -> None:
    console.print(f"\n[bold]{question.sentence}[/bold]", highlight=False)  # type: ignore[attr-defined]
    for choice in question.choices:  # type: ignore[attr-defined]
        console.print(f"  {choice.value}: {choice.label}", highlight=False)
    console.print(
        f"[dim]Answer with --answer '{question.id}=…'[/dim]",  # type: ignore[attr-defined]
        highlight=False,
        soft_wrap=True,
    )


class _Bar:
    """Progress on the terminal: step, share, rate and time left."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            transient=True,
            console=Console(stderr=True),
        )
        self._task = self._progress.add_task("Looking", total=None)

    def __enter__(self) -> _Bar:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def __call__(self, step: str, done: int, total: int) -> None:
        self._progress.update(self._task, description=step, completed=done, total=total or None)


def _show_files(examination: object) -> None:
    table = Table("File", "Rows", "Read as", box=None, header_style="bold", pad_edge=False)
    for file in examination.files:  # type: ignore[attr-defined]
        what = file.recognised_as or file.table or f"left out: {file.why}"
        table.add_row(file.name, f"{file.rows:,}", what)
    console.print(table)


def _show_picture(folder: Path) -> None:
    """What the book says at a glance: how many deals, the key numbers, what is wrong with the data."""
    import salesops
    from salesops.book.picture import interval_in_words, value_in_words
    from salesops.kpis import KPIS

    book = salesops.open(folder)
    counts = dict(book.engine.run("SELECT outcome, count(*) FROM opportunity GROUP BY 1").rows)
    total = sum(counts.values())
    told = ", ".join(
        f"{counts[o]:,} {o.replace('_', ' ')}"
        for o in ("won", "lost", "no_decision", "open")
        if counts.get(o)
    )
    console.print(
        f"\n[bold]{total:,} opportunities[/bold]: {told}, as of {book.today:%-d %B %Y}.",
        highlight=False,
    )
    table = Table(box=None, show_header=False, pad_edge=False)
    for name in KEY_NUMBERS:
        if name not in KPIS:
            continue
        measurement = book.measure(name)
        figure = measurement.figure
        words = value_in_words(measurement.kpi.unit, figure.value, measurement.currency)
        table.add_row(
            measurement.kpi.title,
            f"[bold]{words}[/bold]",
            figure.why or interval_in_words(measurement, figure),
        )
    console.print(table)
    problems = book.engine.run(
        "SELECT severity, rows, message FROM _problem_count WHERE severity <> 'note' ORDER BY rows DESC LIMIT 5"
    ).rows
    if problems:
        console.print("\n[bold]To look at in the data[/bold]")
        for _, rows, message in problems:
            console.print(f"  {rows:>7,}  {message}", highlight=False)
        console.print(f"[dim]All of it: salesops problems --book {folder}[/dim]", highlight=False)
