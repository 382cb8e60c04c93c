"""`salesops undo-import`: an import into an office is taken back."""

from __future__ import annotations

from typing import Annotated

import typer

from salesops.cli.options import OfficeOption


def undo_import(
    number: Annotated[int, typer.Argument(metavar="IMPORT", help="Its number in `imports`.")],
    office: OfficeOption,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would happen and undo nothing.")
    ] = False,
) -> None:
    """Undo an import within 30 days: what it created is deleted, what it changed is as it was before.

    What somebody changed since stays and is listed. Nothing is erased from history, and the same files can be
    imported again as for the first time.
    """
    from salesops.cli.imports import undo

    raise typer.Exit(undo(office, number, dry_run=dry_run))
