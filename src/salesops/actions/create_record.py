"""Create a record."""

from __future__ import annotations

from salesops.actions.changing import changing
from salesops.actions.contacts_of_deals import keep_one_primary
from salesops.actions.edit_record import Unfit, Values, give_values
from salesops.actions.mention import mention_in
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.change import Change
from salesops.records.custom_field import asked_for
from salesops.records.reach import reach
from salesops.records.record import Record
from salesops.records.user import User
from salesops.records.visibility import editable_by
from salesops.tables import TABLES

# What somebody who sells may create; everything else is for who may edit all.
SELLERS_CREATE = frozenset(
    "account contact lead opportunity opportunity_line opportunity_contact activity".split()
)


def may_create(actor: User, noun: type[Record]) -> bool:
    """The actor may make records of this noun."""
    scope = reach(actor)
    sells = not scope.is_all and noun._meta.db_table in SELLERS_CREATE
    return scope.is_known and (scope.edits_all or sells)


def create_record(
    actor: User,
    noun: type[Record],
    values: Values,
    clock: Clock,
    *,
    reason: str = "",
    door: str = "browser",
) -> Record:
    """A new record with these values by column; its owner is the actor's person unless another is named.

    What has no owner, such as a line of a deal, is made by who may change what it belongs to.
    """
    verb = f"create_{noun._meta.db_table}"
    with changing(actor, verb, clock, door=door, reason=reason) as change:
        return create_within(change, actor, noun, values)


def create_within(change: Change, actor: User, noun: type[Record], values: Values) -> Record:
    """The same as a part of a change that does more."""
    name = noun._meta.db_table
    if not may_create(actor, noun):
        raise Refusal(f"You may not create {name.replace('_', ' ')} records. Ask sales operations.")
    columns = {str(f.column) for f in noun._meta.concrete_fields}
    given = dict(values)
    if "owner_id" in columns:
        given.setdefault("owner_id", reach(actor).person_id)
    for column in TABLES[name].columns:
        if (
            column.required
            and column.name != "id"
            and not str(given.get(column.name) or "").strip()
        ):
            raise Unfit(column.name, f"{column.name.replace('_', ' ').capitalize()} is needed.")
    refuse_unsaid(noun, given)
    record = noun()
    if "created_at" in columns:
        given.setdefault("created_at", change.at)
    give_values(actor, record, given)
    keep_one_primary(record)
    record.save(force_insert=True)
    mention_in(change, record, given)
    if "owner_id" not in columns and not editable_by(actor, noun).filter(pk=record.pk).exists():
        raise Refusal("You may look at what this belongs to but not change it. Ask its owner.")
    return record


def refuse_unsaid(noun: type[Record], values: Values) -> None:
    """Refuse values of a new record that leave out a field of the company's own that is needed."""
    for own in asked_for(noun._meta.db_table):
        if own.is_needed and not str(values.get(own.name) or "").strip():
            raise Unfit(own.name, f"{own} is needed.")
