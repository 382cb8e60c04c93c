"""The pages to look things up in say what the definitions say."""

from __future__ import annotations

import re

import pytest
from scripts.write_look_up import FOLDER, pages

from salesops.kpis import KPIS
from salesops.kpis._absent import ABSENT
from salesops.tables import TABLES

PAGES = pages()


def test_the_committed_pages_are_those_the_definitions_give() -> None:
    kept = {file.name: file.read_text(encoding="utf-8") for file in FOLDER.iterdir()}
    stale = sorted(n for n in {*kept, *PAGES} if kept.get(n) != PAGES.get(n))
    assert not stale, f"Run `make docs` and commit what it writes: {', '.join(stale)}."


def test_every_table_column_and_kpi_has_its_place() -> None:
    for table in TABLES.values():
        assert f"\n## {table.name}\n" in PAGES["tables.md"]
        for column in table.columns:
            assert f"| `{column.name}` | {column.type.value} |" in PAGES["tables.md"]
    for kpi in KPIS.values():
        assert f"\n## {kpi.name}\n" in PAGES["kpis.md"]


# Conversion, pipeline, size and price; people; unit economics; data. Forecasts, pay, training and tools are others.
ASKED_FOR = (*range(1, 42), *range(49, 75), *range(91, 96))


def test_every_metric_is_a_kpi_or_it_is_said_why_not() -> None:
    """A KPI of several metrics, or one of several of a metric, is numbered so: `49, 52` and `19a`."""
    kpis = {int(n) for k in KPIS.values() for n in re.findall(r"(?<![\w-])\d+", k.number)}
    absent = [int(a.number) for a in ABSENT]
    assert len(absent) == len(set(absent))
    assert not kpis & set(absent)
    assert kpis & set(ASKED_FOR) | set(absent) == set(ASKED_FOR)
    assert all(f"\n| {a.number} | {a.title} | " in PAGES["kpis.md"] for a in ABSENT)


@pytest.mark.parametrize("name", PAGES)
def test_links_within_the_pages_lead_somewhere(name: str) -> None:
    for page, place in re.findall(r"\]\(([\w.]*)#?([\w]*)\)", PAGES[name]):
        there = PAGES[page or name]
        assert not place or f"\n## {place}\n" in there, place


@pytest.mark.parametrize("name", PAGES)
def test_the_rows_of_a_table_have_as_many_cells_as_its_head(name: str) -> None:
    for table in re.findall(r"(?:^\|.*\n)+", PAGES[name], re.MULTILINE):
        counts = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(counts) == 1, table
