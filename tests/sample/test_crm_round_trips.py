"""The sample company through HubSpot, Pipedrive and reports of Salesforce: what they can carry comes back the same."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from salesops.book.book import Book
from salesops.book.settings import Settings, StageMeaning, load_settings
from salesops.engines.duckdb import DuckDBEngine
from salesops.jobs.opening import open_files
from salesops.sample.company import Company, simulate
from salesops.sample.offer import NO_DECISION
from tests.sample.crm_exports import write_crm
from tests.sample.loaded import load_book

NOW = datetime(2026, 9, 1, tzinfo=UTC)
PERIODS = ("all", "2025")
OF_DEALS = (
    "average_deal_size",
    "closed_to_date",
    "created_cohort_win_rate",
    "new_customers",
    "open_pipeline",
    "pipeline_due",
    "win_rate",
    "win_rate_narrow",
)
# Of stages gone through; and of the instant of creation, of which a report has only the day.
OF_STAGES = ("close_rate", "forecast", "weighted_due", "weighted_pipeline")
OF_INSTANTS = ("aged_pipeline", "lost_cycle", "sales_cycle", "win_loss_cycle_ratio")
OF_RETURNS = (
    "stage_conversion",
    "stage_to_win",
)  # each time a stage was entered, not only the last

CARRIED = {
    "HubSpot": OF_DEALS + OF_STAGES + OF_INSTANTS,
    "Pipedrive": OF_DEALS,
    "Salesforce report": OF_DEALS + OF_STAGES + OF_RETURNS,
}
# What each cannot carry is told.
TOLD = {
    "HubSpot": {"history_of_stages_alone"},
    "Pipedrive": {"history_not_told"},
    "Salesforce report": {"history_of_stages_alone", "no_id_in_file"},
}


@pytest.fixture(scope="module")
def small() -> Company:
    """150 opportunities from seed 5."""
    return simulate(150, 5)


@pytest.mark.parametrize("system", CARRIED)
def test_numbers_of_what_a_system_exports_are_those_of_the_company(
    system: str, small: Company, tmp_path: Path
) -> None:
    # Pipedrive knows no third way to end, so there a deal given up is a lost one.
    lost = [StageMeaning(stage=NO_DECISION, outcome="lost")] if system == "Pipedrive" else []
    original = load_book(small, tmp_path / "original", Settings(stages=lost))
    open_files(write_crm(small, tmp_path / "files", system), tmp_path / "book", lambda: NOW)
    book = Book(DuckDBEngine(tmp_path / "book"), load_settings(tmp_path / "book"))
    for name in CARRIED[system]:
        assert _cells(book, name) == _cells(original, name), name
    found = book.engine.run("SELECT DISTINCT code FROM _problem_count").rows
    assert {code for (code,) in found} == TOLD[system]


def _cells(book: Book, name: str) -> list[Any]:
    """The number in several periods, and for each source."""
    figures = [book.measure(name, period=period).figure for period in PERIODS]
    cells = [(f.value, f.numerator, f.denominator, f.n) for f in figures]
    if "source" not in book.can_split(name):
        return cells
    split = book.measure(name, period="2025", by=["source"])
    return [*cells, sorted((str(f.key), f.value, f.n) for f in split)]
