"""`salesops funnel`: what became of the deals that entered each stage, or what happened there."""

from __future__ import annotations

from typing import Annotated

import typer

from salesops.cli.formats import Format
from salesops.cli.options import (
    DEFAULT_BOOK,
    BookOption,
    FormatOption,
    KnownOnOption,
    OutOption,
    WhereOption,
)


def funnel(
    book: BookOption = DEFAULT_BOOK,
    period: Annotated[
        str,
        typer.Option(help="When stages were entered, or what days: 2026Q3, last_quarter, all."),
    ] = "last_4_quarters",
    definition: Annotated[
        str,
        typer.Option(
            help="cohort follows the deals that entered until now; period counts what happened in the days."
        ),
    ] = "cohort",
    by: Annotated[
        str, typer.Option(help="Split by team, person, source, type, pipeline or segment.")
    ] = "",
    stage: Annotated[
        str | None, typer.Option(help="The deals of this stage, and not the stages.")
    ] = None,
    fate: Annotated[
        str,
        typer.Option(
            help="Of these deals those that went further, are here, went back, were lost, are undecided, came_back, "
            "went_back or skipped it; of a period start, end, entered, seen, further, back, lost, undecided, away, skipped."
        ),
    ] = "entered",
    as_of: KnownOnOption = None,
    where: WhereOption = None,
    form: FormatOption = Format.TABLE,
    out: OutOption = None,
) -> None:
    """Ask a book what became of the deals that entered each stage, or what happened at each stage in some days."""
    from salesops.cli.asking import Reading
    from salesops.cli.funnel import Asked, show_deals, show_funnel

    asked = Asked(Reading("", book, period, as_of, where), definition, by)
    if stage is None:
        show_funnel(asked, form, out)
    else:
        show_deals(asked, stage, fate, form, out)
