"""The refused rows of one file, to be mended and opened again."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponseBase

from salesops.importers.problems import fitted
from salesops.importers.refused import refused_name
from salesops.web.books import whole_book
from salesops.web.export import as_csv
from salesops.web.pages.data.problems import Asked, refused_files


def refused(request: HttpRequest, place: int) -> HttpResponseBase:  # noqa: ARG001
    """A CSV of the rows of the `place`-th file with refusals."""
    return refused_csv(whole_book().engine, place)


def refused_csv(engine: Asked, place: int) -> HttpResponseBase:
    """The original columns and, at the end, row number and reason."""
    files = refused_files(engine)
    if place >= len(files):
        raise Http404
    name = files[place][0]
    found = engine.run(
        "SELECT header, record, row, reason FROM _refused_row WHERE file = $file ORDER BY row",
        {"file": name},
    ).rows
    header = [*found[0][0], "_row", "_reason"]

    def lines() -> Iterator[list[object]]:
        for columns, record, row, reason in found:
            yield [*fitted([c or "" for c in record], len(columns)), row, reason]

    return as_csv(refused_name(name).removesuffix(".csv"), header, lines())
