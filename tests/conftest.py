"""What every test may ask for."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from salesops.book.book import Book
from tests.drawn import draw_book

# Looking for cycles every few hundred objects takes a tenth of the time of a process that holds all of Django.
gc.set_threshold(100_000, 50, 50)

DATASETS = Path(__file__).parents[2] / "shared" / "datasets"
CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)


# Django is set up once a process, and an office has other settings than a local server: these folders run
# in a process of their own, `pytest --ds=salesops.web.office_settings`, once on each database.
OFFICE = ("actions", "jobs_office", "office", "records")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Either the office's tests or all others."""
    here = Path(__file__).parent
    parts = collection_path.relative_to(here).parts if here in collection_path.parents else ()
    is_office = os.environ.get("DJANGO_SETTINGS_MODULE") == "salesops.web.office_settings"
    return True if parts and (parts[0] in OFFICE) is not is_office and _is_folder(parts) else None


def _is_folder(parts: tuple[str, ...]) -> bool:
    return not (len(parts) == 1 and parts[0].endswith(".py"))


# Files that take a minute or more, the longest first: begun last, one of them would run on alone at the end.
LONG = (
    "office/test_killed_imports.py",
    "jobs_office/test_keeping.py",
    "office/browser/test_signing_in.py",
    "jobs_office/test_deaths.py",
    "engines/test_spark.py",
    "docs/test_pages_run.py",
    "jobs/test_kills.py",
    "browser/test_every_page.py",
    "importers/test_malformed_files.py",
    "browser/test_looking.py",
    "browser/test_first_five_minutes.py",
    "kpis/test_properties.py",
    "importers/test_rows.py",
    "office/browser/test_keeping_tasks.py",
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


@pytest.hookimpl(trylast=True)  # after the order was drawn
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser and Spark tests skip, visibly, where the machine has no Chromium or no Java.

    What only one database can do is not asked of the other; `make test` runs on both. What a browser does hangs on neither
    and is walked once: the doors behind it are asked on both. Long files come first.
    """
    here = Path(__file__).parent
    places = {here / name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path, len(LONG)))
    if os.environ.get("SALESOPS_DATABASE", "").startswith("postgresql"):
        items[:] = [item for item in items if not {"browser", "sqlite"} & set(item.keywords)]
    else:
        items[:] = [item for item in items if "postgresql" not in item.keywords]
    for item in items:
        if "browser" in item.keywords and CHROMIUM is None:
            item.add_marker(pytest.mark.skip(reason="Chromium is not installed."))
        if "spark" in item.keywords and shutil.which("java") is None:
            item.add_marker(pytest.mark.skip(reason="A Java runtime is not installed."))
