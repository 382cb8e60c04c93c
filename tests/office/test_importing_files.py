"""Files become records by a job: previewed first, written whole whoever dies, and forgotten when it is done."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError

from salesops.actions import import_rows
from salesops.book.settings import Settings
from salesops.foundations.clock import fixed_clock, system_clock
from salesops.foundations.problem import Refusal
from salesops.importers import Answers, Examination, Limits, examine
from salesops.jobs.importing import Arrived, preview, read_files, write_soon
from salesops.jobs.kinds import KINDS
from salesops.jobs.worker import Worker
from salesops.records.import_run import ImportRun
from salesops.records.job import DONE, FAILED
from salesops.records.models import Account, Opportunity, OpportunityVersion
from salesops.records.user import User

pytestmark = pytest.mark.django_db(transaction=True)

NOW = fixed_clock(datetime(2026, 7, 1, tzinfo=UTC))
DEALS = """Id,Name,StageName,Amount,CloseDate,CreatedDate,AccountId
d1,Mill,Prospecting,100.50,2026-08-01,2026-05-01T09:00:00.000+0000,a1
d2,Quay,Closed Won,2500,2026-06-01,2026-04-01T09:00:00.000+0000,a1
"""
HISTORY = """Id,OpportunityId,CreatedById,CreatedDate,StageName,Amount,CloseDate,Probability,SystemModstamp
h1,d2,u1,2026-04-01T09:00:00.000+0000,Prospecting,2000,2026-06-01,10,2026-04-01T09:00:00.000+0000
h2,d2,u1,2026-05-01T12:00:00.000+0000,Closed Won,2500,2026-06-01,100,2026-05-01T12:00:00.000+0000
"""


@pytest.fixture
def office(tmp_path: Path, settings: Any) -> Path:
    """The folder of an office."""
    settings.SALESOPS_OFFICE = tmp_path / "office"
    folder: Path = settings.SALESOPS_OFFICE
    folder.mkdir()
    return folder


def _examined(folder: Path, **files: str) -> Examination:
    paths = []
    for name, text in files.items():
        paths.append(folder / f"{name}.csv")
        paths[-1].write_text(text)
    return examine(paths, folder / "work", answers=Answers(), limits=Limits())


def _arrived(tmp_path: Path, office: Path, **files: str) -> Arrived:
    files = files or {"Opportunity": DEALS, "Account": "Id,Name\na1,Acme\n"}
    return read_files(_examined(tmp_path, **files), office, Settings(), NOW)


def test_files_are_previewed_and_then_written_by_a_worker(tmp_path: Path, office: Path) -> None:
    arrived = _arrived(tmp_path, office)
    found = preview(arrived, "Salesforce")
    assert (found["opportunity"].created, found["account"].created) == (2, 1)
    assert not Opportunity.objects.exists()
    ann = User.objects.create_user("ann@example.com", role="manager")
    job = write_soon(arrived, "Salesforce", ann, system_clock)
    assert Worker(KINDS, system_clock).run_one()
    job.refresh_from_db()
    assert (job.state, (job.result or {})["counts"]["opportunity"]["created"]) == (DONE, 2)
    run = ImportRun.objects.get()
    assert (run.state, run.actor, run.files) == ("done", ann, ["Opportunity.csv", "Account.csv"])
    assert Opportunity.objects.get(id="d1").account.name == "Acme"
    assert not arrived.folder.exists()


def test_the_same_files_again_would_change_nothing(tmp_path: Path, office: Path) -> None:
    for _ in range(2):
        arrived = _arrived(tmp_path, office)
        found = preview(arrived, "Salesforce")
        write_soon(arrived, "Salesforce", None, system_clock)
        Worker(KINDS, system_clock).run_one()
    assert {(c.created, c.changed) for c in found.values()} == {(0, 0)}


def test_a_past_alone_is_something_to_write(tmp_path: Path, office: Path) -> None:
    write_soon(_arrived(tmp_path, office), "Salesforce", None, system_clock)
    worker = Worker(KINDS, system_clock)
    worker.run_one()
    later = _arrived(
        tmp_path,
        office,
        Opportunity=DEALS,
        Account="Id,Name\na1,Acme\n",
        OpportunityHistory=HISTORY,
    )
    assert preview(later, "Salesforce")["opportunity"].changed == 1
    write_soon(later, "Salesforce", None, system_clock)
    worker.run_one()
    assert OpportunityVersion.objects.filter(record_id="d2").count() == 3


def test_what_is_read_says_of_when_it_speaks_and_is_not_altered_by_asking(
    tmp_path: Path, office: Path
) -> None:
    arrived = _arrived(tmp_path, office)
    assert arrived.seen_at == datetime(2026, 6, 1, 23, 59, 59, 999999, tzinfo=UTC)
    write_soon(arrived, "Salesforce", None, system_clock)
    Worker(KINDS, system_clock).run_one()
    assert (
        Opportunity.objects.get(id="d1").pipeline is None
    )  # what a book assumes is not a record's


def test_an_import_whose_worker_died_goes_on_with_the_next(
    tmp_path: Path, office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(BaseException):
        """As a killed process: nothing is tidied."""

    arrived = _arrived(tmp_path, office)
    job = write_soon(arrived, "Salesforce", None, system_clock)
    step = import_rows._step

    def dies(run: ImportRun, name: str, *more: Any) -> ImportRun:
        if name == "opportunity":
            raise Died
        return step(run, name, *more)

    monkeypatch.setattr(import_rows, "_step", dies)
    with pytest.raises(Died):
        Worker(KINDS, system_clock).run_one()
    monkeypatch.undo()
    assert (Account.objects.count(), Opportunity.objects.count()) == (1, 0)
    type(job).objects.update(leased_until=datetime(2026, 1, 1, tzinfo=UTC))
    assert Worker(KINDS, system_clock).run_one()
    job.refresh_from_db()
    assert (job.state, Opportunity.objects.count()) == (DONE, 2)
    assert (job.result or {})["counts"]["account"]["created"] == 1


def test_an_import_that_was_cancelled_meanwhile_writes_nothing(
    tmp_path: Path, office: Path
) -> None:
    arrived = _arrived(tmp_path, office)
    job = write_soon(arrived, "Salesforce", None, system_clock)
    ImportRun.objects.update(state="cancelled")
    Worker(KINDS, system_clock).run_one()
    job.refresh_from_db()
    assert job.state == DONE
    assert not Opportunity.objects.exists()


def test_rows_that_are_gone_are_told_with_what_to_do(tmp_path: Path, office: Path) -> None:
    arrived = _arrived(tmp_path, office)
    job = write_soon(arrived, "Salesforce", None, system_clock)
    (office / "imports" / arrived.folder.name / "rows.duckdb").unlink()
    Worker(KINDS, system_clock).run_one()
    job.refresh_from_db()
    assert (job.state, "Import them again" in job.error) == (FAILED, True)


def test_files_of_which_nothing_can_be_read_leave_nothing(tmp_path: Path, office: Path) -> None:
    with pytest.raises(Refusal):
        _arrived(tmp_path, office, Opportunity="Id,Name,StageName\n")
    assert not list(office.glob("imports/*"))


def test_a_full_disk_pauses_an_import_which_goes_on_when_there_is_room(
    tmp_path: Path, office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = write_soon(_arrived(tmp_path, office), "Salesforce", None, system_clock)
    step = import_rows._step

    def full(run: ImportRun, name: str, *more: Any) -> ImportRun:
        if name == "opportunity":
            raise OperationalError("database or disk is full")
        return step(run, name, *more)

    monkeypatch.setattr(import_rows, "_step", full)
    for _ in range(7):  # more often than anything else is tried
        assert Worker(KINDS, system_clock).run_one()
        job.refresh_from_db()
        assert (job.state, "disk that holds the records is full" in job.error) == ("waiting", True)
        type(job).objects.update(run_after=system_clock())
    monkeypatch.undo()
    assert (Account.objects.count(), Opportunity.objects.count()) == (1, 0)
    Worker(KINDS, system_clock).run_one()
    job.refresh_from_db()
    assert (job.state, job.error, Opportunity.objects.count()) == (DONE, "", 2)
