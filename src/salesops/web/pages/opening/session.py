"""One import in the browser: its folder beside the book, from dropped files to the published book."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404

from salesops.foundations.clock import system_clock
from salesops.importers.model import Answers, Examination
from salesops.jobs.given_files import keep_files
from salesops.jobs.opening import remembered
from salesops.jobs.progress import Progress, read_progress
from salesops.jobs.run import ANSWERS, EXAMINATION, FILES, PROGRESS

KEPT_SESSIONS = 3


def incoming() -> Path:
    """Where imports in the making live."""
    folder: Path = settings.SALESOPS_BOOK / "incoming"
    return folder


def begin(uploads: Sequence[UploadedFile[Any]]) -> str:
    """Keep the dropped files in a session of their own; returns its name."""
    name = f"{system_clock():%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"
    folder = incoming() / name
    (folder / FILES).mkdir(parents=True)
    keep_files(folder / FILES, [(u.name or "file", u.chunks()) for u in uploads])
    (folder / ANSWERS).write_text(remembered(settings.SALESOPS_BOOK).model_dump_json(), "utf-8")
    _clear_old(folder)
    return name


def _clear_old(new: Path) -> None:
    """Remove all but the newest imports; those that are still at work stay, and the one that just began."""
    others = sorted(p for p in incoming().iterdir() if p.is_dir() and p != new)
    for old in others[: 1 - KEPT_SESSIONS]:
        progress = read_progress(old / PROGRESS)
        if progress is None or progress.state != "running":
            shutil.rmtree(old, ignore_errors=True)


def folder_of(session: str) -> Path:
    """The folder of a session; 404 where it is gone."""
    folder = incoming() / session
    if not re.fullmatch(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{8}", session) or not folder.is_dir():
        raise Http404
    return folder


def progress_of(session: str) -> Progress:
    """How far the session's job is."""
    progress = read_progress(folder_of(session) / PROGRESS)
    if progress is None:
        raise Http404
    return progress


def examination_of(session: str) -> Examination:
    """What was found in the session's files."""
    file = folder_of(session) / EXAMINATION
    if not file.exists():
        raise Http404
    return Examination.model_validate_json(file.read_text("utf-8"))


def answers_of(session: str) -> Answers:
    """What was said so far."""
    return Answers.model_validate_json((folder_of(session) / ANSWERS).read_text("utf-8"))


def say(session: str, answers: Answers) -> None:
    """Keep what was said."""
    (folder_of(session) / ANSWERS).write_text(answers.model_dump_json(), "utf-8")
