"""What goes on while an office is backed up, and what is said of records that name others which are not there."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest

from salesops.cli.references import look_at_references
from salesops.foundations.clock import system_clock
from salesops.jobs import backup
from salesops.jobs.sealed import digest_of, manifest_of
from salesops.records.folder import kept_files
from salesops.records.models import Account, Opportunity


@pytest.mark.django_db(transaction=True)
def test_a_file_that_vanishes_meanwhile_is_left_out_and_the_others_are_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = tmp_path / "office"
    for name, text in (("imports/1/rows.duckdb", "rows"), ("mail/logo.png", "logo")):
        (office / name).parent.mkdir(parents=True)
        (office / name).write_text(text)

    def then_one_is_gone(folder: Path) -> list[Path]:
        found = kept_files(folder)
        (office / "imports" / "1" / "rows.duckdb").unlink()
        return found

    monkeypatch.setattr(backup, "kept_files", then_one_is_gone)
    backup.back_up(office, tmp_path / "office.zip", system_clock)
    logo = office / "mail" / "logo.png"
    assert manifest_of(tmp_path / "office.zip").files == {"mail/logo.png": digest_of(logo)}
    with ZipFile(tmp_path / "office.zip") as archive:
        assert archive.read("files/mail/logo.png") == b"logo"


@pytest.mark.django_db
def test_records_that_name_others_which_are_not_there_are_told() -> None:
    assert look_at_references() == (True, "Every record that another names is there")
    Account.objects.create(id="a1", name="Acme")
    Opportunity.objects.create(id="d1", account_id="a1", owner_id="nobody")
    Opportunity.objects.create(id="d2", account_id="gone", owner_id="nobody")
    assert look_at_references()[1].endswith(
        "opportunity.account_id 1 (gone); opportunity.owner_id 2 (nobody)"
    )
