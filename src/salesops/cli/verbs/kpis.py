"""`salesops kpis`: every KPI there is."""

from __future__ import annotations

from salesops.cli.formats import ListFormat
from salesops.cli.options import ListFormatOption


def kpis(form: ListFormatOption = ListFormat.TABLE) -> None:
    """List every KPI with its question."""
    from salesops.cli.kpis import list_kpis

    list_kpis(form)
