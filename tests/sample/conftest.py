"""One company and its book, shared by the tests that only read it."""

from __future__ import annotations

import pytest

from salesops.book.book import Book
from salesops.sample.company import Company, simulate
from tests.sample.loaded import load_book


@pytest.fixture(scope="session")
def company() -> Company:
    """1,500 opportunities from seed 3."""
    return simulate(1500, 3)


@pytest.fixture(scope="session")
def loaded(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Book:
    """Its book, its records taken as they are."""
    return load_book(company, tmp_path_factory.mktemp("loaded"))
