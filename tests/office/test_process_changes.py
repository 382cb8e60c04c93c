"""Changes of the process in an office: filed by a form, measured by a job, read by who sees everybody it is made of."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from salesops.actions.change_process import Wanted, ask_to_measure, file_change
from salesops.experiments import Reading
from salesops.foundations.clock import system_clock
from salesops.jobs import queue
from salesops.jobs.kinds import KINDS
from salesops.jobs.measuring_changes import due_change
from salesops.jobs.work import Work
from salesops.jobs.worker import Worker
from salesops.records.folder import BOOK
from salesops.records.job import DONE, FAILED, Job
from salesops.records.models import Change, EffectReading, Person, PipelineStage, ProcessChange
from salesops.web.pages.changes.exporting import HIDDEN
from tests.office.improving import WANTED, draw_improving, employ
from tests.office.readers import Office, Reader

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def improving(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an office with its book."""
    folder = tmp_path_factory.mktemp("improving")
    draw_improving(folder / BOOK)
    return folder


@pytest.fixture
def at_work(served: Office, improving: Path) -> Any:
    """The office whose book that is, with the people in it; Alice manages those of North."""
    employ()
    Person.objects.filter(team="North").update(manager_id="alice")
    with override_settings(SALESOPS_OFFICE=improving, SALESOPS_BOOK=improving / BOOK):
        yield served


def _work() -> Job:
    """Have a worker do the one job that waits, without a heart: a beat of its own connection would not see the job."""
    job = queue.claim("test", system_clock())
    assert job is not None
    Worker(KINDS, system_clock)._do(Work(job, system_clock, queue.LEASE))
    job.refresh_from_db()
    return job


def _exported(reader: Reader) -> list[dict[str, str]]:
    """The rows of the list of changes as a CSV."""
    text = b"".join(reader.get("/changes", export="csv")).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def _file(office: Office, **more: Any) -> ProcessChange:
    said = WANTED | {"expected": Decimal("0.3")} | more
    days = {c: date.fromisoformat(said[c]) for c in ("starts_on", "last_on")}
    wanted = Wanted(**said | days | {"teams": tuple(said["teams"])})
    return file_change(office.ravi, wanted, system_clock)


@pytest.mark.usefixtures("at_work")
def test_a_change_is_filed_edited_and_measured_and_who_may_see_reads_it(
    as_: Callable[[str], Reader],
) -> None:
    ravi = as_("ravi")
    wrong = ravi.post("/changes/new", **WANTED | {"expected": "a lot"})
    assert wrong.status_code == 422
    assert "Write per cent" in wrong.content.decode()
    answer = ravi.post("/changes/new", **WANTED)
    change = ProcessChange.objects.get()
    place = f"/changes/{change.pk}"
    assert answer.headers["Location"].startswith(f"{place}?done=")
    assert "+30.0 points" in ravi.page(place).text
    form = ravi.page(f"{place}/edit")
    seen = form.one("input", name="seen").attrs["value"]
    ravi.post(f"{place}/edit", **WANTED | {"expected": "+40", "seen": seen})
    past = ravi.page(place).one("ol", class_="told").text
    assert "By: +30.0 points → became +40.0 points" in " ".join(past.split())

    assert ravi.post(place, do="measure").status_code == 302
    assert "part=1" in ravi.get(place).content.decode()
    done = _work()
    assert (done.state, done.result) == (DONE, {"reading": EffectReading.objects.get().pk})
    assert ravi.get(f"{place}?part=1").headers["HX-Redirect"] == place
    found = Reading.of(EffectReading.objects.get().told)
    assert found.verdict == "helped"
    assert found.effect is not None
    assert found.effect.low < 0.5 < found.effect.high
    page = ravi.page(place)
    assert "It helped: +" in page.one("section", id="effect").text
    assert "when it had begun: perhaps knowing how it went" in page.text
    assert "It helped: +" in ravi.page("/changes").text
    behind = next(a for a in page.all("a") if "/numbers/win_rate/rows" in a.attrs["href"])
    assert "Deal" in ravi.page(behind.attrs["href"]).text

    # Alice sees those who got it, and not those they are compared with.
    for told in (as_("alice").page(place).text, as_("alice").page("/changes").text):
        assert "It helped" not in told
        assert "sees" in told
        assert "Measured" in told
    assert as_("alice").post(place, do="measure").status_code == 422
    assert as_("bob").page(place, status=404)
    assert "Next step" not in as_("charlie").page("/changes").text
    for nobody in ("bob", "charlie"):
        assert as_(nobody).get("/changes/new").status_code == 422
        assert as_(nobody).post("/changes/new", **WANTED).status_code == 422
    assert ProcessChange.objects.count() == 1

    exported = {name: _exported(as_(name)) for name in ("ravi", "alice", "charlie")}
    (line,), (hidden,) = exported["ravi"], exported["alice"]
    assert line["What it says"].startswith("It helped: +")
    assert float(line["At least"]) < 0.5 < float(line["At most"])
    assert (line["Unit"], line["By"], line["Teams"]) == ("share", "0.400000", "North")
    assert (hidden["What it says"], hidden["Effect"], hidden["As of"]) == (HIDDEN, "", "")
    assert exported["charlie"] == []


@pytest.mark.usefixtures("at_work")
def test_a_leader_files_a_change_for_the_teams_they_lead(as_: Callable[[str], Reader]) -> None:
    alice = as_("alice")
    form = alice.page("/changes/new")
    assert [i.attrs["value"] for i in form.all("input", name="teams")] == ["East", "North"]
    place = alice.post("/changes/new", **WANTED).headers["Location"]
    assert "Edit" in alice.page(place).one("header", class_="top").text
    assert alice.post("/changes/new", **WANTED | {"people": "charlie"}).status_code == 422


def test_what_was_read_stays_beside_what_is_read_again(
    at_work: Office, as_: Callable[[str], Reader]
) -> None:
    change = _file(at_work)
    for _ in range(2):
        ask_to_measure(at_work.ravi, change.pk, system_clock)
        _work()
    first, second = EffectReading.objects.order_by("pk")
    assert first.told == second.told
    page = as_("ravi").page(f"/changes/{change.pk}?reading={first.pk}")
    assert "Every reading, 2" in page.text


def test_whose_days_are_over_is_measured_unasked_and_once(at_work: Office, improving: Path) -> None:
    book, now = improving / BOOK, system_clock()
    _file(at_work, last_on="2026-10-01")
    assert due_change(book, now) is None
    change = _file(at_work)
    assert due_change(book, now) == change
    ask_to_measure(None, change.pk, system_clock)
    done = _work()
    assert (done.state, done.error) == (DONE, "")
    assert due_change(book, now) is None
    assert EffectReading.objects.get().change.actor is None


def test_before_it_begins_it_is_said_what_could_be_found_and_too_early_nothing(
    at_work: Office, as_: Callable[[str], Reader]
) -> None:
    planned = _file(at_work, starts_on="2026-10-02", last_on="2026-12-30", teams=["South"])
    ask_to_measure(at_work.ravi, planned.pk, system_clock)
    _work()
    page = as_("ravi").page(f"/changes/{planned.pk}")
    assert "or more would be found" in page.text
    assert "Planned" in page.one("header", class_="top").text
    begun = _file(at_work, starts_on="2026-09-25", last_on="2026-12-30")
    page = as_("ravi").page(f"/changes/{begun.pk}")
    assert "once two weeks are over, on 8 Oct 2026" in page.text
    ask_to_measure(at_work.ravi, begun.pk, system_clock)
    failed = _work()
    assert (failed.state, "too early" in failed.error) == (FAILED, True)
    assert failed.error in as_("ravi").page(f"/changes/{begun.pk}").text


def test_a_rule_is_tried_on_the_past_where_history_tells(
    at_work: Office, as_: Callable[[str], Reader]
) -> None:
    PipelineStage.objects.create(id="p", pipeline="Sales", stage="Proposal", position=1)
    change = _file(at_work, stage="Proposal", moment="leaving", rule="next_step IS NULL")
    done = Change.objects.get(actor=at_work.ravi)
    toast = as_("ravi").page(f"/changes/{change.pk}?done={done.pk}").one("div", role="status").text
    assert toast.startswith(f"{WANTED['name']}: Created.")
    page = as_("ravi").page(f"/changes/{change.pk}?replay=1")
    assert "The book holds no history" in page.one("section", id="replay").text
