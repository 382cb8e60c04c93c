"""Importing in the browser: seen before it is written, written once, mended, undone; and only by who may."""

from __future__ import annotations

import errno
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from salesops.actions.edit_record import edit_record
from salesops.actions.import_rows import go_on, preview_import, start_import
from salesops.foundations.clock import system_clock
from salesops.jobs import arriving
from salesops.jobs.arriving import forget_old_arrivals
from salesops.jobs.importing import problems_of
from salesops.jobs.kinds import KINDS
from salesops.jobs.worker import Worker
from salesops.records.import_run import ImportRun
from salesops.records.job import Job
from salesops.records.models import Account, Opportunity
from salesops.records.user import User
from salesops.web.pages.importing import one_import
from tests.office.drawn import workbench
from tests.office.readers import Answer, Office, Reader, make_login

pytestmark = pytest.mark.django_db(transaction=True)

DEALS = (
    "Deal ID,Deal,Stage,Amount,Created,Close Date,Account\n"
    "d1,Pump station,Won,12500,2026-04-03,2026-06-05,Acme\n"
    "d2,Valve refit,,8000,2026-05-04,2026-08-09,Acme\n"
    "d3,Gauges,Proposal,lots,2026-05-06,2026-09-30,Bolt\n"
)


@pytest.fixture
def ravi(as_: Callable[[str], Reader], tmp_path: Path, settings: Any) -> Reader:
    """A sales operations manager, who may import, in an office with a folder."""
    settings.SALESOPS_OFFICE = tmp_path
    return as_("ravi")


def _work() -> None:
    worker = Worker(KINDS, system_clock)
    while worker.run_one():
        pass


def _upload(reader: Reader, address: str = "/imports/new", **more: Any) -> Answer:
    files = more.pop("files", {"deals.csv": DEALS})
    given = [SimpleUploadedFile(name, text.encode()) for name, text in files.items()]
    return reader.client.post(address, {"files": given, **more})


def _begun(reader: Reader, **more: Any) -> str:
    """Where the files that were given are, once they were looked at."""
    answer = _upload(reader, **more)
    assert answer.status_code == 302, answer.content.decode()
    _work()
    return str(answer.headers["Location"]).removesuffix("/wait")


def _counted(reader: Reader, place: str, **source: str) -> str:
    """The page that says what would happen."""
    said = source or {"other_source": "Sheets"}
    assert reader.post(f"{place}/columns", **said).headers["Location"] == f"{place}/wait"
    _work()
    assert reader.get(f"{place}/wait").headers["Location"] == f"{place}/check"
    return _words(reader.get(f"{place}/check"))


def _imported(reader: Reader, **more: Any) -> ImportRun:
    place = _begun(reader, **more)
    _counted(reader, place)
    reader.post(f"{place}/check")
    _work()
    return ImportRun.objects.latest("pk")


def _words(answer: Answer) -> str:
    """The words of a page, without its marks."""
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())


def _mended(reader: Reader, address: str) -> dict[str, str]:
    """The refused rows as somebody gives them back."""
    rows = b"".join(reader.get(address)).decode("utf-8-sig")
    return {"deals-refused (1).csv": rows.replace("refit,,", "refit,Lost,").replace("lots", "3000")}


def test_files_become_records_only_after_it_was_shown_what_would_happen(ravi: Reader) -> None:
    place = _begun(ravi)
    assert ravi.get(f"{place}/wait").headers["Location"] == f"{place}/columns"
    assert "Which system do these files come from?" in _words(ravi.get(f"{place}/columns"))
    unsaid = ravi.post(f"{place}/columns", other_source=" ")
    assert "Give the system a name" in _words(unsaid)
    page = _counted(ravi, place)
    assert "6 new 0 changed $12,500 of new opportunities" in page
    assert "Opportunities 2 0 0 0 0 1 $12,500" in page
    assert "2 rows of deals.csv" in page
    assert not Opportunity.objects.filter(pk__in=("d1", "d3")).exists()
    address = ravi.post(f"{place}/check").headers["Location"]
    assert "Being written" in _words(ravi.get(address))
    assert ravi.get(f"{place}/check").status_code == 404
    _work()
    page = _words(ravi.get(address))
    assert "All of it is written" in page
    assert "Opportunities 2 0 0 0 0 1 $12,500" in page
    assert "The row has no stage that can be read" in page
    assert Opportunity.objects.filter(pk__in=("d1", "d3")).count() == 2
    assert "deals.csv" in _words(ravi.get("/imports"))
    again = _begun(ravi)
    assert 'value="Sheets" required checked' in ravi.get(f"{again}/columns").content.decode()


def test_mended_rows_go_back_into_place_before_it_is_written_and_after(ravi: Reader) -> None:
    place = _begun(ravi)
    _counted(ravi, place)
    mended = _mended(ravi, f"{place}/refused/0")
    assert _upload(ravi, f"{place}/add", files=mended).status_code == 302
    _work()
    page = _counted(ravi, place)
    assert ("8 new" in page, "Opportunities 3 0 0 0 0 0 $23,500" in page) == (True, True)
    ravi.post(f"{place}/forget")
    run = _imported(ravi)
    place = _begun(ravi, files=_mended(ravi, f"/imports/{run.pk}/refused/0"), mends=str(run.pk))
    page = _counted(ravi, place, source="Sheets")
    assert "Opportunities 1 1 0 1 0 0 $8,000 +$3,000" in page
    ravi.post(f"{place}/check")
    _work()
    assert Opportunity.objects.get(pk="d3").amount_minor == 300_000
    latest = ImportRun.objects.latest("pk")
    assert latest.money["opportunity"] == {"created": {"": 800_000}, "changed": {"": 300_000}}


def test_what_is_changed_is_told_in_money_before_and_after(office: Office) -> None:
    table = "id  name  stage  amount  currency\n"
    first = workbench(
        opportunity=f"{table}a   A     Won    100     USD\nb   B     Won    50      EUR"
    )
    then = workbench(
        opportunity=f"{table}a   A     Won    70      USD\nb   B     Won    50      USD"
    )
    for work in (first, then):
        counted = preview_import(work, "CRM")["opportunity"]
        run = start_import(office.ravi, "CRM", ["a.csv"], system_clock(), system_clock)
        run = go_on(run, work, system_clock)
        assert run.money["opportunity"] == {
            "created": counted.money,
            "changed": counted.difference,
        }
    assert counted.difference == {"USD": 2_000, "EUR": -5_000}


def test_what_another_import_overtook_is_counted_again_and_pressing_twice_writes_once(
    ravi: Reader,
) -> None:
    first, second = _begun(ravi), _begun(ravi)
    _counted(ravi, first)
    _counted(ravi, second)
    ravi.post(f"{first}/check")
    answer = ravi.post(f"{second}/check")
    assert (answer.status_code, "Count again" in _words(answer)) == (409, True)
    _work()
    assert ravi.post(f"{second}/check", do="count").headers["Location"] == f"{second}/wait"
    _work()
    assert "The records say all of this already" in _words(ravi.get(f"{second}/check"))
    assert ravi.post(f"{first}/check").status_code == 404
    assert (ImportRun.objects.count(), Opportunity.objects.count()) == (1, 5)


def test_undoing_tells_what_goes_what_is_put_back_and_what_stays_and_why(
    ravi: Reader, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = _imported(ravi)
    edit_record(office.dora, Opportunity, "d1", {"next_step": "Call"}, system_clock)
    page = _words(ravi.get(f"/imports/{run.pk}"))
    assert "Changed since Undoing leaves what somebody changed" in page
    monkeypatch.setattr(one_import, "MOST_AT_ONCE", 0)  # as of an import too large for a page
    address = f"/imports/{run.pk}/undo"
    asked = ravi.post(address).headers["Location"]
    assert "Undo this import" not in _words(ravi.get(asked))
    _work()
    monkeypatch.undo()
    for page in (_words(ravi.get(asked)), _words(ravi.get(address))):
        assert "5 deleted 0 as they were before 1 stay" in page
        assert "Pump station Opportunity All of it Dora" in page
    assert Opportunity.objects.filter(pk__in=("d1", "d3"), deleted_at=None).count() == 2
    assert ravi.post(address, do="undo").headers["Location"] == f"/imports/{run.pk}"
    assert "Being undone" in _words(ravi.get(f"/imports/{run.pk}"))
    _work()
    page = _words(ravi.get(f"/imports/{run.pk}"))
    assert "Undone by Ravi" in page
    assert "These stay, because somebody changed them since" in page
    assert list(Account.objects.filter(name__in=("Acme", "Bolt"), deleted_at=None)) == []
    assert ravi.post(address, do="undo").status_code == 422


def test_what_was_stopped_is_told_and_can_be_gone_on_with(ravi: Reader) -> None:
    place = _begun(ravi)
    ravi.post(f"{place}/columns", other_source="Sheets")
    ravi.post(f"{place}/stop")
    assert "Stopped Nothing was changed." in _words(ravi.get(f"{place}/wait"))
    assert "Not written yet" in _words(ravi.get("/imports"))
    ravi.post(f"{place}/look")
    _work()
    _counted(ravi, place)
    ravi.post(f"{place}/check")
    address = f"/imports/{ImportRun.objects.get().pk}"
    assert ravi.post(f"{address}/stop").status_code == 302
    assert "Stopped on the way" in _words(ravi.get(address))
    assert not Opportunity.objects.filter(pk="d1").exists()


def test_too_much_a_bad_file_and_a_full_disk_are_told(
    ravi: Reader, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Choose at least one file" in _words(ravi.post("/imports/new"))
    settings.SALESOPS_MOST_UPLOAD = 100
    answer = _upload(ravi)
    assert answer.status_code == 422
    assert "larger than 100 bytes together" in _words(answer)
    settings.SALESOPS_MOST_UPLOAD = 10_000
    junk = _begun(ravi, files={"junk.csv": "\0\1\2" * 99})
    assert "Nothing in the files could be read" in _words(ravi.get(f"{junk}/wait"))

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(arriving, "keep_files", full)
    answer = _upload(ravi)
    assert (answer.status_code, "is full. Nothing was changed" in _words(answer)) == (422, True)
    assert len(Job.objects.all()) == 1


def test_files_and_problems_are_kept_no_longer_than_they_are_of_use(ravi: Reader) -> None:
    run = _imported(ravi)
    _begun(ravi)

    def left(days: int) -> tuple[int, int, bool]:
        now = system_clock()
        forget_old_arrivals(lambda: now + timedelta(days=days))
        run.refresh_from_db()
        folder = arriving._arriving()
        return len(list(folder.iterdir())), len(arriving.files_of(run)), bool(problems_of(run))

    assert left(1) == (2, 1, True)
    assert left(8) == (1, 1, True)
    assert left(31) == (0, 0, False)
    assert "kept for 30 days and is gone now" in _words(ravi.get(f"/imports/{run.pk}"))


def test_who_may_not_import_is_refused_at_every_door(
    ravi: Reader, as_: Callable[[str], Reader]
) -> None:
    run = _imported(ravi)
    place = _begun(ravi)
    _counted(ravi, place, source="Sheets")
    doors = ["/imports", "/imports/new", f"/imports/{run.pk}", f"/imports/{run.pk}/undo"]
    doors += [f"/imports/{run.pk}/refused/0"]
    doors += [f"{place}/{step}" for step in ("wait", "columns", "check", "refused/0")]
    forms = ["/imports/new", f"/imports/{run.pk}/undo", f"/imports/{run.pk}/stop"]
    forms += [f"{place}/{step}" for step in ("add", "stop", "look", "forget", "columns", "check")]
    for somebody in map(as_, ("alice", "bob", "charlie")):
        for answer in [
            *(somebody.get(door) for door in doors),
            *(somebody.post(form, do="undo") for form in forms),
            _upload(somebody),
        ]:
            assert answer.status_code == 422
            assert "Only sales operations and administrators" in _words(answer)
            assert "Pump station" not in _words(answer)
        assert 'href="/imports' not in somebody.get("/account").content.decode()
    run.refresh_from_db()
    assert (run.state, ravi.get(f"{place}/check").status_code) == ("done", 200)


def test_an_analyst_looks_and_imports_nothing_and_nobody_goes_on_with_anothers_files(
    ravi: Reader, as_dora: Reader
) -> None:
    run, place = _imported(ravi), _begun(ravi)
    ana = Reader(make_login("Ana", "analyst"))
    page = _words(ana.get(f"/imports/{run.pk}"))
    assert ("Opportunities 2 0" in page, "Mended rows" in page, "Undo …" in page) == (
        True, False, False,
    )  # fmt: skip
    for door in ("/imports/new", f"/imports/{run.pk}/undo", f"/imports/{run.pk}/refused/0"):
        assert ana.get(door).status_code == 422
    assert as_dora.get(f"{place}/columns").status_code == 404
    assert as_dora.post(f"{place}/forget").status_code == 404


def test_work_is_seen_by_who_asked_and_by_sales_operations_and_stopped_by_who_may(
    ravi: Reader, office: Office, as_bob: Reader, as_charlie: Reader
) -> None:
    def asked(user: User, **more: Any) -> Job:
        now = system_clock()
        arguments = {"noun": "opportunity", "alike": [{"keys": ["a", "b"], "values": {}}]}
        return Job.objects.create(
            kind="edit_many",
            arguments=arguments,
            run_after=now,
            asked_by=user,
            asked_at=now,
            **more,
        )

    bobs = asked(office.bob, state="running", step="Changing", done=1, total=2)
    asked(office.dora, state="failed", error="The disk is full.")
    page = _words(as_bob.get("/work"))
    assert "Changing 2 opportunities" in page
    assert "50 %" in page
    assert "The disk is full." not in page
    assert "Nothing is at work" in _words(as_charlie.get("/work"))
    assert "The disk is full." in _words(ravi.get("/work"))
    assert "Changing 2 opportunities, 50 %" in _words(as_bob.get("/account"))
    assert "Changing 2 opportunities" not in _words(as_charlie.get("/account"))
    for somebody, status in ((as_charlie, 404), (as_bob, 302)):
        assert somebody.post(f"/work/{bobs.pk}/stop").status_code == status
        assert somebody.get(f"/work/{bobs.pk}?part=1").status_code == (
            404 if status == 404 else 200
        )
    bobs.refresh_from_db()
    assert bobs.is_cancel_wished
    Job.objects.filter(pk=bobs.pk).update(state="cancelled")
    assert as_bob.get(f"/work/{bobs.pk}?part=1").headers["HX-Redirect"] == "/work"
    assert "Changing 2 opportunities" not in _words(as_bob.get("/account"))
    assert as_bob.post(f"/work/{bobs.pk}/stop").status_code == 422


def test_somebody_who_waits_is_told_what_for(ravi: Reader) -> None:
    place = _upload(ravi).headers["Location"]
    Job.objects.update(run_after=system_clock() - timedelta(minutes=1))
    assert "No worker takes it" in _words(ravi.get(place))
    now = system_clock()
    Job.objects.create(
        kind="backup", state="running", run_after=now, asked_at=now, done=1, total=4,
        leased_until=now + timedelta(minutes=1),
    )  # fmt: skip
    assert "Waits for a backup to end (25 %)." in _words(ravi.get(place))


def test_new_rows_that_look_like_records_there_are_are_told_before_they_are_written(
    ravi: Reader,
) -> None:
    Account.objects.create(id="known", name="ACME Ltd.")
    page = _counted(ravi, _begun(ravi))
    assert "1 of the new accounts looks like one you have" in page
    assert "ACME Ltd." in page
    assert "Name: the same" in page
