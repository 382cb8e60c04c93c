"""Numbers of a large book stay with one state until the next has its answers; lists are of the newest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from salesops.book.book import Book
from salesops.book.facts import Scope
from salesops.book.settings import Settings
from salesops.engines import steady
from salesops.engines.scoped import ScopedEngine
from salesops.engines.steady import SteadyEngine
from salesops.foundations.clock import fixed_clock
from salesops.jobs.following import follow
from salesops.jobs.warming import WarmEngine
from salesops.records.models import Account, Opportunity, Person, PipelineStage
from tests.office.readers import Office, Reader

pytestmark = pytest.mark.django_db(transaction=True)

JUNE = datetime(2026, 6, 30, 12, tzinfo=UTC)
NOW = fixed_clock(JUNE)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a book that counts as large, with one deal of 1,000."""
    monkeypatch.setattr(steady, "LARGE", 1)
    PipelineStage.objects.create(pipeline="Sales", stage="New", position=1, outcome="open")
    Opportunity.objects.create(
        id="mill", name="Mill", pipeline="Sales", stage="New", amount_minor=100_000, currency="USD",
        owner=Person.objects.create(id="ann", name="Ann"), close_date=date(2026, 7, 1),
        account=Account.objects.create(id="acme", name="Acme"),
        created_at=datetime(2026, 5, 1, tzinfo=UTC),
    )  # fmt: skip
    follow(tmp_path / "book", NOW)
    return tmp_path / "book"


@pytest.fixture(params=["who sees everything", "who sees their own"])
def engine(folder: Path, request: pytest.FixtureRequest) -> Iterator[SteadyEngine]:
    """The engine of a reader."""
    is_scoped = request.param == "who sees their own"
    made = ScopedEngine(folder, Scope(owner_ids=("ann",))) if is_scoped else WarmEngine(folder)
    yield made
    _end(made)
    made.close()


def _end(engine: SteadyEngine) -> None:
    if engine._following is not None:
        engine._following.join(30)


def _edit(folder: Path, amount: int) -> None:
    Opportunity.objects.filter(pk="mill").update(amount_minor=amount)
    assert follow(folder, NOW).delta


def _open(engine: SteadyEngine) -> Any:
    return _book(engine).measure("open_pipeline").value


def _book(engine: SteadyEngine) -> Book:
    scope = engine.scope if isinstance(engine, ScopedEngine) else Scope()
    return Book(engine.steady(), Settings(), scope=scope)


def test_numbers_change_over_once_the_next_state_was_asked_for_them(
    engine: SteadyEngine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _open(engine) == 100_000
    _edit(folder, 250_000)
    with steady._one_at_a_time:  # so that asking ahead waits
        assert _open(engine) == 100_000
        assert engine.run("SELECT amount_minor FROM opportunity").rows == [(250_000,)]
    _end(engine)
    monkeypatch.setattr(engine, "_run", lambda *_: pytest.fail("It was asked ahead."))
    assert _open(engine) == 250_000


def test_all_that_one_book_answers_is_of_one_state(engine: SteadyEngine, folder: Path) -> None:
    book = _book(engine)
    assert book.measure("open_pipeline").value == 100_000
    _edit(folder, 250_000)
    _open(engine)
    _end(engine)
    assert book.measure("open_pipeline", by="stage").figures[0].value == 100_000
    assert book.engine.run("SELECT amount_minor FROM opportunity").rows == [(100_000,)]
    assert book.rows_behind("open_pipeline").dicts()[0]["numerator"] == 100_000
    assert _open(engine) == 250_000


def test_what_changes_the_meaning_of_a_book_shows_at_once(
    engine: SteadyEngine, folder: Path
) -> None:
    assert _open(engine) == 100_000
    Opportunity.objects.update(amount_minor=250_000)
    follow(folder, fixed_clock(datetime(2026, 7, 2, tzinfo=UTC)))  # a new base, as once a day
    assert _open(engine) == 250_000


@pytest.mark.parametrize("what", ["LARGE", "LONGEST_BEHIND"])
def test_who_reads_a_small_book_or_was_long_away_reads_the_newest_state(
    engine: SteadyEngine, folder: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    assert _open(engine) == 100_000
    monkeypatch.setattr(steady, what, 1_000_000 if what == "LARGE" else 0.0)
    _edit(folder, 250_000)
    assert _open(engine) == 250_000


def test_a_page_says_of_when_its_numbers_are(served: Office, folder: Path, as_dora: Reader) -> None:
    assert served.dora.is_active
    for address in ("/", "/numbers", "/numbers/open_pipeline", "/numbers/open_pipeline/rows"):
        assert "These numbers are as of" not in as_dora.page(address).text
    with steady._one_at_a_time:
        _edit(folder, 250_000)
        for address in ("/", "/numbers", "/numbers/open_pipeline", "/numbers/open_pipeline/rows"):
            assert "These numbers are as of" in as_dora.page(address).text
