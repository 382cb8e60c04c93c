"""An office as it is deployed: Django finds nothing to warn of, and its secret is made once, for its owner alone."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

from salesops.records.secret import FILE, office_secret


def test_nothing_is_to_be_warned_of_behind_tls(tmp_path: Path) -> None:
    # What tests in a browser set for this process is nothing of a deployment's.
    here = {
        name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"
    }
    said = subprocess.run(
        [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"],
        env=here
        | {
            "DJANGO_SETTINGS_MODULE": "salesops.web.office_settings",
            "SALESOPS_OFFICE": str(tmp_path),
            "SALESOPS_DATABASE": "",
            "SALESOPS_HOSTS": "office.example.com",
            "SALESOPS_HTTPS": "1",
        },
        capture_output=True,
        text=True,
    )
    assert said.returncode == 0, said.stdout + said.stderr


def test_the_secret_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    first = office_secret(tmp_path)
    assert office_secret(tmp_path) == first
    assert len(first) >= 64
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == [FILE]


def test_two_offices_have_two_secrets_and_no_office_none_that_lasts(tmp_path: Path) -> None:
    assert office_secret(tmp_path / "none") != office_secret(tmp_path / "none")
    assert not (tmp_path / "none").exists()
