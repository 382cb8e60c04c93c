"""What customers are worth, at the command line."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from salesops.cli.asking import Reading
from salesops.cli.formats import Format
from salesops.cli.terminal import err, out, say
from salesops.cli.writing import refuse_file, write
from salesops.customers import (
    Purchase,
    PurchaseValue,
    RecurringValue,
    Terms,
    Value,
    purchase_value,
    purchases_of,
    recurring_value,
)
from salesops.customers.recurring_value import Every
from salesops.customers.value_words import ahead, doubts_of_purchases, doubts_of_renewals
from salesops.foundations.counting import counted
from salesops.foundations.money import format_money
from salesops.foundations.percent import in_percent
from salesops.foundations.problem import Refusal
from salesops.importers.purchases import PurchaseColumns, read_purchases

SHOWN = 10
OF_A_RENEWAL = {
    **dict.fromkeys(("renewal", "n", "stayed"), "whole"),
    "expected": "float",
}
OF_A_BUYER = {
    **dict.fromkeys(("id", "last_on"), "text"),
    "purchases": "whole",
    **dict.fromkeys(("chance", "to_come"), "float"),
    **dict.fromkeys(("each_minor", "value_minor"), "whole"),
}


@dataclass(frozen=True)
class Shown:
    """How to give the answer."""

    form: Format
    target: Path | None
    customers: bool = False

    def terms(self, asked: Terms) -> Terms:
        """What is asked, without intervals where the answer has no place for them."""
        return asked if self.form is Format.TABLE else dataclasses.replace(asked, draws=0)


def refuse_unfit(of_file: dict[str, bool], of_book: dict[str, bool], *, is_file: bool) -> None:
    """Refuse options that say nothing of what is asked."""
    unfit = [name for name, is_said in (of_book if is_file else of_file).items() if is_said]
    if unfit:
        other = "a book" if is_file else "a file of purchases"
        raise Refusal(f"{unfit[0]} is about {other}, which is not what was asked for.")


def show_recurring(reading: Reading, terms: Terms, every: Every, shown: Shown) -> None:
    """Print or write what customers with contracts are worth."""
    if shown.customers:
        raise Refusal("--customers tells of purchases: name a file of them, or say --deals.")
    book = reading.book()
    found = recurring_value(book, shown.terms(terms), every=every)
    if shown.form is not Format.TABLE:
        records = [
            {
                "renewal": r.number,
                **{k: v for k, v in dataclasses.asdict(r).items() if k != "number"},
            }
            for r in found.renewals
        ]
        write(records, OF_A_RENEWAL, shown.form, shown.target)
        return
    refuse_file(shown.target)
    _print_recurring(found)
    for name in ("ltv_margin", "ltv"):
        measured = book.measure(name)
        if isinstance(measured.value, int):
            money = format_money(measured.value, found.currency)
            say(out(), f"{measured.kpi.title}, {measured.kpi.formula}: {money}", style="dim")


def show_purchases(reading: Reading, terms: Terms, shown: Shown) -> None:
    """Print or write what customers who buy again are worth, by the won deals of a book."""
    book = reading.book()
    found = purchase_value(purchases_of(book), until=book.today, terms=shown.terms(terms))
    shown_ids = [b.id for b in found.buyers[: None if shown.form is not Format.TABLE else SHOWN]]
    _show(found, shown, book.facts.currency, book.names_of("account", shown_ids))


def show_file(file: Path, columns: PurchaseColumns, terms: Terms, shown: Shown) -> None:
    """The same by a CSV of purchases, whose amounts have no currency."""
    read = read_purchases(file, columns)
    if read.left_out:
        rows = counted(read.left_out, "row")
        say(err(), f"Left out, as a customer, a day or an amount is lacking: {rows}.")
    found = purchase_value((Purchase(*row) for row in read.rows), terms=shown.terms(terms))
    _show(found, shown, "", {})


def _print_recurring(found: RecurringValue) -> None:
    console, money = out(), _money(found.currency)
    say(console, "What customers leave, from who stayed at each renewal", style="bold")
    say(
        console,
        f"{found.n:,} customers renew each {found.every}; {found.left:,} have left. "
        f"After {in_percent(found.margin)} margin, {ahead(found.terms)}:",
    )
    _print_values(
        (
            ("A new customer", found.new, money),
            (f"All {found.n_present:,} present ones", found.present, money),
        )
    )
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("Renewal", "Came to it", "Stayed", "Share", "Expected"):
        table.add_column(name, justify="right", no_wrap=True)
    for r in found.renewals[:SHOWN]:
        share = in_percent(r.stayed / r.n)
        table.add_row(f"{r.number}", f"{r.n:,}", f"{r.stayed:,}", share, in_percent(r.expected))
    console.print(table, markup=False)
    for doubt in doubts_of_renewals(found):
        say(console, doubt)


def _show(
    found: PurchaseValue, shown: Shown, currency: str, names: Mapping[str | None, str]
) -> None:
    if shown.form is not Format.TABLE:
        records = [
            {
                "id": b.id,
                "last_on": b.last_on.isoformat(),
                "purchases": b.purchases,
                "chance": b.chance,
                "to_come": b.to_come,
                "each_minor": round(b.each),
                "value_minor": round(b.value),
            }
            for b in found.buyers
        ]
        write(records, OF_A_BUYER, shown.form, shown.target)
        return
    refuse_file(shown.target)
    _print_purchases(found, currency)
    if shown.customers:
        _print_buyers(found, currency, names)


def _print_purchases(found: PurchaseValue, currency: str) -> None:
    console, money = out(), _money(currency)
    kept = (
        "Revenue"
        if found.terms.margin is None
        else f"After {in_percent(found.terms.margin)} margin"
    )
    say(console, "What customers bring who buy again without a contract", style="bold")
    say(
        console,
        f"{found.n:,} customers bought {found.purchases:,} times from {found.since:%-d %B %Y} to "
        f"{found.until:%-d %B %Y}, {found.n_again:,} of them again; about {found.n_present:,.0f} still are customers. "
        f"{kept}, {ahead(found.terms)}:",
    )
    _print_values(
        (
            ("A new customer", found.new, money),
            ("  purchases of it", found.to_come, lambda number: f"{number:,.1f}"),
            ("All present ones", found.present, money),
        )
    )
    if found.check is not None:
        check = found.check
        say(
            console,
            f"Asked on {check.day:%-d %B %Y}, it would have foretold {check.foretold:,.0f} purchases of known customers "
            f"since; there were {check.happened:,}.",
        )
    for doubt in doubts_of_purchases(found):
        say(console, doubt)


def _print_buyers(found: PurchaseValue, currency: str, names: Mapping[str | None, str]) -> None:
    console, money = out(), _money(currency)
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("Customer", overflow="fold")
    for name in ("Bought", "Last", "Still one", "To come", "Value"):
        table.add_column(name, justify="right", no_wrap=True)
    for b in found.buyers[:SHOWN]:
        table.add_row(
            names.get(b.id, b.id),
            f"{b.purchases:,}",
            f"{b.last_on:%Y-%m-%d}",
            in_percent(b.chance),
            f"{b.to_come:,.1f}",
            money(b.value),
        )
    console.print(table, markup=False)
    say(console, f"The {SHOWN} most valuable. All of them: --format csv.", style="dim")


def _print_values(rows: tuple[tuple[str, Value, Any], ...]) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("")
    for name in ("Value", "95 % interval"):
        table.add_column(name, justify="right", no_wrap=True)
    for title, held, words in rows:
        sure = (
            ""
            if held.low is None or held.high is None
            else f"{words(held.low)} – {words(held.high)}"
        )
        table.add_row(title, words(held.value), sure)
    out().print(table, markup=False)


def _money(currency: str) -> Any:
    """Minor units as people read them; of no known currency as a plain number of two decimals."""
    if currency:
        return lambda minor: format_money(round(minor), currency)
    return lambda minor: f"{minor / 100:,.2f}"
