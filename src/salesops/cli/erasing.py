"""Erasing a person at the command line, and the list of those who were."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from salesops.cli import exits
from salesops.cli.importing import watch
from salesops.cli.office import command, in_use
from salesops.cli.progress import Bar
from salesops.cli.terminal import is_interactive, out, say
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal

if TYPE_CHECKING:
    from salesops.records.somebody import Somebody, Subject


def erase(
    office: Path,
    noun: str,
    keys: Sequence[str],
    also: Sequence[str],
    reason: str,
    typed: str | None,
    *,
    dry_run: bool,
) -> int:
    """Show what is of a person and what mentions them, and erase it once their name was typed. Returns the exit code."""
    with in_use(office):
        from salesops.actions.erase_person import erase_person, the_person

        subjects: list[Subject] = [(noun, key) for key in keys]
        one = the_person(subjects, also)
        _show(office.absolute(), one)
        if dry_run:
            say(out(), "\nNothing was erased.")
            return exits.FINE
        if typed is None and is_interactive():
            from rich.prompt import Prompt

            typed = Prompt.ask(f"It cannot be undone. Type {one.called} to erase them")
        job = erase_person(
            None, subjects, reason, typed or "", system_clock, also=also, door="command"
        )
        watch(job, "The person was not erased whole. Start a worker; it goes on.")
        job.refresh_from_db()
        say(out(), f"\nErased. Since called {_called(job.result or {})}.")
        for file in (job.result or {}).get("left", ()):
            say(out(), f"Still in {file}: mend or remove it by hand.")
        if backups := (job.result or {}).get("backups"):
            say(out(), f"{backups:,} backups from before in the office's folder may hold them.")
    return exits.FINE


def list_erasures(office: Path) -> None:
    """Print everybody who was erased, the last first, by the names they have since."""
    with in_use(office):
        from rich.table import Table

        from salesops.records.erasure import Erasure
        from salesops.records.somebody import record_of

        rows = list(Erasure.objects.select_related("change__actor").order_by("-pk"))
        if not rows:
            say(out(), f"Nobody was erased yet. {command('erase contact ID', office)}")
            return
        table = Table(box=None, pad_edge=False, header_style="dim")
        for title in ("When (UTC)", "Who", "What", "Since called", "Why"):
            table.add_column(title)
        for row in rows:
            table.add_row(
                f"{row.change.at:%-d %b %Y %H:%M}",
                str(row.change.actor or "Command line"),
                row.noun,
                str(record_of(row.noun, row.key) or row.key),
                row.change.reason,
            )
        out().print(table)


def erase_again(office: Path) -> None:
    """Whoever was erased since a backup was made is erased again after it was restored."""
    from salesops.jobs.erasing import erasing_again

    jobs = erasing_again(office, system_clock)
    for job in jobs:
        watch(job, "A person was not erased again. Start a worker; it goes on.")
    if jobs:
        people = "1 person was" if len(jobs) == 1 else f"{len(jobs):,} people were"
        say(out(), f"{people} erased since the backup was made, and erased again.")


def _show(office: Path, one: Somebody) -> None:
    from salesops.actions.erase_file import files_of_any
    from salesops.jobs.erasing import goes_with, in_files
    from salesops.jobs.erasing_files import backups_of, files_that_mention
    from salesops.records.mentions import mentioned
    from salesops.records.somebody import alike, record_of

    say(out(), f"{one.called}:")
    for noun, key in one.subjects:
        say(out(), f"{noun} {key}: {record_of(noun, key)}", indent=2)
    for login in one.logins():
        say(out(), f"login {login.pk}: {login.email}", indent=2)
    with Bar() as bar:
        found = list(mentioned(one.telling, bar))
        files = files_that_mention(office, in_files(one))
    if found:
        say(out(), "\nMentioned in:")
    for place in found:
        columns = ", ".join(place.columns)
        say(out(), f"{place.model._meta.db_table} ({columns}): {len(place.keys):,}", indent=2)
    for file in (*files.arriving, *files.problems, *files.book):
        say(out(), str(file.relative_to(office)), indent=2)
    for name in sorted(set(files_of_any(one.subjects).values_list("name", flat=True))):
        say(out(), f"{name}, which is kept with their record and erased for good", indent=2)
    for file in files.others:
        if goes_with(file, one):
            continue
        say(out(), f"{file.relative_to(office)}, which is left as it is: mend it by hand", indent=2)
    if backups := backups_of(office):
        say(out(), f"\n{len(backups):,} backups in the office's folder may hold them.")
    if others := alike(one):
        say(out(), "\nCalled the same, and left as they are:")
        for (noun, key), told in others:
            say(out(), f"{noun} {key}: {told}", indent=2)
    if one.words_alone:
        alone = ", ".join(one.words_alone)
        say(out(), f"\nNot looked for in texts, as it may mean something else: {alone}")


def _called(result: dict[str, object]) -> str:
    from salesops.records.erasure import Erasure
    from salesops.records.somebody import record_of

    made = Erasure.objects.filter(change_id=result.get("change")).first()
    if made is None:
        raise Refusal("The person was not erased. Look under Work.")
    return str(record_of(made.noun, made.key) or made.key)
