"""`salesops doctor`: whether this machine and a book, or an office, are in order."""

from __future__ import annotations

from typing import Annotated

import typer

from salesops.cli.options import DEFAULT_BOOK, BookOption, MaybeOfficeOption


def doctor(
    book: BookOption = DEFAULT_BOOK,
    office: MaybeOfficeOption = None,
    seal: Annotated[
        str | None,
        typer.Option(
            help="A seal of the office's history that was noted before, such as 42:9f86d081884c."
        ),
    ] = None,
) -> None:
    """Look whether this machine and a book, or an office, are in order.

    Of an office it also compares the whole history with its seals, and names the first row that was altered, removed
    or put between.
    """
    from salesops.cli.doctor import examine_machine

    if seal is not None and office is None:
        raise typer.BadParameter("A seal is one of an office. Name it with --office.")
    raise typer.Exit(examine_machine(book, office, seal))
