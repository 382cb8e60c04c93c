"""Files known by the labels in their first row: which export of a program one is, and where its columns go."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from salesops.importers.model import SourceFile
from salesops.importers.unfolding import give_targets

Compared = Callable[[str], str]  # a heading as it is compared with labels


@dataclass(frozen=True)
class Labelled:
    """One kind of file: its table, our column → the labels it has there, better ones first, parted by `|`.

    A file is one where of each group in `known_by` one label is a heading.
    """

    title: str
    table: str
    labels: Mapping[str, str]
    known_by: tuple[tuple[str, ...], ...]


def kind_of(source: SourceFile, kinds: Sequence[Labelled], compared: Compared) -> Labelled | None:
    """The first kind a file is of."""
    headings = {compared(c.name) for c in source.columns}
    return next((k for k in kinds if all(set(group) & headings for group in k.known_by)), None)


def give_labelled(source: SourceFile, kind: Labelled, compared: Compared) -> None:
    """Each column goes where the first of its labels that is there says."""
    places = {compared(c.name): place for place, c in reversed(list(enumerate(source.columns)))}
    found = {
        ours: next((places[label] for label in labels.split("|") if label in places), None)
        for ours, labels in kind.labels.items()
    }
    give_targets(source, kind.table, {p: ours for ours, p in found.items() if p is not None})
