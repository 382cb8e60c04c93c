"""Sealing history: each seal covers rows that are never to change and the seal before, so that a change to any shows.

A state's end is not sealed, as the state after it sets that; what a state holds, since when, who wrote it and when is.
What is null is left out of a digest, so that a column which a later version adds leaves the old seals whole. A row that
the erasure of a person altered is compared with what the erasure made of it, see `erased_by`.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.db.models import Max, Q

from salesops.foundations.clock import Clock
from salesops.records.erasure import ErasedKey, ErasedRow, Erasure
from salesops.records.models import (
    KEPT,
    Attachment,
    Change,
    EffectReading,
    RequestEvent,
    Seen,
    SettingsChange,
    Target,
)
from salesops.records.record import OWN
from salesops.records.seal import Seal

A_SEAL = 2_000
MOST_SPANS = 200  # in one question
DIGEST_BYTES = 16
ERASE = "erase_person"  # the verb of the changes under which people are erased
FIRST, LAST = -(2**63), 2**63 - 1
# A transaction on PostgreSQL takes its keys before it commits: for so long a key below others may still come.
LATE = timedelta(days=1)
_OF_A_VERSION = (
    "record_id begins_at recorded_at opened_by changed_by_id was_first_seen is_tombstone"
).split()
_OF_A_FILE = ("name", "size", "digest", "added_by_id", "begun_by_id")

Span = tuple[int, int]


@dataclass(frozen=True)
class Table:
    """A table whose rows are sealed: its model, its key and the columns that never change."""

    model: type[models.Model]
    key: str
    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        """As the database names it."""
        return str(self.model._meta.db_table)

    def rows(self, within: Q, most: int) -> list[tuple[Any, ...]]:
        """The first rows by key, each its key and then its columns."""
        found = self.model._default_manager.filter(within).order_by(self.key)
        return list(found.values_list(self.key, *self.columns)[:most])

    def any_of(self, spans: Sequence[Span]) -> Q:
        """The rows with a key in one of the spans."""
        within = Q(**{f"{self.key}__in": ()})
        for first, last in spans:
            within |= Q(**{f"{self.key}__gte": first, f"{self.key}__lte": last})
        return within

    def digest(self, row: Sequence[Any]) -> bytes:
        """What a row said, in sixteen bytes."""
        said = {c: v for c, v in zip(self.columns, row[1:], strict=True) if v is not None}
        text = json.dumps([self.name, row[0], said], sort_keys=True, default=_plain)
        return hashlib.sha256(text.encode()).digest()[:DIGEST_BYTES]


_OF_THE_OFFICE = (
    Change,
    Seen,
    RequestEvent,
    SettingsChange,
    EffectReading,
    Target,
    Erasure,
    ErasedKey,
    ErasedRow,
)


@lru_cache(maxsize=1)
def tables() -> tuple[Table, ...]:
    """Everything that is sealed: who did what, who saw what, what was done with requests, who was erased, what
    was decided about the book and its targets, files, and every state."""
    found = [_whole(m) for m in _OF_THE_OFFICE]
    # What a file is stands; the record it is with may be merged, and it may be taken away.
    found.append(Table(Attachment, "id", _OF_A_FILE))
    for noun in KEPT.values():
        columns = [str(f.column) for f in noun.versions._meta.concrete_fields]
        own = [c for c in columns if c in _OF_A_VERSION]
        found.append(Table(noun.versions, "version", (*own, *(c for c in columns if c not in OWN))))
    return tuple(found)


def _whole(model: type[models.Model]) -> Table:
    columns = [f.attname for f in model._meta.concrete_fields if not f.primary_key]
    return Table(model, "id", tuple(columns))


def seal_some(clock: Clock, *, seconds: float = 0.5) -> bool:
    """Seal what is not yet sealed, for about so long. Returns whether all of it is; another sealer may be at it."""
    until = time.monotonic() + seconds
    for table in tables():
        while True:
            last = Seal.objects.order_by("-number").only("number", "link").first()
            rows = table.rows(_unsealed(table, clock()), A_SEAL)
            if not rows:
                break
            if not _seal(table, rows, last, clock()) or time.monotonic() > until:
                return False
    return True


def _seal(table: Table, rows: Sequence[tuple[Any, ...]], last: Seal | None, now: datetime) -> bool:
    """Add the next link; false where somebody else added it first."""
    made = Seal(
        number=last.number + 1 if last else 1,
        sealed_at=now,
        table=table.name,
        first_key=rows[0][0],
        last_key=rows[-1][0],
        keys=",".join(_written(span) for span in _spans(row[0] for row in rows)),
        digests=b"".join(table.digest(row) for row in rows),
    )
    made.link = link_of(made, last.link if last else "")
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def link_of(seal: Seal, before: str) -> str:
    """What covers a seal and all before it."""
    told = [before, seal.number, _plain(seal.sealed_at), seal.table, seal.keys]
    text = json.dumps(told).encode()
    return hashlib.sha256(text + bytes(seal.digests)).hexdigest()


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value)


def _spans(keys: Any) -> Iterator[Span]:
    """Keys in order as spans without a gap."""
    first = last = None
    for key in keys:
        if last is not None and key == last + 1:
            last = key
            continue
        if first is not None:
            yield first, last  # type: ignore[misc]
        first = last = key
    if first is not None:
        yield first, last  # type: ignore[misc]


def _written(span: Span) -> str:
    return str(span[0]) if span[0] == span[1] else f"{span[0]}-{span[1]}"


def spans_of(seal: Seal) -> list[Span]:
    """The spans of keys a seal holds. Raises ValueError for what no seal was written with."""
    found = []
    for part in seal.keys.split(","):
        first, _, last = part.partition("-")
        found.append((int(first), int(last or first)))
    return found


def _settled(table: Table, now: datetime) -> int:
    """Up to which key everything that will ever be there has been sealed."""
    of_it = Seal.objects.filter(table=table.name)
    if connection.vendor != "sqlite":  # where one writes after the other
        of_it = of_it.filter(sealed_at__lte=now - LATE)
    found = of_it.aggregate(last=Max("last_key"))["last"]
    return FIRST if found is None else int(found)


def _unsealed(table: Table, now: datetime) -> Q:
    """Which rows are still to be sealed: those after the last, and on PostgreSQL those that came late."""
    settled = _settled(table, now)
    later = Seal.objects.filter(table=table.name, last_key__gt=settled).order_by("number")
    spans = sorted(span for seal in later.only("keys") for span in spans_of(seal))
    gaps, after = [], settled
    for first, last in spans:
        if first > after + 1:
            gaps.append((after + 1, first - 1))
        after = max(after, last)
    gaps.append((after + 1, LAST))
    with_rows = (table.any_of(gaps[n : n + MOST_SPANS]) for n in range(0, len(gaps), MOST_SPANS))
    return next((within for within in with_rows if table.rows(within, 1)), table.any_of(gaps[-1:]))


@dataclass(frozen=True)
class Broken:
    """The first thing that is not as it was sealed. `key` is None where the chain itself was changed."""

    how: str  # altered, removed, inserted, chain
    number: int = 0
    table: str = ""
    key: int | None = None
    record_id: str = ""
    sealed_at: datetime | None = None


@dataclass
class Verified:
    """What verifying found: how much is whole, the last seal, and the first thing that is not. `erased` counts by
    change the rows that are as an erasure left them."""

    seals: int = 0
    rows: int = 0
    erased: Counter[int] = field(default_factory=Counter)
    last: Seal | None = None
    broken: Broken | None = None


def verify(now: datetime, *, noted: tuple[int, str] | None = None) -> Verified:
    """Compare every sealed row with its seal. `noted` is a seal's number and link that somebody wrote down before."""
    found = Verified()
    by_name = {table.name: table for table in tables()}
    sealed: dict[str, list[Span]] = {name: [] for name in by_name}
    settled = {name: _settled(table, now) for name, table in by_name.items()}
    for seal in _in_order():
        before = found.last.link if found.last else ""
        number = found.last.number + 1 if found.last else 1
        table = by_name.get(seal.table)
        if seal.number != number or table is None or seal.link != link_of(seal, before):
            found.broken = Broken("chain", number=number)
            return found
        if noted and noted[0] == number and not seal.link.startswith(noted[1]):
            found.broken = Broken("chain", number=number)
            return found
        spans = spans_of(seal)
        found.broken = _first_wrong(table, seal, spans, found.erased)
        if found.broken:
            return found
        sealed[table.name] += spans
        found.seals, found.rows = number, found.rows + len(seal.digests) // DIGEST_BYTES
        found.last = seal
    if noted and noted[0] > found.seals:
        found.broken = Broken("chain", number=found.seals + 1)
        return found
    for name, spans in sealed.items():
        found.broken = found.broken or _inserted(by_name[name], sorted(spans), settled[name])
    return found


def _in_order() -> Iterator[Seal]:
    """The seals one after the other, few at a time: all their digests would not fit."""
    last = 0
    while batch := list(Seal.objects.filter(number__gt=last).order_by("number")[:20]):
        yield from batch
        last = batch[-1].number


def _first_wrong(
    table: Table, seal: Seal, spans: Sequence[Span], erased: Counter[int]
) -> Broken | None:
    digests = bytes(seal.digests)
    keys = [key for first, last in spans for key in range(first, last + 1)]
    rows = {
        row[0]: row
        for n in range(0, len(spans), MOST_SPANS)
        for row in table.rows(table.any_of(spans[n : n + MOST_SPANS]), len(keys))
    }
    for place, key in enumerate(keys):
        row = rows.get(key)
        wanted = digests[place * DIGEST_BYTES : (place + 1) * DIGEST_BYTES]
        if row is None:
            return _broken("removed", table, key, row, seal)
        if table.digest(row) == wanted:
            continue
        by = erased_by(table.name, key, wanted, table.digest(row))
        if by is None:
            return _broken("altered", table, key, row, seal)
        erased[by] += 1
    return None


def erased_by(table: str, key: int, sealed: bytes, now: bytes) -> int | None:
    """The change of the erasure that made of a sealed row what it says now; None where none did.

    Each erasure of the row tells what it found and what it left: they must lead from the one to the other.
    """
    told, by = sealed.hex(), None
    entries = ErasedRow.objects.filter(table=table, key=key, change__verb=ERASE)
    for entry in entries.order_by("pk"):
        if entry.was == told:
            told, by = entry.became, int(entry.change_id)
    return by if told == now.hex() else None


@contextmanager
def altered_by_erasing(
    model: type[models.Model], keys: Sequence[Any], change: int
) -> Iterator[None]:
    """Whatever is altered inside of these rows is noted, where their table is one that is sealed."""
    table = next((t for t in tables() if t.model is model), None)
    before = _digests(table, keys) if table else {}
    yield
    after = _digests(table, keys) if table else {}
    ErasedRow.objects.bulk_create(
        ErasedRow(
            change_id=change, table=table.name, key=key, was=was.hex(), became=after[key].hex()
        )
        for key, was in before.items()
        if table and key in after and after[key] != was
    )


def _digests(table: Table, keys: Sequence[Any]) -> dict[int, bytes]:
    rows = table.rows(Q(**{f"{table.key}__in": list(keys)}), len(keys))
    return {row[0]: table.digest(row) for row in rows}


def _inserted(table: Table, spans: Sequence[Span], settled: int) -> Broken | None:
    """The first row among those sealed that no seal holds."""
    after = FIRST
    for first, last in [*spans, (settled + 1, settled + 1)]:
        if first > after + 1:
            until = min(first - 1, settled)
            rows = table.rows(table.any_of([(after + 1, until)]), 1)
            if rows:
                return _broken("inserted", table, rows[0][0], rows[0], None)
        after = max(after, last)
    return None


def _broken(
    how: str, table: Table, key: int, row: Sequence[Any] | None, seal: Seal | None
) -> Broken:
    said = dict(zip(table.columns, row[1:], strict=True)) if row else {}
    return Broken(
        how,
        number=seal.number if seal else 0,
        table=table.name,
        key=key,
        record_id=str(said.get("record_id") or ""),
        sealed_at=seal.sealed_at if seal else None,
    )
