"""Opening files at the command line: progress, questions, and the picture at the end."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from salesops.book.settings import load_settings
from salesops.cli import exits
from salesops.cli.corrections import Corrections, corrected, dates_chosen, mapping_as_json
from salesops.cli.picture import show_files, show_picture
from salesops.cli.progress import Bar
from salesops.cli.questions import answers_said, ask_all, how_to_answer, refuse_unasked, show_all
from salesops.cli.sampling import sample_export
from salesops.cli.terminal import err, is_interactive, out, say
from salesops.engines.folder import one_writer
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.importers import Answers, Examination, Question
from salesops.jobs.opening import (
    Checked,
    check_files,
    examine_files,
    remember,
    remembered,
    working_folder,
)
from salesops.jobs.warming import look_ahead, publish_warm

NOTHING_SAID = Corrections()


def open_and_show(
    files: Sequence[Path],
    folder: Path,
    answers: Sequence[str],
    corrections: Corrections = NOTHING_SAID,
) -> int:
    """Open files into the book in `folder` and print the picture. Returns the exit code."""
    refuse_missing(files)
    said = {**corrections.mapping.answers, **answers_said(answers)}
    _refuse_when_busy(folder)
    try:
        with working_folder(folder) as work:
            examination, everything_said = understand(files, folder, work, said, corrections)
            if examination.must_answer:
                show_all(err(), examination.must_answer)
                say(err(), f"\nNothing was opened. {how_to_answer(examination.must_answer)}")
                return exits.QUESTION
            checked = _check(examination, folder, work)
            publish_warm(folder, checked)
    finally:
        with suppress(OSError):
            folder.rmdir()  # where nothing came of it, not even an empty folder stays
    remember(folder, everything_said)
    show_files(examination)
    show_picture(folder)
    left_open = _open(examination)
    if left_open:
        say(out(), "\nLeft open; the numbers stand without it", style="bold")
        show_all(out(), left_open)
    return exits.FINE


def show_mapping(
    files: Sequence[Path], folder: Path, answers: Sequence[str], corrections: Corrections
) -> int:
    """Print how files are understood, as JSON; opens nothing. Returns the exit code."""
    refuse_missing(files)
    said = {**corrections.mapping.answers, **answers_said(answers)}
    with tempfile.TemporaryDirectory() as work:
        examination, everything_said = _settled(files, folder, Path(work), said, corrections)
    print(mapping_as_json(examination, everything_said))  # noqa: T201
    return exits.QUESTION if examination.must_answer else exits.FINE


def open_sample(folder: Path, size: int, seed: int) -> int:
    """Simulate the sample company, write it as an export, and open that. Kept when it is there already."""
    from salesops.book.settings import name_book
    from salesops.engines.folder import read_manifest_lenient
    from salesops.sample import SAMPLE_NAME

    if read_manifest_lenient(folder) is not None:
        show_picture(folder)
        return exits.FINE
    with sample_export(size, seed) as export:
        code = open_and_show([export], folder, [])
    if code == exits.FINE:
        name_book(folder, SAMPLE_NAME)
    return code


def understand(
    files: Sequence[Path],
    folder: Path,
    work: Path,
    said: dict[str, str],
    corrections: Corrections,
) -> tuple[Examination, Answers]:
    """Examine the files, and ask what they leave open where somebody is there to answer."""
    examination, answers = _settled(files, folder, work, said, corrections)
    while is_interactive() and (questions := _open(examination)):
        answers = answers.with_choices(ask_all(questions))
        examination = _looked(files, work, answers)
    return examination, answers


def _settled(
    files: Sequence[Path],
    folder: Path,
    work: Path,
    said: dict[str, str],
    corrections: Corrections,
) -> tuple[Examination, Answers]:
    """What the files are once everything said on the command line is taken into account.

    Corrections name files and columns, so that these are looked at before and after.
    """
    answers = remembered(folder).with_choices(said)
    examination = _looked(files, work, answers)
    if corrections.of_files:
        answers = corrected(examination, answers, corrections)
        examination = _looked(files, work, answers)
    refuse_unasked(examination, said)
    if corrections.dates and (chosen := dates_chosen(examination, corrections.dates)):
        answers = answers.with_choices(chosen)
        examination = _looked(files, work, answers)
    return examination, answers


def refuse_missing(files: Sequence[Path]) -> None:
    """Refuse files that are not there."""
    missing = [str(f) for f in files if not f.exists()]
    if missing:
        raise Refusal(f"There is no file {', '.join(missing)}.")


def _looked(files: Sequence[Path], work: Path, answers: Answers) -> Examination:
    with Bar() as bar:
        return examine_files(files, work, answers, watch=bar)


def _open(examination: Examination) -> list[Question]:
    return [q for q in examination.questions if not q.answer]


def _check(examination: Examination, folder: Path, work: Path) -> Checked:
    """Read everything and build the book's next state; the book is not touched yet."""
    settings = load_settings(folder)
    with Bar() as bar:
        checked = check_files(examination, work, settings, system_clock, watch=bar)
        look_ahead(checked, settings, watch=bar)
    return checked


def _refuse_when_busy(folder: Path) -> None:
    """Now, and not after minutes of reading, when somebody else is writing to the book."""
    if folder.exists():
        with one_writer(folder):
            pass
