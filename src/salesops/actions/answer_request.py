"""Answering a request: words to who asked or a note for the desk, how far it is, and the time it took."""

from __future__ import annotations

from salesops.actions.edit_record import Unfit
from salesops.actions.handling_request import Held, Outrun, handling, words
from salesops.foundations.business_hours import BusinessHours
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.change import Change
from salesops.records.request import (
    CLOSED,
    EFFORT,
    IN_PROGRESS,
    NEW,
    NOTE,
    OPEN,
    OWNER,
    REOPENED,
    REPLY,
    SOLVED,
    STATE,
    STATES,
    WAITING,
)
from salesops.records.user import User

# What the desk may make of a request in each state.
MOVES = {
    NEW: (IN_PROGRESS, WAITING, SOLVED, CLOSED),
    IN_PROGRESS: (WAITING, SOLVED, CLOSED),
    WAITING: (IN_PROGRESS, SOLVED, CLOSED),
    REOPENED: (IN_PROGRESS, WAITING, SOLVED, CLOSED),
    SOLVED: (CLOSED, REOPENED),
    CLOSED: (REOPENED,),
}
_TOLD = {
    WAITING: "Write what you need from who asked.",
    SOLVED: "Write what was done.",
    CLOSED: "Write why it ends here.",
}
MOST_MINUTES = 100 * 60


def answer_request(
    actor: User,
    key: int,
    clock: Clock,
    hours: BusinessHours,
    *,
    text: str = "",
    is_note: bool = False,
    state: str = "",
    seen: str = "",
    minutes: int = 0,
    door: str = "browser",
) -> Change:
    """Reply or note, move to a state, add minutes: at least one of them, by who handles the request.

    Who asked may only reply. `seen` is the state one was looking at; where it is another now and one wants to
    change it, nothing is written. The first reply makes a new request one in progress, and one's own where it is
    nobody's.
    """
    with handling(actor, key, "answer_request", clock, hours, door) as held:
        if is_note or state or minutes or actor.pk != held.request.asker_id:
            held.refuse_who_does_not_handle_it()
            _answer(held, text, is_note, state, seen, minutes)
        elif held.request.state == CLOSED:
            raise Refusal(f"{held.request} is closed. Reopen it, or send a new request.")
        else:
            held.add(REPLY, text=words("text", text, "Write something first."))
            if held.request.state == WAITING:
                held.add(STATE, state=IN_PROGRESS)
    return held.change


def _answer(held: Held, text: str, is_note: bool, state: str, seen: str, minutes: int) -> None:
    request = held.request
    if state == request.state:
        state = ""
    if not (text.strip() or state or minutes):
        raise Unfit("text", "Write something, choose a state or add minutes.")
    if not 0 <= minutes <= MOST_MINUTES:
        raise Unfit("minutes", f"Write minutes from 1 to {MOST_MINUTES:,}.")
    if state:
        _refuse_move(held, text, is_note, state, seen)
    is_reply = bool(text.strip()) and not is_note
    if text.strip():
        held.add(NOTE if is_note else REPLY, text=words("text", text, ""))
    if is_reply and request.owner_id is None and request.state in OPEN:
        held.add(OWNER, owner=held.actor)
    if is_reply and not state and request.state in (NEW, REOPENED):
        state = IN_PROGRESS
    if state:
        held.add(STATE, state=state)
    if minutes:
        held.add(EFFORT, minutes=minutes)


def _refuse_move(held: Held, text: str, is_note: bool, state: str, seen: str) -> None:
    request, names = held.request, dict(STATES)
    if seen and seen != request.state:
        last = held.last(STATE)
        by = last.change.actor if last else None
        raise Outrun(
            f"{by or 'Somebody'} made {request} “{request.get_state_display()}” meanwhile. "
            "Nothing was changed; look at it, then choose again."
        )
    if state not in MOVES[request.state]:
        now = request.get_state_display().lower()
        raise Refusal(f"A request that is {now} cannot become “{names.get(state, state)}”.")
    needs_words = state in _TOLD and request.state in OPEN
    if needs_words and (is_note or not text.strip()):
        raise Unfit("text", f"{_TOLD[state]} They read it with the request.")
