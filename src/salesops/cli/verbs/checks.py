"""`salesops checks`: what is wrong in the data of a book, or the records one check finds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

from salesops.cli.formats import Format
from salesops.cli.options import DEFAULT_BOOK, BookOption, FormatOption, OutOption


def _check_names(incomplete: str) -> Iterable[str]:
    from salesops.data_quality import CHECKS

    return [name for name in CHECKS if name.startswith(incomplete)]


def checks(
    book: BookOption = DEFAULT_BOOK,
    check: Annotated[
        str | None,
        typer.Option(
            help="The records this check finds, such as close_date_past, and not the list of checks.",
            autocompletion=_check_names,
        ),
    ] = None,
    owner: Annotated[
        str | None, typer.Option(help="Only what belongs to somebody, by name or id.")
    ] = None,
    form: FormatOption = Format.TABLE,
    out: OutOption = None,
) -> None:
    """Check the data of a book: what is wrong, what it costs, and which records to mend."""
    from salesops.cli.checks import show_checks, show_records

    if check is None:
        show_checks(book, owner, form, out)
    else:
        show_records(book, check, owner, form, out)
