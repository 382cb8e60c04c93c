"""A field that a company added to a kind of record: what it is called, what it holds, and how its values are kept.

The values stand in `Record.custom` under the field's lasting key, as JSON holds them exactly: a number and a day as
text, money as an integer of minor units of the record's currency. Actions name one as `custom.region`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from salesops.book.custom import HAVE_FIELDS, MADE_OF, CustomColumn, Kind
from salesops.foundations.table import Column, Type
from salesops.records.fields import choice, count, text, yes_no
from salesops.records.record import Record, versions_of

PREFIX = "custom."
LONGEST_TEXT = 10_000
# Whether who makes a record is asked for the field, and has to say it.
ASKED, NEEDED = "asked", "needed"
_WHOLE_DIGITS, _PLACES = 12, 6


class CustomField(Record):
    """A field that a company added to a kind of record. Its key, record and kind stay for ever."""

    noun = choice()
    key = text()
    label = text()
    kind = choice()
    help = text()
    choices = text()  # one a line, in their order
    retired_choices = text()  # what is no longer offered, but stands in records
    position = count()
    is_active = yes_no()
    asked = choice()  # when a record is made: asked, needed, or not at all

    class Meta:
        db_table = "custom_field"

    def __str__(self) -> str:
        return str(self.label or self.key or self.id)

    @property
    def name(self) -> str:
        """What actions call it: custom.region."""
        return f"{PREFIX}{self.key}"

    @property
    def offered(self) -> list[str]:
        """The values a choice offers."""
        return (self.choices or "").splitlines()

    @property
    def is_needed(self) -> bool:
        """Whoever makes a record has to say it, and nobody empties it afterwards."""
        return bool(self.asked == NEEDED and self.is_active)

    @property
    def retired(self) -> list[str]:
        """The values a choice offered once."""
        return (self.retired_choices or "").splitlines()

    @property
    def column(self) -> Column:
        """The field as a declared column, under the name that actions call it."""
        made = MADE_OF[Kind(self.kind)]
        return Column(self.name, made.type, str(self), refers_to=made.refers_to)

    @property
    def in_book(self) -> CustomColumn:
        """The field as books have it."""
        return CustomColumn(
            table=str(self.noun), key=str(self.key), title=str(self), kind=Kind(self.kind)
        )


CustomFieldVersion = versions_of(CustomField)


class Misfit(ValueError):
    """A value that is none of a field's, with what to do."""


def defined(noun: str = "", *, also_retired: bool = False) -> list[CustomField]:
    """The fields of one kind of record, or of all, in their order."""
    found = CustomField.objects.filter(deleted_at=None)
    found = found.filter(noun=noun) if noun else found
    found = found if also_retired else found.filter(is_active=True)
    return sorted(found, key=lambda f: (f.noun or "", f.position or 0, f.pk))


def asked_for(noun: str) -> list[CustomField]:
    """The fields that who makes such a record is asked for, in their order."""
    return [f for f in defined(noun) if f.asked in (ASKED, NEEDED)] if noun in HAVE_FIELDS else []


def named(noun: str, name: str) -> CustomField | None:
    """The field that actions call `name`, in use or not; None where there is none."""
    if not name.startswith(PREFIX) or noun not in HAVE_FIELDS:
        return None
    found: CustomField | None = CustomField.objects.filter(
        noun=noun, key=name.removeprefix(PREFIX), deleted_at=None
    ).first()
    return found


def value_of(state: Any, column: str) -> Any:
    """What a record or a version says of a column, also of a field such as `custom.region`."""
    if column.startswith(PREFIX):
        return (state.custom or {}).get(column.removeprefix(PREFIX))
    return getattr(state, column, None)


def with_values(custom: dict[str, Any] | None, values: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """A record's own fields with other values by key; None takes one away. Ordered, so that equal ones are written alike."""
    given = {**(custom or {}), **dict(values)}
    return {key: given[key] for key in sorted(given) if given[key] is not None}


def to_put_back(
    was: dict[str, Any] | None, given: dict[str, Any] | None, now: dict[str, Any] | None
) -> tuple[dict[str, Any], list[str]]:
    """What a change gave, as it was before by key, and the names of what was given otherwise since, which stays."""
    was, given, now = was or {}, given or {}, now or {}
    changed = [key for key in sorted({*was, *given}) if was.get(key) != given.get(key)]
    stay = [key for key in changed if now.get(key) != given.get(key)]
    return {k: was.get(k) for k in changed if k not in stay}, [f"{PREFIX}{key}" for key in stay]


def as_kept(field: CustomField, value: Any) -> Any:
    """A value as it is kept; None for nothing. Raises Misfit.

    Whether a person is there is asked where somebody gives the value.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    match field.kind:
        case Kind.NUMBER:
            return _number(value)
        case Kind.MONEY:
            if (
                isinstance(value, bool)
                or not isinstance(value, int)
                or not -(2**63) <= value < 2**63
            ):
                raise Misfit("Write an amount such as 3.2m, 450k or 1,250.50.")
            return value
        case Kind.DATE:
            return _day(value).isoformat()
    said = str(value).replace("\0", "").strip()
    if len(said) > LONGEST_TEXT:
        raise Misfit(f"Write at most {LONGEST_TEXT:,} characters.")
    if field.kind == Kind.CHOICE and said not in field.offered:
        raise Misfit(f"“{said}” is not among the choices of {field}.")
    return said


def as_read(column: Column, kept: Any) -> Any:
    """A kept value as Python has it; text where something else than salesops wrote what fits not."""
    try:
        match column.type:
            case Type.DECIMAL:
                return Decimal(str(kept))
            case Type.DATE:
                return date.fromisoformat(kept)
            case Type.MONEY if isinstance(kept, int):
                return kept
    except (InvalidOperation, ValueError, TypeError):
        pass
    return str(kept)


def _number(value: Any) -> str:
    try:
        exact = Decimal(str(value).replace(",", "").replace(" ", ""))
    except InvalidOperation as error:
        raise Misfit("Write a number such as 12.5.") from error
    if not exact.is_finite():
        raise Misfit("Write a number such as 12.5.")
    plain = f"{exact:f}"
    whole, _, part = plain.lstrip("+-").partition(".")
    if len(whole.lstrip("0")) > _WHOLE_DIGITS or len(part.rstrip("0")) > _PLACES:
        raise Misfit(
            f"Write a number with at most {_WHOLE_DIGITS} digits before the point and {_PLACES} behind it."
        )
    exact = exact.quantize(Decimal(1).scaleb(-_PLACES)).normalize()
    return f"{exact or Decimal(0):f}"


def _day(value: Any) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError as error:
        raise Misfit("Write a day as 2026-03-31.") from error
