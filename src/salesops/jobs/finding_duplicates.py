"""Looking for records that are one thing, in the book of an office and among what is about to be imported.

What changed since the last search is compared with everything, and only that. People's decisions stand: what they
kept apart is not proposed again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from django.conf import settings
from django.db.models import Q

from salesops.duplicates import KINDS
from salesops.duplicates._kind import Kind
from salesops.duplicates.entities import groups_of, named
from salesops.duplicates.searching import Found, Pair, search
from salesops.duplicates.weighing import Model
from salesops.engines.folder import Manifest, read_manifest
from salesops.engines.generation import attach
from salesops.foundations.threads import threads
from salesops.jobs.following import FOLLOWED
from salesops.jobs.opening import working_folder
from salesops.jobs.work import Work
from salesops.jobs.workbench import workbench
from salesops.records.duplicate import DuplicateSearch, KeptApart, LookAlike, merged_into
from salesops.records.erasure import ErasedKey, erased_among
from salesops.records.folder import BOOK
from salesops.records.incoming import key_of
from salesops.records.models import NOUNS
from salesops.records.to_tables import changed_ids, entered, table_batches
from salesops.records.watermark import is_of_this_database

FIND_DUPLICATES = "find_duplicates"
AGAIN_AFTER = timedelta(minutes=1)
# Beyond these it is learned anew, and everything is compared.
GROWN, FEW, CHANGED = 1.5, 20, 0.2
AT_ONCE = 500  # pairs written in one step, so that nobody waits for the lock

Key = tuple[str, str]


def is_search_due(now: datetime) -> bool:
    """The book says more than the last search knew, which is not just over."""
    mark = _followed()
    if not mark:
        return False
    known = {s.noun: s for s in DuplicateSearch.objects.only("noun", "mark", "searched_at")}
    return any(
        name not in known
        or (known[name].mark != mark and known[name].searched_at < now - AGAIN_AFTER)
        for name in KINDS
    )


def find_duplicates(work: Work) -> dict[str, Any]:
    """The job: search each noun for what changed since it was last searched."""
    folder = Path(settings.SALESOPS_OFFICE) / BOOK
    mark, manifest = _followed(), read_manifest(folder)
    if not mark or manifest is None:
        return {}
    told: dict[str, Any] = {}
    for place, (name, kind) in enumerate(KINDS.items()):
        work(f"Looking for {name}s that are the same", place, len(KINDS))
        told[name] = _search_noun(work, folder, manifest, kind, mark)
    return told


def _search_noun(work: Work, folder: Path, manifest: Manifest, kind: Kind, mark: str) -> int:
    known = DuplicateSearch.objects.filter(noun=kind.noun).first()
    model = Model.of_json(kind, known.model) if known else None
    rows = manifest.rows.get(kind.noun, 0)
    if model is not None and rows > GROWN * model.rows + FEW:
        model = None
    changed: list[str] | None = None
    if known is not None and is_of_this_database(known.mark):
        changed = [
            key for batch in changed_ids(kind.noun, known.mark) for key in batch[0].to_pylist()
        ]
        if not changed and model is not None:
            _searched(work, kind, mark, known.model, rows)
            return 0
    if model is None or changed is None or len(changed) > CHANGED * rows:
        changed = None
    with working_folder(folder) as own, workbench(own / "work.duckdb") as bench:
        attach(bench, folder, manifest, "book")
        found = search(bench, kind, f"book.main.{kind.noun}", new=changed, model=model)
    _write(work, kind, found, changed)
    _searched(work, kind, mark, found.model.as_json(), found.rows)
    return len(found.pairs)


def _searched(work: Work, kind: Kind, mark: str, model: dict[str, Any], rows: int) -> None:
    with work.effect():
        DuplicateSearch.objects.update_or_create(
            noun=kind.noun,
            defaults={"mark": mark, "model": model, "rows": rows, "searched_at": work.clock()},
        )


def _write(work: Work, kind: Kind, found: Found, changed: Collection[str] | None) -> None:
    """Have the pairs that are kept be those that were found, of all records or of those that changed."""
    apart = _apart(kind)
    # Pseudonyms resemble each other, and nobody could say whether two are one.
    erased = set(ErasedKey.objects.filter(noun=kind.noun).values_list("key", flat=True))
    told = [p for p in found.pairs if not erased & {p.left, p.right}]
    fresh = {(p.left, p.right): p for p in told if (p.left, p.right) not in apart}
    alike = LookAlike.objects.filter(noun=kind.noun)
    if changed is not None:
        of = set(changed)
        alike = alike.filter(Q(left__among=of) | Q(right__among=of))
    kept = {
        (left, right): (pk, weight)
        for pk, left, right, weight in alike.values_list("pk", "left", "right", "weight")
    }
    gone = [pk for key, (pk, weight) in kept.items() if _is_other(fresh.get(key), weight)]
    new = [p for key, p in fresh.items() if _is_other(p, kept.get(key, (0, None))[1])]
    former = _entities(kind)
    for some in _some(gone):
        with work.effect():
            LookAlike.objects.filter(pk__in=some).delete()
    for pairs in _some(new):
        with work.effect():
            apart = _apart(kind)  # somebody may just have said so
            rows = [_row(kind, p, former) for p in pairs if (p.left, p.right) not in apart]
            LookAlike.objects.bulk_create(rows, ignore_conflicts=True)
    _name(work, kind, apart, former)


def _apart(kind: Kind) -> set[Key]:
    """What people said is not the same."""
    said = KeptApart.objects.filter(noun=kind.noun, ended_by=None)
    return set(said.values_list("left", "right"))


def _is_other(pair: Pair | None, weight: float | None) -> bool:
    return pair is None or weight is None or pair.weight != weight


def _row(kind: Kind, pair: Pair, former: dict[str, str]) -> LookAlike:
    return LookAlike(
        noun=kind.noun,
        left=pair.left,
        right=pair.right,
        entity=former.get(pair.left, former.get(pair.right, pair.left)),
        weight=pair.weight,
        probability=pair.probability,
        why=[[r.field, r.words, r.weight] for r in pair.why],
    )


def _entities(kind: Kind) -> dict[str, str]:
    """The id of what each record is taken for."""
    found: dict[str, str] = {}
    alike = LookAlike.objects.filter(noun=kind.noun).exclude(entity__contains="\n")
    for left, right, entity in alike.values_list("left", "right", "entity"):
        found[left] = found[right] = entity
    return found


def _name(work: Work, kind: Kind, apart: set[Key], former: dict[str, str]) -> None:
    """Give each pair the id of the one thing its records are taken for; a pair across two, one of its own."""
    alike = LookAlike.objects.filter(noun=kind.noun).order_by("-weight", "left", "right")
    pairs = list(alike.only("left", "right", "entity"))
    groups = named(groups_of(((p.left, p.right) for p in pairs), apart), former)
    entity_of = {key: entity for entity, group in groups.items() for key in group}
    changed = []
    for pair in pairs:
        left, right = entity_of.get(pair.left), entity_of.get(pair.right)
        entity = left if left is not None and left == right else f"{pair.left}\n{pair.right}"
        if entity != pair.entity:
            pair.entity = entity
            changed.append(pair)
    for some in _some(changed):
        with work.effect():
            LookAlike.objects.bulk_update(some, ["entity"])


def _some(all_of: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(all_of), AT_ONCE):
        yield all_of[start : start + AT_ONCE]


def _followed() -> str:
    try:
        return (Path(settings.SALESOPS_OFFICE) / BOOK / FOLLOWED).read_text("utf-8")
    except FileNotFoundError:
        return ""


@dataclass(frozen=True)
class Resembling:
    """A row about to be imported that looks like a record there is, and how."""

    key: str
    name: str
    known: str
    known_name: str
    pair: Pair


def resembling(rows: duckdb.DuckDBPyConnection, prefix: str) -> dict[str, list[Resembling]]:
    """Of the rows an import has read, by noun: which would be new and look like records there are, the surest first."""
    found = {}
    for name, kind in KINDS.items():
        if not NOUNS[name].objects.filter(deleted_at=None).exists():
            continue
        with duckdb.connect(config={"threads": threads()}) as bench:
            new = _beside_what_is_known(bench, rows, name, prefix)
            if not new:
                continue
            known = DuplicateSearch.objects.filter(noun=name).first()
            model = Model.of_json(kind, known.model) if known else None
            pairs = search(bench, kind, "everything", new=new, model=model).pairs
            called = (
                dict(bench.execute("SELECT id, name FROM everything").fetchall()) if pairs else {}
            )
        listed, met, is_new = [], set[str](), set(new)
        for pair in pairs:
            if (pair.left in is_new) == (pair.right in is_new):
                continue
            key, other = (pair.left, pair.right) if pair.left in is_new else (pair.right, pair.left)
            if key not in met:
                met.add(key)
                listed.append(
                    Resembling(key, called.get(key) or key, other, called.get(other) or other, pair)
                )
        if listed:
            found[name] = listed
    return found


def _beside_what_is_known(
    bench: duckdb.DuckDBPyConnection, rows: duckdb.DuckDBPyConnection, name: str, prefix: str
) -> list[str]:
    """Put records and rows into one table; returns the keys of the rows that are new."""
    columns = entered(name)
    listed = ", ".join(
        f"{key_of(c.name, prefix) if c.refers_to or c.name == 'id' else c.name} AS {c.name}"
        for c in columns
    )
    arrived = rows.cursor().execute(f'SELECT {listed} FROM "{name}"').to_arrow_table()
    bench.register("arrived", arrived)
    bench.execute("CREATE TABLE everything AS FROM arrived LIMIT 0")
    for batch in table_batches(name):
        bench.register("known", batch)
        bench.execute("INSERT INTO everything BY NAME SELECT * FROM known")
        bench.unregister("known")
    merged = [*merged_into(name), *erased_among(name, arrived["id"].to_pylist())]
    new = bench.execute(
        "SELECT id FROM arrived WHERE id NOT IN (SELECT id FROM everything) AND id NOT IN (SELECT unnest(?))",
        [merged or [""]],
    ).fetchall()
    keys = [str(row[0]) for row in new]
    bench.execute("INSERT INTO everything SELECT * FROM arrived WHERE list_contains(?, id)", [keys])
    return keys
