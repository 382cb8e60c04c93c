"""The Django app of the records: after every migration the triggers that keep history are made anew."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class Records(AppConfig):
    """The app. Its label is the prefix of its tables in the database."""

    name = "salesops.records"
    label = "records"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the triggers follow the models, and every process know the lookups of records."""
        import salesops.records.among  # noqa: F401

        post_migrate.connect(_install, sender=self)


def _install(using: str, **_: Any) -> None:
    from django.db import connections

    from salesops.records.triggers import install

    install(connections[using])
