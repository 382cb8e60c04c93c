"""Publishing the next generation of a drawn book, as an import does."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import duckdb

from salesops.engines.folder import Manifest, publish, read_manifest


def publish_next(folder: Path, change: str = "") -> Manifest:
    """The same rows as the next generation, after the SQL in `change`."""
    former = read_manifest(folder)
    assert former is not None
    number = former.generation + 1
    base = folder / f"base-{number}.duckdb"
    base.write_bytes((folder / former.base).read_bytes())
    if change:
        with duckdb.connect(str(base)) as connection:
            connection.execute(change)
    later = former.opened_at + timedelta(minutes=number)
    manifest = former.model_copy(
        update={"generation": number, "base": base.name, "opened_at": later}
    )
    publish(folder, manifest)
    return manifest
