"""The database the office's tests run on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,  # noqa: ARG001  a database each on PostgreSQL
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """SQLite in a file, as in use: in memory neither its lock nor its log would be tried."""
    from django.db import connection

    if connection.vendor == "sqlite":
        name = tmp_path_factory.mktemp("records") / "records.sqlite3"
        connection.settings_dict["TEST"]["NAME"] = str(name)


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
