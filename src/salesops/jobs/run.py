"""The process of one job: `python -m salesops.jobs.run KIND FOLDER [SESSION]`, watched through its progress file."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from types import FrameType
from typing import NoReturn

from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.importers.model import Answers, Cancelled, Examination
from salesops.jobs.progress import ProgressFile, announce

PROGRESS = "progress.json"
EXAMINATION = "examination.json"
ANSWERS = "answers.json"
FILES = "files"
ERRORS = "stderr.txt"
SETTINGS = "settings.json"
SAMPLE_SIZE = 4000


def start(kind: str, folder: Path, session: Path) -> None:
    """Start a job in a process of its own; it ends by itself and lives on when this one ends."""
    session.mkdir(parents=True, exist_ok=True)
    (session / PROGRESS).unlink(missing_ok=True)
    with (session / ERRORS).open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "salesops.jobs.run", kind, str(folder), str(session)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )
    # Told with the job's own number, so that one that dies at once is not waited for.
    announce(session / PROGRESS, kind, process.pid, system_clock)
    threading.Thread(target=process.wait, daemon=True).start()


def _examine(session: Path, progress: ProgressFile) -> Examination:
    from salesops.jobs.opening import examine_files

    said = session / ANSWERS
    answers = Answers.model_validate_json(said.read_text("utf-8")) if said.exists() else Answers()
    work = session / "staged"
    shutil.rmtree(work, ignore_errors=True)
    examination = examine_files(sorted((session / FILES).iterdir()), work, answers, watch=progress)
    (session / EXAMINATION).write_text(examination.model_dump_json(), "utf-8")
    return examination


def _run(kind: str, folder: Path, session: Path, progress: ProgressFile) -> None:
    from salesops.book.settings import load_settings
    from salesops.jobs.opening import check_files
    from salesops.jobs.warming import look_ahead, publish_warm

    if kind == "settings":
        _apply_settings(folder, session, progress)
        return
    if kind == "sample":
        _simulate(session, progress)
    examination = _examine(session, progress)
    if kind == "examine" or examination.must_answer:
        return
    settings = load_settings(folder)
    checked = check_files(examination, session, settings, system_clock, watch=progress)
    look_ahead(checked, settings, watch=progress)
    if kind == "sample":
        from salesops.book.settings import name_book
        from salesops.sample import SAMPLE_NAME

        _no_way_back()
        publish_warm(folder, checked)
        name_book(folder, SAMPLE_NAME)


def _apply_settings(folder: Path, session: Path, progress: ProgressFile) -> None:
    from salesops.book.settings import Settings
    from salesops.jobs.rebuilding import apply_settings

    said = Settings.model_validate_json((session / SETTINGS).read_text("utf-8"))
    apply_settings(folder, said, system_clock, watch=progress, before_publishing=_no_way_back)


def _no_way_back() -> None:
    """From here on the book changes, and a wish to stop would be answered with what is not true."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def _simulate(session: Path, progress: ProgressFile) -> None:
    from salesops.sample.company import simulate
    from salesops.sample.salesforce import write_export

    progress("Simulating three years of an invented company", 0, 0)
    files = session / FILES
    files.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        export = write_export(
            simulate(SAMPLE_SIZE, 1), Path(scratch) / "WE_00D5g000004TxYzEAK_1.zip"
        )[0]
        shutil.move(export, files / export.name)


def main(kind: str, folder: Path, session: Path) -> None:
    """Run the job to its end; whatever happens is told in its progress file."""
    asked_to_stop = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> NoReturn:
        asked_to_stop.set()
        raise Cancelled

    signal.signal(signal.SIGTERM, stop)
    progress = ProgressFile(session / PROGRESS, kind, system_clock)
    try:
        _run(kind, folder, session, progress)
    except Refusal as refusal:
        progress.end("failed", str(refusal))
    except Exception as error:
        # In the middle of a statement the database turns the wish to stop into an error of its own.
        if asked_to_stop.is_set() or isinstance(error, Cancelled):
            progress.end("cancelled", "Stopped, as you asked. Nothing was changed.")
            return
        progress.end(
            "failed",
            f"salesops made a mistake ({type(error).__name__}). Nothing was changed. Please report it "
            f"with what is in {session / ERRORS}.",
        )
        raise
    else:
        progress.end("done")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
