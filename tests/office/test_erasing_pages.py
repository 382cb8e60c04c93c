"""The pages of erasing: for administrators alone, looked first, said twice, and told afterwards by a pseudonym."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import override_settings

from salesops.foundations.clock import system_clock
from salesops.jobs import erasing, queue
from salesops.jobs.kinds import KINDS
from salesops.jobs.work import Work
from salesops.records.job import Job
from salesops.records.models import Activity, Change, Contact, Person, User
from tests.office.readers import Office, Reader

pytestmark = pytest.mark.django_db

NAME = "Ida Marlowe"
WHO = "contact/c-1"


@pytest.fixture
def ida(served: Office) -> Office:
    """Ida, a contact of Bob's, and a call with her."""
    Contact.objects.create(id="c-1", name=NAME, email="ida@example.org", owner_id="bob")
    Activity.objects.create(id="call", subject=f"Call with {NAME}", owner_id="bob")
    return served


def _work(monkeypatch: pytest.MonkeyPatch, office: Path) -> None:
    """What a worker does, within the transaction of a test."""
    monkeypatch.setattr(erasing, "_leave_nothing_on_disk", lambda _: None)
    with override_settings(SALESOPS_OFFICE=office):
        while (job := queue.claim("test", system_clock())) is not None:
            work = Work(job, system_clock, queue.LEASE)
            with work.effect():
                work.finish(KINDS[job.kind](work))


@pytest.mark.parametrize("reader", ["alice", "bob", "charlie", "ravi"])
def test_nobody_but_an_administrator_comes_through_any_door(ida: Office, reader: str) -> None:
    somebody = Reader(getattr(ida, reader))
    for answer in (
        somebody.get("/erasures"),
        somebody.get("/erasures", find="Ida"),
        somebody.get("/erasures/new", of=WHO),
        somebody.post("/erasures/new", of=WHO, do="look"),
        somebody.post("/erasures/new", of=WHO, do="erase", reason="Asked", typed=NAME, job="1"),
    ):
        assert answer.status_code == 422
        assert b"Only an administrator erases a person" in answer.content
        assert b"Marlowe" not in answer.content
    assert (Job.objects.count(), Contact.objects.get().name) == (0, NAME)
    assert b"Erase this person" not in somebody.get("/organisation/people/bob").content


def test_an_administrator_looks_types_the_name_and_it_is_gone(
    ida: Office, as_dora: Reader, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page = as_dora.page("/erasures?find=marlowe")
    assert "Ida Marlowe" in page.text
    form = {"of": WHO, "do": "erase", "reason": "She asked on 3 May", "typed": NAME}
    assert b"Look for everything about them first" in as_dora.post("/erasures/new", **form).content
    looking = as_dora.post("/erasures/new", of=WHO, do="look").headers["Location"]
    assert "progress" in as_dora.get(looking).content.decode()
    _work(monkeypatch, tmp_path)
    page = as_dora.page(looking)
    assert "Activities: subject" in page.text
    form["job"] = looking.rpartition("job=")[2]
    refused = as_dora.post("/erasures/new", **{**form, "typed": "Ida"})
    assert (refused.status_code, b"Type Ida Marlowe" in refused.content) == (422, True)
    assert as_dora.post("/erasures/new", **form).headers["Location"] == "/erasures?asked=1"
    assert "Erasing a person" in as_dora.page("/erasures").text
    _work(monkeypatch, tmp_path)
    page = as_dora.page("/erasures")
    assert "She asked on 3 May" in page.text
    assert "1 record in 2 states, 2 mentions elsewhere" in page.text
    assert "Marlowe" not in page.text
    assert Activity.objects.get().subject == "Call with [erased]"
    assert Change.objects.get(verb="erase_person").actor_id == ida.dora.pk
    assert Job.objects.filter(kind="look_for_person").count() == 0
    assert "Nobody is called so" in as_dora.page("/erasures?find=c-1").text


def test_who_still_signs_in_is_erased_only_once_their_login_was_ended(
    ida: Office, as_dora: Reader
) -> None:
    assert "Erase this person" in as_dora.page("/organisation/people/bob").text
    page = as_dora.page("/erasures/new?of=person/bob", status=422)
    assert "may still sign in" in page.text
    User.objects.filter(pk=ida.bob.pk).update(is_active=False)
    assert "bob@example.com" in as_dora.page("/erasures/new?of=person/bob").text
    assert Person.objects.get(pk="bob").name == "Bob"


def test_a_namesake_is_offered_and_stays_unless_chosen(
    ida: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    Contact.objects.create(id="c-2", name=NAME, owner_id="charlie")
    dora = Reader(ida.dora)
    looking = dora.post("/erasures/new", of=WHO, do="look").headers["Location"]
    _work(monkeypatch, tmp_path)
    assert 'value="contact/c-2"' in dora.get(looking).content.decode()
    job = looking.rpartition("job=")[2]
    form = {"of": WHO, "do": "erase", "reason": "Asked", "typed": NAME, "job": job}
    dora.post("/erasures/new", **form)
    _work(monkeypatch, tmp_path)
    assert Contact.objects.get(pk="c-2").name == NAME
    assert Contact.objects.get(pk="c-1").name != NAME
