"""What every test may ask for."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from salesops.book.book import Book
from tests.drawn import draw_book

DATASETS = Path(__file__).parents[2] / "shared" / "datasets"
CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)


@pytest.fixture
def draw(tmp_path: Path) -> Callable[..., Book]:
    """Draws a book: `draw(opportunity='''…''')`, see `tests.drawn`."""
    return lambda **tables: draw_book(tmp_path / "book", **tables)


@pytest.fixture(scope="session")
def datasets() -> Path:
    """The folder of public data sets; skips, visibly, where it is absent."""
    if not DATASETS.is_dir():
        pytest.skip(f"The public data sets are not here ({DATASETS}).")
    return DATASETS


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser and Spark tests skip, visibly, where the machine has no Chromium or no Java."""
    for item in items:
        if "browser" in item.keywords and CHROMIUM is None:
            item.add_marker(pytest.mark.skip(reason="Chromium is not installed."))
        if "spark" in item.keywords and shutil.which("java") is None:
            item.add_marker(pytest.mark.skip(reason="A Java runtime is not installed."))
