"""Exports of a view: handed out at once where they are small, and in an office prepared by a worker where they are not."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    QueryDict,
    StreamingHttpResponse,
)

from salesops.foundations.money import minor_digits
from salesops.jobs.progress import Watch
from salesops.web.books import is_office
from salesops.web.csv_and_xlsx import csv_lines, write_xlsx, xlsx_bytes

CSV, XLSX = "csv", "xlsx"
TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# What an office hands out at once: rows of twenty columns that are read and written in about a second, and whatever
# number of them can be read in two.
AT_ONCE = {CSV: 50_000, XLSX: 10_000}
SECONDS_AT_ONCE = 2.0
EVERY = 10**9  # more rows than any book has
TOLD_EVERY = 500  # rows


def major(minor: int | float | Decimal | None, currency: str) -> Decimal | None:
    """Money as people count it, 1234.50, from minor units."""
    return None if minor is None else Decimal(str(minor)).scaleb(-minor_digits(currency))


class Preparing(HttpRequest):
    """The request a worker makes in place of who asked for a file, which is then written into a folder."""

    def __init__(self, address: str, user: Any, folder: Path, watch: Watch) -> None:
        super().__init__()
        path, _, query = address.partition("?")
        self.method, self.path, self.path_info = "GET", path, unquote(path)
        self.GET, self.META = QueryDict(query), {"QUERY_STRING": query}
        self.user, self.session = user, {}  # type: ignore[assignment]
        self.folder, self.watch = folder, watch
        self.file: Path | None = None
        self.rows = 0

    def write(
        self, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]], total: int | None
    ) -> HttpResponse:
        """Write the file, telling how far it is."""
        form = self.GET["export"]
        file = self.folder / f"file.{form}"
        told = self._told(rows, total or 0)
        if form == XLSX:
            write_xlsx(file, name, header, told)
        else:
            with file.open("w", encoding="utf-8", newline="") as out:
                out.writelines(csv_lines(header, told))
        self.file = file
        return HttpResponse(status=204)

    def _told(self, rows: Iterable[Sequence[Any]], total: int) -> Iterator[Sequence[Any]]:
        for row in rows:
            if self.rows % TOLD_EVERY == 0:
                self.watch("Writing the rows", self.rows, total)
            self.rows += 1
            yield row
        self.watch("Finishing the file", total, total)


def is_export(request: HttpRequest) -> bool:
    """The address asks for a file of what the page shows."""
    return request.GET.get("export") in (CSV, XLSX)


def most_rows(request: HttpRequest) -> int:
    """How many rows a page reads at most for the file that its address asks for."""
    if isinstance(request, Preparing) or not is_office():
        return EVERY
    return AT_ONCE[request.GET["export"]] + 1


def as_asked(
    request: HttpRequest,
    name: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    total: int | None = None,
) -> HttpResponseBase:
    """The file that the address asks for, or where an office does not hand it out at once, the way to where it will be.

    `rows` may be read only when they are iterated; `total` is how many they are, where that is known before.
    """
    form = request.GET["export"]
    if isinstance(request, Preparing):
        return request.write(name, header, rows, total)
    if is_office():
        few = _few(rows, total, AT_ONCE[form])
        if few is None:
            from salesops.web.pages.exports.one_export import prepared_soon

            return prepared_soon(request, f"{name}.{form}")
        rows = few
    return as_xlsx(name, header, rows) if form == XLSX else as_csv(name, header, rows)


def as_csv(
    name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]
) -> StreamingHttpResponse:
    """A CSV, sent while it is written."""
    rows = iter(rows)
    first = list(itertools.islice(rows, 1))  # what fails, fails before anything is sent
    lines = csv_lines(header, itertools.chain(first, rows))
    response = StreamingHttpResponse(lines, content_type=TYPES[CSV])
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def as_xlsx(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A workbook."""
    response = HttpResponse(xlsx_bytes(name, header, rows), content_type=TYPES[XLSX])
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


def _few(rows: Iterable[Sequence[Any]], total: int | None, most: int) -> list[Sequence[Any]] | None:
    """All of the rows; None where they are more than `most`, or take too long to read."""
    if total is not None:
        return None if total > most else list(rows)
    until, read = time.monotonic() + SECONDS_AT_ONCE, []
    for row in rows:
        read.append(row)
        if len(read) > most or time.monotonic() > until:
            return None
    return read
