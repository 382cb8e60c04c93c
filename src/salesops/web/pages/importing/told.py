"""What imports did or would do, noun by noun, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from salesops.actions.import_rows import Counts
from salesops.foundations.money import format_money
from salesops.foundations.problem import Refusal
from salesops.records.change import Change
from salesops.records.import_run import ImportRun
from salesops.records.imported_meanings import Differing
from salesops.records.models import NOUNS
from salesops.records.reach import SEE_ALL
from salesops.records.user import User
from salesops.web.pages.keeping.facts import PLACES, title_of
from salesops.web.pages.keeping.record_page import place, reading
from salesops.web.pages.pipelines.words import meant, what
from salesops.web.words import several

TONES = {
    "applying": "acc",
    "done": "good",
    "cancelled": "warn",
    "undoing": "acc",
    "undone": "",
}
STATES = {"cancelled": "Stopped on the way"}


@dataclass(frozen=True)
class Line:
    """What an import does to one noun."""

    noun: str
    created: int
    changed: int
    deleted: int
    same: int
    left: int
    erased: int
    restored: int
    refused: int
    money: tuple[str, ...]
    difference: tuple[str, ...]


@dataclass(frozen=True)
class Stays:
    """A record that undoing leaves, in whole or in `columns`, because `who` changed it since."""

    noun: str
    name: str
    place: str
    columns: str
    who: str
    at: Any


def refuse_onlooker(actor: User) -> None:
    """Refuse whoever may not see what was imported: it tells of the whole company."""
    if not (actor.is_active and actor.role in SEE_ALL):
        raise Refusal(
            "Only sales operations and administrators see imports. Ask them, with a request, for what you need."
        )


def state_of(run: ImportRun) -> tuple[str, str]:
    """The state in words and its tone."""
    return STATES.get(run.state) or run.get_state_display(), TONES[run.state]


def lines_of(run: ImportRun) -> list[Line]:
    """What an import did, noun by noun."""
    found = {}
    for noun, counts in run.counts.items():
        money = run.money.get(noun, {})
        found[noun] = Counts(
            created=counts["created"],
            changed=counts["changed"],
            deleted=counts.get("deleted", 0),
            same=counts["same"],
            left_deleted=counts["left"],
            left_erased=counts.get("erased", 0),
            left_restored=counts.get("restored", 0),
            money=money.get("created", {}),
            difference=money.get("changed", {}),
        )
    return lines_counted(found, run.refused)


def lines_counted(counts: Mapping[str, Counts], refused: Mapping[str, int]) -> list[Line]:
    """What an import would do, noun by noun."""
    found = []
    for noun in _in_order(counts, refused):
        c = counts.get(noun) or Counts()
        found.append(
            Line(
                noun=several(noun).capitalize() if noun else "Other rows",
                created=c.created,
                changed=c.changed,
                deleted=c.deleted,
                same=c.same,
                left=c.left_deleted,
                erased=c.left_erased,
                restored=c.left_restored,
                refused=refused.get(noun, 0),
                money=in_money(c.money),
                difference=in_money(c.difference, is_difference=True),
            )
        )
    return found


def in_money(sums: Mapping[str, int], *, is_difference: bool = False) -> tuple[str, ...]:
    """$4,849,208 and so on for each currency; a difference with its sign."""
    office = reading()[0] or "USD"
    return tuple(
        ("+" if is_difference and minor > 0 else "") + format_money(minor, currency or office)
        for currency, minor in sorted(sums.items())
        if minor
    )


@dataclass(frozen=True)
class MeansOtherwise:
    """What a stage means here and what the files say it does, in words. `stands` says that it goes on to mean that."""

    stage: str
    what: str
    here: str
    there: str
    stands: bool


def in_words(differing: Iterable[Differing]) -> list[MeansOtherwise]:
    """Where people and their source say otherwise what a stage means, what is to change first."""
    ordered = sorted(differing, key=lambda d: d.stands)
    return [
        MeansOtherwise(d.stage, what(d.column), meant(d.here), meant(d.there), d.stands)
        for d in ordered
    ]


def what_stays(left: Iterable[tuple[str, str, list[str]]]) -> list[Stays]:
    """The records an undoing leaves, each with who changed it last."""
    return [_stays(noun, key, columns) for noun, key, columns in left]


def _stays(noun: str, key: str, columns: list[str]) -> Stays:
    kind = NOUNS[noun]
    record = kind.objects.filter(pk=key).first()
    last = kind.versions.objects.filter(record_id=key, opened_by__isnull=False).order_by("-version")
    opened = last.values_list("opened_by", flat=True).first()
    change = Change.objects.select_related("actor").filter(pk=opened or 0).first()
    return Stays(
        noun=noun.replace("_", " ").capitalize(),
        name=str(record or key),
        place=place(kind, key) if noun in PLACES and record is not None else "",
        columns=", ".join(title_of(kind, c) for c in columns),
        who=str(change.actor or "salesops") if change else "",
        at=change.at if change else None,
    )


def _in_order(*of_nouns: Mapping[str, Any]) -> list[str]:
    named = [noun for noun in NOUNS if any(noun in each for each in of_nouns)]
    return [*named, *([""] if any("" in each for each in of_nouns) else [])]
