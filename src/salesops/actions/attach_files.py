"""Files are kept with a record, taken away and brought back, each time as one change."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

from salesops.actions.changing import changing, undoing_once
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.importers.room import is_full
from salesops.records.attachment import LONGEST_NAME, Attachment
from salesops.records.attachment_reach import may_attach_to, sees_files_of
from salesops.records.change import Change
from salesops.records.kept_content import Received, receive, settle
from salesops.records.user import User

Given = tuple[str, Iterable[bytes]]  # a name and the bytes, in pieces
FULL = "The disk of the server is full. Nothing was changed. Tell who keeps this office."


def attach_files(
    actor: User,
    noun: str,
    key: str,
    given: Sequence[Given],
    office: Path,
    clock: Clock,
    *,
    door: str = "browser",
) -> Change:
    """Keep the files with a record: all of them or none. `office` is the folder that holds what they hold."""
    _refuse_who_may_not(actor, noun, key)
    if not given:
        raise Refusal("Choose at least one file first.")
    received: list[tuple[str, Received]] = []
    try:
        for name, pieces in given:
            received.append((name_of(name), receive(office, pieces)))
        with changing(actor, "attach_file", clock, door=door) as change:
            _refuse_who_may_not(actor, noun, key)
            for name, content in received:
                _attach(noun, key, name, content, change)
            say_which(change, noun, key, [name for name, _ in received])
            for _, content in received:
                settle(office, content)
    except OSError as error:
        if is_full(error):
            raise Refusal(FULL) from error
        raise
    finally:
        for _, content in received:
            content.at.unlink(missing_ok=True)
    return change


def take_file_away(
    actor: User, attachment: Attachment, clock: Clock, *, door: str = "browser"
) -> Change:
    """The record has the file no more, until that is undone."""
    with changing(actor, "take_file_away", clock, door=door) as change:
        _end(actor, [attachment], change)
    return change


def changed_files(change: Change) -> tuple[list[Attachment], list[Attachment]]:
    """The files that a change put with a record, and those it took away."""
    begun = Attachment.objects.filter(begun_by=change).order_by("pk")
    ended = Attachment.objects.filter(ended_by=change).order_by("pk")
    return list(begun), list(ended)


def undo_files(actor: User, change: Change, clock: Clock, *, door: str = "browser") -> Change:
    """Take back what a change did with files: what came is taken away, what was taken away is there again."""
    with undoing_once(actor, change, clock, door=door) as undoing:
        begun, ended = changed_files(change)
        _end(actor, begun, undoing)
        for former in ended:
            _refuse_who_may_not(actor, former.noun, former.record_id)
            if former.erased_by_id is not None:
                raise Refusal(f"“{former.name}” was erased for good, so it cannot come back.")
            _refuse_double(former.noun, former.record_id, former.name, former.digest)
            former.pk, former.begun_by, former.ended_by = None, undoing, None
            former.save(force_insert=True)
        if ended:
            say_which(undoing, ended[0].noun, ended[0].record_id, [each.name for each in ended])
    return undoing


def name_of(given: str) -> str:
    """A file's name as the person knows it, without a folder and what cannot be seen in it."""
    plain = given.replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(c for c in plain if not unicodedata.category(c).startswith("C")).strip(" .")
    stem, dot, ending = seen.rpartition(".")
    if len(seen) > LONGEST_NAME and dot and len(ending) < 20:
        seen = f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
    return seen[:LONGEST_NAME] or "file"


def _attach(noun: str, key: str, name: str, content: Received, change: Change) -> None:
    if not content.size:
        raise Refusal(f"“{name}” is empty. Nothing was attached.")
    _refuse_double(noun, key, name, content.digest)
    Attachment.objects.create(
        noun=noun,
        record_id=key,
        name=name,
        size=content.size,
        digest=content.digest,
        added_by=change,
        begun_by=change,
    )


def _end(actor: User, attachments: Sequence[Attachment], change: Change) -> None:
    for each in attachments:
        _refuse_who_may_not(actor, each.noun, each.record_id)
        if not Attachment.objects.filter(pk=each.pk, ended_by=None).update(ended_by=change):
            raise Refusal(f"“{each.name}” was taken away already.")
    if attachments:
        first = attachments[0]
        say_which(change, first.noun, first.record_id, [each.name for each in attachments])


def say_which(change: Change, noun: str, key: str, names: Sequence[str], *, why: str = "") -> None:
    """Which files of which record, where only the change is told of."""
    change.reason = f"{', '.join(names)}, {noun} {key}{f': {why}' if why else ''}"
    change.save(update_fields=["reason"])


def why_of(change: Change, noun: str, key: str) -> str:
    """Why it was done, where that was said beside which files of the record it was."""
    return change.reason.partition(f", {noun} {key}: ")[2]


def _refuse_double(noun: str, key: str, name: str, digest: str) -> None:
    there = Attachment.objects.filter(noun=noun, record_id=key, ended_by=None)
    if there.filter(name=name, digest=digest).exists():
        raise Refusal(f"“{name}” is there already, and holds the same.")


def _refuse_who_may_not(actor: User, noun: str, key: str) -> None:
    if may_attach_to(actor, noun, key):
        return
    if not sees_files_of(actor, noun, key):
        raise Refusal("There is no such record, or it is not yours to see.")
    if noun == "request":
        raise Refusal("This request is closed. Reopen it first.")
    raise Refusal(f"You may look at this {noun} but not change it. Ask its owner.")
