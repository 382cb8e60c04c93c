"""Listing the KPIs at the command line, by what they are about."""

from __future__ import annotations

import sys
from itertools import groupby

from rich.table import Table

from salesops.cli.formats import ListFormat
from salesops.cli.terminal import out, say
from salesops.cli.writing import as_json
from salesops.kpis import KPIS
from salesops.kpis._definition import Kpi


def list_kpis(form: ListFormat) -> None:
    """Print every KPI with its question."""
    if form is ListFormat.JSON:
        sys.stdout.write(as_json([_record(k) for k in KPIS.values()]))
        return
    console = out()
    width = max(len(name) for name in KPIS)
    ordered = sorted(KPIS.values(), key=lambda k: (k.group, k.name))
    for group, kpis in groupby(ordered, key=lambda k: k.group):
        say(console, group.capitalize(), style="bold")
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True, min_width=width + 2)
        table.add_column()
        for kpi in kpis:
            table.add_row(f"  {kpi.name}", kpi.question)
        console.print(table, markup=False)


def _record(kpi: Kpi) -> dict[str, object]:
    return {
        "name": kpi.name,
        "number": kpi.number,
        "title": kpi.title,
        "group": kpi.group,
        "question": kpi.question,
        "meaning": kpi.meaning,
        "formula": kpi.formula,
        "unit": kpi.unit.value,
        "basis": kpi.basis.value,
        "version": kpi.version,
    }
