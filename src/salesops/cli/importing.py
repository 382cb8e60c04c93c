"""Importing into an office at the command line: what would happen first, then the writing, watched."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from salesops.book.settings import load_settings
from salesops.cli import exits
from salesops.cli.corrections import Corrections
from salesops.cli.formats import Format
from salesops.cli.office import in_use
from salesops.cli.opening import refuse_missing, understand
from salesops.cli.progress import Bar
from salesops.cli.questions import answers_said, how_to_answer, show_all
from salesops.cli.terminal import err, is_interactive, out, say
from salesops.cli.values import refuse_unread, show_values, values_said
from salesops.cli.writing import write
from salesops.foundations.clock import system_clock
from salesops.foundations.counting import counted
from salesops.foundations.money import format_money
from salesops.foundations.problem import Refusal
from salesops.jobs.opening import remember, working_folder

if TYPE_CHECKING:
    from salesops.actions.import_rows import Counts
    from salesops.jobs.finding_duplicates import Resembling
    from salesops.jobs.importing import Arrived
    from salesops.records.job import Job

LOOK_SECONDS = 0.3
SHOWN_LOOK_ALIKES = 5
LOOK_ALIKE_COLUMNS = dict.fromkeys("noun id name known_id known_name".split(), "text") | {
    "probability": "float",
    "why": "text",
}


def import_into(
    office: Path,
    files: Sequence[Path],
    source: str,
    answers: Sequence[str],
    corrections: Corrections,
    *,
    dry_run: bool = False,
    asks: bool = True,
    look_alikes_to: Path | None = None,
    values: Sequence[str] = (),
) -> int:
    """Bring files into the records of an office. Returns the exit code.

    What would happen is shown first; whoever sits there is asked whether it shall, unless `asks` is False.
    """
    refuse_missing(files)
    with in_use(office) as whole:
        from salesops.jobs.importing import forget, look_alikes, preview, read_files, write_soon
        from salesops.jobs.values_of_files import both, remember_values, remembered_values
        from salesops.records.folder import BOOK

        book = whole / BOOK
        said = {**corrections.mapping.answers, **answers_said(answers)}
        becomes = values_said(values)
        with working_folder(book) as work:
            examination, everything_said = understand(files, book, work, said, corrections)
            if examination.must_answer:
                show_all(err(), examination.must_answer)
                say(err(), f"\nNothing was imported. {how_to_answer(examination.must_answer)}")
                return exits.QUESTION
            with Bar() as bar:
                arrived = read_files(
                    examination,
                    whole,
                    load_settings(book),
                    system_clock,
                    source=source,
                    values=becomes,
                    watch=bar,
                )
        try:
            refuse_unread(becomes, arrived.values)
            found = preview(arrived, source)
            _show(found, arrived)
            show_values(arrived.values, source)
            _show_differing(found)
            if (asks or dry_run) and any(counts.created for counts in found.values()):
                _show_look_alikes(look_alikes(arrived, source), look_alikes_to)
            if refusal := _why_not(found, dry_run, asks):
                say(out(), f"\n{refusal}")
                forget(arrived.folder)
                return exits.FINE
            job = write_soon(arrived, source, None, system_clock)
        except BaseException:
            forget(arrived.folder)
            raise
        remember(book, everything_said)
        if becomes:
            remember_values(book, source, both(remembered_values(book, source), becomes))
        watch(job, "The import was cancelled; what was written until then is kept.")
        say(out(), "Written. The book follows.")
    return exits.FINE


def _show(found: Mapping[str, Counts], arrived: Arrived) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("")
    for name in ("New", "Changed", "Deleted", "As they are", "Stay deleted"):
        table.add_column(name, justify="right")
    table.add_column("Money of the new")
    for name, counts in found.items():
        money = ", ".join(
            format_money(minor, currency) if currency else f"{minor / 100:,.2f}"
            for currency, minor in sorted(counts.money.items())
        )
        table.add_row(
            name.replace("_", " "),
            *(f"{n:,}" for n in (counts.created, counts.changed, counts.deleted)),
            *(f"{n:,}" for n in (counts.same, counts.left_deleted)),
            money,
        )
    out().print(table)
    if erased := sum(counts.left_erased for counts in found.values()):
        say(out(), f"\n{erased:,} rows are of people who were erased, and stay out.")
    if restored := sum(counts.left_restored for counts in found.values()):
        told = counted(restored, "record was", "records were")
        say(
            out(),
            f"\n{told} brought back here after their source deleted them. The files say nothing new of that; "
            "they stay.",
        )
    if noted := sum(counts.noted for counts in found.values()):
        say(
            out(),
            f"\nOf {counted(noted, 'record')} the files say something they had not said before, which changes nothing here. "
            "It is remembered.",
        )
    say(out(), f"\nThe files speak of {arrived.seen_at:%-d %B %Y, %H:%M} UTC.")


def _show_differing(found: Mapping[str, Counts]) -> None:
    """Say where people and the files say otherwise what a stage means, and what comes of it."""
    from salesops.web.pages.importing.told import in_words

    differing = in_words(each for counts in found.values() for each in counts.differing)
    if differing:
        say(out(), "\nStages that mean something else here:")
    for one in differing:
        does = (
            "stays so"
            if one.stands
            else "becomes what the files say, as they said otherwise before"
        )
        told = f"{one.stage}, {one.what}: {one.here} here, {one.there} in the files; {does}"
        say(out(), told, indent=2)
    if any(one.stands for one in differing):
        say(out(), "Where the files are right, change the stage in the office, under Pipelines.")


def _show_look_alikes(found: Mapping[str, Sequence[Resembling]], target: Path | None) -> None:
    """Say which new rows look like records there are; all of them to a file where one is named."""
    if target is not None:
        rows = [_record(noun, one) for noun, listed in found.items() for one in listed]
        write(rows, LOOK_ALIKE_COLUMNS, Format.CSV, target)
    for noun, listed in found.items():
        count = len(listed)
        does = "looks like one" if count == 1 else "look like some"
        say(out(), f"\n{count:,} of the new {noun}s {does} you have:")
        for one in listed[:SHOWN_LOOK_ALIKES]:
            reasons = ", ".join(
                f"{r.field.lower()} {r.words}" for r in one.pair.why if r.weight > 0
            )
            say(
                out(),
                f"{one.name} ({one.key}) like {one.known_name} ({one.known}): {reasons}",
                indent=2,
            )
        if count > SHOWN_LOOK_ALIKES:
            say(out(), f"and {count - SHOWN_LOOK_ALIKES:,} more.", indent=2)
    if found:
        where = (
            f"All are in {target}. " if target else "Write them all with --look-alikes FILE.csv. "
        )
        say(out(), f"\n{where}They can be merged in the office after the import.", style="dim")


def _record(noun: str, one: Resembling) -> dict[str, object]:
    return {
        "noun": noun,
        "id": one.key,
        "name": one.name,
        "known_id": one.known,
        "known_name": one.known_name,
        "probability": one.pair.probability,
        "why": "; ".join(f"{r.field}: {r.words}" for r in one.pair.why),
    }


def _why_not(found: Mapping[str, Counts], dry_run: bool, asks: bool) -> str:
    """Why nothing is to be written; empty where it is."""
    if not any(counts.is_anything for counts in found.values()):
        return "The records say all of this already; nothing was written."
    if dry_run or (asks and is_interactive() and not is_wanted("Write this?")):
        return "Nothing was written."
    return ""


def is_wanted(question: str) -> bool:
    """Ask whoever sits there."""
    from rich.prompt import Confirm

    return Confirm.ask(question, console=err())


def watch(job: Job, otherwise: str) -> None:
    """Work until the job is done, or watch who does it."""
    from salesops.jobs.kinds import KINDS, follow_soon
    from salesops.jobs.worker import Worker
    from salesops.records.job import CANCELLED, DONE, FAILED

    worker = Worker(KINDS, system_clock, when_idle=lambda: follow_soon(system_clock))
    with Bar() as bar:
        while job.state not in (DONE, FAILED, CANCELLED):
            if not worker.run_one():
                time.sleep(LOOK_SECONDS)
            job.refresh_from_db()
            if job.total:
                bar(job.step, job.done, job.total)
    if job.state != DONE:
        raise Refusal(job.error or otherwise)
    follow_soon(system_clock)
    while worker.run_one():
        pass
