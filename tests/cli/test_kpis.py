"""`salesops kpis` lists what can be asked."""

from __future__ import annotations

import json

from salesops.kpis import KPIS
from tests.cli.conftest import Run


def test_every_kpi_is_listed_with_its_whole_name(salesops: Run) -> None:
    told = salesops("kpis").out
    assert {line.split()[0] for line in told.splitlines() if line.startswith("  ")} == set(KPIS)


def test_json_holds_every_definition(salesops: Run) -> None:
    listed = json.loads(salesops("kpis", "--format", "json").out)
    assert {k["name"]: k["formula"] for k in listed} == {k.name: k.formula for k in KPIS.values()}
