"""What a change of the process says, in words: a state of the record for its page and its history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from salesops.actions.edit_record import Unfit
from salesops.experiments import in_unit
from salesops.foundations.period_words import day_in_words
from salesops.kpis import KPIS
from salesops.kpis._definition import Unit
from salesops.records.models import ProcessChange
from salesops.web.pages.keeping import typed

MOMENTS = {"leaving": "moving on from it", "entering": "entering it"}
_POINTS, _DAYS = (" points", " point", "points", "point", "%"), (" days", " day", "days", "day")


@dataclass(frozen=True)
class Course:
    """How far a change is, in a word or two, and the tone of its tag."""

    words: str
    tone: str = ""


def course_of(change: ProcessChange, known: date, *, is_measured: bool) -> Course:
    """How far it is on the day the book speaks of; `is_measured` where all its days were read."""
    if change.given_up_on is not None:
        return Course("Given up")
    if known < change.starts_on:
        return Course("Planned")
    if is_measured:
        return Course("Measured", "good")
    return Course("In effect", "acc") if known <= change.last_on else Course("To measure", "warn")


def said_of(state: Any, column: str, currency: str, people: Mapping[str, str]) -> str:
    """A column of a change or of one of its states; `people` by key, as far as the reader may see them."""
    value = getattr(state, column)
    if value in (None, "", []):
        return ""
    match column:
        case "kpi":
            return title_of(str(value))
        case "expected":
            return expected_of(state, currency)
        case "teams":
            return ", ".join(value)
        case "people":
            return ", ".join(people.get(key, "somebody") for key in value)
        case "moment":
            return MOMENTS.get(str(value), str(value))
    return day_in_words(value) if isinstance(value, date) else str(value)


def who_of(state: Any, people: Mapping[str, str]) -> str:
    """Who gets it: East, West and Ann Lee."""
    names = [*state.teams, *(people.get(key, "somebody") for key in state.people)]
    *some, last = names or ["nobody"]
    return f"{', '.join(some)} and {last}" if some else str(last)


def title_of(kpi: str) -> str:
    """What people call a number; its name where this version knows it no more."""
    return KPIS[kpi].title if kpi in KPIS else kpi


def expected_of(state: Any, currency: str) -> str:
    """By how much it should move: +5.0 points."""
    if state.kpi not in KPIS or state.expected is None:
        return str(state.expected or "")
    return in_unit(state.kpi, currency, float(state.expected))


def unit_of(kpi: str, currency: str) -> str:
    """What one writes by how much a number should move in."""
    words = {Unit.SHARE: "points", Unit.DAYS: "days", Unit.MONEY: currency}
    return words.get(KPIS[kpi].unit, "")


def read_expected(kpi: str, text: str, currency: str) -> Decimal | None:
    """By how much a number should move, as it is kept: +5 points, −3 days, 1,200. Raises Unfit."""
    plain = text.strip().replace("−", "-").lower()
    sign = -1 if plain.startswith("-") else 1
    plain = plain.lstrip("+-").strip()
    if not plain or kpi not in KPIS:
        return None
    found: Decimal | None
    match KPIS[kpi].unit:
        case Unit.SHARE:
            found = typed.share("expected", _without(plain, _POINTS))
        case Unit.MONEY:
            minor, _ = typed.money("expected", plain.upper(), currency)
            found = None if minor is None else Decimal(minor)
        case _:
            found = typed.decimal("expected", _without(plain, _DAYS))
    if found is None:
        raise Unfit("expected", "Write a number such as 5 or −1.5.")
    return sign * found


def type_expected(change: ProcessChange, currency: str) -> str:
    """The same as one would type it."""
    kept = Decimal(change.expected or 0)
    match KPIS[str(change.kpi)].unit:
        case Unit.SHARE:
            said = typed.number_to_type(abs(kept) * 100)
        case Unit.MONEY:
            said = typed.money_to_type(int(abs(kept)), currency)
        case _:
            said = typed.number_to_type(abs(kept))
    return f"{'−' if kept < 0 else '+'}{said}"


def _without(text: str, endings: tuple[str, ...]) -> str:
    """The text without the first of the endings it has."""
    found = next((e for e in endings if text.endswith(e)), "")
    return text.removesuffix(found).strip()
