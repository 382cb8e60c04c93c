"""An office of each former release comes back and is upgraded: records, history, seals and book are what they were."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from salesops.jobs.sealed import manifest_of
from tests.jobs_office.offices import Office, new_office

VENDOR = "postgresql" if os.environ.get("SALESOPS_DATABASE") else "sqlite"
OFFICES = sorted((Path(__file__).parent / "upgrades").glob(f"*-{VENDOR}.zip"))
# What Django and salesops write there by themselves as they are upgraded.
NOT_KEPT = {
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "cache",
    "change_context",
}
UPGRADED = """
import json, os
from pathlib import Path
from django.db import connection
from salesops.cli.keeping import restore_office, upgrade
from salesops.foundations.clock import system_clock
from salesops.jobs.contents import copy_of_postgresql, of_sqlite
from salesops.jobs.following import follow
from salesops.records.models import Opportunity
from salesops.records.safety import is_behind
from salesops.records.sealing import seal_some, verify
office, columns = Path(os.environ["SALESOPS_OFFICE"]), json.loads(os.environ["COLUMNS"])
restore_office(office, Path(os.environ["BACKUP"]), replace=False)
upgrade(office)
if connection.vendor == "sqlite":
    held = of_sqlite(office / "records.sqlite3", columns)
else:
    held = {n: copy_of_postgresql(connection, n, columns=c) for n, c in columns.items()}
told = {n: c.model_dump() for n, c in held.items()}
before = verify(system_clock())
made = follow(office / "book", system_clock)
Opportunity.objects.filter(pk="006B").update(next_step="After the upgrade")
assert seal_some(system_clock, seconds=60)
after = verify(system_clock())
print(json.dumps({
    "behind": is_behind(connection), "held": told, "rows": made.rows, "won_minor": made.won_minor,
    "currency": made.currency, "sealed": before.rows, "broken": [str(v.broken) for v in (before, after) if v.broken],
    "states": Opportunity.versions.objects.filter(record_id="006B").count(), "more": after.rows - before.rows,
}))
"""


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An office that does not exist yet."""
    return new_office(tmp_path / "office")


@pytest.mark.parametrize("backup", OFFICES, ids=lambda p: p.stem)
def test_an_office_of_a_former_release_is_whole_after_its_upgrade(
    backup: Path, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest, was = manifest_of(backup), json.loads(backup.with_suffix(".json").read_text())
    kept = {n: c for n, c in manifest.tables.items() if n not in NOT_KEPT}
    monkeypatch.setenv("COLUMNS", json.dumps({n: c.columns for n, c in kept.items()}))
    monkeypatch.setenv("BACKUP", str(backup))
    told: dict[str, Any] = json.loads(office.does(UPGRADED).splitlines()[-1])
    assert told["held"] == {name: content.model_dump() for name, content in kept.items()}
    assert (told["broken"], told["behind"]) == ([], False)
    assert told["sealed"] > 0
    for what in ("won_minor", "currency"):
        assert told[what] == was[what]
    assert {n: told["rows"][n] for n in was["rows"]} == was["rows"]
    # It goes on from there: the triggers keep versions, and these are sealed, with the line that tells of the backup.
    assert (told["more"], told["states"] > 2) == (2, True)


def test_there_is_an_office_of_a_former_release() -> None:
    assert OFFICES
