"""`salesops restore`: an office becomes what it was when it was backed up."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from salesops.cli.options import OfficeOption


def restore(
    file: Annotated[Path, typer.Argument(help="File that `backup` wrote.")],
    office: OfficeOption,
    replace: Annotated[
        bool, typer.Option("--replace", help="Lose what the office holds now.")
    ] = False,
) -> None:
    """Make an office what it was when it was backed up: whole and compared, or not at all."""
    from salesops.cli.keeping import restore_office

    restore_office(office, file, replace)
