"""Asking a book at the command line: one KPI, the list of KPIs, the problems of an import."""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from salesops.foundations.problem import Refusal

FORMATS = ("table", "csv", "json", "parquet")


def ask(
    name: str,
    folder: Path,
    by: list[str],
    period: str,
    as_of: str | None,
    where: str | None,
    form: str,
    out: Path | None,
) -> int:
    """Print or write one measurement. Returns the exit code: 0, also where the answer is n/a."""
    import salesops
    from salesops.kpis import KPIS

    if form not in FORMATS:
        raise Refusal(f"“{form}” is not a format. Use one of {', '.join(FORMATS)}.")
    book = salesops.open(folder)
    if where:
        book = book.where(where)
    if as_of:
        book = book.as_of(as_of)
    splits = [part for b in by for part in b.split(",") if part]
    kpi = KPIS.get(name)
    if not splits and kpi is not None and kpi.default_by and form == "table":
        splits = [kpi.default_by]
    measurement = book.measure(name, period=period, by=splits)
    if form == "table" and out is None:
        _print(measurement)
    else:
        _write(measurement.records(), form, out)
    return 0


def list_kpis(form: str) -> int:
    """Print every KPI with its question."""
    from salesops.kpis import KPIS

    if form == "json":
        found = [
            {
                "name": k.name,
                "number": k.number,
                "title": k.title,
                "question": k.question,
                "meaning": k.meaning,
                "formula": k.formula,
                "unit": k.unit.value,
                "basis": k.basis.value,
                "version": k.version,
            }
            for k in KPIS.values()
        ]
        sys.stdout.write(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
        return 0
    table = Table("KPI", "Title", "Question", box=None, header_style="bold", pad_edge=False)
    for kpi in KPIS.values():
        table.add_row(kpi.name, kpi.title, kpi.question)
    Console().print(table)
    return 0


def show_problems(folder: Path, form: str, refused: Path | None) -> int:
    """Print the problems of the last import; write refused rows where asked."""
    import duckdb

    import salesops
    from salesops.engines.folder import read_manifest

    book = salesops.open(folder)
    found = book.engine.run(
        "SELECT severity, message, remedy, file, column_name, rows, amount_minor FROM _problem_count "
        "ORDER BY severity = 'note', rows DESC"
    ).dicts()
    if form == "json":
        sys.stdout.write(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    elif not found:
        Console().print("Nothing was wrong with the files.")
    else:
        table = Table("", "Rows", "What", "What to do", "Where", box=None, header_style="bold")
        for problem in found:
            where = " ".join(x for x in (problem["file"], problem["column_name"]) if x)
            table.add_row(
                problem["severity"],
                f"{problem['rows']:,}",
                problem["message"],
                problem["remedy"],
                where,
            )
        Console().print(table)
    if refused is not None:
        from salesops.importers import write_refused

        manifest = read_manifest(folder)
        assert manifest is not None  # salesops.open refuses where there is none
        with duckdb.connect(str(folder / manifest.base), read_only=True) as connection:
            written = write_refused(connection, refused)
        names = ", ".join(str(w) for w in written) or "no file: no row was refused"
        Console(stderr=True).print(f"Wrote {names}.")
    return 0


def _print(measurement: Any) -> None:
    from salesops.book.picture import caption, cells, headings

    console = Console()
    table = Table(box=None, header_style="bold", pad_edge=False)
    names = headings(measurement)
    for place, name in enumerate(names):
        table.add_column(name, justify="left" if place < len(measurement.by) else "right")
    for figure in measurement:
        table.add_row(*cells(measurement, figure))
    console.print(f"[bold]{caption(measurement)}[/bold]", highlight=False)
    console.print(f"[dim]{measurement.kpi.formula}[/dim]", highlight=False)
    if len(measurement):
        console.print(table)
    reasons = [f.why for f in measurement if f.why]
    if not len(measurement):
        reasons.append("There is nothing to split.")
    for reason in dict.fromkeys(reasons):
        console.print(reason, highlight=False)


def _write(records: list[dict[str, Any]], form: str, out: Path | None) -> None:
    if form == "parquet":
        if out is None:
            raise Refusal("Parquet is not text. Name a file to write with --out.")
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns = list(records[0]) if records else []
        pq.write_table(pa.table({c: [_plain(r[c]) for r in records] for c in columns}), out)
        return
    if form == "csv":
        import csv
        import io

        text = io.StringIO()
        writer = csv.DictWriter(text, list(records[0]) if records else [], lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)
        body = text.getvalue()
    else:
        body = json.dumps(
            [{k: _plain(v) for k, v in r.items()} for r in records], indent=2, ensure_ascii=False
        )
        body += "\n"
    if out is None:
        sys.stdout.write(body)
    else:
        out.write_text(body, "utf-8")


def _plain(value: Any) -> Any:
    """Exact decimals leave as text, so that no reader turns them into floats unasked."""
    return str(value) if isinstance(value, Decimal) else value
