"""`salesops ltv`: what customers are worth, of a book or of a file of purchases."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from salesops.cli.formats import DateFormat, Format
from salesops.cli.options import DEFAULT_BOOK, BookOption, FormatOption, OutOption, WhereOption


def ltv(
    purchases: Annotated[
        Path | None,
        typer.Argument(help="A CSV of purchases: customer, date, amount; without one, a book."),
    ] = None,
    book: BookOption = DEFAULT_BOOK,
    deals: Annotated[
        bool, typer.Option("--deals", help="Of the book its won deals, not its contracts.")
    ] = False,
    renewed: Annotated[
        Literal["month", "quarter", "year"], typer.Option(help="How often contracts go on or end.")
    ] = "year",
    years: Annotated[int, typer.Option(help="How far ahead to look.")] = 5,
    discount: Annotated[
        float, typer.Option(help="What a year later is worth less, 0.1 for 10 %.")
    ] = 0.1,
    margin: Annotated[
        float | None,
        typer.Option(
            help="The share of revenue that is left.", show_default="as the contracts say"
        ),
    ] = None,
    customers: Annotated[
        bool, typer.Option("--customers", help="The most valuable customers as well, of purchases.")
    ] = False,
    as_of: Annotated[str | None, typer.Option(help="As of a past day, such as 2026-03-31.")] = None,
    where: WhereOption = None,
    customer: Annotated[str, typer.Option(help="The file's column of customers.")] = "",
    date: Annotated[str, typer.Option(help="The file's column of days.")] = "",
    amount: Annotated[str, typer.Option(help="The file's column of amounts.")] = "",
    dates: Annotated[
        DateFormat | None, typer.Option(help="How the file writes days that can be read both ways.")
    ] = None,
    form: FormatOption = Format.TABLE,
    out: OutOption = None,
) -> None:
    """See what customers are worth: from who stayed at each renewal, or from when and for how much they bought."""
    from salesops.cli.asking import Reading
    from salesops.cli.ltv import Shown, refuse_unfit, show_file, show_purchases, show_recurring
    from salesops.customers import Terms
    from salesops.importers.purchases import PurchaseColumns

    refuse_unfit(
        {
            "--customer": customer != "",
            "--date": date != "",
            "--amount": amount != "",
            "--dates": dates is not None,
        },
        {"--deals": deals, "--where": where is not None, "--as-of": as_of is not None},
        is_file=purchases is not None,
    )
    terms, shown = Terms(years, discount, margin), Shown(form, out, customers)
    reading = Reading("ltv", book, as_of=as_of, where=where)
    if purchases is not None:
        columns = PurchaseColumns(customer, date, amount, dates.value if dates else "")
        show_file(purchases, columns, terms, shown)
    elif deals:
        show_purchases(reading, terms, shown)
    else:
        show_recurring(reading, terms, renewed, shown)
