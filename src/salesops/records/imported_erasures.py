"""What an import must know of erasures: rows of people who were erased stay out, and their former keys lead on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from salesops.records.erasure import ErasedKey, erased_among
from salesops.records.incoming import Incoming
from salesops.records.record import Record
from salesops.records.somebody import OF_PEOPLE
from salesops.tables import TABLES

PLACE = "team_membership"


def without_erased(noun: type[Record], batch: Sequence[Incoming]) -> tuple[Sequence[Incoming], int]:
    """The rows that may come in, and how many may not, as they are of people who were erased."""
    if not ErasedKey.objects.exists():
        return batch, 0
    name = noun._meta.db_table
    gone = erased_among(name, {row.key for row in batch}) if name in (*OF_PEOPLE, PLACE) else {}
    columns = {c.name: c.refers_to for c in TABLES[name].columns if c.refers_to in OF_PEOPLE}
    if name == "opportunity":
        columns["changed_by_id"] = "person"
    lead = _leading_on(columns, batch)

    def led(state: dict[str, Any]) -> dict[str, Any]:
        changed = {
            column: lead[to][state[column]]
            for column, to in columns.items()
            if state.get(column) in lead.get(to, ())
        }
        return state | changed if changed else state

    kept = []
    for row in batch:
        person = str(row.values.get("person_id"))
        # A place is named after who stands there: under the former key it would tell of them.
        if row.key in gone or (name == PLACE and lead["person"].get(person, person) != person):
            continue
        kept.append(replace(row, values=led(row.values), past=[led(p) for p in row.past]))
    return kept, len(batch) - len(kept)


def _leading_on(columns: dict[str, str], batch: Sequence[Incoming]) -> dict[str, dict[str, str]]:
    """By noun, the keys that rows name and what these are called since."""
    named: dict[str, set[str]] = defaultdict(set)
    for row in batch:
        for state in (row.values, *row.past):
            for column, to in columns.items():
                if state.get(column) is not None:
                    named[to].add(state[column])
    return {to: erased_among(to, named[to]) for to in OF_PEOPLE}
