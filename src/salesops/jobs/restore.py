"""Restoring an office from a backup, whole or not at all, also when killed on the way.

Everything is laid out and compared beside the office first. Then a mark says that it is ready, the database
changes in one step, and the files follow; who finds the mark later takes the last step again.
"""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path
from zipfile import ZipFile

from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from salesops.foundations.problem import Refusal
from salesops.jobs.contents import copy_of_postgresql, of_sqlite
from salesops.jobs.progress import Watch, silent
from salesops.jobs.sealed import MANIFEST, BackupManifest, Content, digest_of, manifest_of
from salesops.records.database import SQLITE_FILE
from salesops.records.folder import BOOK, alone, kept_files
from salesops.records.migrated import last_of_each_app, tables_made
from salesops.records.safety import is_behind
from salesops.records.triggers import install

STAGING = ".restoring"
READY = "READY"
STEP = "Restoring"
# What migrations fill by themselves does not make an office one that is in use.
MADE_BY_ITSELF = {"auth_permission", "change_context", "django_content_type", "django_migrations"}


def restore(
    office: Path, file: Path, *, replace: bool = False, watch: Watch = silent
) -> BackupManifest:
    """Make `office` what it was when the backup was made; refuses one that holds something, but to `replace` it."""
    manifest = manifest_of(file)
    _refuse_unfit(manifest, file)
    with alone(office):
        finish(office)
        if not replace and not _is_empty(office):
            raise Refusal(
                f"The office in {office} is not empty. Name an empty one, or add --replace to lose what it "
                "holds now."
            )
        staging = office / STAGING
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(mode=0o700)
        _lay_out(file, manifest, staging)
        mark = secrets.token_hex(16)
        if connection.vendor == "sqlite":
            _compare(of_sqlite(staging / SQLITE_FILE), manifest)
            _write_mark(staging, mark)
        else:
            _write_mark(staging, mark)
            _put_into_postgresql(staging, manifest, mark, watch)
        finish(office)
    return manifest


def finish(office: Path) -> bool:
    """Take the last step of a restore that was ready when it was killed; drop one that was not."""
    staging = office / STAGING
    if not staging.exists():
        return False
    ready = staging / READY
    is_whole = ready.exists() and (
        connection.vendor == "sqlite" or _mark_of_postgresql() == ready.read_text("utf-8")
    )
    if is_whole:
        manifest = BackupManifest.model_validate_json((staging / MANIFEST).read_text("utf-8"))
        connection.close()
        if (staging / SQLITE_FILE).exists():
            for log in ("-wal", "-shm", "-journal"):  # of the former file; no other may read them
                (office / f"{SQLITE_FILE}{log}").unlink(missing_ok=True)
            os.replace(staging / SQLITE_FILE, office / SQLITE_FILE)
        _move_files(office, staging / "files", manifest)
        ready.unlink()
    shutil.rmtree(staging)
    return is_whole


def _refuse_unfit(manifest: BackupManifest, file: Path) -> None:
    if manifest.database != connection.vendor:
        raise Refusal(
            f"{file} is of an office on {manifest.database}, and this one is on {connection.vendor}. "
            "Restore it there."
        )
    known = MigrationExecutor(connection).loader.disk_migrations
    if any(tuple(m) not in known for m in manifest.migrations):
        raise Refusal(
            f"{file} was made by salesops {manifest.version}, which is newer. Install that version first."
        )


def _is_empty(office: Path) -> bool:
    if any(path.parts[0] != BOOK for path in kept_files(office)):
        return False
    with connection.cursor() as cursor:
        for name in set(tables_made(connection)) - MADE_BY_ITSELF:
            cursor.execute(f'SELECT 1 FROM "{name}" LIMIT 1')
            if cursor.fetchone():
                return False
    return True


def _lay_out(file: Path, manifest: BackupManifest, staging: Path) -> None:
    with ZipFile(file) as archive:
        for name in archive.namelist():
            target = staging / name
            if not target.resolve().is_relative_to(staging.resolve()):
                raise Refusal(
                    f"{file} holds a file outside the office, {name}. Use another backup."
                )
            target.parent.mkdir(parents=True, exist_ok=True)
            private = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with archive.open(name) as read, os.fdopen(private, "wb") as out:
                shutil.copyfileobj(read, out)
                out.flush()
                os.fsync(out.fileno())
    for path, digest in manifest.files.items():
        if digest_of(staging / "files" / path) != digest:
            raise Refusal(f"{path} came out of {file} other than it went in. Use another backup.")


def _compare(found: dict[str, Content], manifest: BackupManifest) -> None:
    differs = [name for name, told in manifest.tables.items() if found.get(name) != told]
    if differs:
        raise Refusal(
            f"These tables came back other than they were: {', '.join(differs)}. Nothing was changed."
        )


def _write_mark(staging: Path, mark: str) -> None:
    with (staging / READY).open("w") as out:
        out.write(mark)
        out.flush()
        os.fsync(out.fileno())
    folder = os.open(staging, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _mark_of_postgresql() -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(to_regclass('django_migrations'))")
        found: str | None = cursor.fetchone()[0]
    return found


def _put_into_postgresql(staging: Path, manifest: BackupManifest, mark: str, watch: Watch) -> None:
    """In one transaction: tables as they were made then, their rows, their sequences, and the mark."""
    with transaction.atomic(), connection.cursor() as cursor:
        # A migration may have made triggers, which shall neither refuse nor keep what comes back.
        cursor.execute(
            "SELECT set_config('salesops.may_be_emptied', 'on', true), "
            "set_config('salesops.keeps_own_history', 'on', true)"
        )
        gone = sorted({*tables_made(connection), *manifest.tables})
        cursor.execute(f"DROP TABLE IF EXISTS {_quoted(gone)} CASCADE")
        executor = MigrationExecutor(connection)
        executor.migrate(last_of_each_app(executor.loader, manifest.migrations))
        # A migration that adds a column makes its constraint immediate; rows come before those they name.
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(f"TRUNCATE {_quoted(sorted(manifest.tables))}")
        for done, (name, told) in enumerate(manifest.tables.items()):
            watch(STEP, done, len(manifest.tables))
            statement = f'COPY "{name}" ({_quoted(told.columns)}) FROM STDIN'
            with (
                (staging / "tables" / name).open("rb") as rows,
                connection.connection.cursor() as raw,
                raw.copy(statement) as copied,
            ):
                while chunk := rows.read(1 << 16):
                    copied.write(chunk)
        for name, last in manifest.sequences.items():
            cursor.execute("SELECT setval(to_regclass(%s), %s)", [f'"{name}"', last])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        _compare({n: copy_of_postgresql(connection, n) for n in manifest.tables}, manifest)
        if not is_behind(connection):  # else `upgrade` makes them, without which nothing is served
            install(connection)
        cursor.execute(f"COMMENT ON TABLE django_migrations IS '{mark}'")


def _move_files(office: Path, staged: Path, manifest: BackupManifest) -> None:
    for name in manifest.files:
        if (staged / name).exists():  # else it was moved before the kill
            (office / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(staged / name, office / name)
    for path in kept_files(office):
        if str(path) not in manifest.files:
            (office / path).unlink()
    for derived in (office / BOOK).glob("*"):
        if str(derived.relative_to(office)) not in manifest.files:
            shutil.rmtree(derived) if derived.is_dir() else derived.unlink()


def _quoted(names: list[str]) -> str:
    return ", ".join(f'"{n}"' for n in names)
