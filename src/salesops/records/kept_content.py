"""What files hold, kept in the office's folder under its own digest: whole or not at all, and never written twice."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

FILES = "files"
_ON_THE_WAY = ".arriving-"  # a backup leaves out what begins with a dot
_LEFT_BEHIND = 86_400  # seconds after which one on the way belongs to a process that died


class Received(NamedTuple):
    """Content that is on the disk and not yet in its place."""

    at: Path
    digest: str
    size: int


def place_of(office: Path, digest: str) -> Path:
    """Where content of that digest is kept."""
    return office / FILES / digest[:2] / digest


def receive(office: Path, pieces: Iterable[bytes]) -> Received:
    """Write content beside where it will be. Raises OSError, as for a full disk, and leaves nothing then."""
    folder = office / FILES
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    at = folder / f"{_ON_THE_WAY}{secrets.token_hex(8)}"
    digest, size = hashlib.sha256(), 0
    try:
        with os.fdopen(os.open(at, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            for piece in pieces:
                digest.update(piece)
                size += out.write(piece)
            out.flush()
            os.fsync(out.fileno())
    except BaseException:
        at.unlink(missing_ok=True)
        raise
    _forget_left_behind(folder, at.stat().st_mtime)
    return Received(at, digest.hexdigest(), size)


def settle(office: Path, received: Received) -> None:
    """Put what was received in its place, in one step that survives a power cut."""
    place = place_of(office, received.digest)
    place.parent.mkdir(mode=0o700, exist_ok=True)
    os.replace(received.at, place)
    for folder in (place.parent, place.parent.parent):
        _write_through(folder)


def forget(office: Path, digest: str) -> None:
    """Have the content there no more, so that a power cut does not bring it back."""
    place = place_of(office, digest)
    place.unlink(missing_ok=True)
    if place.parent.is_dir():
        _write_through(place.parent)


def is_whole(office: Path, digest: str) -> bool:
    """The content is there and what it was when it came."""
    try:
        with place_of(office, digest).open("rb") as raw:
            return hashlib.file_digest(raw, "sha256").hexdigest() == digest
    except OSError:
        return False


def _write_through(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    os.fsync(opened)
    os.close(opened)


def _forget_left_behind(folder: Path, now: float) -> None:
    for each in folder.glob(f"{_ON_THE_WAY}*"):
        try:
            if each.stat().st_mtime < now - _LEFT_BEHIND:
                each.unlink()
        except FileNotFoundError:  # another was quicker
            continue
