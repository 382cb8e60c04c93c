"""`salesops target`: what a number of a book is to be in a period."""

from __future__ import annotations

from typing import Annotated

import typer

from salesops.cli.options import DEFAULT_BOOK, BookOption, kpi_names


def target(
    name: Annotated[str, typer.Argument(help="A KPI, such as win_rate.", autocompletion=kpi_names)],
    period: Annotated[str, typer.Argument(help="2026, 2026Q3, 2026M07, this_quarter.")],
    value: Annotated[
        str, typer.Argument(help="What it is to be: 30 %, 45 days, 3.2m.", show_default=False)
    ] = "",
    book: BookOption = DEFAULT_BOOK,
    team: Annotated[str, typer.Option(help="The target of one team.")] = "",
    at_most: Annotated[
        bool | None,
        typer.Option("--at-most/--at-least", help="What it is not to exceed, or is to reach."),
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Have no such target any more.")] = False,
) -> None:
    """Say what a number is to be in a period, for everybody or for one team.

    Kept beside the book, in place of the target there is of the same number, period and team. In an office
    targets are set in the browser, where it is kept who decided.
    """
    from salesops.cli.targets import keep_target

    keep_target(book, name, period, value, team=team, is_most=at_most, removes=remove)
