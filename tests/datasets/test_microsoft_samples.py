"""Two CRM samples of Microsoft's, as published, give their published figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.datasets.opening import open_dataset, recognised, rows


@pytest.fixture(scope="module")
def ai_sample(datasets: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The book of the AI sample, opened as the folder it is."""
    folder = tmp_path_factory.mktemp("ai") / "book"
    open_dataset([datasets / "microsoft_ai_sample_crm"], folder)
    return folder


@pytest.fixture(scope="module")
def tracking(datasets: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The book of the opportunity tracking sample, opened as the folder it is."""
    folder = tmp_path_factory.mktemp("tracking") / "book"
    open_dataset([datasets / "microsoft_opportunity_tracking"], folder)
    return folder


def test_the_ai_sample_has_its_outcomes(ai_sample: Path) -> None:
    asked = "SELECT outcome, count(*) FROM opportunity GROUP BY 1 ORDER BY 1"
    assert rows(ai_sample, asked) == [("lost", 6113), ("open", 2467), ("won", 11420)]


def test_the_ai_sample_is_recognised_and_tables_of_other_things_are_left_out(
    ai_sample: Path,
) -> None:
    assert recognised(ai_sample) == {
        "accounts.csv": "account",
        "campaigns.csv": "campaign",
        "contacts.csv": "contact",
        "opportunities.csv": "opportunity",
        "owners.csv": "person",
        "products.csv": "product",
    }


def test_the_ai_sample_refers_by_the_numbers_its_files_share(ai_sample: Path) -> None:
    for table in ("account", "person", "product"):
        column = {"person": "owner"}.get(table, table)
        asked = (
            f"SELECT count(*) FROM opportunity o JOIN {table} t ON t.id = o.{column}_id "
            "WHERE t.name IS NOT NULL"
        )
        assert rows(ai_sample, asked) == [(20000,)]
    assert rows(ai_sample, "SELECT count(*) FROM person") == [(13,)]


def test_managers_written_family_name_first_are_the_people_they_are(ai_sample: Path) -> None:
    asked = "SELECT m.name FROM person p JOIN person m ON m.id = p.manager_id WHERE p.name = 'Molly Clark'"
    assert rows(ai_sample, asked) == [("Spencer Low",)]


def test_the_tracking_sample_is_recognised(tracking: Path) -> None:
    assert recognised(tracking) == {
        "account.csv": "account",
        "fact.csv": "opportunity",
        "product.csv": "product",
        "salesstage.csv": "pipeline_stage",
    }


def test_the_tracking_sample_has_its_stages_by_name_with_their_chances(tracking: Path) -> None:
    asked = "SELECT stage, default_probability::DOUBLE FROM pipeline_stage ORDER BY position"
    assert rows(tracking, asked) == [
        ("Lead", 0.1),
        ("Qualify", 0.2),
        ("Solution", 0.4),
        ("Proposal", 0.6),
        ("Finalize", 0.8),
    ]


def test_the_line_that_is_there_twice_is_told_and_counted_once(tracking: Path) -> None:
    # 487 lines hold 2,110,905,127 for 486 opportunities; the later of the two lines counts.
    assert rows(tracking, "SELECT count(*), sum(amount_minor)::BIGINT FROM opportunity") == [
        (486, 210_895_258_000)
    ]
    [(repeated,)] = rows(tracking, "SELECT value FROM _problem WHERE code = 'repeated_id'")
    assert repeated


def test_ids_written_with_decimals_are_the_same_ids(tracking: Path) -> None:
    asked = "SELECT count(*) FROM opportunity o JOIN account a ON a.id = o.account_id"
    assert rows(tracking, asked) == [(486,)]
