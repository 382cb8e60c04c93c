"""What is said of public data sets is true of them, and nothing is made of their noise."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from salesops.book.book import Book
from salesops.book.settings import load_settings
from salesops.engines.duckdb import DuckDBEngine
from salesops.importers import Answers
from salesops.insights import INSIGHTS, findings
from salesops.jobs.opening import open_files

NOW = datetime(2026, 6, 30, tzinfo=UTC)


def opened(folder: Path, *files: Path) -> Book:
    """A book of these files, no question answered."""
    open_files(files, folder, lambda: NOW, answers=Answers())
    return Book(DuckDBEngine(folder), load_settings(folder))


@pytest.fixture(scope="module")
def maven(datasets: Path, tmp_path_factory: pytest.TempPathFactory) -> Book:
    """8,800 deals without history, whose outcome nothing in them foretells."""
    names = ("accounts", "products", "sales_pipeline", "sales_teams")
    files = [datasets / "maven_crm" / f"{name}.csv" for name in names]
    return opened(tmp_path_factory.mktemp("maven"), *files)


@pytest.fixture(scope="module")
def microsoft(datasets: Path, tmp_path_factory: pytest.TempPathFactory) -> Book:
    """20,000 deals whose outcome depends on product, region and campaign."""
    names = ("accounts.csv", "campaigns.csv", "opportunities.csv.gz", "owners.csv", "products.csv")
    files = [datasets / "microsoft_ai_sample_crm" / name for name in names]
    return opened(tmp_path_factory.mktemp("microsoft"), *files)


def test_of_maven_five_true_things_are_said(maven: Book) -> None:
    said = {f.name: f for f in findings(maven)}
    assert set(said) == {"no_amount", "no_account", "one_seller", "outlived", "quarter_end"}
    assert said["no_amount"].rows == 2089
    assert said["no_account"].title == "1,425 deals of 8,800 belong to no account"
    assert said["one_seller"].title == "Darcel Schlecht alone brought 12 % of a year’s wins"
    assert said["one_seller"].money_minor == 1_153_214_00
    assert "81 %" in said["quarter_end"].title
    assert "52 %" in said["quarter_end"].title


def test_of_maven_no_difference_between_people_products_or_accounts_is_claimed(
    maven: Book,
) -> None:
    for name in ("weak_product", "weak_region", "strong_industry", "easy_territory"):
        assert INSIGHTS[name].look(maven) is None, name


def test_of_the_microsoft_sample_the_weak_product_is_named(microsoft: Book) -> None:
    found = INSIGHTS["weak_product"].look(microsoft)
    assert found is not None
    assert found.title == "Deals for Scanners are won 24 % of the time, for other products 68 %"
    assert found.rows == 1137


def test_of_the_microsoft_sample_three_to_five_things_are_said(microsoft: Book) -> None:
    found = findings(microsoft)
    assert 3 <= len(found) <= 5
    assert len({f.about for f in found}) == len(found)
