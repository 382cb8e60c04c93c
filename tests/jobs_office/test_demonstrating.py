"""The sample office is made once, with a login for each role, also when its making was cut off."""

from __future__ import annotations

from pathlib import Path

import pytest

from salesops.records.user import ROLES
from tests.jobs_office.offices import new_office

SIGNED_IN = """
from django.test import Client
import json
from pathlib import Path
from django.conf import settings
from salesops.cli.demonstrating import ADDRESSES
from salesops.records.models import User
passwords = json.loads((Path(settings.SALESOPS_OFFICE) / ".logins.json").read_text())
print([User.objects.get(email=ADDRESSES[r]).check_password(p) for r, p in passwords.items()].count(True))
seller, leader = (User.objects.get(role=r).person for r in ("salesperson", "sales_leader"))
print(seller.manager == leader)
"""


VERSIONS = "SELECT count(*) FROM opportunity_version"


@pytest.mark.sqlite  # what it is made of is asked on both
def test_the_sample_office_has_a_login_for_each_role_and_is_made_once(tmp_path: Path) -> None:
    office = new_office(tmp_path / "office")
    demo = ("demo", "--no-serve", "--size", "60")
    code, said = office.run(*demo)
    assert code == 0, said
    assert all(title in said for _, title in ROLES)
    assert office.does(SIGNED_IN).split() == [str(len(ROLES)), "True"]
    held = office.rows(VERSIONS)
    # As if it had been killed before the last login was made.
    office.execute("DELETE FROM login WHERE role = 'salesperson'")
    code, again = office.run(*demo)
    assert code == 0, again
    assert office.rows(VERSIONS) == held
    assert office.does(SIGNED_IN).split() == [str(len(ROLES)), "True"]


def test_no_other_folder_becomes_the_sample_office(tmp_path: Path) -> None:
    office = new_office(tmp_path / "office")
    office.folder.mkdir()
    (office.folder / "letters.txt").write_text("kept")
    code, said = office.run("demo", "--no-serve")
    assert code == 2
    assert "Name another folder" in said
    assert [f.name for f in office.folder.iterdir()] == ["letters.txt"]
