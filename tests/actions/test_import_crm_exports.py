"""Exports of HubSpot and Pipedrive and reports of Salesforce become records once, and a later one their versions."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from salesops.actions.import_rows import go_on, preview_import, start_import
from salesops.foundations.clock import fixed_clock
from salesops.records.models import Opportunity, OpportunityVersion
from tests.importers.opened import opened

pytestmark = pytest.mark.django_db

JUNE = datetime(2026, 6, 30, 12, tzinfo=UTC)
JULY = datetime(2026, 7, 31, 12, tzinfo=UTC)
NOW = fixed_clock(datetime(2026, 8, 1, tzinfo=UTC))

HUBSPOT = (
    (
        "Record ID,Deal Name,Deal Stage,Pipeline,Amount,Create Date,Deal owner,"
        '"Date entered ""Offer (EU)""","Date entered ""Done (EU)"""\n'
    ),
    "1,Mill,Offer,EU,{amount},2026-01-05 09:00,Ann,2026-01-05 09:00,\n",
    "2,Quay,Done,EU,250,2026-02-05 09:00,Bob,2026-02-05 09:00,2026-05-05 09:00\n",
    "3,Dock,Offer,EU,90,2026-07-05 09:00,Bob,2026-07-05 09:00,\n",
)
PIPEDRIVE = (
    (
        "Deal - ID,Deal - Title,Deal - Stage,Deal - Pipeline,Deal - Status,Deal - Value,"
        "Deal - Deal created,Deal - Owner,Deal - Won time\n"
    ),
    "1,Mill,Offer,EU,Open,{amount},2026-01-05 09:00:00,Ann,\n",
    "2,Quay,Offer,EU,Won,250,2026-02-05 09:00:00,Bob,2026-05-05 09:00:00\n",
    "3,Dock,Offer,EU,Open,90,2026-07-05 09:00:00,Bob,\n",
)
REPORT = (
    "Opportunity Name,Account Name,Stage,Amount,Created Date,Close Date,Opportunity Owner\n",
    "Mill,Acme,Offer,{amount},1/5/2026,7/31/2026,Ann\n",
    "Quay,Acme,Closed Won,250,2/5/2026,5/31/2026,Bob\n",
    "Dock,Acme,Offer,90,7/5/2026,9/30/2026,Bob\n",
)


@pytest.mark.parametrize(
    ("source", "lines"),
    [("HubSpot", HUBSPOT), ("Pipedrive", PIPEDRIVE), ("Salesforce", REPORT)],
)
def test_an_export_is_written_once_and_a_later_one_becomes_versions(
    source: str, lines: tuple[str, ...], tmp_path: Path
) -> None:
    head, mill, quay, dock = lines
    first = (head + mill.format(amount="100.50") + quay).encode()
    later = (head + mill.format(amount="175") + quay + dock).encode()

    june = opened(tmp_path / "june", {"deals.csv": first}).work
    told = preview_import(june, source)
    assert (told["opportunity"].created, told["person"].created) == (2, 2)
    assert not Opportunity.objects.exists()
    go_on(start_import(None, source, ["deals.csv"], JUNE, NOW), june, NOW)
    assert {o.name: (o.amount_minor, o.owner.name) for o in Opportunity.objects.all()} == {
        "Mill": (10_050, "Ann"),
        "Quay": (25_000, "Bob"),
    }

    again = opened(tmp_path / "again", {"deals.csv": first}).work
    assert not any(c.created or c.changed for c in preview_import(again, source).values())
    versions = OpportunityVersion.objects.count()
    go_on(start_import(None, source, ["deals.csv"], JUNE, NOW), again, NOW)
    assert OpportunityVersion.objects.count() == versions

    july = opened(tmp_path / "july", {"deals.csv": later}).work
    told = preview_import(july, source)
    assert (told["opportunity"].created, told["opportunity"].changed) == (1, 1)
    go_on(start_import(None, source, ["deals.csv"], JULY, NOW), july, NOW)
    mine = OpportunityVersion.objects.filter(record_id=Opportunity.objects.get(name="Mill").id)
    states = [(v.amount_minor, v.ends_at) for v in mine.order_by("begins_at", "version")]
    assert states[-2:] == [(10_050, JULY), (17_500, mine.latest("begins_at").ends_at)]
