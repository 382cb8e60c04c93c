"""`salesops sample`: the sample company as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from salesops.cli.formats import SampleFormat
from salesops.cli.options import SeedOption, SizeOption


def sample(
    out: Annotated[Path, typer.Option(help="File (.zip) or folder to write.")],
    size: SizeOption = 4000,
    seed: SeedOption = 1,
    form: Annotated[
        SampleFormat, typer.Option("--as", help="As what to write it.")
    ] = SampleFormat.SALESFORCE,
    nothing_planted: Annotated[
        bool,
        typer.Option(
            "--nothing-planted",
            help="A company with nothing wrong in it, to see what chance alone looks like.",
        ),
    ] = False,
) -> None:
    """Write the sample company as files."""
    from salesops.cli.sampling import write_sample

    write_sample(out, size, seed, form, is_planted=not nothing_planted)
