"""Records beside each other in words, and how right the proposals have been."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.db.models import QuerySet
from django.http import Http404

from salesops.duplicates.searching import NEARLY_SURE, sure_in_words
from salesops.foundations.statistics import wilson
from salesops.records.duplicate import KeptApart, LookAlike, Merge
from salesops.records.field_access import hidden_fields
from salesops.records.models import NOUNS
from salesops.records.reach import reach
from salesops.records.record import Record
from salesops.records.user import User
from salesops.records.visibility import editable_by, visible_to
from salesops.web.pages.keeping import facts
from salesops.web.pages.keeping.record_page import reading

TITLES = {"account": "Accounts", "contact": "Contacts", "lead": "Leads"}
# What tells people most, first; all else is shown where records are merged.
TELLING = {
    "account": "website phone country region industry parent_id owner_id created_on".split(),
    "contact": "account_id email phone title owner_id created_on".split(),
    "lead": "company email status source owner_id is_converted created_on".split(),
}
_OWN_TITLES = {
    "email": "Mail",
    "phone": "Telephone",
    "is_converted": "Converted",
    "created_on": "Created on",
    "title": "Title",
}


@dataclass(frozen=True)
class Line:
    """One field of records beside each other: what each says, in the order of the records."""

    column: str
    title: str
    values: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Not all say the same."""
        return len(set(self.values)) > 1


def noun_of(name: str) -> type[Record]:
    """The noun of that name, where it is searched for duplicates."""
    if name not in TITLES:
        raise Http404
    return NOUNS[name]


def within_reach(actor: User, noun: type[Record]) -> QuerySet[Any]:
    """Whose records are shown beside each other: those one may change, or look at where one looks at all."""
    return visible_to(actor, noun) if reach(actor).is_all else editable_by(actor, noun)


def title_of(noun: type[Record], column: str) -> str:
    """A column's name for people."""
    return _OWN_TITLES.get(column) or facts.title_of(noun, column)


def side_by_side(actor: User, records: Sequence[Record], columns: Sequence[str]) -> list[Line]:
    """The fields in which any of the records says something that the reader may see."""
    noun, currency = type(records[0]), reading()[0]
    names = facts.names_of(actor, noun, records)
    scope = reach(actor)
    hidden = frozenset[str]().union(*(hidden_fields(scope, r) for r in records))
    lines = []
    for name in columns:
        column = facts.column_of(noun, name)
        if column is None or name in hidden:
            continue
        values = tuple(
            facts.in_words(
                column, getattr(r, name), getattr(r, "currency", None) or currency, names
            )
            for r in records
        )
        if any(values):
            lines.append(Line(name, title_of(noun, name), values))
    return lines


def place_of(record: Record) -> str:
    """The address of the record's page; empty where its noun has none."""
    before = facts.PLACES.get(record._meta.db_table)
    return before + quote(record.pk, safe="") if before else ""


def name_of(record: Record) -> str:
    """What to call it."""
    return str(record)


@dataclass(frozen=True)
class Reasons:
    """Why records look alike: how sure it is, and what speaks for and against it."""

    sure: str
    tone: str
    speaking_for: tuple[str, ...]
    against: tuple[str, ...]

    @staticmethod
    def of(pair: LookAlike) -> Reasons:
        """Those of a pair."""
        said = [(f"{field}: {words}", weight) for field, words, weight in pair.why]
        return Reasons(
            sure_in_words(pair.probability),
            "good"
            if pair.probability >= NEARLY_SURE
            else "warn"
            if pair.probability < 0.8
            else "acc",
            tuple(words for words, weight in said if weight >= 0),
            tuple(words for words, weight in said if weight < 0),
        )


@dataclass(frozen=True)
class Measured:
    """How right proposals have been, by what people decided: precision and recall, None where nothing tells."""

    decided: int
    right: int
    merged: int
    proposed: int

    @property
    def precision(self) -> str:
        """Of the proposals decided on, how many were right."""
        return _share(self.right, self.decided)

    @property
    def recall(self) -> str:
        """Of the records merged, how many had been proposed."""
        return _share(self.proposed, self.merged)


def measured(noun: str) -> Measured:
    """The proposals of a noun that were decided on: merged is right, kept apart is wrong."""
    merges = Merge.objects.filter(noun=noun, ended_by=None)
    right = merges.filter(weight__isnull=False).count()
    wrong = KeptApart.objects.filter(noun=noun, ended_by=None, weight__isnull=False).count()
    return Measured(right + wrong, right, merges.count(), right)


def _share(part: int, whole: int) -> str:
    found = wilson(part, whole)
    if found is None:
        return ""
    low, high = (f"{100 * bound:.0f}" for bound in found)
    return f"{100 * part / whole:.0f} % (95 % interval {low} to {high} %)"
