"""An import is undone by a worker: asked for once, gone on with where it was stopped, and followed by the book."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from django.test import override_settings

from salesops.actions import undo_import
from salesops.actions.cancel_job import cancel_job
from salesops.actions.import_rows import go_on, start_import
from salesops.engines.duckdb import DuckDBEngine
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.jobs.following import follow
from salesops.jobs.importing import Arrived, end_abandoned, write_soon
from salesops.jobs.kinds import KINDS
from salesops.jobs.undoing_import import undo_soon
from salesops.jobs.worker import Worker
from salesops.records.import_run import ImportRun
from salesops.records.job import DONE, Job
from salesops.records.models import Account
from salesops.records.user import User
from tests.office.drawn import workbench

pytestmark = pytest.mark.django_db(transaction=True)


def _imported(rows: int = 3) -> ImportRun:
    names = "\n".join(f"a{n:03}  Customer{n}" for n in range(rows))
    work = workbench(account=f"id    name\n{names}")
    run = start_import(None, "Salesforce", ["accounts.csv"], system_clock(), system_clock)
    return go_on(run, work, system_clock)


def _accounts_of(book: Path) -> int:
    base = max(book.glob("base-*.duckdb"), key=lambda p: int(p.stem.partition("-")[2]))
    with duckdb.connect(str(base), read_only=True) as connection:
        found = connection.execute("SELECT count(*) FROM account").fetchone()
    return int(found[0]) if found else 0


def test_a_worker_undoes_it_once_and_the_book_follows(tmp_path: Path) -> None:
    run = _imported()
    job = undo_soon(None, run, system_clock)
    with pytest.raises(Refusal, match="being undone already"):
        undo_soon(None, run, system_clock)
    assert Worker(KINDS, system_clock).run_one()
    job.refresh_from_db()
    assert (job.state, (job.result or {})["counts"]["account"]["deleted"]) == (DONE, 3)
    follow(tmp_path / "book", system_clock)
    assert _accounts_of(tmp_path / "book") == 0
    with pytest.raises(Refusal, match="undone already"):
        undo_soon(None, run, system_clock)


def test_deals_of_an_import_that_was_undone_were_never_there(tmp_path: Path) -> None:
    deals = """
        id  name  pipeline  stage  amount  currency  close_date
        d1  Mill  Sales     Offer  10      USD       2026-09-01
        d2  Quay  Sales     New    20      USD       2026-09-01
    """
    states = """
        opportunity_id  valid_from        pipeline  stage  amount  currency  close_date
        d1              2026-01-01T09:00  Sales     New    10      USD       2026-09-01
        d1              2026-02-01T09:00  Sales     Offer  10      USD       2026-09-01
    """
    work = workbench(opportunity=deals, opportunity_version=states)
    run = start_import(None, "Salesforce", ["deals.csv"], system_clock(), system_clock)
    undo_soon(None, go_on(run, work, system_clock), system_clock)
    for left in (3, 0):  # states before it is undone and after
        follow(tmp_path / "book", system_clock)
        engine = DuckDBEngine(tmp_path / "book")
        assert engine.run("SELECT count(*) FROM opportunity_version").rows == [(left,)]
        assert engine.run("SELECT id FROM deletion").rows == []
        engine.close()
        Worker(KINDS, system_clock).run_one()


def test_stopped_on_the_way_it_goes_on_when_it_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = _imported(6)
    monkeypatch.setattr(undo_import, "FIRST_STEP", 2)
    ravi = User.objects.create_user("ravi@example.com", role="manager")
    job = undo_soon(ravi, run, system_clock)
    worker = Worker(KINDS, system_clock)

    def stops(size: int, _: float) -> int:
        worker._work.is_cancelled.set()  # type: ignore[union-attr]
        return size

    monkeypatch.setattr(undo_import, "let_others_write", stops)
    worker.run_one()
    # The first step is told before the wish to stop is looked at again, so two steps are in at most.
    assert 0 < Account.objects.filter(deleted_at=None).count() < 6
    monkeypatch.setattr(undo_import, "let_others_write", lambda size, _: size)
    assert undo_soon(ravi, run, system_clock).pk != job.pk
    worker.run_one()
    run.refresh_from_db()
    assert (run.state, Account.objects.filter(deleted_at=None).count()) == ("undone", 0)
    assert run.undoing.counts["account"]["deleted"] == 6


def test_an_import_that_was_stopped_before_it_began_is_not_being_written_any_more(
    tmp_path: Path,
) -> None:
    ravi = User.objects.create_user("ravi@example.com", role="manager")
    with override_settings(SALESOPS_OFFICE=tmp_path):
        folder = tmp_path / "imports" / "x"
        folder.mkdir(parents=True)
        job = write_soon(Arrived(folder, ("a.csv",), system_clock()), "CRM", ravi, system_clock)
        end_abandoned(system_clock)
        assert ImportRun.objects.get().state == "applying"
        cancel_job(ravi, Job.objects.get(pk=job.pk), system_clock)
        end_abandoned(system_clock)
        assert ImportRun.objects.get().state == "cancelled"
        assert not folder.exists()
