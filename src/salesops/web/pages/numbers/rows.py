"""The rows behind a number, or behind one of its slices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from salesops.book.custom import tables_with
from salesops.book.engine import Rows
from salesops.book.picture import sum_in_words, value_in_words
from salesops.foundations.table import Type
from salesops.kpis._definition import Unit
from salesops.tables import TABLES
from salesops.web.export import as_asked, is_export, major, most_rows
from salesops.web.pages.numbers.reading import Reading, reading_of, sums_in_words
from salesops.web.paging import page_of, paged

SIZE = 50
SHOWN = {
    "opportunity": ("name", "stage", "outcome", "value_minor", "created_on", "closed_on", "source"),
    "account": ("name", "industry", "country", "customer_since"),
    "activity": ("subject", "kind", "occurred_on", "duration_minutes"),
    "cost": ("category", "function", "team", "booked_on", "description"),
    "lead": ("name", "company", "status", "source", "created_on", "converted_on"),
    "opportunity_line": ("product_id", "quantity", "service_on"),
    "quota": ("starts_on", "ends_on", "value_minor"),
    "person": ("name", "title", "region"),
}
LINKS = {
    "opportunity": "/opportunities/",
    "account": "/accounts/",
    "person": "/people/",
    "lead": "/leads/",
    "opportunity_line": "/opportunities/",
}
KEYS = {
    "opportunity_line": "opportunity_id"
}  # of the record a row leads to, where it is another one


def rows(request: HttpRequest, name: str) -> HttpResponseBase:
    """One page of the rows, or with `export` all of them."""
    asked = reading_of(request, name)
    at = _at(request, asked)
    if is_export(request):
        found = asked.book.rows_behind(name, period=asked.period, at=at, limit=most_rows(request))
        return as_asked(request, f"{name}-rows", *_in_major(asked, found))
    page = page_of(request)
    found = asked.book.rows_behind(
        name,
        period=asked.period,
        at=at,
        limit=SIZE + 1,
        offset=(page - 1) * SIZE,
        order=_order(asked),
    )
    whole = asked.book.measure(name, period=asked.period, by=list(at))
    key = tuple(at.values())
    figure = next((f for f in whole if f.key == key), None)
    return render(
        request,
        "numbers/rows.html",
        {
            "asked": asked,
            "kpi": asked.kpi,
            "at": figure.label[0] if figure and figure.label else "",
            "value": value_in_words(asked.kpi.unit, figure.value, whole.currency) if figure else "",
            "sums": sums_in_words(whole, figure) if figure else [],
            "columns": [
                (_title(c), TABLES[asked.kpi.rows_of].column[c].type is Type.MONEY)
                for c in _columns(asked)
            ],
            "lines": list(_lines(asked, found)),
        }
        | paged(page, found.rows, SIZE),
    )


def _in_major(asked: Reading, found: Rows) -> tuple[list[str], Iterator[list[Any]]]:
    """Names and rows for a file: money as people count it, in the currency of its row or the book's."""
    kpi, currency = asked.kpi, asked.book.facts.currency
    declared = tables_with(asked.book.facts.custom)[kpi.rows_of].column
    money = {c for c in found.columns if c in declared and declared[c].type is Type.MONEY}
    sums = {"numerator": kpi.numerator_unit, "denominator": kpi.denominator_unit}
    money |= {name for name, unit in sums.items() if unit is Unit.MONEY}

    def written(record: dict[str, Any], name: str) -> Any:
        if name not in money:
            return record[name]
        own = name not in (*sums, "value_minor")
        return major(record[name], (own and record.get("currency")) or currency)

    names = {c: c for c in found.columns} | {c: c.removesuffix("_minor") for c in money}
    names["value_minor"] = f"value_{currency.lower()}"
    header = [names[c] for c in found.columns]
    return header, ([written(r, c) for c in found.columns] for r in found.each())


def _at(request: HttpRequest, asked: Reading) -> dict[str, str | None]:
    if request.GET.get("null"):
        return {asked.by: None}
    if request.GET.get("at"):
        return {asked.by: request.GET["at"]}
    return {}


def _title(column: str) -> str:
    return column.removesuffix("_minor").replace("_", " ").capitalize()


def _order(asked: Reading) -> str:
    return f'numerator IS NULL, abs(numerator) DESC, "{asked.kpi.row_key}"'


def _columns(asked: Reading) -> list[str]:
    return list(SHOWN[asked.kpi.rows_of])


def _lines(asked: Reading, found: Rows) -> Iterator[dict[str, Any]]:
    table = TABLES[asked.kpi.rows_of]
    currency = asked.book.facts.currency
    link = LINKS.get(asked.kpi.rows_of, "")
    key = KEYS.get(asked.kpi.rows_of, asked.kpi.row_key)
    for record in found.dicts()[:SIZE]:
        cells = []
        for name in _columns(asked):
            value = record.get(name)
            kind = table.column[name].type
            cells.append(
                {
                    "value": value,
                    "kind": "money"
                    if kind is Type.MONEY
                    else "date"
                    if kind is Type.DATE
                    else "text",
                }
            )
        yield {
            "key": record[key],
            "link": link + quote(str(record[key]), safe="") if link else "",
            "cells": cells,
            "currency": currency,
            "counts": _counts(asked, record),
            "is_excluded": record.get("is_excluded"),
            "is_open": record.get("is_open"),
        }


def _counts(asked: Reading, record: dict[str, Any]) -> str:
    """What the row adds to the number, in words."""
    kpi, currency = asked.kpi, asked.book.facts.currency
    numerator, denominator = record["numerator"], record["denominator"]
    if numerator is None:
        return ""
    said = sum_in_words(kpi, kpi.numerator_unit, numerator, currency)
    if kpi.unit is not Unit.SHARE or denominator is None or kpi.numerator_unit is Unit.SHARE:
        return said
    return f"{said} of {sum_in_words(kpi, kpi.denominator_unit, denominator, currency)}"
