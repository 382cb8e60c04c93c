"""A job in a process of its own tells how far it is, stops when asked, and never leaves one waiting."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from salesops.engines.folder import read_manifest
from salesops.importers import Cancelled
from salesops.jobs import run
from salesops.jobs.progress import Progress, ProgressFile, announce, read_progress

DEALS = "Id,Name,Stage,Amount,Close Date\nd1,One,Won,1500,2025-01-31\n"
START = datetime(2026, 6, 30, tzinfo=UTC)


def ticking() -> Callable[[], datetime]:
    """A clock that is ten seconds later each time it is looked at."""
    seen = [START]

    def clock() -> datetime:
        seen.append(seen[-1] + timedelta(seconds=10))
        return seen[-1]

    return clock


def session(folder: Path, text: str = DEALS) -> Path:
    """The folder of a job with one file in it."""
    (folder / "session" / "files").mkdir(parents=True)
    (folder / "session" / "files" / "deals.csv").write_text(text)
    return folder / "session"


def ended(file: Path) -> Progress:
    """The progress once the job is over."""
    for _ in range(1200):
        progress = read_progress(file)
        if progress is not None and progress.state != "running":
            return progress
        time.sleep(0.1)
    raise AssertionError("The job never ended.")


def test_progress_has_a_rate_and_the_time_left(tmp_path: Path) -> None:
    file = ProgressFile(tmp_path / "p.json", "check", ticking())
    file("Reading", 0, 1000)
    file("Reading", 250, 1000)
    progress = read_progress(tmp_path / "p.json")
    assert progress is not None
    assert (progress.share, progress.rate, progress.seconds_left) == (0.25, 25.0, 30.0)


def test_a_new_step_counts_from_its_own_start(tmp_path: Path) -> None:
    file = ProgressFile(tmp_path / "p.json", "check", ticking())
    file("Reading", 1000, 1000)
    file("Checking", 0, 4)
    assert file.progress.rate is None
    file("Checking", 1, 4)
    assert file.progress.seconds_left == 30.0


def test_a_job_whose_process_is_gone_has_failed(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    announce(tmp_path / "p.json", "check", gone.pid, lambda: START)
    progress = read_progress(tmp_path / "p.json")
    assert progress is not None
    assert progress.state == "failed"
    assert progress.message == (
        "The work stopped before its end. Nothing was changed; start it again."
    )


def test_announcing_a_job_never_hides_what_it_said_itself(tmp_path: Path) -> None:
    ProgressFile(tmp_path / "p.json", "check", ticking()).end("done")
    announce(tmp_path / "p.json", "check", os.getpid(), lambda: START)
    progress = read_progress(tmp_path / "p.json")
    assert progress is not None
    assert progress.state == "done"


def test_a_job_examines_and_checks_and_leaves_the_book_alone(tmp_path: Path) -> None:
    folder = session(tmp_path)
    run.start("check", tmp_path / "book", folder)
    assert ended(folder / "progress.json").state == "done"
    assert (folder / "base.duckdb").exists()
    assert read_manifest(tmp_path / "book") is None


def test_a_hopeless_file_fails_with_a_sentence(tmp_path: Path) -> None:
    folder = session(tmp_path, "%PDF-1.4")
    run.start("check", tmp_path / "book", folder)
    progress = ended(folder / "progress.json")
    assert progress.state == "failed"
    assert "deals.csv is a PDF, whatever its name says." in progress.message


def test_a_job_that_cannot_begin_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    run.start("check", tmp_path / "book", session(tmp_path))
    assert ended(tmp_path / "session" / "progress.json").state == "failed"


def test_a_job_asked_to_stop_says_so_and_changes_nothing(tmp_path: Path) -> None:
    rows = "".join(f"d{i},Deal {i},Won,1500,2025-01-31\n" for i in range(400_000))
    folder = session(tmp_path, DEALS + rows)
    run.start("check", tmp_path / "book", folder)
    file = folder / "progress.json"
    for _ in range(600):
        progress = read_progress(file)
        if progress is not None and progress.step.startswith("Reading"):
            break
        time.sleep(0.05)
    assert progress is not None
    os.kill(progress.pid, signal.SIGTERM)
    stopped = ended(file)
    assert (stopped.state, stopped.message) == (
        "cancelled",
        "Stopped, as you asked. Nothing was changed.",
    )
    assert not (folder / "base.duckdb").exists()
    assert read_manifest(tmp_path / "book") is None


@pytest.mark.parametrize("raised", [Cancelled(), RuntimeError("Query interrupted")])
def test_stopping_inside_a_statement_of_the_database_is_stopping(
    raised: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
        except Cancelled:
            raise raised from None

    former = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(run, "_run", interrupted)
    try:
        run.main("check", tmp_path / "book", session(tmp_path))
    finally:
        signal.signal(signal.SIGTERM, former)
    progress = read_progress(tmp_path / "session" / "progress.json")
    assert progress is not None
    assert progress.state == "cancelled"
