"""`salesops replay`: which deals of the past a rule would have stopped."""

from __future__ import annotations

from typing import Annotated

import typer

from salesops.cli.formats import Format
from salesops.cli.options import DEFAULT_BOOK, BookOption, FormatOption, OutOption, WhereOption


def replay(
    stage: Annotated[str, typer.Option(help="The stage at which deals would be stopped.")],
    stop: Annotated[
        str, typer.Option(help='Stop deals for which this holds, such as "next_step IS NULL".')
    ],
    entering: Annotated[
        bool, typer.Option("--entering", help="Stop them at its entrance, and not on leaving it.")
    ] = False,
    book: BookOption = DEFAULT_BOOK,
    period: Annotated[
        str,
        typer.Option(help="When they came to it: all, 2026, last_quarter, 2026-01-01..2026-03-31."),
    ] = "all",
    deals: Annotated[bool, typer.Option("--deals", help="The deals instead of the sums.")] = False,
    where: WhereOption = None,
    form: FormatOption = Format.TABLE,
    out: OutOption = None,
) -> None:
    """Try a rule on the past: which deals it would have stopped, and what became of them."""
    from salesops.cli.asking import Reading
    from salesops.cli.replay import show_deals, show_replay
    from salesops.experiments import Rule

    rule = Rule(stage, "entering" if entering else "leaving", stop)
    (show_deals if deals else show_replay)(Reading("", book, period, None, where), rule, form, out)
