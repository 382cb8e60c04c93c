"""The audit log: everything that changed, the newest first, read by key so that of a million changes no page counts them.

Each thing somebody did is a line with some of the records it changed. What went around the actions has no such thing, and
is a line a state. Asked about one kind of record, about one record or one change, every state is a line.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    CharField,
    Count,
    Exists,
    F,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
)
from django.db.models.fields.json import KeyTextTransform

from salesops.foundations.problem import Refusal
from salesops.records.change import Change
from salesops.records.custom_field import PREFIX, defined
from salesops.records.import_run import ImportRun, ImportUndo
from salesops.records.models import KEPT
from salesops.records.record import OWN, Record, Version
from salesops.records.user import User

OUTSIDE = "outside"
A_PAGE = 50
SHOWN_STATES = 3
WINDOW = 10_000
SECONDS = 0.4
# Keys follow time but for clocks that differ and transactions that took long.
OUT_OF_ORDER = timedelta(days=1)
# What an import and its undoing count as records they wrote.
_WRITTEN = ("created", "changed", "deleted", "back", "kept")

# It tells what everybody does, sees and exports, of every record at once. Administrators answer for the office and its
# VP for the team, so they read it; everybody else finds the history of a record on the page of that record.
READERS = frozenset({"administrator", "vp"})


def reads_audit_log(actor: User) -> bool:
    """The actor may read the audit log."""
    return actor.is_active and actor.role in READERS


def refuse_who_may_not(actor: User) -> None:
    """Refuse whoever may not read the audit log."""
    if not reads_audit_log(actor):
        raise Refusal(
            "Only administrators and the VP of sales operations read the audit log. "
            "What changed on a record stands on its page."
        )


@dataclass(frozen=True)
class Asked:
    """What is looked for; empty means any. `since` and `until` are instants, half-open."""

    actor: int | None = None
    door: str = ""
    noun: str = ""
    record: str = ""
    field: str = ""
    text: str = ""
    change: int | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_by_state(self) -> bool:
        """Every state is a line."""
        return bool(self.noun or self.record or self.change)


@dataclass(frozen=True)
class State:
    """A state of a record, and the one before it."""

    noun: type[Record]
    now: Version
    former: Version | None


@dataclass
class Line:
    """One thing that was done, or one state. `counted` says how many states of each noun it made in all, `imported`
    which import it was or took back."""

    at: datetime
    source: str
    key: int
    change: Change | None
    states: list[State] = field(default_factory=list)
    counted: dict[str, int] = field(default_factory=dict)
    imported: int | None = None


Cursor = Mapping[str, int]


@dataclass
class Page:
    """Some lines; `after` is where the next page begins, None where nothing follows.

    `looked_to` is until when was looked where looking was broken off, because little fits what was asked.
    """

    lines: list[Line]
    after: Cursor | None
    looked_to: datetime | None = None


@dataclass(frozen=True)
class _Source:
    """A table lines come from, the newest first by key."""

    name: str
    rows: QuerySet[Any]
    key: str
    at: str
    is_sparse: bool = False  # few rows fit, and no index finds them
    is_whole: bool = True  # all rows of its table, so that a day is found by halving

    def span(self, asked: Asked) -> tuple[int, int]:
        """The keys between which everything of the days asked for is."""
        first, last = 0, 2**63 - 1
        if self.is_whole and asked.until:
            last = self._key_at(asked.until + OUT_OF_ORDER)
        if self.is_whole and asked.since:
            first = self._key_at(asked.since - OUT_OF_ORDER)
        return first, last

    def _key_at(self, instant: datetime) -> int:
        """The first key that was written at the instant or after it."""
        every = self.rows.model._default_manager.all()
        low = 0
        newest = every.order_by(f"-{self.key}").values_list(self.key, flat=True).first()
        high = (newest or 0) + 1
        while low < high:
            middle = (low + high) // 2
            key, at = (
                every.filter(**{f"{self.key}__gte": middle})
                .order_by(self.key)
                .values_list(self.key, self.at)
                .first()
            ) or (high, instant)
            if at >= instant:
                high = middle
            else:
                low = key + 1
        return low


def page(asked: Asked, cursor: Cursor | None = None, *, size: int = A_PAGE) -> Page:
    """The lines that follow `cursor`, the newest first."""
    until = time.monotonic() + SECONDS
    fetched: list[_Fetched] = []
    for source in _sources(asked):
        first, last = source.span(asked)
        below = (cursor or {}).get(source.name, last)
        fetched.append(_fetch(source, first, below, size + 1, until))
    found = [
        (getattr(row, each.source.at), -place, getattr(row, each.source.key), row)
        for place, each in enumerate(fetched)
        for row in each.rows
    ]
    found.sort(key=lambda entry: entry[:3], reverse=True)
    lines = []
    for at, place, key, row in found[:size]:
        name = fetched[-place].source.name
        if isinstance(row, Change):
            lines.append(Line(at, name, key, row))
        else:
            lines.append(Line(at, name, key, None, [State(KEPT[name], row, None)]))
    _fill(lines)
    broken_off = [each.at_break() for each in fetched if each.reached is not None]
    if len(found) <= size and not broken_off:
        return Page(lines, None)
    after = {each.source.name: each.after(lines) for each in fetched}
    return Page(lines, after, min(broken_off) if broken_off and len(found) <= size else None)


@dataclass(frozen=True)
class _Fetched:
    """Rows of a source under a key, and down to which key was looked where looking was broken off."""

    source: _Source
    below: int
    rows: list[Any]
    reached: int | None = None

    def after(self, lines: list[Line]) -> int:
        """Where to go on once these lines are shown."""
        shown = [line.key for line in lines if line.source == self.source.name]
        if self.reached is not None and len(shown) == len(self.rows):
            return self.reached
        return min(shown, default=self.below)

    def at_break(self) -> datetime:
        """When what was looked at last was written."""
        key = self.source.key
        every = self.source.rows.model._default_manager.filter(**{f"{key}__gte": self.reached})
        at: datetime = every.order_by(key).values_list(self.source.at, flat=True)[0]
        return at


def _fetch(source: _Source, first: int, below: int, most: int, until: float) -> _Fetched:
    """Rows from a key on down; where few fit, for as long as there is time."""
    ordered = source.rows.order_by(f"-{source.key}")
    if not source.is_sparse:
        within = {f"{source.key}__lt": below, f"{source.key}__gte": first}
        return _Fetched(source, below, list(ordered.filter(**within)[:most]))
    every = source.rows.model._default_manager.filter(**{f"{source.key}__lt": below})
    newest = every.order_by(f"-{source.key}").values_list(source.key, flat=True).first()
    high = (newest or 0) + 1
    rows: list[Any] = []
    while high > first and len(rows) < most:
        low = max(first, high - WINDOW)
        within = {f"{source.key}__lt": high, f"{source.key}__gte": low}
        rows += ordered.filter(**within)[: most - len(rows)]
        high = low
        if len(rows) < most and high > first and time.monotonic() > until:
            return _Fetched(source, below, rows, high)
    return _Fetched(source, below, rows)


def _sources(asked: Asked) -> list[_Source]:
    if not asked.is_by_state:
        found = [] if asked.door == OUTSIDE else [_changes(asked)]
        if not asked.actor and asked.door in ("", OUTSIDE) and not asked.text:
            found += [_states(name, replace(asked, door=OUTSIDE), is_whole=False) for name in KEPT]
        return found
    names = [asked.noun] if asked.noun else list(KEPT)
    by_index = bool(asked.record or asked.change or asked.door == OUTSIDE)
    return [_states(name, asked, is_whole=not by_index) for name in names]


def _changes(asked: Asked) -> _Source:
    rows = Change.objects.select_related("actor", "undoes")
    rows = _within_days(rows, "at", asked)
    if asked.actor:
        rows = rows.filter(actor_id=asked.actor)
    if asked.door:
        rows = rows.filter(door=asked.door)
    if asked.text:
        rows = rows.filter(reason__icontains=asked.text)
    return _Source("change", rows, "id", "at")


def _states(name: str, asked: Asked, *, is_whole: bool) -> _Source:
    noun = KEPT[name]
    rows = _within_days(noun.versions.objects.all(), "recorded_at", asked)
    if asked.record:
        rows = rows.filter(record_id=asked.record)
    if asked.change:
        rows = rows.filter(opened_by=asked.change)
    if asked.door == OUTSIDE:
        rows = rows.filter(opened_by=None)
    elif asked.door or asked.actor:
        changes = Change.objects.filter(pk=OuterRef("opened_by"))
        changes = changes.filter(actor_id=asked.actor) if asked.actor else changes
        changes = changes.filter(door=asked.door) if asked.door else changes
        rows = rows.filter(Exists(changes))
    if asked.text:
        rows = rows.filter(_says(noun, asked.text))
    if asked.field:
        rows = _where_it_changed(noun, rows, asked.field)
    narrows = bool(asked.text or asked.field or asked.actor or asked.door)
    return _Source(name, rows, "version", "recorded_at", narrows and is_whole, is_whole)


def _within_days(rows: QuerySet[Any], at: str, asked: Asked) -> QuerySet[Any]:
    if asked.since:
        rows = rows.filter(**{f"{at}__gte": asked.since})
    if asked.until:
        rows = rows.filter(**{f"{at}__lt": asked.until})
    return rows


def fields_of(noun: type[Record]) -> list[str]:
    """The columns of a noun that can be looked for."""
    columns = [str(f.column) for f in noun.versions._meta.concrete_fields]
    own = [f.name for f in defined(noun._meta.db_table, also_retired=True)]
    return [
        c for c in columns if c not in OWN and c not in ("custom", "origin", "deleted_at")
    ] + own


def _says(noun: type[Record], text: str) -> Q:
    """The text stands in the state, or in the reason of the change that made it."""
    said = Q(Exists(Change.objects.filter(pk=OuterRef("opened_by"), reason__icontains=text)))
    for each in noun.versions._meta.concrete_fields:
        if isinstance(each, CharField | TextField) and each.column not in ("origin",):
            said |= Q(**{f"{each.name}__icontains": text})
    for own in defined(noun._meta.db_table, also_retired=True):
        said |= Q(**{f"custom__{own.key}__icontains": text})
    return said


def _former(noun: type[Record]) -> QuerySet[Any]:
    """The state before another, for a subquery."""
    before = Q(begins_at__lt=OuterRef("begins_at"))
    before |= Q(begins_at=OuterRef("begins_at"), version__lt=OuterRef("version"))
    of_it = noun.versions.objects.filter(before, record_id=OuterRef("record_id"))
    return of_it.order_by("-begins_at", "-version")


def _where_it_changed(noun: type[Record], rows: QuerySet[Any], name: str) -> QuerySet[Any]:
    if name not in fields_of(noun):
        raise Refusal(f"A {noun._meta.db_table.replace('_', ' ')} has no field “{name}”.")
    former = _former(noun)
    if name.startswith(PREFIX):
        said = KeyTextTransform(name.removeprefix(PREFIX), "custom")
        rows, former = rows.annotate(said=said), former.annotate(said=said)
        name = "said"
    rows = rows.annotate(
        was=Subquery(former.values(name)[:1]), follows=Subquery(former.values("version")[:1])
    )
    changed = Q(was=None, **{f"{name}__isnull": False}) | Q(was__isnull=False, **{name: None})
    changed |= Q(was__isnull=False, **{f"{name}__isnull": False}) & ~Q(was=F(name))
    return rows.filter(changed, follows__isnull=False)


def _fill(lines: list[Line]) -> None:
    """Give lines what they show: the change of a state, some states of a change, and the state before each."""
    opened = {s.now.opened_by or 0 for line in lines for s in line.states}
    changes = Change.objects.filter(pk__in=opened).select_related("actor", "undoes").in_bulk()
    for line in lines:
        if line.states:
            line.change = changes.get(line.states[0].now.opened_by or 0)
    _fill_changes([line for line in lines if line.source == "change"])
    for noun in KEPT.values():
        shown = [s for line in lines for s in line.states if s.noun is noun]
        formers = _formers(noun, [s.now.version for s in shown])
        for line in lines:
            line.states = [
                State(s.noun, s.now, formers.get(s.now.version)) if s.noun is noun else s
                for s in line.states
            ]


def _formers(noun: type[Record], versions: list[int]) -> dict[int, Version]:
    if not versions:
        return {}
    found = noun.versions.objects.filter(version__in=versions)
    pairs = dict(
        found.annotate(was=Subquery(_former(noun).values("version")[:1])).values_list(
            "version", "was"
        )
    )
    known = noun.versions.objects.in_bulk([was for was in pairs.values() if was])
    return {version: known[was] for version, was in pairs.items() if was in known}


def _fill_changes(lines: list[Line]) -> None:
    by_key = {line.key: line for line in lines}
    large = set()
    # They counted what they wrote, a million perhaps.
    for made in (*_of(ImportRun, by_key), *_of(ImportUndo, by_key)):
        line = by_key[made.change_id]
        counts = {n: sum(c.get(k, 0) for k in _WRITTEN) for n, c in made.counts.items()}
        line.counted = {n: c for n, c in counts.items() if c}
        line.imported = made.pk if isinstance(made, ImportRun) else made.run_id
        large.add(made.change_id)
    small = [key for key in by_key if key not in large]
    for name, noun in KEPT.items():
        made = noun.versions.objects.filter(opened_by__in=small)
        counts = made.values("opened_by").annotate(n=Count("version")).order_by()
        few = []
        for key, count in counts.values_list("opened_by", "n"):
            by_key[key].counted[name] = count
            if count <= SHOWN_STATES:
                few.append(key)
        many = [k for k in by_key if by_key[k].counted.get(name) and k not in few]
        for state in _some(noun, few, many):
            line = by_key[state.now.opened_by or 0]
            if len(line.states) < SHOWN_STATES:
                line.states.append(state)


def _of(model: type[Model], changes: Iterable[int]) -> QuerySet[Any]:
    return model._default_manager.filter(change_id__in=list(changes))


def _some(noun: type[Record], few: list[int], many: Iterable[int]) -> Iterator[State]:
    if few:
        for version in noun.versions.objects.filter(opened_by__in=few).order_by("version"):
            yield State(noun, version, None)
    for key in many:
        of_it = noun.versions.objects.filter(opened_by=key).order_by("version")
        for version in of_it[:SHOWN_STATES]:
            yield State(noun, version, None)
