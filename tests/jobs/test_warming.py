"""What is kept beside a book is what asking it would give, and only as long as it would."""

from __future__ import annotations

import json
import shutil
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from salesops.book.book import Book
from salesops.book.engine import Rows
from salesops.book.question import Question
from salesops.book.settings import CalendarSettings, Segment, Settings
from salesops.engines.duckdb import DuckDBEngine
from salesops.engines.names import NAMES
from salesops.foundations.clock import system_clock
from salesops.importers import Answers
from salesops.importers.model import Cancelled
from salesops.insights import (
    KEY_NUMBERS,
    every_finding,
    key_reading,
    most_telling,
    quarter_readings,
)
from salesops.jobs import warming
from salesops.jobs.held_up import held_up_in, kept_held_up, what_holds_up
from salesops.jobs.opening import check_files, examine_files, open_files
from salesops.jobs.rebuilding import apply_settings
from salesops.jobs.warming import (
    WarmEngine,
    _editions,
    look_ahead,
    look_at,
    publish_warm,
    what_stands_out,
)
from salesops.kpis import KPIS
from salesops.sample.company import simulate
from salesops.sample.salesforce import write_export

SETTINGS = Settings()


class SilentEngine(WarmEngine):
    """Answers only what is kept."""

    def _run(self, *_: Any) -> Rows:
        raise AssertionError("This is not kept.")


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Files of a company with findings."""
    folder = tmp_path_factory.mktemp("export")
    return write_export(simulate(1500, 1), folder / "WE_00D5g000004TxYzEAK_1.zip")


@pytest.fixture(scope="module")
def looked_at(export: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book of them, published with its first look."""
    place = tmp_path_factory.mktemp("looked_at")
    folder, work = place / "book", place / "work"
    examination = examine_files(export, work, Answers())
    checked = check_files(examination, work, SETTINGS, system_clock)
    look_ahead(checked, SETTINGS)
    publish_warm(folder, checked)
    return folder


@pytest.fixture
def opened(looked_at: Path, tmp_path: Path) -> Path:
    """That book, to change."""
    return Path(shutil.copytree(looked_at, tmp_path / "book"))


def readings(book: Book) -> list[object]:
    """Everything home shows as numbers."""
    return [*(key_reading(book, name) for name in KEY_NUMBERS), quarter_readings(book)]


def test_home_asks_the_file_nothing_after_an_import(opened: Path) -> None:
    kept = SilentEngine(opened)
    assert what_stands_out(kept, SETTINGS)
    assert readings(Book(kept, SETTINGS))


def test_what_is_kept_is_what_asking_gives(opened: Path) -> None:
    asked = Book(DuckDBEngine(opened), SETTINGS)
    kept = SilentEngine(opened)
    assert readings(Book(kept, SETTINGS)) == readings(asked)
    told = most_telling(every_finding(asked) + what_holds_up(asked))
    assert what_stands_out(kept, SETTINGS) == told


def test_what_holds_deals_up_is_kept_whole_and_not_for_other_settings(opened: Path) -> None:
    base = opened / "base-1.duckdb"
    kept = kept_held_up(base, SETTINGS)
    assert kept is not None
    assert kept.found.looks > 0
    assert any(flow.queue and flow.dropped and flow.returned for flow in kept.flows)
    assert kept == held_up_in(Book(DuckDBEngine(opened), SETTINGS))
    large = Settings(segments=[Segment(name="Large", criterion="amount > 50000")])
    assert kept_held_up(base, large) is None


@pytest.mark.parametrize("what", [warming.ANSWERS, warming.FINDINGS])
@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"edition": "of another program", "answers": [], "findings": []}'],
)
def test_what_cannot_be_used_is_asked_again(opened: Path, what: str, text: str) -> None:
    expected = what_stands_out(WarmEngine(opened), SETTINGS)
    (opened / f"base-1.duckdb{what}").write_text(text)
    engine = WarmEngine(opened)
    assert what_stands_out(engine, SETTINGS) == expected
    assert key_reading(Book(engine, SETTINGS), "win_rate").now.value is not None


def test_answers_of_other_definitions_are_not_given(
    opened: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warming, "edition", lambda: "mended")
    with pytest.raises(AssertionError, match="not kept"):
        key_reading(Book(SilentEngine(opened), SETTINGS), "win_rate")


def test_another_calendar_is_looked_at_anew(opened: Path) -> None:
    what_stands_out(WarmEngine(opened), SETTINGS)
    elsewhere = Settings(calendar=CalendarSettings(time_zone="Asia/Tokyo"))
    with pytest.raises(AssertionError, match="not kept"):
        what_stands_out(SilentEngine(opened), elsewhere)


def test_settings_leave_a_book_as_warm_as_files_do(opened: Path) -> None:
    said = Settings(currency="EUR")
    apply_settings(opened, said, system_clock)
    kept = SilentEngine(opened)
    assert what_stands_out(kept, said)
    assert readings(Book(kept, said))


def test_what_is_kept_goes_with_its_generation(opened: Path) -> None:
    for currency in ("EUR", "USD"):
        apply_settings(opened, Settings(currency=currency), system_clock)
    assert not list(opened.glob("base-1.*"))
    assert {p.name for p in opened.glob("base-3.*")} == {
        "base-3.duckdb",
        "base-3.duckdb.answers",
        "base-3.duckdb.checks-former",
        "base-3.duckdb.checks-report",
        "base-3.duckdb.checks-trend",
        "base-3.duckdb.findings",
        "base-3.duckdb.held-up",
        f"base-3.duckdb{NAMES}",
    }


def test_a_book_opened_without_a_look_is_looked_at_by_the_first_who_asks(
    export: list[Path], tmp_path: Path
) -> None:
    open_files(export, tmp_path / "book", system_clock)
    found = what_stands_out(WarmEngine(tmp_path / "book"), SETTINGS)
    assert found
    assert what_stands_out(SilentEngine(tmp_path / "book"), SETTINGS) == found


def test_an_import_says_that_it_looks_for_what_stands_out(opened: Path) -> None:
    said: list[tuple[str, int, int]] = []
    look_at(opened, SETTINGS, watch=lambda *step: said.append(step))
    assert {step for step, _, _ in said} == {warming.STEP}
    assert [done for _, done, _ in said] == list(range(said[-1][2] + 1))


def test_a_mistake_in_a_number_does_not_keep_the_book_from_anybody(
    export: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def wrong(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(warming, "look_at", wrong)
    examination = examine_files(export, tmp_path / "work", Answers())
    checked = check_files(examination, tmp_path / "work", SETTINGS, system_clock)
    look_ahead(checked, SETTINGS)
    publish_warm(tmp_path / "book", checked)
    assert Book(DuckDBEngine(tmp_path / "book"), SETTINGS).measure("win_rate").value
    assert "could not be worked out beforehand" in caplog.text


def test_who_cancels_the_look_cancels_the_import(
    export: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cancels(*_: Any, **__: Any) -> None:
        raise Cancelled

    examination = examine_files(export, tmp_path / "work", Answers())
    checked = check_files(examination, tmp_path / "work", SETTINGS, system_clock)
    monkeypatch.setattr(warming, "look_at", cancels)
    with pytest.raises(Cancelled):
        look_ahead(checked, SETTINGS)


def test_every_kind_of_value_comes_back_as_it_was() -> None:
    values = (
        1,
        1.5,
        True,
        None,
        "text",
        Decimal("1.20"),
        date(2026, 1, 31),
        datetime(2026, 1, 31, 14, 5, 0, 7),  # noqa: DTZ001
    )
    back = warming._typed(json.loads(json.dumps(warming._plain(values))))
    assert [(type(v), v) for v in back] == [(type(v), v) for v in values]
    assert str(back[5]) == "1.20"


def test_texts_are_compiled_for_books_that_lack_something_too() -> None:
    short = {q.lacks for q in _editions(Question(kpi=KPIS["reps_at_quota"]))}
    assert short == {
        (),
        ("team_quota",),
        ("opportunity_split",),
        ("team_quota", "opportunity_split"),
    }
    assert [q.lacks for q in _editions(Question(kpi=KPIS["win_rate"]))] == [()]
