"""Exports of a view: CSV and XLSX that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from salesops.foundations.money import minor_digits
from salesops.importers.refused import defused


def safe(cell: Any) -> Any:
    """Text that would begin a formula is defused; anything else stays as it is."""
    return defused(cell) if isinstance(cell, str) else cell


def major(minor: int | float | Decimal | None, currency: str) -> Decimal | None:
    """Money as people count it, 1234.50, from minor units."""
    return None if minor is None else Decimal(str(minor)).scaleb(-minor_digits(currency))


def is_export(request: HttpRequest) -> bool:
    """The address asks for a file of what the page shows."""
    return request.GET.get("export") in ("csv", "xlsx")


def as_asked(
    request: HttpRequest, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]
) -> HttpResponseBase:
    """The file that the address asks for."""
    export = as_xlsx if request.GET["export"] == "xlsx" else as_csv
    return export(name, header, rows)


def as_csv(
    name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]
) -> StreamingHttpResponse:
    """A CSV with a byte order mark and raw ISO values, sent while it is written."""

    def lines() -> Iterator[str]:
        yield "\ufeff"
        yield _line([safe(h) for h in header])
        for row in rows:
            yield _line([safe(_raw(c)) for c in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def as_xlsx(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A workbook with typed cells and a header that stays."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "remove_timezone": True,
        },
    )
    sheet = book.add_worksheet(name[:31])
    bold = book.add_format({"bold": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.write_row(0, 0, list(header), bold)
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows, 1):
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
    sheet.autofilter(0, 0, max(1, sheet.dim_rowmax or 1), max(0, len(header) - 1))
    book.close()
    response = HttpResponse(
        out.getvalue(),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


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
