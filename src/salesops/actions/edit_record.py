"""Edit a record, or many alike: who may, what fits, and nobody's change lost without a word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Field, ForeignKey, QuerySet

from salesops.actions.changing import changing
from salesops.actions.contacts_of_deals import keep_one_primary
from salesops.actions.mention import mention_in
from salesops.actions.unfit import Unfit as Unfit
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records import custom_field
from salesops.records.change import Change
from salesops.records.custom_field import PREFIX, CustomField, value_of
from salesops.records.field_access import Access, field_access
from salesops.records.person import Person
from salesops.records.pipeline_stage import PipelineStage
from salesops.records.reach import Reach, reach
from salesops.records.record import FOREVER, Record, Version
from salesops.records.user import User
from salesops.records.visibility import editable_by, visible_to

Values = Mapping[str, Any]
NEVER_EDITED = frozenset({"id", "origin", "deleted_at", "custom"})


@dataclass(frozen=True)
class Clash:
    """A column that somebody else changed meanwhile: what one wanted, what it is now, by whom and when."""

    column: str
    wanted: Any
    now: Any
    by: str
    at: datetime


class Overtaken(Refusal):
    """Somebody changed the same columns since they were read; nothing was written. The person chooses."""

    def __init__(self, clashes: Sequence[Clash]) -> None:
        names = ", ".join(sorted({c.by for c in clashes}))
        super().__init__(f"{names} changed this meanwhile. Choose which value is to stand.")
        self.clashes = tuple(clashes)


def version_now(record: Record) -> int:
    """What identifies the state a record is in, to be handed back with an edit of it."""
    found = (
        type(record)
        .versions.objects.filter(record_id=record.pk)
        .order_by("-version")
        .values_list("version", flat=True)
        .first()
    )
    return int(found or 0)


def edit_record(
    actor: User,
    noun: type[Record],
    key: str,
    values: Values,
    clock: Clock,
    *,
    seen: int | None = None,
    reason: str = "",
    door: str = "browser",
) -> Change:
    """Give one record new values by column, such as {"stage": "Won", "owner_id": "p1", "custom.region": "North"}.

    `seen` is the version the person was looking at: what others changed since stands, unless it is the same
    columns, which raises Overtaken. None overwrites knowingly.
    """
    with changing(actor, f"edit_{noun._meta.db_table}", clock, door=door, reason=reason) as change:
        record = held_to_edit(actor, noun, [key])[0]
        if seen is not None:
            _refuse_overtaken(record, values, seen)
        _save(record, give_values(actor, record, values))
        mention_in(change, record, values)
    return change


def edit_records(
    actor: User,
    noun: type[Record],
    keys: Sequence[str],
    values: Values,
    clock: Clock,
    *,
    reason: str = "",
    door: str = "browser",
) -> Change:
    """Give many records the same values, as one change: all of them, or none when one may not be changed."""
    with changing(actor, f"edit_{noun._meta.db_table}", clock, door=door, reason=reason) as change:
        for record in held_to_edit(actor, noun, list(dict.fromkeys(keys))):
            _save(record, give_values(actor, record, values))
    return change


def held_to_edit(actor: User, noun: type[Record], keys: Sequence[str]) -> list[Record]:
    """The records, locked until the change ends. Refuses when one is not there or not the actor's to change."""
    held = list(noun.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
    allowed = set(editable_by(actor, noun).filter(pk__in=keys).values_list("pk", flat=True))
    missing = [key for key in keys if key not in allowed]
    if missing:
        seen = visible_to(actor, noun).filter(pk__in=missing).first()
        if seen is None:
            raise Refusal("There is no such record, or it is not yours to see.")
        raise Refusal(f"You may look at “{seen}” but not change it. Ask its owner.")
    return held


def give_values(actor: User, record: Record, values: Values) -> set[str]:
    """Set the values on the record without saving it; returns the columns set, with those that follow from them."""
    fields = {str(f.column): f for f in record._meta.concrete_fields}
    scope, own = reach(actor), dict[str, Any]()
    for column, value in values.items():
        if column.startswith(PREFIX):
            own[column.removeprefix(PREFIX)] = _own_value(actor, scope, record, column, value)
            continue
        field = fields.get(column)
        if field is None or column in NEVER_EDITED:
            raise Refusal(f"A record has no “{column}” that could be edited.")
        if field_access(scope, record, column) is not Access.WRITE:
            raise Refusal(f"You may not change “{column.replace('_', ' ')}” here.")
        setattr(record, field.attname, _fitting(actor, field, value))
    followed = _follow_stage(record, values) if "stage" in values else set()
    if own:
        record.custom = custom_field.with_values(record.custom, own.items())
        followed.add("custom")
    return {c for c in values if not c.startswith(PREFIX)} | followed


def _own_value(actor: User, scope: Reach, record: Record, column: str, value: Any) -> Any:
    """The value as a field of the company's own keeps it."""
    field = custom_field.named(record._meta.db_table, column)
    if field is None:
        raise Refusal(f"A record has no “{column}” that could be edited.")
    if field_access(scope, record, column) is not Access.WRITE:
        raise Refusal(f"You may not change “{field}” here.")
    if value == value_of(record, column):
        return value  # also what is offered no longer
    return fitting(actor, field, value)


def fitting(actor: User, field: CustomField, value: Any) -> Any:
    """A value that somebody gives a field of the company's own, as it is kept. Raises Unfit."""
    if not field.is_active:
        raise Unfit(field.name, f"{field} is no longer in use, so it takes no other value.")
    try:
        kept = custom_field.as_kept(field, value)
    except custom_field.Misfit as misfit:
        raise Unfit(field.name, str(misfit)) from misfit
    if kept is None and field.is_needed:
        raise Unfit(field.name, f"{field} is needed.")
    if field.column.refers_to and kept is not None:
        there = visible_to(actor, Person).filter(pk=kept)
        if not there.exists():
            raise Unfit(field.name, "There is no such person.")
    return kept


def _save(record: Record, columns: set[str]) -> None:
    fields = {str(f.column): f.name for f in record._meta.concrete_fields}
    keep_one_primary(record)
    record.save(update_fields=[fields[c] for c in columns])


def _fitting(actor: User, field: Field[Any, Any], value: Any) -> Any:
    """The value as the column holds it; an empty text is nothing."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(field, ForeignKey):
        there = visible_to(actor, field.related_model).filter(pk=value).exists()  # type: ignore[arg-type]
        if not there:
            raise Unfit(field.attname, f"There is no such {field.name.replace('_', ' ')}.")
        return value
    try:
        return field.clean(value, None)
    except ValidationError as error:
        raise Unfit(str(field.column), " ".join(error.messages)) from error


def _follow_stage(record: Record, values: Values) -> set[str]:
    """A stage brings its forecast category and probability, unless these were set as well."""
    stage = PipelineStage.objects.filter(
        pipeline=getattr(record, "pipeline", None), stage=values["stage"], deleted_at=None
    ).first()
    if stage is None:
        return set()
    followed = set()
    for column, value in (
        ("forecast_category", stage.forecast_category),
        ("probability", stage.default_probability),
    ):
        if column not in values and value is not None:
            setattr(record, column, value)
            followed.add(column)
    return followed


def _refuse_overtaken(record: Record, values: Values, seen: int) -> None:
    versions = type(record).versions.objects.filter(record_id=record.pk)
    base = versions.filter(version=seen).first()
    if base is None:
        raise Refusal("What was looked at is no longer known. Load the page again.")
    now = versions.filter(ends_at=FOREVER).order_by("-version").first()
    if now is None or now.version == seen:
        return
    clashes = [
        Clash(column, wanted, value_of(now, column), *_who_gave(versions, column, now))
        for column, wanted in values.items()
        if value_of(now, column) != value_of(base, column)
        and str(value_of(now, column)) != str(wanted)
    ]
    if clashes:
        raise Overtaken(clashes)


def _who_gave(versions: QuerySet[Any], column: str, now: Version) -> tuple[str, datetime]:
    """Who gave a column the value it has now, which others may have left standing since."""
    given = now
    for version in versions.order_by("-version"):
        if value_of(version, column) != value_of(now, column):
            break
        given = version
    return _who(given)


def _who(version: Version) -> tuple[str, datetime]:
    change = Change.objects.filter(pk=version.opened_by or 0).select_related("actor").first()
    name = str(change.actor) if change and change.actor else "Somebody"
    return name, change.at if change else version.recorded_at
