"""Books behind the local server, and somebody with its link."""

from __future__ import annotations

import os
import secrets
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from salesops.book.settings import Settings
from salesops.engines.changes import add_changes
from salesops.foundations.clock import system_clock
from salesops.jobs.opening import open_files
from salesops.sample.company import simulate
from salesops.sample.salesforce import write_export
from tests.drawn import draw_book
from tests.web.visitor import KEY, Visitor

SIZE = 300

# Like the files of a small CRM: no history, no quotas, open deals without an amount.
PLAIN_DEALS = """
    id  name        stage        amount  created_on  close_date  owner_id  account_id  product_id
    d1  Mill        Won          1000    2026-01-01  2026-02-01  ann       a1          p1
    d2  Quay        Won          2500    2026-01-11  2026-05-01  bob       a2          p1
    d3  Lighthouse  Lost         -       2026-01-21  2026-02-01  bob       a1          p2
    d4  Harbour     Prospecting  -       2026-05-01  -           ann       -           p2
    d5  Pier        Proposal     -       2026-06-01  -           ann       a2          p1
"""
PLAIN_ACCOUNTS = """
    id  name         industry  country  employees
    a1  Acme         Retail    Kenya    20
    a2  Bolt & Sons  Media     Peru     1400
"""
PLAIN_PEOPLE = """
    id   name      team
    ann  Ann Ruiz  East
    bob  Bob Moe   West
"""
PLAIN_PRODUCTS = """
    id  name
    p1  Basic
    p2  Plus
"""


@pytest.fixture(scope="session", autouse=True)
def _django(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Django as the local server configures it, with assets built for these tests."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "salesops.web.settings"
    import django
    from django.conf import settings

    settings.STATIC_ROOT = tmp_path_factory.mktemp("static")
    django.setup()
    from salesops.web.build import build

    build()


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a book of the sample company; tests that change a book take another."""
    made = tmp_path_factory.mktemp("sample")
    export = write_export(simulate(SIZE, 1), made / "WE_00D5g000004TxYzEAK_1.zip")
    open_files(export, made / "book", system_clock)
    return made / "book"


@pytest.fixture(scope="session")
def plain_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small book without history, quotas, activities and costs."""
    folder = tmp_path_factory.mktemp("plain") / "book"
    return published(
        folder,
        opportunity=PLAIN_DEALS,
        account=PLAIN_ACCOUNTS,
        person=PLAIN_PEOPLE,
        product=PLAIN_PRODUCTS,
    )


@pytest.fixture
def visit() -> Iterator[Callable[[Path], Visitor]]:
    """Gives somebody with the link to the book in a folder."""
    from django.test import override_settings

    entered: list[override_settings] = []

    def enter(folder: Path) -> Visitor:
        served = override_settings(SALESOPS_BOOK=folder, SALESOPS_KEY=KEY)
        served.enable()
        entered.append(served)
        return Visitor(folder)

    yield enter
    for served in reversed(entered):
        served.disable()


@pytest.fixture
def sample(visit: Callable[[Path], Visitor], sample_folder: Path) -> Visitor:
    """Somebody looking at the sample company."""
    return visit(sample_folder)


@pytest.fixture
def plain(visit: Callable[[Path], Visitor], plain_folder: Path) -> Visitor:
    """Somebody looking at the small book."""
    return visit(plain_folder)


@pytest.fixture
def empty(visit: Callable[[Path], Visitor], tmp_path: Path) -> Visitor:
    """Somebody before the first files are opened."""
    return visit(tmp_path / f"book-{secrets.token_hex(2)}")


@pytest.fixture
def drawn(visit: Callable[[Path], Visitor], tmp_path: Path) -> Callable[..., Visitor]:
    """Draws a book and gives somebody looking at it: `drawn(opportunity='''…''')`."""
    return lambda **tables: visit(published(tmp_path / "book", **tables))


def published(folder: Path, *, settings: Settings | None = None, **tables: str) -> Path:
    """The folder of a drawn book, complete with the account of what changed that an import writes."""
    draw_book(folder, settings=settings, **tables)
    add_changes(folder / "base-1.duckdb", None)
    return folder


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Jobs run to their end before the page that started them answers."""
    from salesops.jobs.progress import ProgressFile
    from salesops.jobs.run import PROGRESS, main

    def run(kind: str, folder: Path, session: Path) -> None:
        ProgressFile(session / PROGRESS, kind, system_clock)
        main(kind, folder, session)

    for page in ("opening.columns", "opening.files", "opening.sample", "settings.settings"):
        monkeypatch.setattr(f"salesops.web.pages.{page}.start", run)
    former = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, former)
