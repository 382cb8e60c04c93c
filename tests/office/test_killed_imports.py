"""An import that is killed at any moment, a hundred times over, ends with each row in once and no version twice."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from salesops.actions.import_rows import go_on, start_import
from salesops.actions.undo_import import start_undo
from salesops.foundations.clock import system_clock
from salesops.records.import_run import ImportRun, ImportUndo
from salesops.records.models import Account, AccountVersion, Opportunity, OpportunityVersion
from salesops.records.record import FOREVER
from tests.office.drawn import workbench

pytestmark = pytest.mark.django_db(transaction=True)

DEALS = 16_000
FEW = 2_000


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A workbench that outlasts a hundred kills."""
    return _work(tmp_path, DEALS)


def _work(tmp_path: Path, deals: int) -> Path:
    """A workbench in a file: deals with two states each."""
    file = tmp_path / "work.duckdb"
    drawn = workbench()
    drawn.execute(f"ATTACH '{file}' AS filed")
    drawn.execute("COPY FROM DATABASE memory TO filed")
    drawn.execute(
        "INSERT INTO filed.opportunity (id, name, stage, amount_minor) "
        f"SELECT 'd' || lpad(n::text, 6, '0'), 'Deal ' || n, 'Won', n FROM range({deals}) r(n)"
    )
    drawn.execute(
        "INSERT INTO filed.opportunity_version (opportunity_id, valid_from, stage, amount_minor) "
        "SELECT id, moment, stage, amount_minor FROM (SELECT id, amount_minor, unnest([('New', "
        "TIMESTAMP '2026-01-01'), ('Won', TIMESTAMP '2026-02-01')]) AS s FROM filed.opportunity) x, "
        "LATERAL (SELECT s[1] AS stage, s[2] AS moment)"
    )
    drawn.close()
    return file


def _run_killed(work: Path, kills: int, *more: str) -> ImportRun:
    start_import(None, "Salesforce", ["deals.csv"], system_clock(), system_clock)
    return _killed(work, kills, *more)


def _killed(work: Path, kills: int, *more: str) -> ImportRun:
    name = str(connection.settings_dict["NAME"])
    connection.close()
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.office.killed_import",
            name,
            str(work),
            str(kills),
            "7",
            *more,
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
        env={
            **os.environ,
            "PYTHONPATH": "src",
            "DJANGO_SETTINGS_MODULE": "salesops.web.office_settings",
        },
    )
    assert ran.stdout.strip() == f"killed {kills}, ended with 0", ran.stdout + ran.stderr
    return ImportRun.objects.get()


def test_a_hundred_kills_lose_and_double_nothing(work: Path) -> None:
    run = _run_killed(work, 100)
    assert run.state == "done"
    assert run.counts["opportunity"] == {"created": DEALS, "changed": 0, "same": 0, "left": 0}
    assert Opportunity.objects.count() == DEALS
    assert OpportunityVersion.objects.count() == 2 * DEALS
    assert OpportunityVersion.objects.filter(ends_at=FOREVER, stage="Won").count() == DEALS


@pytest.mark.postgresql  # SQLite has no server that could die; a killed process is its death
def test_a_database_that_is_killed_and_started_again_has_each_row_once(tmp_path: Path) -> None:
    ran = subprocess.run(
        [
            "scripts/on_postgresql",
            sys.executable,
            "-m",
            "tests.office.killed_database",
            str(_work(tmp_path, FEW)),
            "3",
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
        env={
            **os.environ,
            "PYTHONPATH": "src",
            "DJANGO_SETTINGS_MODULE": "salesops.web.office_settings",
        },
    )
    told = f"killed 3, done, {FEW} created: {FEW} deals, {2 * FEW} versions"
    assert ran.stdout.strip() == told, ran.stdout + ran.stderr


def test_keeping_how_far_it_came_apart_from_the_rows_would_do_rows_twice(work: Path) -> None:
    run = _run_killed(work, 8, "naive")
    assert run.counts["opportunity"]["same"] > 0


def test_an_undoing_that_is_killed_again_and_again_takes_each_record_back_once(
    tmp_path: Path,
) -> None:
    names = "\n".join(f"a{n:04}  Customer{n}" for n in range(2_000))
    drawn = workbench(account=f"id     name\n{names}")
    run = start_import(None, "Salesforce", ["accounts.csv"], system_clock(), system_clock)
    run = go_on(run, drawn, system_clock)
    Account.objects.filter(pk="a0007").update(name="Renamed since")
    start_undo(None, run, system_clock)
    assert _killed(tmp_path, 6, "undo").state == "undone"
    assert ImportUndo.objects.get().counts["account"] == {
        "deleted": 1_999, "back": 0, "kept": 0, "left": 1,
    }  # fmt: skip
    assert Account.objects.get(deleted_at=None).pk == "a0007"
    # One state an import, one an undoing; the renamed one has its own and none of an undoing.
    assert AccountVersion.objects.count() == 2 * 2_000
    assert ImportUndo.objects.get().left.count() == 1
