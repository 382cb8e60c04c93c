"""Who is named in a file is who has that id, address or name here; a name that several have is told and names nobody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from salesops.actions.import_rows import start_import
from salesops.book.settings import Settings
from salesops.foundations.clock import system_clock
from salesops.importers import Answers, examine
from salesops.importers.model import FileAnswer
from salesops.jobs.importing import (
    PROBLEMS,
    Arrived,
    folder_of,
    preview,
    read_files,
    write_soon,
)
from salesops.jobs.kinds import KINDS
from salesops.jobs.worker import Worker
from salesops.records.custom_field import CustomField
from salesops.records.import_run import ImportRun
from salesops.records.models import Opportunity, Person

pytestmark = pytest.mark.django_db(transaction=True)

ANN = "005000000000001AAA"
DEALS = """Deal ID,Deal,Stage,Amount,Created,Close Date,Owner,Sponsor
d1,One,New,10,2026-04-03,2026-06-05,Ann Lee,bob@example.com
d2,Two,New,10,2026-04-03,2026-06-05,"Lee,  ANN",Bob Ray
d3,Three,New,10,2026-04-03,2026-06-05,ann@Example.com,Cy New
d4,Four,New,10,2026-04-03,2026-06-05,005000000000001AAA,Dee Unknown
d5,Five,New,10,2026-04-03,2026-06-05,Bob Ray,005000000000001AAA
d6,Six,New,10,2026-04-03,2026-06-05,Cy New,
d7,Seven,New,10,2026-04-03,2026-06-05,7,
"""
KEPT = {"d1": ANN, "d2": ANN, "d3": ANN, "d4": ANN, "d5": None, "d6": "Sheets:Cy New", "d7": "Sheets:7"}  # fmt: skip


@pytest.fixture
def office(tmp_path: Path, settings: Any) -> Path:
    """An office that Salesforce filled first: Ann, two who are called Bob Ray, and somebody with the key 7."""
    settings.SALESOPS_OFFICE = tmp_path / "office"
    settings.SALESOPS_OFFICE.mkdir()
    for key, name, email in (
        (ANN, "Ann Lee", "ann@example.com"), ("bob", "Bob Ray", "bob@example.com"), ("rob", "Bob  Ray", None),
        ("7", "Gil", None),
    ):  # fmt: skip
        Person.objects.create(id=key, name=name, email=email)
    first = start_import(None, "Salesforce", [], system_clock(), system_clock)
    ImportRun.objects.filter(pk=first.pk).update(state="done")
    folder: Path = settings.SALESOPS_OFFICE
    return folder


def _arrived(tmp_path: Path, office: Path) -> Arrived:
    (tmp_path / "deals.csv").write_text(DEALS)
    found = examine([tmp_path / "deals.csv"], tmp_path / "first")
    targets = {"Sponsor": "opportunity.custom_person__sponsor"}
    answers = Answers(files={found.files[0].signature: FileAnswer(targets=targets)})
    found = examine([tmp_path / "deals.csv"], tmp_path / "work", answers=answers)
    return read_files(found, office, Settings(), system_clock, source="Sheets")


def _written(arrived: Arrived) -> Path:
    job = write_soon(arrived, "Sheets", None, system_clock)
    assert Worker(KINDS, system_clock).run_one()
    job.refresh_from_db()
    assert job.state == "done", job.error
    return folder_of(arrived.folder.name)


def test_owners_and_fields_of_people_are_those_who_are_meant_and_nobody_is_guessed(
    tmp_path: Path, office: Path
) -> None:
    kept = _written(_arrived(tmp_path, office))
    deals = Opportunity.objects.order_by("pk")
    assert {d.pk.removeprefix("Sheets:"): d.owner_id for d in deals} == KEPT
    assert [d.custom for d in deals] == [
        {"sponsor": "bob"}, {}, {"sponsor": "Sheets:Cy New"}, {}, {"sponsor": ANN}, {}, {},
    ]  # fmt: skip
    assert CustomField.objects.get().kind == "person"
    assert set(Person.objects.filter(pk__startswith="Sheets:").values_list("name", flat=True)) == {
        "Cy New", "7",
    }  # fmt: skip
    with duckdb.connect(str(kept / PROBLEMS), read_only=True) as problems:
        told = problems.execute(
            "SELECT code, column_name, value FROM _problem WHERE code LIKE 'person%' ORDER BY ALL"
        ).fetchall()
    assert told == [
        ("person_of_several", "Owner", "Bob Ray"),
        ("person_of_several", "Sponsor", "Bob Ray"),
        ("person_unknown", "Sponsor", "Dee Unknown"),
    ]
    Person.objects.filter(pk="Sheets:7").update(name="Gil Two")
    found = preview(_arrived(tmp_path, office), "Sheets")
    assert not any(c.created or c.changed for c in found.values())
