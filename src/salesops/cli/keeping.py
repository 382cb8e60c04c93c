"""Keeping an office: making and upgrading its database, backing it up, restoring it, and looking whether it is well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from salesops.cli.erasing import erase_again
from salesops.cli.office import NEWER, command, finish_restore, in_use, refuse_unreachable, set_up
from salesops.cli.terminal import out, say
from salesops.foundations.problem import Refusal

if TYPE_CHECKING:
    from salesops.jobs.sealed import BackupManifest

Check = tuple[bool, str]  # whether it is fine, and what was found


def upgrade(folder: Path) -> None:
    """Bring the office's database to this version; makes the office where there is none."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    whole = set_up(folder)
    from django.core.management import call_command
    from django.db import connection

    from salesops.records.folder import alone
    from salesops.records.safety import is_behind

    refuse_unreachable()
    finish_restore(whole)
    if not is_behind(connection):
        say(out(), f"The office in {folder} is up to date.")
        return
    with alone(whole):
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
    erase_again(whole)
    say(out(), f"The office in {folder} is ready. Start it: {command('serve', folder)}")


def back_up_office(folder: Path, file: Path) -> None:
    """Write the whole office to a file, while it is used."""
    with in_use(folder, must_be_ready=False) as whole:
        from django.db import connection

        from salesops.foundations.clock import system_clock
        from salesops.jobs.backup import back_up
        from salesops.records.safety import is_ahead, is_behind
        from salesops.records.seen import BACKUP, note_taken

        if is_ahead(connection):
            raise Refusal(NEWER.format(folder=folder))
        if not is_behind(connection):
            note_taken(None, BACKUP, str(file.absolute()), system_clock(), door="command")
        manifest = back_up(whole, file.absolute(), system_clock)
    say(out(), f"{file} holds {_counted(manifest)}.")


def back_up_again_and_again(folder: Path, schedule: str, keep: int) -> None:
    """Have the office's worker back it up at the times of a schedule, in place of a former schedule."""
    with in_use(folder):
        from django.db import transaction

        from salesops.actions.enqueue import enqueue
        from salesops.foundations.clock import system_clock
        from salesops.foundations.schedule import next_time
        from salesops.records.job import WAITING, Job

        first = next_time(schedule, system_clock())
        with transaction.atomic():
            Job.objects.filter(kind="backup", state=WAITING).exclude(schedule="").delete()
            enqueue(
                None,
                "backup",
                {"keep": keep},
                system_clock,
                lock_key="backup",
                run_after=first,
                schedule=schedule,
            )
    say(out(), f"The worker backs the office up at {first:%-d %B %Y %H:%M} UTC, and then again.")


def restore_office(folder: Path, file: Path, replace: bool) -> None:
    """Put an office back as it was, whole or not at all."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    whole = set_up(folder)
    from django.db import connection

    from salesops.jobs.restore import restore
    from salesops.records.safety import is_behind

    refuse_unreachable()
    manifest = restore(whole, file, replace=replace)
    say(out(), f"The office in {folder} is as of {manifest.made_at:%-d %B %Y %H:%M} UTC again:")
    say(out(), f"{_counted(manifest)}, each compared with what was written.")
    if is_behind(connection):
        say(out(), f"It is of an older version. Next: {command('upgrade', folder)}")
    else:
        erase_again(whole)


def _counted(manifest: BackupManifest) -> str:
    rows = sum(table.rows for table in manifest.tables.values())
    return f"{rows:,} rows in {len(manifest.tables)} tables, and {len(manifest.files)} files"


def _mail() -> Iterator[Check]:
    """Whether the server that takes the office's mail lets it in; nothing is sent."""
    from django.conf import settings

    from salesops.jobs.queue import Again
    from salesops.jobs.smtp import connected

    server = settings.SALESOPS_MAIL
    if server is None:
        yield True, "No mail is set up: links are passed on by hand, and no weekly message is sent"
        return
    try:
        with connected(server):
            yield True, f"The mail server {server} takes mail from {server.sender.addr_spec}"
    except Again as error:
        yield False, f"{error} Mail waits until it answers."


def _provider() -> Iterator[Check]:
    """Whether the identity provider says of itself what signing in needs, and has keys."""
    from django.conf import settings

    from salesops.web.pages.signing_in import oidc

    provider = settings.SALESOPS_OIDC
    if provider is None:
        return
    try:
        oidc.forget()
        oidc.look_at(provider)
    except Refusal as refusal:
        yield False, f"{refusal}"
        return
    beside = "" if settings.SALESOPS_PASSWORDS else "; passwords are switched off"
    yield True, f"{provider} answers as the identity provider {provider.issuer}{beside}"


def let_in(folder: Path, email: str) -> None:
    """Print a link by which a login sets a new password, when no administrator can make one."""
    with in_use(folder):
        from django.conf import settings
        from django.urls import reverse

        from salesops.actions.invite_person import let_in_from_outside
        from salesops.foundations.clock import system_clock

        token = let_in_from_outside(email, system_clock)
        link = f"{settings.SALESOPS_ADDRESS}{reverse('invitation', args=[token])}"
        say(out(), f"With this link {email} sets a new password. It works once, within a day:")
        out().print(link, soft_wrap=True, markup=False, highlight=False)
        if not settings.SALESOPS_PASSWORDS:
            say(
                out(),
                "Passwords are switched off: take SALESOPS_PASSWORDS away, and start the office again.",
            )


def look_at_office(folder: Path, seal: str | None = None) -> Iterator[Check]:
    """What `doctor` says of an office's database. `seal` is one that was noted before, as it was printed."""
    if not folder.is_dir():
        yield False, f"There is no office in {folder}. Make one: {command('upgrade', folder)}"
        return
    whole = set_up(folder)
    yield from _mail()
    yield from _provider()
    from django.db import connection

    from salesops.jobs.restore import STAGING
    from salesops.records.safety import dangers, is_ahead, is_behind

    if (whole / STAGING).exists():
        yield False, f"A restore was interrupted. This ends it: {command('upgrade', folder)}"
    try:
        refuse_unreachable()
    except Refusal as refusal:
        yield False, str(refusal)
        return
    yield True, f"The database answers: {connection.vendor}"
    found = dangers(connection)
    yield from ((False, line) for line in found)
    if not found:
        yield True, "The database keeps what it acknowledges"
    if is_ahead(connection):
        yield False, NEWER.format(folder=folder)
    elif is_behind(connection):
        yield False, f"The database is older than this program: {command('upgrade', folder)}"
    else:
        yield True, "The database is of this version"
        from salesops.cli.attached import look_at_files
        from salesops.cli.history import look_at_history
        from salesops.cli.references import look_at_references

        yield look_at_history(seal)
        yield look_at_files(whole)
        yield look_at_references()
    connection.close()
