"""A backup as a file: a zip whose last bytes are the digest of all others, so that no changed byte goes unseen."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from pydantic import BaseModel

from salesops.foundations.problem import Refusal

MANIFEST = "MANIFEST.json"
FORMAT = 1
_SEAL = b"salesops sha256 "
_SEAL_LENGTH = len(_SEAL) + 64
_CHUNK = 1 << 20


class Content(BaseModel):
    """What a table held: how many rows, the digest of all values, and the sums of its money."""

    columns: list[str]
    rows: int
    digest: str
    sums: dict[str, int]


class BackupManifest(BaseModel):
    """What a backup holds, and which program made it when."""

    format: int = FORMAT
    version: str
    made_at: datetime
    database: str  # sqlite or postgresql
    migrations: list[tuple[str, str]]
    tables: dict[str, Content]
    sequences: dict[str, int] = {}
    files: dict[str, str]  # path in the office → digest


@contextmanager
def sealed(file: Path) -> Iterator[zipfile.ZipFile]:
    """A new zip at `file`, which is there when it is whole and sealed, and otherwise not."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with os.fdopen(
            os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b"
        ) as raw:
            with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
                yield archive
                archive.comment = _SEAL + b"0" * 64
            digest = _digest_of_all_but_the_seal(raw)
            raw.seek(-64, os.SEEK_END)
            raw.write(digest.encode())
            raw.flush()
            os.fsync(raw.fileno())
        os.replace(temporary, file)
    finally:
        temporary.unlink(missing_ok=True)


def manifest_of(file: Path) -> BackupManifest:
    """What the backup in `file` holds. Refuses a file of which any byte is not as it was written."""
    damaged = Refusal(f"{file} is not a whole backup: it was changed or cut short. Use another.")
    with file.open("rb") as raw:
        if raw.seek(0, os.SEEK_END) <= _SEAL_LENGTH:
            raise damaged
        digest = _digest_of_all_but_the_seal(raw)
        raw.seek(-_SEAL_LENGTH, os.SEEK_END)
        if raw.read() != _SEAL + digest.encode():
            raise damaged
        with zipfile.ZipFile(raw) as archive:
            return BackupManifest.model_validate_json(archive.read(MANIFEST))


def digest_of(file: Path) -> str:
    """The digest of a file's content."""
    with file.open("rb") as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()


def _digest_of_all_but_the_seal(raw: IO[bytes]) -> str:
    left = raw.seek(0, os.SEEK_END) - _SEAL_LENGTH
    raw.seek(0)
    digest = hashlib.sha256()
    while left > 0:
        chunk = raw.read(min(_CHUNK, left))
        digest.update(chunk)
        left -= len(chunk)
    return digest.hexdigest()
