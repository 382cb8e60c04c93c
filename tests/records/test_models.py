"""Records have the columns their tables declare, and versions keep them all."""

from __future__ import annotations

import pytest

from salesops.foundations.table import Column, Type
from salesops.records.models import NOUNS
from salesops.records.record import OWN
from salesops.records.triggers import columns_of
from salesops.tables import TABLES

KIND = {
    Type.ID: {"ForeignKey", "CharField"},
    Type.TEXT: {"TextField"},
    Type.CHOICE: {"TextField"},
    Type.MONEY: {"BigIntegerField"},
    Type.CURRENCY: {"CharField"},
    Type.DATE: {"DateField"},
    Type.INSTANT: {"DateTimeField"},
    Type.YES_NO: {"BooleanField"},
    Type.COUNT: {"BigIntegerField"},
    Type.DECIMAL: {"DecimalField"},
    Type.SHARE: {"DecimalField"},
    Type.RATE: {"DecimalField"},
}


# What records have beside their tables: a book is made by it, and keeps what follows.
BESIDE = {"pipeline_stage": ("meant_before",)}


def _entered(name: str) -> list[Column]:
    return [c for c in TABLES[name].columns if not c.derived]


def test_every_table_but_that_of_versions_is_a_record() -> None:
    assert set(NOUNS) == set(TABLES) - {"opportunity_version"}


@pytest.mark.parametrize("name", NOUNS)
def test_a_record_has_the_columns_its_table_declares(name: str) -> None:
    fields = {f.column: f for f in NOUNS[name]._meta.concrete_fields}
    own = {"id", "origin", "deleted_at", "custom", *BESIDE.get(name, ())}
    assert set(fields) - own == {c.name for c in _entered(name)} - {"id"}
    for column in _entered(name):
        assert type(fields[column.name]).__name__ in KIND[column.type], column.name


@pytest.mark.parametrize("name", NOUNS)
def test_references_name_the_table_that_is_declared(name: str) -> None:
    fields = {f.column: f for f in NOUNS[name]._meta.concrete_fields}
    for column in _entered(name):
        if column.refers_to:
            target = fields[column.name].related_model
            assert target is NOUNS[column.refers_to], column.name


@pytest.mark.parametrize("name", NOUNS)
def test_versions_keep_every_column(name: str) -> None:
    noun = NOUNS[name]
    columns = {f.column for f in noun._meta.concrete_fields} - {"id"}
    assert set(columns_of(noun)) == columns
    assert {f.column for f in noun.versions._meta.concrete_fields} - OWN == columns
