"""Which work the office's workers know: the name a job has, and the function that does it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from salesops.jobs.backup import back_up
from salesops.jobs.work import Work
from salesops.jobs.worker import Kind
from salesops.records.folder import BACKUPS

MOST_BACKUPS = 14


def backup(work: Work) -> dict[str, object]:
    """Back the office up into its folder of backups, and remove those older than the last `keep`."""
    office = Path(settings.SALESOPS_OFFICE)
    folder = office / BACKUPS
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / f"{work.clock():%Y-%m-%d-%H%M%S}-{work.job.pk}.zip"
    manifest = back_up(office, file, work.clock, watch=work)
    for old in sorted(folder.glob("*.zip"))[: -max(1, work.arguments.get("keep", MOST_BACKUPS))]:
        old.unlink()
    return {"file": str(file), "rows": sum(t.rows for t in manifest.tables.values())}


KINDS: Mapping[str, Kind] = {"backup": backup}
