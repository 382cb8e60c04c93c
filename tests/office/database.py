"""The database the office's tests run on."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """SQLite's file goes with its folder, and must not be made anew: it has the tables already."""
    from django.db import connection

    return bool(connection.vendor == "sqlite")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,  # noqa: ARG001  a database each on PostgreSQL
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """The tables are made once for all workers, each of which gets a copy.

    SQLite in a file, as in use: in memory neither its lock nor its log would be tried.
    """
    from django.db import connection

    tests = connection.settings_dict["TEST"]
    with once_for_all(tmp_path_factory, "migrated") as (folder, is_first):
        made = str(folder / "records.sqlite3")
        if connection.vendor == "postgresql":
            made = "test_salesops_migrated"
        if is_first:
            with django_db_blocker.unblock():
                _make_tables(made)
    if connection.vendor == "postgresql":
        tests["TEMPLATE"] = made
    else:
        name = tmp_path_factory.mktemp("records") / "records.sqlite3"
        shutil.copy(made, name)
        tests["NAME"] = str(name)


def _make_tables(name: str) -> None:
    """A new database of that name with the tables of an office, in use by nobody."""
    from django.core.management import call_command
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f'CREATE DATABASE "{name}"')
    former = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = former


@contextmanager
def once_for_all(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> Iterator[tuple[Path, bool]]:
    """A folder that all workers of a run share, and whether this one is the first there; others wait until it is done."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own) / name
    folder.mkdir(exist_ok=True)
    done = folder / ".done"
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder, not done.exists()
        done.touch()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:  # noqa: ARG001  the former
    """Tests empty the tables after each other, which an office never may."""
    from django.apps import apps
    from django.contrib.auth.management import create_permissions
    from django.contrib.contenttypes.management import create_contenttypes
    from django.db import connection
    from django.db.models.signals import post_migrate

    # Django's permissions, which nothing asks for, would be filled in again each time tables were emptied.
    post_migrate.disconnect(dispatch_uid=f"{create_permissions.__module__}.create_permissions")
    post_migrate.disconnect(create_contenttypes)
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            name = connection.settings_dict["NAME"]
            cursor.execute(f"ALTER DATABASE \"{name}\" SET salesops.may_be_emptied = 'on'")
            connection.close()
    else:
        # SQLite empties tables by deleting, which the triggers keep.
        post_migrate.connect(_forget_tombstones, sender=apps.get_app_config("records"))
    yield
    if connection.vendor == "postgresql":
        # A server's thread or a worker that ends a moment later would keep the database from being dropped.
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            connection.close()


def _forget_tombstones(plan: object = None, **_: Any) -> None:
    """After tables were emptied, not after a migration, what the triggers kept of that is forgotten."""
    from salesops.records.models import KEPT

    if plan is None:
        for noun in KEPT.values():
            noun.versions.objects.all().delete()
