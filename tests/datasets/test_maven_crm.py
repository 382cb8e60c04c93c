"""The Maven CRM files, as anybody can download them, give the figures published with them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from salesops.importers import Answers, examine
from tests.datasets.opening import open_dataset, recognised, rows

FILES = ("accounts.csv", "products.csv", "sales_pipeline.csv", "sales_teams.csv")


@pytest.fixture(scope="module")
def files(datasets: Path) -> list[Path]:
    """The four files."""
    return [datasets / "maven_crm" / name for name in FILES]


@pytest.fixture(scope="module")
def folder(files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The book they give, without any answer."""
    folder = tmp_path_factory.mktemp("maven") / "book"
    open_dataset(files, folder)
    return folder


def test_each_file_is_recognised(folder: Path) -> None:
    assert recognised(folder) == {
        "accounts.csv": "account",
        "products.csv": "product",
        "sales_pipeline.csv": "opportunity",
        "sales_teams.csv": "person",
    }


def test_no_answer_is_needed(files: list[Path], tmp_path: Path) -> None:
    assert examine(files, tmp_path).must_answer == []


def test_every_opportunity_arrives_with_its_outcome_and_money(folder: Path) -> None:
    assert rows(
        folder,
        "SELECT outcome, count(*), sum(amount_minor)::BIGINT FROM opportunity GROUP BY 1 ORDER BY 1",
    ) == [("lost", 2473, 0), ("open", 2089, None), ("won", 4238, 1_000_553_400)]


def test_win_rate_and_cycle_are_those_published(folder: Path) -> None:
    import salesops

    book = salesops.open(folder)
    rate = book.measure("win_rate").figure
    assert (rate.numerator, rate.denominator) == (Decimal(4238), Decimal(6711))
    assert rate.value is not None
    assert round(rate.value, 4) == Decimal("0.6315")
    cycle = book.measure("sales_cycle").figure
    assert cycle.value is not None
    assert (cycle.n, round(cycle.value, 2)) == (4238, Decimal("51.78"))


def test_opportunities_without_an_account_are_kept_and_listed(folder: Path) -> None:
    assert rows(folder, "SELECT count(*) FROM opportunity WHERE account_id IS NULL") == [(1425,)]
    assert rows(folder, "SELECT rows, file FROM _problem_count WHERE code = 'no_account'") == [
        (1425, "sales_pipeline.csv")
    ]
    [(row, deal)] = rows(
        folder,
        "SELECT row, record_id FROM _problem WHERE code = 'no_account' ORDER BY row LIMIT 1",
    )
    assert rows(folder, f"SELECT account_id FROM opportunity WHERE id = '{deal}'") == [(None,)]
    assert row > 1


def test_a_product_spelt_otherwise_is_asked_about(files: list[Path], tmp_path: Path) -> None:
    [question] = examine(files, tmp_path).questions
    assert question.sentence == (
        "“GTXPro” in sales_pipeline.csv is not among the products given. Is it “GTX Pro”?"
    )
    assert question.rows == 1480


def test_without_an_answer_it_stays_apart_and_is_told(folder: Path) -> None:
    assert rows(folder, "SELECT count(*) FROM opportunity WHERE product_id = 'GTXPro'") == [(1480,)]
    assert rows(folder, "SELECT rows FROM _problem_count WHERE code = 'unknown_reference'") == [
        (1480,)
    ]


def test_once_answered_it_is_joined(files: list[Path], tmp_path: Path) -> None:
    folder = tmp_path / "book"
    open_dataset(files, folder, Answers(choices={"join:product:GTXPro": "GTX Pro"}))
    asked = "SELECT count(*) FROM opportunity JOIN product p ON p.id = product_id WHERE p.name = 'GTX Pro'"
    assert rows(folder, asked) == [(1480,)]
    assert rows(folder, "SELECT count(*) FROM product") == [(7,)]


def test_people_lead_and_belong(folder: Path) -> None:
    asked = (
        "SELECT p.team, m.name FROM person p JOIN person m ON m.id = p.manager_id "
        "WHERE p.name = 'Anna Snelling'"
    )
    assert rows(folder, asked) == [("Central", "Dustin Brinkmann")]
