"""`salesops key-numbers`: the few numbers that suit who asks, and what for."""

from __future__ import annotations

from typing import Annotated

import typer

from salesops.cli.options import DEFAULT_BOOK, BookOption


def key_numbers(
    role: Annotated[str, typer.Option(help="leader, operations, executive or seller.")] = "leader",
    goal: Annotated[
        str, typer.Option(help="new_business, retention, forecast, efficiency or speed.")
    ] = "new_business",
    stage: Annotated[
        str, typer.Option(help="first_customers, growing or established.")
    ] = "growing",
    book: BookOption = DEFAULT_BOOK,
    save: Annotated[bool, typer.Option("--save", help="Show them on the book's Home.")] = False,
    usual: Annotated[bool, typer.Option("--usual", help="Go back to the usual ones.")] = False,
) -> None:
    """Choose five to seven key numbers by who asks, what for and how far the company has come; with reasons."""
    from salesops.cli.choosing import choose_numbers, show_usual

    if usual:
        show_usual(book)
    else:
        choose_numbers(book, (role, goal, stage), saves=save)
