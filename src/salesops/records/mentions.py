"""Where a person is mentioned in an office's database: every text of every table, whatever table a later version adds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from salesops.records.change import Context
from salesops.records.context import history_written_by_hand
from salesops.records.erasure import ErasedKey, ErasedRow, Erasure
from salesops.records.models import NOUNS, Job, Seal, User
from salesops.records.sealing import altered_by_erasing
from salesops.records.somebody import OF_PEOPLE, OWN_WORDS
from salesops.records.telling import ERASED, Telling

FETCHED = 2_000
AT_ONCE = 200  # rows rewritten in one step
# Columns that name a record by its key; keys that tell of somebody are replaced by `erasing`.
KEYS = frozenset({"record_id", "left", "right", "entity", "loser", "winner"})
_NOT_SEARCHED = (Seal, Erasure, ErasedKey, ErasedRow, Context)
_NOT_OF_OURS = frozenset(
    {"sessions", "contenttypes"}
)  # a session's words are packed, see `erasing`
Watch = Callable[[str, int, int], object]


@dataclass(frozen=True)
class Found:
    """Rows of one table that mention somebody, by their primary keys, and how many of these each column does in."""

    model: type[models.Model]
    keys: list[Any]
    columns: dict[str, int]


def mentioned(
    telling: Telling, watch: Watch = lambda *_: None, *, without: int = 0
) -> Iterator[Found]:
    """Every row that mentions the person, table by table, but for other people's own names and addresses.

    `without` is the job that asks, which names whom it looks for.
    """
    if not telling.likes:
        return
    tables = list(searched())
    for done, (model, fields) in enumerate(tables):
        watch("Looking for what mentions them", done, len(tables))
        found = Found(model, [], {})
        for key, values in _rows(model, fields, telling):
            if model is Job and key == without:
                continue
            told = [f.name for f, v in zip(fields, values, strict=True) if _says(telling, v)]
            if told:
                found.keys.append(key)
                for name in told:
                    found.columns[name] = found.columns.get(name, 0) + 1
        if found.keys:
            yield found


def searched() -> Iterator[tuple[type[models.Model], list[models.Field[Any, Any]]]]:
    """Every table with the columns that are searched."""
    for model in apps.get_models(include_auto_created=True):
        if model in _NOT_SEARCHED or model._meta.app_label in _NOT_OF_OURS:
            continue
        fields = [f for f in model._meta.concrete_fields if _is_searched(model, f)]
        if fields:
            yield model, fields


def clean(model: type[models.Model], keys: Sequence[Any], telling: Telling, change: int) -> int:
    """Within a transaction: replace what mentions the person in these rows. Returns how many were altered."""
    fields = next(f for m, f in searched() if m is model)
    altered = 0
    with altered_by_erasing(model, keys, change), history_written_by_hand():
        for row in model._base_manager.select_for_update().filter(pk__in=list(keys)):
            new = {f.attname: v for f in fields if (v := _cleaned(telling, f, row)) is not None}
            if new:
                altered += 1
                _give(model, row, new)
    return altered


def in_steps(keys: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """The keys in portions that are rewritten in one step."""
    return (keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE))


def _is_searched(model: type[models.Model], field: models.Field[Any, Any]) -> bool:
    if not isinstance(field, models.CharField | models.TextField | models.JSONField):
        return False
    if field.primary_key or field.name in KEYS or field.name.endswith("_id"):
        return False
    return not (field.name in OWN_WORDS and model in _people())


def _people() -> set[type[models.Model]]:
    """The tables of people: what they are called there is theirs, also where somebody else is called the same."""
    found: set[type[models.Model]] = {User}
    for noun in OF_PEOPLE:
        found |= {NOUNS[noun], NOUNS[noun].versions}
    return found


def _rows(
    model: type[models.Model], fields: Sequence[models.Field[Any, Any]], telling: Telling
) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """The rows that may mention the person: their key and their columns."""
    quoted = connection.ops.quote_name
    key = quoted(str(model._meta.pk.column))
    columns = [f"CAST({quoted(str(f.column))} AS TEXT)" for f in fields]
    like = "ILIKE" if connection.vendor == "postgresql" else "LIKE"
    said = " OR ".join(f"{c} {like} %s ESCAPE '\\'" for c in columns for _ in telling.likes)
    sql = f"SELECT {key}, {', '.join(columns)} FROM {quoted(model._meta.db_table)} WHERE {said}"
    with connection.cursor() as cursor:
        cursor.execute(sql, [like for _ in columns for like in telling.likes])
        while rows := cursor.fetchmany(FETCHED):
            for row in rows:
                yield row[0], row[1:]


def _says(telling: Telling, value: Any) -> bool:
    """JSON comes as its text, in which letters may be written as numbers."""
    if not isinstance(value, str):
        return False
    if value[:1] in ('"', "{", "["):
        try:
            told = json.loads(value)
        except ValueError:
            pass
        else:
            return bool(telling.cleaned_value(told) != told)
    return telling.is_in(value)


def _cleaned(telling: Telling, field: models.Field[Any, Any], row: models.Model) -> Any:
    """The new value of a column; None where it mentions nobody."""
    value = getattr(row, field.attname)
    if value is None:
        return None
    new = telling.cleaned_value(value)
    if new == value:
        return None
    most = field.max_length
    return new[:most] if most and isinstance(new, str) else new


def _give(model: type[models.Model], row: models.Model, new: dict[str, Any]) -> None:
    """Write the values; where only one row may have them, with its key behind."""
    held = model._base_manager.filter(pk=row.pk)
    try:
        with transaction.atomic():
            held.update(**new)
    except IntegrityError:
        told = {n: f"{v[:40]} {row.pk}" if isinstance(v, str) else v for n, v in new.items()}
        held.update(**{n: v if ERASED in str(v) else new[n] for n, v in told.items()})
