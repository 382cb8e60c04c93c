"""AdventureWorks, a HubSpot warehouse and Salesforce's own headers: recognised, or told plainly why not."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from salesops.importers.salesforce import OBJECTS, is_export, wanted_columns
from tests.datasets.opening import open_dataset, recognised, rows


@pytest.fixture(scope="module")
def adventureworks(datasets: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The book of AdventureWorks."""
    folder = tmp_path_factory.mktemp("aw") / "book"
    open_dataset(sorted((datasets / "adventureworks_sales").glob("*.csv")), folder)
    return folder


@pytest.fixture(scope="module")
def hubspot(datasets: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The book of a HubSpot warehouse's seed files."""
    folder = tmp_path_factory.mktemp("hubspot") / "book"
    open_dataset(sorted((datasets / "dbt_hubspot_seeds").glob("*.csv")), folder)
    return folder


def test_adventureworks_is_recognised(adventureworks: Path) -> None:
    assert recognised(adventureworks) == {
        "CurrencyRate.csv": "exchange_rate",
        "Product.csv": "product",
        "SalesPersonQuotaHistory.csv": "quota",
        "SalesTerritoryHistory.csv": "team_membership",
        "Store.csv": "account",
    }


def test_adventureworks_has_its_quotas(adventureworks: Path) -> None:
    asked = "SELECT count(*), sum(amount_minor)::BIGINT, count(DISTINCT person_id) FROM quota"
    assert rows(adventureworks, asked) == [(163, 9_571_400_000, 17)]
    assert rows(adventureworks, "SELECT count(*) FROM quota WHERE ends_on <= starts_on") == [(0,)]


def test_rates_given_for_one_dollar_tell_what_the_other_currency_is_worth(
    adventureworks: Path,
) -> None:
    asked = (
        "SELECT rate FROM exchange_rate WHERE currency = 'AUD' AND valid_from = DATE '2011-05-31'"
    )
    assert rows(adventureworks, asked) == [(Decimal("0.645536118"),)]  # 1 / 1.5491


def test_a_rate_lasts_until_the_next_and_no_day_has_two(adventureworks: Path) -> None:
    asked = (
        "SELECT count(*) FROM exchange_rate a JOIN exchange_rate b ON a.currency = b.currency "
        "AND a.valid_from < b.valid_from AND b.valid_from < a.valid_to"
    )
    assert rows(adventureworks, asked) == [(0,)]


def test_hubspot_files_are_recognised_and_others_are_left_alone(hubspot: Path) -> None:
    assert recognised(hubspot) == {
        "company_data.csv": "account",
        "contact_data.csv": "contact",
        "deal_pipeline_data.csv": "pipeline_stage",
        "deal_pipeline_stage_data.csv": "pipeline_stage",
        "deal_stage_data.csv": "opportunity_version",
        "email_campaign_data.csv": "campaign",
        "owner_data.csv": "person",
        "team_data.csv": "person",
        "users_data.csv": "person",
    }


def test_hubspot_deals_without_a_stage_are_told_in_words(hubspot: Path) -> None:
    from salesops.engines.folder import read_manifest

    manifest = read_manifest(hubspot)
    assert manifest is not None
    [why] = [f.why for f in manifest.files if f.name == "deal_data.csv"]
    assert why == (
        "It looks like opportunities, but no column with values in it tells stage or status or amount. "
        "Choose what it holds if it matters."
    )


def test_every_standard_object_with_its_standard_headers_is_an_export(datasets: Path) -> None:
    headers = json.loads(
        (datasets / "salesforce_export_headers" / "standard_object_headers.json").read_text()
    )
    missing = set()
    for name, columns in headers.items():
        if name not in OBJECTS:
            continue
        assert is_export(f"{name}.csv", columns), name
        standard = {c for c in OBJECTS[name][1] if not c.endswith("__c")}
        missing |= {
            f"{name}.{c}" for c in standard - (wanted_columns(f"{name}.csv", columns) or set())
        }
    # Formula fields are absent from an export; so are these, which only the programming interface gives.
    assert missing == {
        "Contact.Name",
        "Lead.Name",
        "User.Name",
        "Lead.CampaignId",
        "Task.TaskSubtype",
        "Event.StartDateTime",
        "ForecastingQuota.QuotaOwnerId",
        "ForecastingQuota.PeriodId",
        "ForecastingQuota.StartDate",
        "ForecastingQuota.ProductFamily",
        "OpportunityContactRole.IsPrimary",
    }
