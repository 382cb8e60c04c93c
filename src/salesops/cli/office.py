"""An office as the commands find it: its folder, its database, and whether work may be entrusted to them."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from salesops.foundations.problem import Refusal

NEWER = (
    "The database of {folder} was made by a newer salesops. Install that version, or a newer one."
)


def set_up(folder: Path) -> Path:
    """Have Django speak to the office in `folder`; returns the whole path."""
    whole = folder.absolute()
    os.environ |= {
        "SALESOPS_OFFICE": str(whole),
        "DJANGO_SETTINGS_MODULE": "salesops.web.office_settings",
    }
    import django

    django.setup()
    return whole


@contextmanager
def in_use(folder: Path, *, must_be_ready: bool = True) -> Iterator[Path]:
    """The office, used by this process meanwhile. Refuses one that work cannot be entrusted to."""
    if not folder.is_dir():
        raise Refusal(f"There is no office in {folder}. Make one: {command('upgrade', folder)}")
    whole = set_up(folder)
    from salesops.records.folder import used

    finish_restore(whole)
    with used(whole):
        refuse_unreachable()
        if must_be_ready:
            _refuse_unready(folder)
        yield whole


def finish_restore(whole: Path) -> None:
    """Take the last step of a restore that was killed, where there was one."""
    from salesops.jobs.restore import STAGING, finish
    from salesops.records.folder import alone

    if (whole / STAGING).exists():
        with alone(whole):
            finish(whole)


def _refuse_unready(folder: Path) -> None:
    """Refuse a database that loses work, or that is not of this program's version."""
    from django.db import connection

    from salesops.records.safety import dangers, is_ahead, is_behind

    found = dangers(connection)
    if found:
        raise Refusal(" ".join(found))
    if is_ahead(connection):
        raise Refusal(NEWER.format(folder=folder))
    if is_behind(connection):
        raise Refusal(
            f"The database of {folder} is older than this program. Make a backup, then: "
            f"{command('upgrade', folder)}"
        )
    connection.close()


def refuse_unreachable() -> None:
    """Refuse where the database does not answer."""
    from django.db import DatabaseError, connection

    try:
        connection.ensure_connection()
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        raise Refusal(
            f"The database does not answer: {reason}. Look whether it runs and whether "
            "SALESOPS_DATABASE is right."
        ) from error


def command(verb: str, folder: Path) -> str:
    """`salesops VERB` for this office, ready to be pasted into a shell."""
    return f"salesops {verb} --office {shlex.quote(str(folder))}"
