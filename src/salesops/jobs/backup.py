"""Backing up an office while it is used: its database as of one moment, and its files, in one sealed file."""

from __future__ import annotations

import hashlib
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any
from zipfile import ZipFile

from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.jobs.contents import copy_of_postgresql, of_sqlite
from salesops.jobs.progress import Watch, silent
from salesops.jobs.sealed import MANIFEST, BackupManifest, Content, sealed
from salesops.records.database import SQLITE_FILE
from salesops.records.folder import kept_files
from salesops.records.migrated import tables_made

STEP = "Backing up"
_PIECE = 1 << 20


def back_up(office: Path, file: Path, clock: Clock, *, watch: Watch = silent) -> BackupManifest:
    """Write the whole office to `file`; nothing of it is in the file's place before it is whole."""
    if not file.parent.is_dir():
        raise Refusal(f"There is no folder {file.parent}. Make it, or name another.")
    now = clock()
    with sealed(file) as archive:
        database = _sqlite if connection.vendor == "sqlite" else _postgresql
        told = database(archive, file.parent, watch)
        files = {}
        for path in kept_files(office):
            try:
                read = (office / path).open("rb")
            except (
                FileNotFoundError
            ):  # let go of meanwhile, such as rows of an import that has ended
                continue
            with read, archive.open(f"files/{path}", "w", force_zip64=True) as out:
                files[str(path)] = _copied(read, out)
        manifest = BackupManifest(
            version=version("salesops"),
            made_at=now,
            database=connection.vendor,
            files=files,
            **told,
        )
        archive.writestr(MANIFEST, manifest.model_dump_json(indent=2))
    return manifest


def _copied(read: IO[bytes], out: IO[bytes]) -> str:
    """Copy a file and tell the digest of what was copied, whatever is written to it meanwhile."""
    digest = hashlib.sha256()
    while piece := read.read(_PIECE):
        digest.update(piece)
        out.write(piece)
    return digest.hexdigest()


def _sqlite(archive: ZipFile, scratch: Path, watch: Watch) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        copy = Path(folder) / SQLITE_FILE
        watch(STEP, 0, 2)
        with connection.cursor() as cursor:
            migrations = sorted(MigrationRecorder(connection).applied_migrations())
            cursor.execute("VACUUM INTO %s", [str(copy)])
        watch(STEP, 1, 2)
        archive.write(copy, SQLITE_FILE)
        return {"tables": of_sqlite(copy), "migrations": migrations}


def _postgresql(archive: ZipFile, _scratch: Path, watch: Watch) -> dict[str, Any]:
    """Every table by COPY within one transaction that sees one moment."""
    tables: dict[str, Content] = {}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        names = tables_made(connection)
        for done, name in enumerate(names):
            watch(STEP, done, len(names))
            with archive.open(f"tables/{name}", "w", force_zip64=True) as out:
                tables[name] = copy_of_postgresql(connection, name, out)
        cursor.execute(
            "SELECT sequencename, last_value FROM pg_sequences "
            "WHERE schemaname = current_schema() AND last_value IS NOT NULL"
        )
        sequences = dict(cursor.fetchall())
        migrations = sorted(MigrationRecorder(connection).applied_migrations())
    return {"tables": tables, "sequences": sequences, "migrations": migrations}
