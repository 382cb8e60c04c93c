"""What pages on which something is arranged share: forms read, what changed told, and the way to take it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from salesops.actions.undo_change import undo_change
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.foundations.whole_number import MOST_DIGITS, whole_number
from salesops.records.change import Change
from salesops.records.user import User
from salesops.web.pages.keeping.history import Entry, done_in_words, history

Told = list[tuple[Any, Entry]]


def seen_of(form: Mapping[str, str]) -> int:
    """The version a form was filled in from."""
    return _number(form.get("seen", ""), MOST_DIGITS, "This form is too old. Change it again.")


def place_of(form: Mapping[str, str]) -> int:
    """The place something is to be moved to."""
    return _number(form.get("place", ""), 4, "Choose a place in the order.")


def change_of(form: Mapping[str, str]) -> Change:
    """The change that a form asks to take back."""
    number = whole_number(form.get("change", "")) or 0
    return get_object_or_404(Change.objects.exclude(door="import"), pk=number)


def undone(actor: User, change: Change) -> int:
    """Take it back; the number of the change that did."""
    found = undo_change(actor, change, system_clock)
    if not found.records:
        raise Refusal("Somebody changed it since, so it stays as it is.")
    return int(found.change.pk)


def told_of(actor: User, records: Sequence[Any], *, may_edit: bool) -> Told:
    """What was changed of them, the newest first; an import's first sight is no change."""
    found = [(r, e) for r in records for e in history(actor, r, "", may_edit=may_edit)]
    found = [(r, e) for r, e in found if not e.is_first_seen]
    return sorted(found, key=lambda each: each[1].at, reverse=True)


def done_of(
    request: HttpRequest, actor: User, told: Told, words: Mapping[str, str]
) -> Mapping[str, Any] | None:
    """What this person has just done, where it still stands; `words` says it for verbs of many at once."""
    number = request.GET.get("done", "")
    for record, entry in told:
        change = entry.change
        if change is not None and str(change.pk) == number and change.actor_id == actor.pk:
            said = words.get(change.verb) or f"{record}: {done_in_words(entry)}"
            return {"said": said, "undoes": entry.undoes}
    return None


def _number(text: str, digits: int, otherwise: str) -> int:
    found = whole_number(text, digits)
    if found is None:
        raise Refusal(otherwise)
    return found
