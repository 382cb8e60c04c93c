"""A person is erased: of all that said who they were nothing is left in the office's folder or database, and sums stay."""

from __future__ import annotations

import hashlib
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.core.cache import cache
from django.db import connection
from django.test import override_settings

from salesops.actions.ask_for import ask_for
from salesops.actions.attach_files import attach_files, take_file_away
from salesops.actions.cancel_job import cancel_job
from salesops.actions.changing import changing
from salesops.actions.edit_record import edit_record
from salesops.actions.erase_person import erase_person, look_for_person
from salesops.actions.import_rows import go_on, preview_import, start_import
from salesops.actions.merge_records import merge_records
from salesops.foundations.business_hours import BusinessHours
from salesops.foundations.clock import fixed_clock, system_clock
from salesops.foundations.problem import Refusal
from salesops.jobs import erasing, queue
from salesops.jobs.erasing import erasing_again
from salesops.jobs.erasing_files import files_that_mention
from salesops.jobs.following import follow
from salesops.jobs.kinds import KINDS
from salesops.jobs.work import Work
from salesops.jobs.worker import Worker
from salesops.records.attachment import Attachment
from salesops.records.erasure import ErasedKey, ErasedRow, Erasure
from salesops.records.folder import ERASURES, EXPORTS
from salesops.records.identity import Identity
from salesops.records.job import DONE, WAITING, Job
from salesops.records.kept_content import place_of
from salesops.records.mentions import mentioned
from salesops.records.models import (
    Account,
    Activity,
    Change,
    Contact,
    CustomField,
    Lead,
    Opportunity,
    OpportunityVersion,
    Person,
    Quota,
    Request,
    SavedView,
    Seen,
    TeamMembership,
    User,
)
from salesops.records.sealing import seal_some, verify
from salesops.records.telling import Telling
from salesops.records.to_tables import quota_states
from tests.office.drawn import workbench

pytestmark = pytest.mark.django_db
COMMITTED = pytest.mark.django_db(transaction=True)

CANARY = "Quillfeather"  # and nobody else is called so
NAME, ADDRESS, FORMER = "Zoë Quillfeather", "zoe.quillfeather@example.org", "Zoë Quillfeather-Thorn"
EVERYWHERE = Telling((CANARY, "zoe.quill@example.com"))
CONTACTS = f"""
    id       name       email
    003zoe1  {NAME}     {ADDRESS}
    003otto  Otto Lind  otto@example.org
"""


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of an office of its own."""
    monkeypatch.setattr(erasing, "SECONDS_FOR_READERS", 0.0)
    with override_settings(SALESOPS_OFFICE=tmp_path, SALESOPS_BOOK=tmp_path / "book"):
        yield tmp_path
    cache.clear()


@pytest.fixture
def dora(office: Path) -> User:  # noqa: ARG001  its folder
    """An administrator."""
    dora: User = User.objects.create_user("dora@example.com", role="administrator", name="Dora")
    return dora


def _contact(dora: User) -> None:
    """Zoë, who changed her name, was entered twice and was a lead before; and whatever was written of her."""
    with changing(dora, "create_contact", system_clock, reason=f"{NAME} called."):
        Account.objects.create(id="acme", name="Acme")
        Contact.objects.create(
            id="c-1", name=FORMER, last_name=f"{CANARY}-Thorn", email=ADDRESS, account_id="acme",
            phone="+49 30 901820", custom={"likes": f"{CANARY} tea"},
        )  # fmt: skip
        Contact.objects.create(
            id="c-2", name=NAME, email="zoe.quill@example.com", account_id="acme"
        )
        Lead.objects.create(id="lead-1", name=NAME, contact_id="c-1", company="Acme", source="Fair")
        Contact.objects.create(id="otto", name="Otto Lind", account_id="acme")
        Opportunity.objects.create(
            id="deal",
            name=f"Acme via {CANARY}, Zoë",
            amount_minor=500,
            next_step=f"Ask {NAME.upper()}",
        )
        Activity.objects.create(
            id="call", subject=f"Call with {NAME} and Otto Lind", contact_id="c-1"
        )
    edit_record(dora, Contact, "c-1", {"name": NAME, "last_name": CANARY}, system_clock)
    edit_record(dora, Opportunity, "deal", {"next_step": "Wait"}, system_clock)
    merge_records(dora, Contact, "c-1", ["c-2"], system_clock)
    ask_for(
        dora,
        "other",
        f"Change of {NAME}",
        f"Her address is {ADDRESS}.",
        system_clock,
        BusinessHours(),
    )
    made = Change.objects.order_by("pk")[0]
    Seen.objects.create(
        at=made.at, act="export", door="browser", what="/contacts?q=Zo%C3%AB+Quillfeather"
    )
    SavedView.objects.create(
        owner=dora,
        noun="contact",
        name="Hers",
        query=f"q={ADDRESS.replace('@', '%40')}",
        made_by=made,
    )


def _files(office: Path) -> None:
    past = office / "imports" / "20260101-000000-aaaaaaaa"
    past.mkdir(parents=True)
    with duckdb.connect(str(past / "problems.duckdb")) as made:
        made.execute("CREATE TABLE _refused_row (file VARCHAR, record VARCHAR[])")
        made.execute(
            f"INSERT INTO _refused_row VALUES ('c.csv', ['Zoë', '{CANARY}', 'x']), ('c.csv', ['Otto'])"
        )
    arriving = office / ".arriving" / "20260101-000000-bbbbbbbb" / "files"
    arriving.mkdir(parents=True)
    with zipfile.ZipFile(arriving / "c.xlsx", "w", zipfile.ZIP_DEFLATED) as sheet:
        sheet.writestr("xl/sharedStrings.xml", f"<si>{NAME}</si>")
    other = office / ".arriving" / "20260101-000000-cccccccc"
    other.mkdir()
    (other / "c.csv").write_text("Otto Lind")
    prepared = office / EXPORTS / "7-1-dddddddd"  # for somebody who has not fetched it yet
    prepared.mkdir(parents=True)
    (prepared / "file.csv").write_text(f"id,name\n1,{NAME}")
    (office / "letter.txt").write_text(f"Dear {NAME}", "utf-16")
    (office / "book").mkdir(exist_ok=True)
    (office / "book" / "answers.json").write_text(f'{{"owner": "{ADDRESS}"}}')


def _work() -> None:
    """What a worker does; within a test's transaction, in which no database is written anew, by this process alone."""
    if connection.in_atomic_block:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(erasing, "_leave_nothing_on_disk", lambda _: None)
            while (job := queue.claim("test", system_clock())) is not None:
                work = Work(job, system_clock, queue.LEASE)
                with work.effect():
                    work.finish(KINDS[job.kind](work))
        return
    worker = Worker(KINDS, system_clock)
    while worker.run_one():
        pass


def _erase(
    actor: User, *subjects: tuple[str, str], typed: str = NAME, also: tuple[str, ...] = ()
) -> Job:
    job = erase_person(actor, subjects, f"{NAME} asked for it", typed, system_clock, also=also)
    _work()
    job.refresh_from_db()
    assert job.state == DONE, job.error
    return job


def _left(office: Path) -> list[str]:
    """Where anything of her is found: in the bytes of each file, in what packed files hold, in every table."""
    found = []
    database = Path(connection.settings_dict["NAME"])
    of_sqlite = (
        [database, database.with_name(f"{database.name}-wal")]
        if connection.vendor == "sqlite"
        else []
    )
    for file in [*(p for p in office.rglob("*") if p.is_file()), *filter(Path.exists, of_sqlite)]:
        said = file.read_bytes().lower()
        if CANARY.lower().encode() in said or CANARY.lower().encode("utf-16-le") in said:
            found.append(file.name)
        if file.suffix == ".duckdb":
            with duckdb.connect(str(file), read_only=True) as book:
                for table, column in book.execute(
                    "SELECT table_name, column_name FROM duckdb_columns() WHERE data_type LIKE 'VARCHAR%'"
                    " AND NOT internal"
                ).fetchall():
                    some = book.execute(
                        f'SELECT 1 FROM "{table}" WHERE "{column}"::VARCHAR ILIKE \'%{CANARY}%\' LIMIT 1'
                    ).fetchone()
                    found += [f"{file.name}:{table}"] if some else []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [table for row in cursor.fetchall() if CANARY.lower() in repr(row).lower()]
    return found + [str(path) for path in files_that_mention(office, EVERYWHERE).arriving]


@COMMITTED
def test_nothing_of_an_erased_contact_is_left_in_any_file_or_table(
    office: Path, dora: User
) -> None:
    _contact(dora)
    _files(office)
    follow(office / "book", system_clock)
    Account.objects.filter(pk="acme").update(industry="Media")
    follow(office / "book", system_clock)
    assert seal_some(system_clock, seconds=60)
    looked = look_for_person(dora, [("contact", "c-1")], system_clock)
    _work()
    looked.refresh_from_db()
    told: dict[str, Any] = looked.result or {}
    assert {
        "activity",
        "opportunity",
        "opportunity_version",
        "request",
        "seen",
        "saved_view",
        "change",
    } <= {place for place, _, _ in told["places"]}
    assert told["files"] == {"arriving": 1, "problems": 1, "book": 1, "others": 1}
    assert told["others"] == ["letter.txt"]
    job = _erase(dora, ("contact", "c-1"))
    assert (job.result or {})["left"] == ["letter.txt"]
    (office / "letter.txt").unlink()
    assert _left(office) == []
    # What is not hers stays.
    assert Activity.objects.get().subject == "Call with [erased] and Otto Lind"
    assert Opportunity.objects.get().amount_minor == 500
    assert [c.account_id for c in Contact.objects.order_by("pk")] == ["acme", "acme", "acme"]
    assert (Lead.objects.get().contact_id, Lead.objects.get().source) == ("c-1", "Fair")
    assert Request.objects.get().title == "Change of [erased]"
    assert (office / ".arriving" / "20260101-000000-cccccccc").exists()
    with duckdb.connect(str(next((office / "imports").rglob("*.duckdb")))) as problems:
        assert problems.execute("SELECT record FROM _refused_row").fetchall() == [(["Otto"],)]
    with duckdb.connect(str(next((office / "book").glob("base-*.duckdb"))), read_only=True) as book:
        assert book.execute("SELECT count(*) FROM contact").fetchone() == (2,)


def test_history_is_whole_after_an_erasure_and_says_what_was_erased(dora: User) -> None:
    _contact(dora)
    assert seal_some(system_clock, seconds=60)
    before = verify(system_clock()).rows
    _erase(dora, ("contact", "c-1"))
    found = verify(system_clock())
    change = Change.objects.get(verb="erase_person")
    assert (found.broken, found.rows) == (None, before)
    # Its own reason, which named her, was not sealed before.
    rows = ErasedRow.objects.filter(change=change).exclude(table="change", key=change.pk)
    assert found.erased == {change.pk: rows.count()}
    assert seal_some(system_clock, seconds=60)
    assert verify(system_clock()).broken is None


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_row_altered_beside_an_erasure_is_still_named(dora: User, when: str) -> None:
    _contact(dora)
    assert seal_some(system_clock, seconds=60)
    state = OpportunityVersion.objects.order_by("version")[0]

    def alter() -> None:
        OpportunityVersion.objects.filter(pk=state.pk).update(amount_minor=9)

    if when == "before":
        alter()
    _erase(dora, ("contact", "c-1"))
    assert ErasedRow.objects.filter(table="opportunity_version", key=state.pk).exists()
    if when == "after":
        alter()
    broken = verify(system_clock()).broken
    assert broken is not None
    assert (broken.how, broken.table, broken.key) == ("altered", "opportunity_version", state.pk)


def test_an_altered_row_is_not_excused_by_an_entry_that_no_erasure_made(dora: User) -> None:
    _contact(dora)
    _erase(dora, ("contact", "c-1"))
    assert seal_some(system_clock, seconds=60)
    entry = ErasedRow.objects.first()
    assert entry is not None
    ErasedRow.objects.filter(pk=entry.pk).update(became="0" * 32)
    broken = verify(system_clock()).broken
    assert broken is not None
    assert broken.table in ("erased_row", entry.table)


def test_a_later_import_leaves_who_was_erased_out(dora: User) -> None:
    go_on(
        start_import(None, "Salesforce", ["c.csv"], system_clock(), system_clock),
        workbench(contact=CONTACTS),
        system_clock,
    )
    _erase(dora, ("contact", "003zoe1"))
    assert preview_import(workbench(contact=CONTACTS), "Salesforce")["contact"].left_erased == 1
    again = start_import(None, "Salesforce", ["c.csv"], system_clock(), system_clock)
    run = go_on(again, workbench(contact=CONTACTS), system_clock)
    assert run.counts["contact"] == {"created": 0, "changed": 0, "same": 1, "left": 0, "erased": 1}
    assert list(mentioned(EVERYWHERE)) == []


def test_who_worked_here_keeps_their_deals_under_a_key_that_says_nothing(
    office: Path, dora: User
) -> None:
    key = ADDRESS
    zoe = Person.objects.create(id=key, name=NAME, email=ADDRESS, team="East", is_active=False)
    Person.objects.create(id="under", name="Una Low", manager_id=key)
    TeamMembership.objects.create(id=f"{key}|2026-01-01", person_id=key, team="East")
    CustomField.objects.create(
        id="f", noun="opportunity", key="coach", label="Coach", kind="person"
    )
    Opportunity.objects.create(id="deal", owner_id=key, amount_minor=500, custom={"coach": key})
    Opportunity.objects.filter(pk="deal").update(owner_id="under")
    with changing(dora, "create_quota", fixed_clock(datetime(2026, 1, 1, tzinfo=UTC))):
        Quota.objects.create(id="quota", person_id=key, amount_minor=900)
    Quota.objects.filter(pk="quota").update(person="under")
    login = User.objects.create_user(
        ADDRESS, "a long password", role="salesperson", name=NAME, person=zoe
    )
    with changing(dora, "link", system_clock) as made:
        Identity.objects.create(
            issuer="https://id.example.org",
            subject="q-1",
            email=f"{CANARY}@id.example.org",
            login=login,
            begun_by=made,
        )
    with pytest.raises(Refusal, match="may still sign in"):
        look_for_person(dora, [("person", key)], system_clock)
    User.objects.filter(pk=login.pk).update(is_active=False)
    assert seal_some(system_clock, seconds=60)
    _erase(dora, ("person", key))
    (new,) = ErasedKey.objects.filter(noun="person").values_list("key", flat=True)
    was = Person.objects.get(pk=new)
    assert (was.team, was.email, was.name.startswith("Erased ")) == ("East", None, True)
    assert [v.owner_id for v in OpportunityVersion.objects.order_by("version")] == [new, "under"]
    assert Person.objects.get(pk="under").manager_id == new
    states = OpportunityVersion.objects.values_list("custom", flat=True)
    assert [*states, Opportunity.objects.get().custom] == [{"coach": new}] * 3
    assert TeamMembership.objects.get().pk == f"{new}|2026-01-01"
    held = [row["person_id"] for batch in quota_states() for row in batch.to_pylist()]
    assert sorted(held) == sorted([new, "under"])
    login.refresh_from_db()
    assert not Identity.objects.exists()
    assert (login.is_active, login.person_id, login.has_usable_password()) == (False, new, False)
    assert verify(system_clock()).broken is None
    assert _left(office) == []
    # A later export names them as owner by the former key, and with a place of theirs.
    source = workbench(
        opportunity=f"id   name  owner_id\nnew  Mill  {key}",
        team_membership=f"person_id  team  valid_from\n{key}  West  2026-05-01",
    )
    go_on(
        start_import(None, "Other", ["d.csv"], system_clock(), system_clock), source, system_clock
    )
    assert (Opportunity.objects.get(pk="new").owner_id, TeamMembership.objects.count()) == (new, 1)
    assert _left(office) == []


def test_only_an_administrator_erases_with_a_reason_and_the_name_typed(dora: User) -> None:
    _contact(dora)
    zoe = [("contact", "c-1")]
    ravi = User.objects.create_user("ravi@example.com", role="vp")
    for who, reason, typed, why in (
        (ravi, "Asked", NAME, "Only an administrator"),
        (dora, " ", NAME, "Say why"),
        (dora, "Asked", "Zoë", "Type Zoë"),
        (dora, "Asked", "", "Type Zoë"),
    ):
        with pytest.raises(Refusal, match=why):
            erase_person(who, zoe, reason, typed, system_clock)
    with pytest.raises(Refusal, match="Only an administrator"):
        look_for_person(ravi, zoe, system_clock)
    job = erase_person(dora, zoe, "Asked", NAME.lower(), system_clock)
    with pytest.raises(Refusal, match="being erased already"):
        erase_person(dora, [("lead", "lead-1")], "Asked", NAME, system_clock)
    with pytest.raises(Refusal, match="cannot be stopped"):
        cancel_job(dora, job, system_clock)


@COMMITTED
def test_killed_at_any_step_it_is_done_whole_and_once(
    office: Path, dora: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    _contact(dora)
    _files(office)
    follow(office / "book", system_clock)
    erase_person(dora, [("contact", "c-1")], "Asked", NAME, system_clock)
    for step in ("clean_files", "sign_out", "_forget_jobs", "keep_list", "forget_former", "cache"):
        with monkeypatch.context() as broken:
            broken.setattr(erasing, step, None)
            Worker(KINDS, system_clock).run_one()
        job = Job.objects.get(kind="erase_person")
        assert (job.state, "NoneType" in job.error) == (WAITING, True), step
        Job.objects.filter(pk=job.pk).update(run_after=system_clock())
    _work()
    (office / "letter.txt").unlink()
    assert (_left(office), Erasure.objects.count()) == ([], 1)


def test_a_backup_that_brought_somebody_back_is_erased_again(office: Path, dora: User) -> None:
    _contact(dora)
    before = {m: list(m.objects.values()) for m in (Contact, Lead, Activity)}
    _erase(dora, ("contact", "c-1"))
    assert CANARY not in (office / ERASURES).read_text()
    ErasedRow.objects.all().delete()
    ErasedKey.objects.all().delete()
    Erasure.objects.all().delete()
    for model, rows in before.items():
        model.objects.all().delete()
        model.objects.bulk_create(model(**row) for row in rows)
    assert len(erasing_again(office, system_clock)) == 1
    assert erasing_again(office, system_clock) == []
    _work()
    assert [
        c.name for c in Contact.objects.exclude(pk="otto") if not c.name.startswith("Erased ")
    ] == []
    assert list(mentioned(EVERYWHERE)) == []
    assert erasing_again(office, system_clock) == []


@COMMITTED
@pytest.mark.sqlite  # PostgreSQL keeps its files itself
def test_the_database_file_holds_no_former_page(dora: User) -> None:
    file = connection.settings_dict["NAME"]
    for n in range(200):
        Activity.objects.create(subject=f"{NAME} {n} " + "x" * 500)
    Activity.objects.all().delete()
    _contact(dora)
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert CANARY.encode() in Path(file).read_bytes()
    _erase(dora, ("contact", "c-1"))
    assert CANARY.encode() not in Path(file).read_bytes()


def test_a_lead_of_another_name_and_a_switchboard_are_not_taken_for_the_person(dora: User) -> None:
    _contact(dora)
    Lead.objects.create(id="lead-2", name="Edith Costa", contact_id="c-1")
    Account.objects.filter(pk="acme").update(phone="+49 30 901820")
    _erase(dora, ("contact", "c-1"))
    assert Lead.objects.get(pk="lead-2").name == "Edith Costa"
    assert Lead.objects.get(pk="lead-1").name.startswith("Erased ")
    assert Account.objects.get().phone == "+49 30 901820"


def test_files_kept_with_their_records_go_and_one_of_a_deal_is_named_as_it_is_called_there(
    office: Path, dora: User
) -> None:
    _contact(dora)
    of_deal, of_hers = (f"{greeting} {NAME}".encode() for greeting in ("Dear", "Cv of"))
    for noun, key, name, content in (
        ("opportunity", "deal", f"To {NAME}.txt", of_deal),
        ("lead", "lead-1", "Letter.txt", of_deal),
        ("contact", "c-1", "Cv.txt", of_hers),
    ):
        attach_files(dora, noun, key, [(name, [content])], office, system_clock)
    take_file_away(dora, Attachment.objects.get(name="Cv.txt"), system_clock)
    places = [place_of(office, hashlib.sha256(held).hexdigest()) for held in (of_deal, of_hers)]
    assert all(place.exists() for place in places)
    job = look_for_person(dora, [("contact", "c-1")], system_clock)
    _work()
    job.refresh_from_db()
    looked = job.result or {}
    assert looked["kept"] == ["Cv.txt", "Letter.txt"]
    assert looked["others"] == [f"To {NAME}.txt (opportunity deal)"]
    result = _erase(dora, ("contact", "c-1")).result or {}
    assert result["left"] == ["To [erased].txt (opportunity deal)"]
    assert result["files"] == {"others": 1, "kept": 2}
    assert [place.exists() for place in places] == [True, False]
    assert set(Attachment.objects.filter(erased_by=None).values_list("noun", flat=True)) == {"opportunity"}  # fmt: skip
