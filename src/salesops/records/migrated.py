"""What migrations have made of a database so far, also where this program knows more of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

Migrations = Iterable[tuple[str, str]]


def last_of_each_app(loader: MigrationLoader, applied: Migrations) -> list[tuple[str, str]]:
    """Those of the applied migrations that no other of them follows."""
    done = set(applied)
    followed = {
        parent.key
        for key in done & set(loader.graph.node_map)
        for parent in loader.graph.node_map[key].parents
        if parent.key[0] == key[0]
    }
    return sorted(done - followed)


def tables_made(connection: Any) -> list[str]:
    """The tables that migrations made, by name. A cache's is not among them and may be lost."""
    loader = MigrationLoader(connection)
    state = loader.project_state(last_of_each_app(loader, loader.applied_migrations))
    models = state.apps.get_models(include_auto_created=True)
    made = {model._meta.db_table for model in models if model._meta.managed}
    made.add(MigrationRecorder.Migration._meta.db_table)
    return sorted(made & set(connection.introspection.table_names()))
