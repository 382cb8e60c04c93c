"""What changed since the last import is what somebody did to a deal, and nothing where that is not known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from salesops.book.book import Book
from salesops.engines.changes import add_changes

Draw = Callable[..., Book]
DEALS = """
    id  name   stage     amount  close_date  owner_id  created_on
    A   Alpha  Proposal  10      2026-07-01  P1        2026-01-01
    B   Beta   Proposal  20      2026-07-02  P1        2026-01-01
    C   Gamma  Proposal  -       2026-07-03  P1        2026-01-01
"""


@pytest.fixture
def bases(draw: Draw, tmp_path: Path) -> tuple[Path, Path]:
    """Two base files of the same three deals: the former and the new one."""
    draw(opportunity=DEALS)
    former = tmp_path / "book" / "base-1.duckdb"
    new = tmp_path / "new.duckdb"
    new.write_bytes(former.read_bytes())
    return former, new


def changed(new: Path, sql: str) -> None:
    with duckdb.connect(str(new)) as connection:
        connection.execute(sql)


def changes(new: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(str(new), read_only=True) as connection:
        return connection.execute("FROM _change ORDER BY ALL").fetchall()


def test_nothing_changed_is_nothing_told(bases: tuple[Path, Path]) -> None:
    former, new = bases
    add_changes(new, former)
    assert changes(new) == []


def test_a_new_and_a_gone_deal_are_told_with_their_stage_and_value(
    bases: tuple[Path, Path],
) -> None:
    former, new = bases
    changed(new, "UPDATE opportunity SET id = 'D' WHERE id = 'B'")
    add_changes(new, former)
    assert changes(new) == [
        ("B", "Beta", "gone", "Proposal", None, 2_000),
        ("D", "Beta", "new", None, "Proposal", 2_000),
    ]


def test_each_watched_change_of_a_deal_is_told(bases: tuple[Path, Path]) -> None:
    former, new = bases
    changed(
        new,
        "UPDATE opportunity SET stage = 'Won', amount_minor = 1500, value_minor = 1500, "
        "close_date = DATE '2026-08-01', owner_id = 'P2' WHERE id = 'A'",
    )
    add_changes(new, former)
    assert changes(new) == [
        ("A", "Alpha", "close date", "2026-07-01", "2026-08-01", 1_500),
        ("A", "Alpha", "owner", "P1", "P2", 1_500),
        ("A", "Alpha", "stage", "Proposal", "Won", 1_500),
        ("A", "Alpha", "value", "1000", "1500", 1_500),
    ]


def test_a_first_amount_and_an_amount_taken_away_are_changes(bases: tuple[Path, Path]) -> None:
    former, new = bases
    changed(new, "UPDATE opportunity SET amount_minor = 5, value_minor = 5 WHERE id = 'C'")
    changed(new, "UPDATE opportunity SET amount_minor = NULL, value_minor = NULL WHERE id = 'A'")
    add_changes(new, former)
    assert changes(new) == [
        ("A", "Alpha", "value", "1000", None, None),
        ("C", "Gamma", "value", None, "5", 5),
    ]


def test_a_moved_exchange_rate_is_not_a_change_of_the_deal(bases: tuple[Path, Path]) -> None:
    former, new = bases
    changed(new, "UPDATE opportunity SET value_minor = value_minor + 1")
    add_changes(new, former)
    assert changes(new) == []


def test_another_currency_with_the_same_amount_is_a_change(bases: tuple[Path, Path]) -> None:
    former, new = bases
    changed(new, "UPDATE opportunity SET currency = 'EUR', value_minor = 1100 WHERE id = 'A'")
    add_changes(new, former)
    assert changes(new) == [("A", "Alpha", "value", "1000", "1100", 1_100)]


def test_without_a_former_generation_nothing_is_told(bases: tuple[Path, Path]) -> None:
    former, new = bases
    for nothing in (None, former.with_name("base-0.duckdb")):
        add_changes(new, nothing)
        assert changes(new) == []


def test_a_damaged_former_generation_stops_nothing(bases: tuple[Path, Path]) -> None:
    former, new = bases
    former.write_bytes(b"not a database" * 1000)
    add_changes(new, former)
    assert changes(new) == []


def test_a_former_generation_with_other_columns_leaves_no_half_account(
    bases: tuple[Path, Path],
) -> None:
    former, new = bases
    changed(former, "DROP INDEX opportunity_by_id; ALTER TABLE opportunity DROP COLUMN owner_id")
    changed(new, "UPDATE opportunity SET stage = 'Won', id = 'D' WHERE id = 'A'")
    add_changes(new, former)
    assert changes(new) == []
