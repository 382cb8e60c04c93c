"""What an import must know of merges: which record a source's id lives on in, and what a merge replaced."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from salesops.records.duplicate import Merge, merged_into
from salesops.records.incoming import Incoming
from salesops.records.record import Record
from salesops.tables import TABLES


@dataclass(frozen=True)
class Merges:
    """Of the rows of a batch: `winners` by the key that was merged, and the values a merge replaced by winner."""

    winners: dict[str, str] = field(default_factory=dict)
    replaced: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @staticmethod
    def of(noun: type[Record], batch: Sequence[Incoming]) -> Merges:
        """What there is for the rows."""
        name, keys = noun._meta.db_table, {row.key for row in batch}
        if not _were_merged(name):
            return Merges()
        replaced: dict[str, list[dict[str, Any]]] = defaultdict(list)
        standing = Merge.objects.filter(noun=name, ended_by=None, winner__among=keys)
        for winner, values in standing.values_list("winner", "replaced"):
            replaced[winner].append(values)
        return Merges(merged_into(name, keys), dict(replaced))

    def concerned(self, batch: Sequence[Incoming]) -> list[str]:
        """The keys of the rows, and of what they live on in."""
        return [*(row.key for row in batch), *self.winners.values()]

    def was_replaced(self, key: str, column: str, value: Any) -> bool:
        """The source says what it said before people chose another value when they merged."""
        return any(
            column in values and values[column] == str(value)
            for values in self.replaced.get(key, ())
        )


def follow_merges(noun: type[Record], batch: Sequence[Incoming]) -> Sequence[Incoming]:
    """The rows, with each reference to a merged record leading to what it lives on in."""
    table = TABLES[noun._meta.db_table]
    refers = {
        c.name: c.refers_to for c in table.columns if c.refers_to and _were_merged(c.refers_to)
    }
    if not refers:
        return batch
    named: dict[str, set[str]] = defaultdict(set)
    for row in batch:
        for state in (row.values, *row.past):
            for column, to in refers.items():
                if state.get(column) is not None:
                    named[to].add(state[column])
    lead = {to: merged_into(to, keys) for to, keys in named.items()}
    if not any(lead.values()):
        return batch

    def followed(state: dict[str, Any]) -> dict[str, Any]:
        changed = {
            column: lead[to][state[column]]
            for column, to in refers.items()
            if state.get(column) in lead.get(to, ())
        }
        return state | changed if changed else state

    return [
        replace(row, values=followed(row.values), past=[followed(p) for p in row.past])
        for row in batch
    ]


def _were_merged(noun: str) -> bool:
    return Merge.objects.filter(noun=noun, ended_by=None).exists()
