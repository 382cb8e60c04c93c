"""A database of records, and workers in processes of their own that work on it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from tests.jobs_office.offices import Office, copy_office, new_office
from tests.office.database import (
    django_db_keepdb,
    django_db_modify_db_settings,
    django_db_setup,
    once_for_all,
)

__all__ = ["django_db_keepdb", "django_db_modify_db_settings", "django_db_setup"]

ROOT = Path(__file__).parents[2]
LONGEST_WAIT = 60.0
LOG = "workers.log"
Start = Callable[..., "subprocess.Popen[bytes]"]


def environment(office: Path) -> dict[str, str]:
    """What a process needs to find the database of this test."""
    here = connection.settings_dict
    address = ""
    if connection.vendor == "postgresql":
        address = (
            f"postgresql://{quote(here['USER'])}:{quote(here['PASSWORD'])}@{here['HOST']}:{here['PORT']}"
            f"/{quote(here['NAME'])}"
        )
    else:
        office = Path(here["NAME"]).parent
    return os.environ | {
        "SALESOPS_OFFICE": str(office),
        "SALESOPS_DATABASE": address,
        "DJANGO_SETTINGS_MODULE": "salesops.web.office_settings",
    }


@pytest.fixture(scope="session")
def upgrade(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Office], None]:
    """`upgrade(office)` has it be as `salesops upgrade` makes one; that is run once, and copied."""
    with once_for_all(tmp_path_factory, "upgraded") as (folder, is_first):
        address = folder / "address"
        if is_first:
            first = new_office(folder / "office")
            code, said = first.run("upgrade")
            assert code == 0, said
            address.write_text(first.address)
        else:
            first = Office(folder / "office", address.read_text())
    return lambda office: copy_office(first, office)


@pytest.fixture
def start(transactional_db: None, tmp_path: Path) -> Iterator[Start]:  # noqa: ARG001
    """`start(lease, children)` starts workers that know the kinds of `tests.jobs_office.kinds`."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(
        lease: float, children: int = 0, *more: str, seconds_to_finish: float = 0.5
    ) -> subprocess.Popen[bytes]:
        with (tmp_path / LOG).open("ab") as log:
            words = map(str, (lease, children, seconds_to_finish, *more))
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.jobs_office.working", *words],
                cwd=ROOT,
                env=environment(tmp_path),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.terminate()
        process.send_signal(signal.SIGCONT)
    for process in started:
        process.wait(LONGEST_WAIT)


def until(is_so: Callable[[], object], what: str) -> None:
    """Wait for a state; a minute without it is a failure."""
    limit = time.monotonic() + LONGEST_WAIT
    while not is_so():
        if time.monotonic() > limit:
            raise AssertionError(f"In a minute this did not come: {what}.")
        time.sleep(0.02)
