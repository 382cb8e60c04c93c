"""Writing an answer for a program: CSV, JSON or Parquet, to a file or to the pipe."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from salesops.cli.formats import Format
from salesops.foundations.problem import Refusal

Columns = dict[str, str]  # name → what is in it: decimal, float, whole, text, or "" for as it comes
Record = dict[str, Any]


def write(records: Sequence[Record], columns: Columns, form: Format, target: Path | None) -> None:
    """Write records of `columns`; without a target to standard output."""
    if form is Format.PARQUET:
        if target is None:
            raise Refusal("Parquet is not text. Name a file to write with --out.")
        _write_parquet(records, columns, target)
        return
    text = _as_csv(records, columns) if form is Format.CSV else as_json(records)
    if target is None:
        sys.stdout.write(text)
    else:
        target.write_text(text, "utf-8")


def refuse_file(target: Path | None) -> None:
    """Refuse to write the table that people read to a file."""
    if target is not None:
        raise Refusal("A table is for people. Say --format csv, json or parquet to write a file.")


def as_json(records: Sequence[Record]) -> str:
    """A JSON array. Exact decimals leave as text, so that no reader turns them into floats unasked."""
    plain = [{k: _plain(v) for k, v in r.items()} for r in records]
    return json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _as_csv(records: Sequence[Record], columns: Columns) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows({k: _plain(v) for k, v in r.items()} for r in records)
    return text.getvalue()


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def _write_parquet(records: Sequence[Record], columns: Columns, target: Path) -> None:
    """Every column has the same type in every file, also where it is empty."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {
        "decimal": pa.decimal128(38, 9),
        "float": pa.float64(),
        "whole": pa.int64(),
        "text": pa.string(),
    }
    arrays = {
        name: pa.array([r[name] for r in records], types.get(kind))
        for name, kind in columns.items()
    }
    pq.write_table(pa.table(arrays), target)
