"""An office is made, upgraded, looked at, backed up and restored; nothing unsafe is entrusted with work."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db.utils import ConnectionHandler

from salesops.foundations.problem import Refusal
from salesops.jobs.sealed import MANIFEST, manifest_of, sealed
from salesops.records.safety import dangers
from tests.jobs_office.conftest import until
from tests.jobs_office.offices import FILL, Office, new_office

Upgrade = Callable[[Office], None]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, upgrade: Upgrade) -> Office:
    """An office with records, history, a login, a job and files. Tests only read it."""
    office = new_office(tmp_path_factory.mktemp("filled") / "office")
    upgrade(office)
    office.does(FILL)
    (office.folder / "mail").mkdir()
    (office.folder / "mail" / "logo.png").write_bytes(bytes(range(256)))
    (office.folder / "book").mkdir()
    (office.folder / "book" / "settings.json").write_text("{}")
    return office


@pytest.fixture(scope="module")
def backup(filled: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the filled office. Tests only read it."""
    file = tmp_path_factory.mktemp("backup") / "office.zip"
    code, said = filled.run("backup", file)
    assert (code, " tables, and 3 files." in said) == (0, True), said
    return file


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An office that does not exist yet."""
    return new_office(tmp_path / "office")


def test_a_restored_office_holds_what_the_first_held(
    filled: Office, backup: Path, office: Office
) -> None:
    code, said = office.run("restore", backup)
    assert code == 0, said
    assert office.holds() == filled.holds()
    code, said = office.run("doctor")
    assert (code, "Files kept with records, each as it came: 1" in said) == (0, True), said
    (kept,) = office.folder.glob("files/*/*")
    kept.write_bytes(b"%PDF of another")
    code, said = office.run("doctor")
    assert (code, "“offer.pdf” of opportunity d3 is missing" in said) == (1, True), said
    # It goes on from there: triggers keep versions, and no number is given a second time.
    assert (
        office.does(
            "from salesops.records.models import *\n"
            "Opportunity.objects.filter(id='d5').update(name='Quay')\n"
            "at = Change.objects.earliest('pk').at\n"
            "change = Change.objects.create(at=at, effective_at=at)\n"
            "print(OpportunityVersion.objects.filter(record_id='d5').count(), change.pk)"
        )
        == "2 4"
    )


def test_any_changed_byte_of_a_backup_is_seen(backup: Path, tmp_path: Path) -> None:
    whole, chance = backup.read_bytes(), random.Random(4)
    damaged = tmp_path / "damaged.zip"
    places = [0, len(whole) - 1, len(whole) - 70, *chance.sample(range(len(whole)), 197)]
    for place in places:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << chance.randrange(8)
        damaged.write_bytes(flipped)
        with pytest.raises(Refusal, match="not a whole backup"):
            manifest_of(damaged)
    for length in (0, 10, len(whole) // 2, len(whole) - 1):
        damaged.write_bytes(whole[:length])
        with pytest.raises(Refusal, match="not a whole backup"):
            manifest_of(damaged)
    assert manifest_of(backup).tables["opportunity"].rows == 39


def test_a_damaged_backup_restores_nothing(backup: Path, tmp_path: Path, office: Office) -> None:
    damaged = tmp_path / "damaged.zip"
    flipped = bytearray(backup.read_bytes())
    flipped[len(flipped) // 2] ^= 1
    damaged.write_bytes(flipped)
    code, said = office.run("restore", damaged)
    assert (code, "not a whole backup" in said) == (2, True)
    assert office.holds().get("opportunity") is None


def test_an_office_in_use_is_replaced_only_where_that_is_said(
    filled: Office, backup: Path, office: Office, upgrade: Upgrade
) -> None:
    upgrade(office)
    office.does(
        "from salesops.records.models import *; Account.objects.create(id='a1', name='Other')"
    )
    (office.folder / "other.txt").write_text("of the other")
    before = office.holds()
    code, said = office.run("restore", backup)
    assert (code, "not empty" in said) == (2, True)
    assert office.holds() == before
    code, said = office.run("restore", backup, "--replace")
    assert code == 0, said
    assert office.holds() == filled.holds()


KILLED = """
import os, signal, sys
from pathlib import Path
from salesops.jobs.restore import restore
seen = 0
def audited(name, _arguments):
    global seen
    if name in ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "open"):
        seen += 1
        if seen == int(os.environ["FATAL"]):
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(audited)
restore(Path(os.environ["SALESOPS_OFFICE"]), Path(os.environ["BACKUP"]), replace=True)
print(seen)
"""


def _restore_and_die(office: Office, backup: Path, fatal: int) -> str:
    done = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup()\n{KILLED}"],
        env=office.environment | {"FATAL": str(fatal), "BACKUP": str(backup)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip()


def test_a_restore_killed_at_any_moment_leaves_the_former_or_the_restored_office(
    filled: Office, backup: Path, office: Office, tmp_path: Path, upgrade: Upgrade
) -> None:
    restored = filled.holds()
    upgrade(office)
    (office.folder / "other.txt").write_text("of the other")
    events = int(_restore_and_die(office, backup, 0))
    former_backup = tmp_path / "former.zip"
    office.execute("DELETE FROM job")
    (office.folder / "mail" / "logo.png").unlink()
    assert office.run("backup", former_backup)[0] == 0
    former = office.holds()
    assert former != restored
    found = []
    # Most of it is at the end: the mark, the database's step, the files.
    for fatal in (events // 2, events - 19, events - 9, events - 3):
        _restore_and_die(office, backup, fatal)
        if (office.folder / ".restoring").exists():
            code, said = office.run("doctor")
            assert (code, "A restore was interrupted" in said) == (1, True)
        done = office.run("upgrade")
        assert done[0] == 0, done[1]  # which takes the last step
        found.append(office.holds() == restored)
        assert found[-1] or office.holds() == former, fatal
        if found[-1]:
            assert office.run("restore", former_backup, "--replace")[0] == 0
    assert set(found) == {True, False}


MOVES = """
import itertools
from django.db import transaction
from django.db.models import F
from salesops.records.models import Opportunity
for n in itertools.count():
    with transaction.atomic():
        Opportunity.objects.filter(id=f"d{n % 5 + 10}").update(amount_minor=F("amount_minor") - 7)
        Opportunity.objects.filter(id=f"d{n % 7 + 20}").update(amount_minor=F("amount_minor") + 7)
    if n == 3:
        open(f"{__import__('os').environ['SALESOPS_OFFICE']}/.writing", "w").close()
"""


def test_a_backup_of_an_office_at_work_is_of_one_moment(
    backup: Path, office: Office, tmp_path: Path
) -> None:
    assert office.run("restore", backup)[0] == 0
    total = manifest_of(backup).tables["opportunity"].sums["amount_minor"]
    writer = office.begins(MOVES)
    try:
        until((office.folder / ".writing").exists, "the writer's begin")
        for number in range(3):
            file = tmp_path / f"{number}.zip"
            assert office.run("backup", file)[0] == 0
            told = manifest_of(file).tables
            assert told["opportunity"].sums["amount_minor"] == total
    finally:
        writer.kill()
        writer.communicate()


def test_a_backup_of_an_older_office_is_restored_and_upgraded(
    office: Office, tmp_path: Path
) -> None:
    older = new_office(tmp_path / "older")
    older.folder.mkdir()
    older.does(
        "from django.core.management import call_command\n"
        "call_command('migrate', 'records', '0001', verbosity=0)\n"
        "from salesops.records.models import *; Account.objects.create(id='a1', name='Old')"
    )
    code, said = older.run("worker")
    assert (code, "older than this program" in said) == (2, True)
    assert older.run("doctor")[0] == 1
    assert older.run("backup", tmp_path / "older.zip")[0] == 0
    code, said = office.run("restore", tmp_path / "older.zip")
    assert (code, "salesops upgrade --office" in said) == (0, True), said
    for _ in range(2):
        done = office.run("upgrade")
        assert done[0] == 0, done[1]
    assert office.run("doctor")[0] == 0
    assert (
        office.does(
            "from salesops.records.models import *; Account.objects.update(name='New')\n"
            "print(*AccountVersion.objects.order_by('version').values_list('name', flat=True))"
        )
        == "Old New"
    )


def test_a_schedule_of_backups_takes_the_place_of_the_former(
    office: Office, upgrade: Upgrade
) -> None:
    upgrade(office)
    assert office.run("backup")[0] == 2
    assert office.run("backup", "--schedule", "at noon")[0] == 2
    for schedule in ("every hour", "30 2 * * * Europe/Berlin"):
        assert office.run("backup", "--schedule", schedule, "--keep", 3)[0] == 0
    asked = office.rows("SELECT kind, state, lock_key, schedule FROM job")
    assert asked == [("backup", "waiting", "backup", "30 2 * * * Europe/Berlin")]


def test_an_office_of_a_newer_version_or_none_is_refused(
    office: Office, tmp_path: Path, upgrade: Upgrade
) -> None:
    code, said = office.run("serve")
    assert (code, "There is no office" in said) == (2, True)
    upgrade(office)
    office.execute(
        "INSERT INTO django_migrations (app, name, applied) "
        "VALUES ('records', '9999_later', '2030-01-01')"
    )
    for words in (["worker"], ["backup", tmp_path / "any.zip"]):
        code, said = office.run(*words)
        assert (code, "made by a newer salesops" in said) == (2, True)


def test_a_backup_of_a_newer_version_is_refused(
    backup: Path, office: Office, tmp_path: Path
) -> None:
    told = manifest_of(backup)
    told.migrations.append(("records", "9999_later"))
    with sealed(tmp_path / "newer.zip") as archive:
        archive.writestr(MANIFEST, told.model_dump_json())
    code, said = office.run("restore", tmp_path / "newer.zip")
    assert (code, "which is newer" in said) == (2, True), said


@pytest.mark.django_db
def test_a_database_that_loses_acknowledged_work_is_refused(
    office: Office, upgrade: Upgrade
) -> None:
    if not office.address:
        memory = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
        assert "not as WAL" in dangers(ConnectionHandler(memory)["default"])[0]
        return
    upgrade(office)
    name = office.address.rsplit("/", 1)[1]
    office.execute(f"ALTER DATABASE {name} SET synchronous_commit = 'off'")
    for verb, code in (("doctor", 1), ("worker", 2), ("serve", 2)):
        ended, said = office.run(verb)
        assert (ended, "synchronous_commit is off" in said) == (code, True), said


def test_a_database_that_is_away_is_told_in_a_sentence(tmp_path: Path) -> None:
    nowhere = Office(tmp_path, "postgresql://nobody@127.0.0.1:1/none")
    code, said = nowhere.run("upgrade")
    assert (code, said.startswith("The database does not answer: ")) == (2, True), said
    assert "Traceback" not in said
