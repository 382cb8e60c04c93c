"""The fields of a company's own that files fill: those there are, and those that are made with the import."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
from pydantic import BaseModel

from salesops.actions.define_field import (
    LONGEST_CHOICE,
    LONGEST_LABEL,
    MOST_CHOICES,
    define_field,
    may_define,
)
from salesops.book.custom import Kind, own_column, own_field
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.importers import Examination
from salesops.records.custom_field import CustomField
from salesops.records.user import User


class Filled(BaseModel):
    """A field that a column of a file goes to. `label` is what the column is called there, and a new field then."""

    noun: str
    key: str
    kind: Kind
    label: str

    @property
    def there(self) -> CustomField | None:
        """The field, where it is there."""
        found: CustomField | None = CustomField.objects.filter(
            noun=self.noun, key=self.key, deleted_at=None
        ).first()
        return found


def filled_by(examination: Examination) -> list[Filled]:
    """The fields that columns of the files go to, each once."""
    found: dict[tuple[str, str], Filled] = {}
    for file in examination.files:
        for column in file.columns:
            noun, _, name = column.target.partition(".")
            own = own_field(name)
            if own is not None and noun == file.table:
                label = " ".join(column.name.split())[:LONGEST_LABEL]
                found.setdefault(
                    (noun, own[0]), Filled(noun=noun, key=own[0], kind=own[1], label=label)
                )
    return list(found.values())


def refuse_unfit(actor: User | None, fields: Sequence[Filled]) -> None:
    """Refuse what cannot be filled, before anything is read."""
    for each in fields:
        field = each.there
        if field is None:
            if actor is not None and not may_define(actor):
                raise Refusal(
                    f"There is no field {each.label} of a {each.noun}, and you may not define one. Ask an administrator, "
                    "or do not read this column."
                )
            continue
        if not field.is_active:
            raise Refusal(
                f"The field {field} of a {each.noun} is no longer in use. Take it into use again, or do not "
                "read the column that goes to it."
            )
        if field.kind != each.kind:
            raise Refusal(
                f"The field {field} holds a {field.kind}, so a {each.kind} cannot go there."
            )


def define_missing(
    actor: User | None, fields: Sequence[Filled], work: duckdb.DuckDBPyConnection, clock: Clock
) -> None:
    """Define the fields that are not there yet. A choice offers the values that the rows have."""
    refuse_unfit(actor, fields)
    for each in fields:
        if each.there is None:
            choices = "\n".join(values_of(work, each)) if each.kind is Kind.CHOICE else ""
            define_field(
                actor, each.noun, each.label, each.kind, clock, key=each.key, choices=choices, door="import"
            )  # fmt: skip


def values_of(work: duckdb.DuckDBPyConnection, field: Filled) -> list[str]:
    """The values the rows have of a choice, the commonest first. Refuses more than a choice can offer."""
    column = own_column(field.kind, field.key)
    found = work.execute(
        f'SELECT trim("{column}") AS value FROM "{field.noun}" WHERE trim("{column}") <> \'\' '
        f"GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {MOST_CHOICES + 1}"
    ).fetchall()
    values = [" ".join(str(row[0]).split()) for row in found]
    if len(values) > MOST_CHOICES or any(len(value) > LONGEST_CHOICE for value in values):
        raise Refusal(
            f"{field.label} has more or longer values than a choice can offer. Read it as text instead."
        )
    return values
