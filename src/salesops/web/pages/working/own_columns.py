"""The columns that fields of the company's own have in a list: chosen, sorted and narrowed by as any other."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from salesops.book.custom import Kind
from salesops.book.listing import ListColumn, Listing
from salesops.engines.folder import Manifest
from salesops.engines.literals import literal
from salesops.records.custom_field import CustomField

# How a list shows each kind.
_SHOWN: Mapping[Kind, str] = {
    Kind.TEXT: "text",
    Kind.NUMBER: "number",
    Kind.MONEY: "money",
    Kind.DATE: "date",
    Kind.CHOICE: "text",  # as it was written
    Kind.PERSON: "text",
}
_NARROWED_BY = (Kind.CHOICE, Kind.PERSON)


def with_columns(listing: Listing, fields: Sequence[CustomField], known: Manifest) -> Listing:
    """The list with a column for each field, shown once it is chosen; of choices and people one value can be asked for."""
    columns, joins, facets = list(listing.columns), listing.joins, list(listing.facets)
    for field in fields:
        name, kind = field.in_book.short, Kind(str(field.kind))
        sql = f'x."{field.in_book.name}"'
        if kind is Kind.PERSON:
            joins += f" LEFT JOIN person {name} ON {name}.id = {sql}"
            sql = f"{name}.name"
        if kind is Kind.MONEY:
            joins += _rates(name, known)
            sql = (
                f"CASE WHEN x.currency = {literal(known.currency)} THEN {sql} "
                f"ELSE CAST(round({sql} * {name}.minor_rate) AS BIGINT) END"
            )
        columns.append(ListColumn(name, str(field), sql, _SHOWN[kind], shown=False))
        facets += [name] if kind in _NARROWED_BY else []
    return dataclasses.replace(listing, joins=joins, columns=tuple(columns), facets=tuple(facets))


def _rates(name: str, known: Manifest) -> str:
    """The rate of each row's currency on the day the book speaks of: a list adds and orders money of one currency."""
    today = known.data_as_of.astimezone(ZoneInfo(known.zone)).date()
    return (
        f" LEFT JOIN exchange_rate {name} ON {name}.currency = x.currency "
        f"AND {name}.valid_from <= DATE '{today}' AND {name}.valid_to > DATE '{today}'"
    )
