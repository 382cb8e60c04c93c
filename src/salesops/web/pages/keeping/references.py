"""Naming another record in a form: chosen from a short list, or found by a part of its name."""

from __future__ import annotations

from salesops.actions.edit_record import Unfit
from salesops.foundations.table import Column
from salesops.records.models import NOUNS
from salesops.records.user import User
from salesops.records.visibility import visible_to
from salesops.tables import TABLES
from salesops.web.words import several

MOST_CANDIDATES = 20
MOST_IN_A_LIST = 100  # more are looked for by name
SHORT = ("person", "product", "campaign")  # mostly few, and seen by everybody
CONTACT_BESIDE = TABLES["activity"].column["contact_id"]  # one of those at the account it is about

Choices = list[tuple[str, str]]


class Ambiguous(Unfit):
    """What was typed fits no record, or several; `candidates` are those to choose from."""

    def __init__(self, column: str, message: str, candidates: Choices) -> None:
        super().__init__(column, message)
        self.candidates = candidates


def is_short(column: Column) -> bool:
    """What the column refers to is chosen from a list of all there are."""
    if column.refers_to == "person" or column == CONTACT_BESIDE:
        return True
    if column.refers_to not in SHORT:
        return False
    there = NOUNS[column.refers_to].objects.filter(deleted_at__isnull=True)
    return len(there.values_list("pk")[: MOST_IN_A_LIST + 1]) <= MOST_IN_A_LIST


def all_of(actor: User, table: str, now: str) -> Choices:
    """All there are, but for products no longer sold; what stands there now is always among them."""
    there = visible_to(actor, NOUNS[table]).order_by("name", "pk")
    return [
        (r.pk, str(r)) for r in there if getattr(r, "is_active", None) is not False or r.pk == now
    ]


def candidates(actor: User, table: str, text: str) -> Choices:
    """The records whose name holds the text, those that begin with it first."""
    if not text.strip():
        return []
    there = visible_to(actor, NOUNS[table]).order_by("name", "pk").only("id", "name")
    begin = there.filter(name__istartswith=text.strip())[:MOST_CANDIDATES]
    hold = there.filter(name__icontains=text.strip())[:MOST_CANDIDATES]
    found = {r.pk: str(r) for r in (*begin, *hold)}
    return list(found.items())[:MOST_CANDIDATES]


def chosen(actor: User, column: Column, text: str, picked: str) -> str | None:
    """The record that was picked, or the only one of exactly the name typed."""
    table = column.refers_to
    there, wanted = visible_to(actor, NOUNS[table]), text.strip()
    one = there.filter(pk=picked).first() if picked else None
    if one is not None and wanted.casefold() in str(one).casefold():
        return str(one.pk)
    if not wanted:
        return None
    same = list(there.filter(name__iexact=wanted).values_list("pk", flat=True)[:2])
    if len(same) == 1:
        return str(same[0])
    offered = candidates(actor, table, wanted)
    if not offered:
        raise Ambiguous(column.name, f"No {table} that you may see has this in its name.", [])
    raise Ambiguous(column.name, f"Choose which of these {several(table)} is meant.", offered)
