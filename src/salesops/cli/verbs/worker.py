"""`salesops worker`: the long work of an office is done until somebody interrupts."""

from __future__ import annotations

from typing import Annotated

import typer

from salesops.cli.options import OfficeOption


def worker(
    office: OfficeOption,
    beneath: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Do an office's long work until interrupted. There may be several, also on other machines."""
    from salesops.cli.working import work

    work(office, beneath)
