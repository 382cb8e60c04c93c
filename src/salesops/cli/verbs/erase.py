"""`salesops erase`: a person is erased from an office."""

from __future__ import annotations

from typing import Annotated

import typer

from salesops.cli.options import OfficeOption


def erase(
    noun: Annotated[str, typer.Argument(help="contact, lead, person, or login.")],
    keys: Annotated[
        list[str], typer.Argument(metavar="ID", help="Of the same person, one or more.")
    ],
    office: OfficeOption,
    because: Annotated[
        str, typer.Option(help="Why. It is kept for ever, so leave their name out of it.")
    ] = "",
    called: Annotated[
        str | None,
        typer.Option(help="What they are called, to say without being asked that it is them."),
    ] = None,
    also: Annotated[
        list[str] | None, typer.Option(help="Another name or address of theirs. May be repeated.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what is of them and erase nothing.")
    ] = False,
) -> None:
    """Erase a person from an office: what says who they are goes from records, history, texts, files and the book.

    It cannot be undone. Their records stay under a pseudonym, so that sums and history stay true.
    """
    from salesops.cli import erasing

    raise typer.Exit(
        erasing.erase(office, noun, keys, also or (), because, called, dry_run=dry_run)
    )
