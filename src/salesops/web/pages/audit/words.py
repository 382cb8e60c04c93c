"""The lines of the audit log in words: who, from where, what was done, and what each record became."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from salesops.records.attachment import Attachment
from salesops.records.audit_log import OUTSIDE, Line, State
from salesops.records.change import Change
from salesops.records.models import KEPT
from salesops.records.record import Record
from salesops.records.user import User
from salesops.web.pages.files.told import changed_by, done_by, what_changed
from salesops.web.pages.keeping.facts import PLACES, Names, names_of
from salesops.web.pages.keeping.history import DOORS, NOT_TOLD, Difference, differences
from salesops.web.words import counted

WHERE_FROM = {
    "browser": "Page",
    "import": "Import",
    "command": DOORS["command"],
    "api": DOORS["api"],
    "system": DOORS["system"],
    OUTSIDE: "Outside salesops",
}
IN_BULK = "In bulk"
_DONE = {
    "edit": "Edited",
    "create": "Created",
    "delete": "Deleted",
    "restore": "Brought back",
    "undo_change": "Took a change back",
    "change_settings": "Changed the settings",
    "erase_person": "Erased a person",
    "undo_import": "Took an import back",
    "import_rows": "Imported",
    "end": "Ended",
    "merge": "Merged",
    "unmerge": "Took apart",
    "convert_lead": "Converted a lead",
    "measure_process_change": "Measured process change",
    "attach_file": "Attached files",
    "take_file_away": "Took a file away",
    "erase_file": "Erased a file for good",
    "keep_apart": "Said they are not the same",
    "keep_apart_no_more": "Took back that they are not the same",
}


@dataclass(frozen=True)
class Touched:
    """A record that a line tells of, what became of it, and where it can be looked at."""

    noun: str
    key: str
    title: str
    place: str
    what: tuple[Difference, ...]


@dataclass(frozen=True)
class Told:
    """A line as the page shows it. `more` names the states that are not shown, such as 4,997 more opportunities."""

    at: datetime
    who: str
    where_from: str
    done: str
    reason: str
    change: Change | None
    touched: tuple[Touched, ...]
    more: tuple[str, ...]
    imported: int | None


def told(actor: User, lines: Iterable[Line], currency: str) -> list[Told]:
    """The lines in words, as far as the actor may see what is named in them."""
    lines = list(lines)
    names, files = _names(actor, lines), _files(lines)
    return [_told(line, names, files, currency) for line in lines]


def done_in_words(verb: str) -> str:
    """Edited opportunity, from edit_opportunity."""
    if verb in _DONE:
        return _DONE[verb]
    first, _, rest = verb.partition("_")
    if first in _DONE and rest in KEPT:
        return f"{_DONE[first]} {rest.replace('_', ' ')}"
    return verb.replace("_", " ").capitalize()


def noun_in_words(name: str) -> str:
    """Pipeline stage, from pipeline_stage."""
    return name.replace("_", " ").capitalize()


def who(change: Change | None) -> str:
    """Whose doing it was."""
    if change is None:
        return "Unknown"
    return str(change.actor) if change.actor else "salesops"


def place_of(noun: str, key: str) -> str:
    """The address of a record's page, empty where it has none."""
    return PLACES[noun] + quote(key, safe="") if noun in PLACES else ""


def _names(actor: User, lines: Iterable[Line]) -> dict[str, Names]:
    """For each noun the names of what its states refer to."""
    states: dict[str, list[Any]] = {}
    for line in lines:
        for state in line.states:
            found = states.setdefault(state.noun._meta.db_table, [])
            found += [s for s in (state.now, state.former) if s is not None]
    return {name: names_of(actor, KEPT[name], found) for name, found in states.items()}


def _files(lines: Iterable[Line]) -> dict[int, tuple[Touched, ...]]:
    """By change, the records it put files with or took some from."""
    changes = {line.change.pk: line.change for line in lines if line.change and not line.states}
    of_them = Attachment.objects.filter(done_by(changes.values()))
    by_change: dict[tuple[int, str, str], list[Attachment]] = {}
    for each in of_them.order_by("pk"):
        for change in changed_by(each) & changes.keys():
            by_change.setdefault((change, each.noun, each.record_id), []).append(each)
    found: dict[int, tuple[Touched, ...]] = {}
    for (change, noun, key), files in by_change.items():
        if noun not in KEPT:  # its number stands in the reason
            continue
        title = str(KEPT[noun].objects.filter(pk=key).first() or key)
        what = what_changed(changes[change], files)
        touched = Touched(noun, key, title, place_of(noun, key), what)
        found[change] = (*found.get(change, ()), touched)
    return found


def _told(
    line: Line,
    names: dict[str, Names],
    files: Mapping[int, tuple[Touched, ...]],
    currency: str,
) -> Told:
    change = line.change
    shown: dict[str, int] = {}
    for state in line.states:
        name = state.noun._meta.db_table
        shown[name] = shown.get(name, 0) + 1
    more = [(name, n - shown.get(name, 0)) for name, n in line.counted.items()]
    if change is not None:
        done = done_in_words(change.verb)
    else:
        done = "Removed" if line.states[0].now.is_tombstone else "Written to the database"
    return Told(
        at=line.at,
        who=who(change),
        where_from=_where_from(change, sum(line.counted.values())),
        done=done,
        reason=change.reason if change else "",
        change=change,
        touched=tuple(_touched(state, names, currency) for state in line.states)
        or files.get(change.pk if change else 0, ()),
        more=tuple(counted(name, n) for name, n in more if n > 0),
        imported=line.imported,
    )


def _where_from(change: Change | None, records: int) -> str:
    if change is None:
        return WHERE_FROM[OUTSIDE]
    if change.door == "browser" and records > 1:
        return IN_BULK
    return WHERE_FROM.get(change.door, change.door)


def _touched(state: State, names: dict[str, Names], currency: str) -> Touched:
    name = state.noun._meta.db_table
    if state.now.is_tombstone:
        what: tuple[Difference, ...] = (Difference("Removed", is_plain=True),)
    else:
        what = differences(state.noun, state.former, state.now, currency, names[name], NOT_TOLD)
    key = state.now.record_id
    return Touched(name, key, title_of_state(state.noun, state.now), place_of(name, key), what)


def title_of_state(noun: type[Record], state: Any) -> str:
    """What a record was called in a state; its kind and key where it has no name."""
    for column in ("name", "stage", "subject", "label"):
        if getattr(state, column, None):
            return str(getattr(state, column))
    return f"{noun_in_words(noun._meta.db_table)} {state.record_id}"
