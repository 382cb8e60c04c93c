"""Import rows: what an export holds becomes records with versions, in small steps that survive being killed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

import duckdb
from django.db import connection, transaction

from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.change import Change
from salesops.records.comparing import Difference, compare
from salesops.records.context import within
from salesops.records.import_run import ImportRun
from salesops.records.imported_meanings import Differing
from salesops.records.incoming import Incoming, incoming, rows_of
from salesops.records.merging import Plan, Under, plan, write
from salesops.records.models import NOUNS
from salesops.records.reach import EDIT_ALL
from salesops.records.user import User

Watch = Callable[[str, int, int], object]

# How long a step may hold SQLite's only lock, and how long it then lets others write.
LOCKED_SECONDS = 0.035
PAUSE_SECONDS = 0.03
FIRST_STEP = 200
LARGEST_STEP = 5_000
SEEN_AT_ONCE = 2_000


@dataclass
class Counts:
    """What an import does to one noun. By currency in minor units `money` is what is new, and `difference` by how
    much what is changed or deleted will be more or less. `noted` are records that stay as they are, of which their
    source says what it had not said before; `differing` is what people and their source say otherwise."""

    created: int = 0
    changed: int = 0
    deleted: int = 0
    same: int = 0
    left_deleted: int = 0
    left_erased: int = 0
    left_restored: int = 0
    money: dict[str, int] = field(default_factory=dict)
    difference: dict[str, int] = field(default_factory=dict)
    noted: int = 0
    differing: list[Differing] = field(default_factory=list)

    @property
    def is_anything(self) -> bool:
        """There is something to write."""
        return bool(self.created or self.changed or self.deleted or self.noted)


def may_import(user: User) -> bool:
    """Whether somebody may bring files into the records, and take that back."""
    return user.is_active and user.role in EDIT_ALL


def refuse_import(actor: User) -> None:
    """Refuse whoever may not bring files into the records."""
    if not may_import(actor):
        raise Refusal(
            "Only sales operations and administrators import files; an analyst only looks. "
            "Send them a request, with the files to import."
        )


def preview_import(work: duckdb.DuckDBPyConnection, source: str) -> dict[str, Counts]:
    """What importing would create, change and leave, noun by noun; nothing is written."""
    prefix = key_prefix(source)
    found: dict[str, Counts] = {}
    for name, noun in NOUNS.items():
        counts = Counts()
        for batch in _batches(incoming(work, name, prefix), SEEN_AT_ONCE):
            difference = compare(noun, batch, source)
            found_here = plan(noun, difference)
            counts.created += len(found_here.created)
            counts.changed += found_here.changed
            counts.deleted += len(found_here.deleted)
            counts.same += found_here.same
            counts.left_deleted += difference.left_deleted
            counts.left_erased += difference.left_erased
            counts.left_restored += difference.left_restored
            counts.noted += found_here.noted
            counts.differing += difference.differing
            _add_money(counts.money, counts.difference, found_here, difference)
        if counts != Counts():
            found[name] = counts
    return found


def start_import(
    actor: User | None, source: str, files: list[str], seen_at: datetime, clock: Clock
) -> ImportRun:
    """The run under which rows are then written with `go_on`; `seen_at` is the instant they speak of."""
    if actor is not None:
        refuse_import(actor)
    if not source.strip():
        raise Refusal("Say which system these rows come from, such as Salesforce.")
    now = clock()
    with transaction.atomic():
        change = Change.objects.create(
            at=now, effective_at=seen_at, actor=actor, verb="import_rows", door="import"
        )
        return ImportRun.objects.create(
            started_at=now, seen_at=seen_at, actor=actor, source=source, files=files, change=change
        )


def go_on(
    run: ImportRun,
    work: duckdb.DuckDBPyConnection,
    clock: Clock,
    watch: Watch = lambda *_: None,
) -> ImportRun:
    """Write what is not yet written, step by step. Killed and called again, it does each row once.

    Every step keeps how far it came in the transaction that writes its rows. Returns the run as it then is:
    done, or cancelled by somebody meanwhile, in which case what was written stays and can be undone.
    """
    prefix = key_prefix(run.source)
    total = sum(rows_of(work, name) for name in NOUNS)
    done = sum(sum(c.values()) for c in run.counts.values())
    for name in NOUNS:
        rows = incoming(work, name, prefix, run.reached.get(name, ""))
        size = FIRST_STEP
        while batch := list(islice(rows, size)):
            began = time.monotonic()
            run = _step(run, name, batch, clock)
            if run.state != "applying":
                return run
            done += len(batch)
            watch(name, done, total)
            size = let_others_write(size, time.monotonic() - began)
    with transaction.atomic():
        run = ImportRun.objects.select_for_update().get(pk=run.pk)
        if run.state == "applying":
            run.state, run.ended_at = "done", clock()
            run.reached = {}  # keys, which may tell of somebody; nobody goes on from there any more
            run.save()
    return run


def key_prefix(source: str) -> str:
    """What stands before the keys of a source: nothing for the first one there was, its name for others."""
    first = ImportRun.objects.order_by("pk").values_list("source", flat=True).first()
    return "" if first is None or first == source else f"{source}:"


def _step(run: ImportRun, name: str, batch: list[Incoming], clock: Clock) -> ImportRun:
    noun = NOUNS[name]
    with transaction.atomic():
        run = ImportRun.objects.select_for_update().get(pk=run.pk)
        if run.state != "applying":
            return run
        if batch[0].key <= run.reached.get(name, ""):
            raise Refusal("This import goes on elsewhere already.")
        under = Under(run.change_id, run.source, run.seen_at, clock())
        with within(run.change_id, run.seen_at):
            difference = compare(noun, batch, run.source)
            written = write(noun, difference, under)
        counts = run.counts.setdefault(
            name, dict.fromkeys(("created", "changed", "same", "left"), 0)
        )
        counts["created"] += len(written.created)
        counts["changed"] += written.changed
        counts["same"] += written.same
        counts["left"] += difference.left_deleted
        if written.deleted:
            counts["deleted"] = counts.get("deleted", 0) + len(written.deleted)
        for name_of, left in (
            ("erased", difference.left_erased),
            ("restored", difference.left_restored),
        ):
            if left:
                counts[name_of] = counts.get(name_of, 0) + left
        money = run.money.setdefault(name, {"created": {}, "changed": {}})
        _add_money(money["created"], money["changed"], written, difference)
        if not any(money.values()):
            del run.money[name]
        run.reached[name] = batch[-1].key
        run.save()
    return run


def let_others_write(size: int, took: float) -> int:
    """The size of the next step, so that nobody waits long for the lock."""
    if connection.vendor != "sqlite":
        return LARGEST_STEP
    began = time.monotonic()
    if not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")  # which keeps nobody from writing
    time.sleep(max(0.0, PAUSE_SECONDS - (time.monotonic() - began)))
    fitting = int(size * LOCKED_SECONDS / max(took, 0.001))
    return max(FIRST_STEP // 4, min(LARGEST_STEP, fitting, size * 2))


def _batches(rows: Iterator[Incoming], size: int) -> Iterator[list[Incoming]]:
    while batch := list(islice(rows, size)):
        yield batch


def _add_money(
    created: dict[str, int], changed: dict[str, int], found: Plan, difference: Difference
) -> None:
    """Add what is new, and by how much what is changed differs from what it was, nothing where it is
    deleted."""
    for row in found.created:
        _add(created, row.values, 1)
    for row, _, _ in found.deleted:
        _add(changed, difference.former[row.key], -1)
    for key, new in [*found.updated, *((row.key, new) for row, new, _, _ in found.remembered)]:
        if new.keys() & {"amount_minor", "currency", "deleted_at"}:
            former = difference.former[key]
            if "deleted_at" not in new:  # else it comes back, and there was nothing
                _add(changed, former, -1)
            _add(changed, {**former, **new}, 1)


def _add(money: dict[str, int], values: dict[str, Any], sign: int) -> None:
    amount = values.get("amount_minor")
    if amount is not None:
        currency = values.get("currency") or ""
        money[currency] = money.get(currency, 0) + sign * amount
