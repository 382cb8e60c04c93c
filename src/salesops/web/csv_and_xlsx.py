"""Rows written as CSV and as XLSX that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from salesops.foundations.problem import Refusal
from salesops.importers.refused import defused

MOST_IN_SHEET = 1_048_575  # rows below the header; what is beyond a sheet drops without a word
_AS_THEY_ARE: Mapping[str, Any] = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "remove_timezone": True,
}


def safe(cell: Any) -> Any:
    """Text that would begin a formula is defused; anything else stays as it is."""
    return defused(cell) if isinstance(cell, str) else cell


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The lines of a CSV with a byte order mark and raw ISO values."""
    yield "\ufeff"
    yield _line([safe(h) for h in header])
    for row in rows:
        yield _line([safe(_raw(c)) for c in row])


def xlsx_bytes(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A workbook made in memory."""
    out = io.BytesIO()
    _write(out, {"in_memory": True}, name, header, rows)
    return out.getvalue()


def write_xlsx(file: Path, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A workbook made on disk, a row at a time; what it needs meanwhile stands beside the file."""
    _write(str(file), {"constant_memory": True, "tmpdir": str(file.parent)}, name, header, rows)


def _write(
    out: BinaryIO | str,
    how: Mapping[str, Any],
    name: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Any]],
) -> None:
    """Typed cells and a header that stays. Raises Refusal for more rows than a sheet holds."""
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    book = xlsxwriter.Workbook(out, {**_AS_THEY_ARE, **how})
    sheet = book.add_worksheet(name[:31])
    bold = book.add_format({"bold": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.write_row(0, 0, list(header), bold)
    sheet.freeze_panes(1, 0)
    number = 0
    for number, row in enumerate(rows, 1):
        if number > MOST_IN_SHEET:
            raise Refusal(
                f"A sheet of XLSX holds {MOST_IN_SHEET:,} rows, and these are more. Narrow them, or take CSV."
            )
        for place, cell in enumerate(row):
            if isinstance(cell, datetime):
                sheet.write_datetime(number, place, cell, instant)
            elif isinstance(cell, date):
                sheet.write_datetime(
                    number, place, datetime.combine(cell, datetime.min.time()), day
                )
            elif isinstance(cell, bool):
                sheet.write_boolean(number, place, cell)
            elif isinstance(cell, int | float | Decimal):
                sheet.write_number(number, place, float(cell))
            elif cell is not None:
                sheet.write_string(number, place, str(safe(str(cell))))
    sheet.autofilter(0, 0, max(1, number), max(0, len(header) - 1))
    try:
        book.close()
    except FileCreateError as error:  # which hides that the disk is full
        raise error.args[0] from error


def _raw(cell: Any) -> Any:
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return "" if cell is None else cell


def _line(cells: Sequence[Any]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()
