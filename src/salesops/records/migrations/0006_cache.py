from typing import Any

from django.core.management import call_command
from django.db import migrations


def make(_: Any, schema_editor: Any) -> None:
    """The table of the cache all processes share: limits on signing in are counted there."""
    call_command("createcachetable", "cache", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0005_invitation"),
    ]

    operations = [
        migrations.RunPython(make, migrations.RunPython.noop),
    ]
