"""The rows behind a figure are the figure: they add up to the cells of every KPI and every split."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from salesops.book.book import Book
from salesops.foundations.problem import Refusal
from salesops.kpis import KPIS

COUNTED = sorted(k.name for k in KPIS.values() if k.rows is not None)
COMBINED = sorted(k.name for k in KPIS.values() if k.rows is None)


def total(rows: Sequence[dict[str, Any]], column: str) -> Decimal | None:
    known = [Decimal(r[column]) for r in rows if r[column] is not None]
    return sum(known, Decimal(0)) if known else None


def check(book: Book, name: str, by: tuple[str, ...] = (), period: str = "all") -> None:
    """Every cell has the sums and counts of its rows, and the cells have all rows."""
    seen = 0
    for figure in book.measure(name, period=period, by=by):
        at = dict(zip(by, figure.key, strict=True))
        rows = book.rows_behind(name, period=period, at=at, limit=1000).dicts()
        counted = [r for r in rows if None not in (r["numerator"], r["denominator"])]
        assert figure.numerator == total(rows, "numerator")
        assert figure.denominator == total(rows, "denominator")
        assert figure.n == len(counted)
        assert figure.n_excluded == sum(bool(r.get("is_excluded")) for r in rows)
        assert figure.n_open == sum(bool(r.get("is_open")) for r in rows)
        seen += len(rows)
    assert seen == len(book.rows_behind(name, period=period, limit=1000).rows)


@pytest.mark.parametrize("name", COUNTED)
def test_rows_add_up_to_the_whole_and_to_the_cells_of_a_split(rich: Book, name: str) -> None:
    check(rich, name)
    check(rich, name, period="2026Q2")
    for split in rich.can_split(name)[:1]:  # the share of the top fifth is one of a whole team
        check(rich, name, (split,))


@pytest.mark.parametrize("name", [n for n in COUNTED if KPIS[n].is_dated])
def test_quarters_have_all_rows_between_them(rich: Book, name: str) -> None:
    check(rich, name, ("quarter",))


@pytest.mark.parametrize("name", COUNTED)
def test_no_split_loses_or_doubles_a_row(rich: Book, name: str) -> None:
    whole = rich.measure(name).figure
    figures = rich.measure(name, by=rich.can_split(name)).figures  # all of them at once
    assert sum(f.numerator or 0 for f in figures) == (whole.numerator or 0)
    assert sum(f.denominator or 0 for f in figures) == (whole.denominator or 0)
    assert sum(f.n for f in figures) == whole.n
    assert sum(f.n_excluded for f in figures) == whole.n_excluded
    assert sum(f.n_open for f in figures) == whole.n_open


@pytest.mark.parametrize("split", ["industry", "segment", "outcome", "product"])
def test_splits_by_what_rows_refer_to_add_up_too(rich: Book, split: str) -> None:
    check(rich, "win_rate", (split,))


def test_two_splits_at_once_add_up(rich: Book) -> None:
    check(rich, "stage_conversion", ("stage", "segment"))
    check(rich, "credited_bookings", ("quarter", "person"))


@pytest.mark.parametrize("name", COUNTED)
def test_rows_add_up_as_of_a_past_day(rich: Book, name: str) -> None:
    check(rich.as_of("2026-05-31"), name)


@pytest.mark.parametrize("name", COUNTED)
def test_every_row_is_counted_or_excluded(rich: Book, name: str) -> None:
    for row in rich.rows_behind(name, limit=1000).dicts():
        counted = None not in (row["numerator"], row["denominator"])
        assert counted != bool(row.get("is_excluded"))


@pytest.mark.parametrize("name", COMBINED)
def test_a_combination_has_no_rows_and_names_what_has(rich: Book, name: str) -> None:
    first = next(iter(KPIS[name].parts.values())).kpi
    with pytest.raises(Refusal, match=KPIS[first].title):
        rich.rows_behind(name)


@pytest.mark.parametrize("name", COMBINED)
def test_a_combination_splits_by_what_all_its_parts_share(rich: Book, name: str) -> None:
    for split in rich.can_split(name)[:1]:
        found = rich.measure(name, by=[split])
        assert len({f.key for f in found}) == len(found)


def test_pages_of_rows_follow_each_other(rich: Book) -> None:
    whole = rich.rows_behind("data_completeness", order="id").rows
    pages = [rich.rows_behind("data_completeness", limit=4, offset=o).rows for o in (0, 4, 8)]
    assert [row for page in pages for row in page] == whole
    assert [len(page) for page in pages] == [4, 4, 2]
