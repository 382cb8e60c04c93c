"""`salesops backup`: a whole office becomes one file, now or again and again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from salesops.cli.options import OfficeOption


def backup(
    office: OfficeOption,
    file: Annotated[
        Path | None, typer.Argument(help="File to write, such as office.zip.", show_default=False)
    ] = None,
    schedule: Annotated[
        str | None,
        typer.Option(
            help="Have the worker do it again and again, such as '30 2 * * * Europe/Berlin'."
        ),
    ] = None,
    keep: Annotated[int, typer.Option(min=1, help="How many of those to keep.")] = 14,
) -> None:
    """Write a whole office, database and files, to one sealed file, while it is used.

    With --schedule the office's worker does it at these times, into the office's folder `backups`.
    """
    from salesops.cli.keeping import back_up_again_and_again, back_up_office

    if (file is None) is (schedule is None):
        raise typer.BadParameter("Name either a file to write now or a --schedule.")
    if file is not None:
        back_up_office(office, file)
    elif schedule is not None:
        back_up_again_and_again(office, schedule, keep)
