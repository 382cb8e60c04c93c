"""An office is searched for duplicates as it grows: what changed against everything, and decisions stand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from salesops.actions.changing import changing
from salesops.actions.enqueue import enqueue
from salesops.actions.keep_apart import keep_apart
from salesops.actions.merge_records import merge_records
from salesops.book.settings import Settings
from salesops.foundations.clock import fixed_clock
from salesops.importers import Answers, Limits, examine
from salesops.jobs.finding_duplicates import FIND_DUPLICATES, is_search_due
from salesops.jobs.following import follow
from salesops.jobs.importing import look_alikes, read_files
from salesops.jobs.kinds import KINDS
from salesops.jobs.worker import Worker
from salesops.records.duplicate import DuplicateSearch, LookAlike
from salesops.records.folder import BOOK
from salesops.records.job import DONE
from salesops.records.models import Account, Contact, ErasedKey, Erasure
from salesops.records.user import User

pytestmark = pytest.mark.django_db(transaction=True)

NOW = fixed_clock(datetime(2026, 7, 1, tzinfo=UTC))
LATER = fixed_clock(datetime(2026, 7, 1, tzinfo=UTC) + timedelta(minutes=5))


@pytest.fixture
def office(tmp_path: Path, settings: Any) -> Path:
    """The folder of an office with five accounts, two of which are one."""
    settings.SALESOPS_OFFICE = folder = tmp_path / "office"
    folder.mkdir()
    for key, name, website in (
        ("a1", "Acme Inc", "acme.com"),
        ("a2", "ACME", "https://www.acme.com"),
        ("b1", "Globex", "globex.com"),
        ("c1", "Initech", "initech.com"),
        ("d1", "Umbrella", None),
    ):
        _account(key, name, website)
    return folder


def _account(key: str, name: str, website: str | None) -> None:
    with changing(None, "create_account", NOW):
        Account.objects.create(id=key, name=name, website=website)


def _search(office: Path, clock: Any = NOW) -> None:
    follow(office / BOOK, clock)
    job = enqueue(None, FIND_DUPLICATES, {}, clock)
    Worker(KINDS, clock).run_one()
    job.refresh_from_db()
    assert job.state == DONE, job.error


def _pairs() -> list[tuple[str, str]]:
    return list(LookAlike.objects.order_by("left", "right").values_list("left", "right"))


def test_what_is_new_is_found_under_the_same_id_and_what_was_decided_is_not_proposed_again(
    office: Path,
) -> None:
    ravi = User.objects.create_user("ravi@example.com", name="Ravi", role="manager")
    _search(office)
    assert not is_search_due(NOW())
    pair = LookAlike.objects.get()
    assert (pair.left, pair.right, pair.entity) == ("a1", "a2", "a1")
    assert ["Name", "the same"] in [w[:2] for w in pair.why]

    _account("a0", "Acme", "acme.com")
    _account("b2", "Globex Ltd", "globex.com")
    _search(office, LATER)
    assert _pairs() == [("a0", "a1"), ("a0", "a2"), ("a1", "a2"), ("b1", "b2")]
    assert set(LookAlike.objects.filter(right="a2").values_list("entity", flat=True)) == {"a1"}

    keep_apart(ravi, Account, ["b1", "b2"], LATER)
    merge_records(ravi, Account, "a1", ["a2"], LATER)
    with changing(ravi, "edit_account", LATER):
        Account.objects.filter(pk="b2").update(country="France")
    _search(office, LATER)
    assert _pairs() == [("a0", "a1")]
    DuplicateSearch.objects.update(mark="")
    _search(office, LATER)
    assert _pairs() == [("a0", "a1")]


def test_a_dry_run_tells_which_new_rows_look_like_records_there_are(
    office: Path, tmp_path: Path
) -> None:
    file = tmp_path / "Account.csv"
    file.write_text(
        "Id,Name,Website\na1,Acme Inc,acme.com\nx1,Globex GmbH,www.globex.com\nx2,Hooli,hooli.com\n"
    )
    examination = examine([file], tmp_path / "work", answers=Answers(), limits=Limits())
    arrived = read_files(examination, office, Settings(), NOW)
    found = look_alikes(arrived, "Salesforce")
    assert [(r.key, r.name, r.known, r.known_name) for r in found["account"]] == [
        ("x1", "Globex GmbH", "b1", "Globex")
    ]
    assert not Account.objects.filter(pk="x1").exists()


def test_people_who_were_erased_are_not_taken_for_each_other(office: Path) -> None:
    for key in ("c-1", "c-2", "c-3", "c-4"):
        name = "Erased d64072" if key in ("c-1", "c-2") else "Ida Marlowe"
        Contact.objects.create(id=key, name=name, account_id="a1")
    with changing(None, "erase_person", NOW) as change:
        made = Erasure.objects.create(change=change, noun="contact", key="c-1", salt="00")
    for key in ("c-1", "c-2"):
        ErasedKey.objects.create(erasure=made, noun="contact", digest=key, key=key)
    _search(office)
    found = LookAlike.objects.filter(noun="contact")
    assert list(found.values_list("left", "right")) == [("c-3", "c-4")]
