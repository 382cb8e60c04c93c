"""A large export is prepared by a worker for whoever asked, kept for a day, and nobody else's."""

from __future__ import annotations

import zipfile
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from salesops.foundations.clock import system_clock
from salesops.jobs import exporting, queue
from salesops.jobs.exporting import forget_old_exports
from salesops.jobs.kinds import KINDS
from salesops.jobs.work import Work
from salesops.jobs.worker import Worker
from salesops.records.job import CANCELLED, DONE, FAILED, WAITING, Job
from salesops.records.models import Seen
from salesops.web import export
from salesops.web.pages.exports import one_export
from tests.office.readers import Office, Reader
from tests.office.selling import follows, selling

__all__ = ["follows", "selling"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("selling")]

ADDRESS = "/opportunities?export=csv&stage=New"


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where files wait, in an office that hands out no more than one row at once."""
    settings.SALESOPS_OFFICE = tmp_path / "office"
    monkeypatch.setattr(export, "AT_ONCE", {"csv": 1, "xlsx": 1})
    return tmp_path / "office" / ".exports"


def _asked(reader: Reader, address: str = ADDRESS) -> str:
    answer = reader.client.get(address)
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def _work(now: datetime | None = None) -> Job:
    """Have a worker do the job that waits, without a heart: a beat of its own connection would not see the job."""
    job = queue.claim("test", now or system_clock())
    assert job is not None
    Worker(KINDS, system_clock)._do(Work(job, system_clock, queue.LEASE))
    job.refresh_from_db()
    return job


def _file(reader: Reader, place: str) -> bytes:
    answer = reader.get(f"{place}/file")
    assert answer.status_code == 200, answer.content.decode()
    return b"".join(answer)


def _folders(folder: Path) -> list[Path]:
    return sorted(folder.glob("*"))


def test_a_large_export_is_the_file_it_would_have_been_at_once_and_is_told_of_until_it_is_fetched(
    as_bob: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = _asked(as_bob)
    assert _asked(as_bob) == place  # asked twice, it is one job
    waiting = as_bob.page(place)
    assert waiting.faults == []
    assert "Export of opportunities as CSV" in waiting.text
    assert not Seen.objects.exists()
    job = _work()
    assert (job.state, job.error, job.result and job.result["rows"]) == (DONE, "", 2)
    assert "opportunities.csv is ready" in as_bob.page("/account").text
    ready = as_bob.page(place)
    assert "2 rows" in ready.text
    prepared = _file(as_bob, place)
    assert [(s.act, s.what) for s in Seen.objects.all()] == [("export", ADDRESS)]
    assert "is ready" not in as_bob.page("/account").text
    monkeypatch.setattr(export, "AT_ONCE", {"csv": 2, "xlsx": 2})
    at_once = as_bob.client.get(ADDRESS)
    assert prepared == b"".join(at_once)
    assert b"Mill" in prepared
    assert b"Alice" not in prepared


def test_only_who_asked_has_the_file_while_they_may_see_what_they_saw_and_for_a_day(
    selling: Office,
    as_bob: Reader,
    as_alice: Reader,
    as_charlie: Reader,
    as_dora: Reader,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = _asked(as_bob, ADDRESS.replace("csv", "xlsx"))
    assert _work().state == DONE
    for other in (as_alice, as_charlie, as_dora):
        assert [other.get(a).status_code for a in (place, f"{place}/file")] == [404, 404]
        assert other.post(place).status_code == 404
    with zipfile.ZipFile(BytesIO(_file(as_bob, place))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert ("Mill" in sheet, "Alice" in sheet) == (True, False)
    selling.bob.role = "sales_leader"
    selling.bob.save()
    assert as_bob.get(f"{place}/file").status_code == 422
    assert "handed out no more" in as_bob.page(place).text
    forget_old_exports(system_clock)
    assert len(_folders(folder)) == 1
    tomorrow = system_clock() + timedelta(days=1)
    monkeypatch.setattr(one_export, "system_clock", lambda: tomorrow)
    assert as_bob.get(f"{place}/file").status_code == 422
    assert "kept no more" in as_bob.page(place).text
    forget_old_exports(lambda: tomorrow)
    assert _folders(folder) == []


def test_a_killed_worker_leaves_no_file_and_the_next_begins_again(
    as_bob: Reader, folder: Path, settings: Any
) -> None:
    place = _asked(as_bob)
    first = queue.claim("one that dies", system_clock())
    assert first is not None
    half = folder / f"{first.pk}-{first.claim}-half"
    half.mkdir(parents=True)
    (half / "file.csv").write_text("id,na")
    forget_old_exports(system_clock)
    assert half.exists()  # it may be at work still
    done = _work(system_clock() + timedelta(minutes=1))
    assert (done.state, done.attempts) == (DONE, 2)
    assert not half.exists()
    assert _file(as_bob, place).count(b"\r\n") == 3
    # What the first still does is dropped, and takes nothing from the second.
    settings.SALESOPS_WRITE_EXPORT = f"{__name__}._write_nothing"
    Worker(KINDS, system_clock)._do(Work(first, system_clock, queue.LEASE))
    assert [p.name for p in _folders(folder)] == [(done.result or {})["folder"]]
    assert _file(as_bob, place).count(b"\r\n") == 3


def _write_nothing(_user: Any, _address: str, folder: Path, _watch: Any) -> exporting.Written:
    file = folder / "file.csv"
    file.write_text("")
    return exporting.Written(file, 0)


def test_an_export_that_is_stopped_leaves_nothing_and_nobody_has_more_than_a_few_at_a_time(
    as_bob: Reader, folder: Path
) -> None:
    place = _asked(as_bob)
    job = queue.claim("one", system_clock())
    assert job is not None
    assert as_bob.post(place).status_code == 302
    assert "asked to stop" in as_bob.page(place).text
    work = Work(job, system_clock, queue.LEASE)
    work.is_cancelled.set()  # as a beat does that finds the wish
    Worker(KINDS, system_clock)._do(work)
    job.refresh_from_db()
    assert (job.state, _folders(folder)) == (CANCELLED, [])
    assert "No file was made." in as_bob.page(place).text
    for column in ("stage", "owner", "account", "value", "name"):
        _asked(as_bob, f"{ADDRESS}&column={column}")
    ahead = as_bob.client.get(ADDRESS, headers={"sec-purpose": "prefetch"})
    assert (as_bob.client.get(ADDRESS).status_code, ahead.status_code) == (422, 503)
    assert Job.objects.filter(state=WAITING).count() == 5


def test_other_doors_are_prepared_too_and_nobody_gets_by_a_worker_what_they_may_not_see(
    selling: Office, as_dora: Reader
) -> None:
    for number in range(2):
        Seen.objects.create(
            at=system_clock(),
            actor=selling.dora,
            act="export",
            door="browser",
            what=f"/kept/{number}",
        )
    for address, holds in (
        ("/audit/seen?export=csv", b"/kept/1"),
        ("/numbers/open_pipeline/rows?export=csv", b"Charlie's deal"),
    ):
        place = _asked(as_dora, address)
        assert _work().state == DONE, address
        assert holds in _file(as_dora, place)
    _asked(as_dora, "/audit/seen?export=csv")
    selling.dora.role = "analyst"
    selling.dora.save()
    ended = _work()
    assert (ended.state, "Only administrators" in ended.error) == (FAILED, True)
