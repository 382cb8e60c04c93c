"""Checking the data of a book at the command line: all checks ranked, or the records one of them finds."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from rich.table import Table

from salesops.book.book import Book
from salesops.book.listing import Ask, Listing, rows_of
from salesops.cli.formats import Format
from salesops.cli.terminal import command, out, say
from salesops.cli.writing import Columns, refuse_file, write
from salesops.data_quality import CHECKS, Check, Checked, Part, Report, run_checks, worklist
from salesops.engines.literals import literal
from salesops.foundations.money import format_money
from salesops.foundations.problem import Refusal

SHOWN_ROWS = 20
_KINDS = {"money": "whole", "count": "whole"}


def show_checks(folder: Path, owner: str | None, form: Format, target: Path | None) -> None:
    """Print or write what every check found, of everybody or of one owner."""
    book = _book(folder)
    report = run_checks(book)
    whose = _person(book, owner) if owner else None
    records = [_record(one, whose) for one in report.checked]
    if form is not Format.TABLE:
        write(records, dict.fromkeys(records[0], "text") | _WHOLE, form, target)
        return
    refuse_file(target)
    _print(folder, report, records, whose, owner)


def show_records(
    folder: Path, name: str, owner: str | None, form: Format, target: Path | None
) -> None:
    """Print or write the records one check finds, the most money first."""
    book = _book(folder)
    check = _check(name)
    one = run_checks(book).of(name)
    if one.why:
        raise Refusal(f"{check.title}: {one.why}")
    listing = worklist(check, book)
    whose = _owned(check, _person(book, owner)) if owner else ""
    rows = rows_of(book.engine, listing, Ask(extra=whose), everything=True).dicts()
    if form is Format.TABLE:
        refuse_file(target)
        _print_records(book, check, listing, rows)
        return
    columns: Columns = {"id": "text"} | {c.name: _KINDS.get(c.kind, "") for c in listing.columns}
    write(
        [{"id": r["_id"]} | {c: r[c] for c in columns if c != "id"} for r in rows],
        columns,
        form,
        target,
    )


_WHOLE = {"rows": "whole", "concerned": "whole", "money_minor": "whole"}


def _book(folder: Path) -> Book:
    import salesops

    return salesops.open(folder)


def _check(name: str) -> Check:
    found = CHECKS.get(name)
    if found is None:
        raise Refusal(f"There is no check “{name}”. `salesops checks` lists them.")
    return found


def _person(book: Book, said: str) -> str:
    """The id of the one person meant by an id or a name."""
    found = [
        row[0]
        for row in book.engine.run(
            "SELECT id FROM person WHERE id = $said OR lower(name) = lower($said) ORDER BY id",
            {"said": said},
        ).rows
    ]
    if len(found) == 1:
        return str(found[0])
    if found:
        raise Refusal(f"Several people are called {said}. Name one by id: {', '.join(found)}.")
    raise Refusal(f"The book knows nobody called “{said}”. `--owner` takes a name or an id.")


def _owned(check: Check, owner: str) -> str:
    column = "x.id" if check.table == "person" else "x.owner_id"
    return f"{column} = {literal(owner)}"


def _record(one: Checked, owner: str | None) -> dict[str, Any]:
    """A check in the columns every form has; of one owner there is no share, as what is right is not counted."""
    rows, money = one.rows, one.money_minor
    if owner is not None and one.rows is not None:
        rows, money = _total([p for p in one.parts if p.owner_id == owner])
    return {
        "name": one.check.name,
        "title": one.check.title,
        "severity": one.check.severity,
        "table": one.check.table,
        "mends": one.check.mends,
        "rows": rows,
        "concerned": one.concerned if owner is None else None,
        "money_minor": money,
        "is_guess": one.is_guess,
        "why": one.why,
    }


def _total(parts: list[Part]) -> tuple[int, int | None]:
    known = [p.money_minor for p in parts if p.money_minor is not None]
    return sum(p.rows for p in parts), sum(known) if known else None


def _print(
    folder: Path,
    report: Report,
    records: list[dict[str, Any]],
    owner: str | None,
    said: str | None,
) -> None:
    console = out()
    parts = [p for p in report.parts if owner is None or p.owner_id == owner]
    rows, money = _total(parts)
    worth = "" if money is None else f", {_money(money, report.currency)} at stake"
    say(console, f"{rows:,} record{'' if rows == 1 else 's'} to mend{worth}", style="bold")
    say(console, f"As of {report.today:%-d %B %Y}. Each record counts once here.", style="dim")
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("Check", no_wrap=True)
    for name in ("Records", "Of", "At stake"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("What", overflow="fold")
    silent = [r for r in records if r["rows"] is None]
    for one in records:
        if one["rows"]:
            about = "about " if one["is_guess"] else ""
            at_stake = (
                ""
                if one["money_minor"] is None
                else about + _money(one["money_minor"], report.currency)
            )
            of = "" if one["concerned"] is None else f"{one['concerned']:,}"
            table.add_row(one["name"], f"{one['rows']:,}", of, at_stake, one["title"])
    if table.row_count:
        console.print(table, markup=False)
        of_whom = f" --owner {shlex.quote(said)}" if said else ""
        say(console, f"The records: {command('checks', folder)}{of_whom} --check NAME", style="dim")
    clean = [r["name"] for r in records if r["rows"] == 0]
    if clean:
        say(console, f"Nothing found by {', '.join(clean)}.", style="dim")
    for why in dict.fromkeys(r["why"] for r in silent):
        names = ", ".join(r["name"] for r in silent if r["why"] == why)
        say(console, f"{names}: {why}", style="dim")


def _print_records(book: Book, check: Check, listing: Listing, rows: list[dict[str, Any]]) -> None:
    console = out()
    say(console, f"{check.title}: {len(rows):,}", style="bold")
    say(console, check.remedy)
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("Id", no_wrap=True)
    for column in listing.columns:
        table.add_column(
            column.title, justify="right" if column.is_number else "left", overflow="fold"
        )
    for row in rows[:SHOWN_ROWS]:
        table.add_row(row["_id"], *(_cell(book, c.kind, row[c.name]) for c in listing.columns))
    if rows:
        console.print(table, markup=False)
    if len(rows) > SHOWN_ROWS:
        say(
            console,
            f"The first {SHOWN_ROWS}, largest first. All of them: --format csv.",
            style="dim",
        )


def _cell(book: Book, kind: str, value: Any) -> str:
    if value is None:
        return ""
    return _money(value, book.facts.currency) if kind == "money" else f"{value}"


def _money(minor: int, currency: str) -> str:
    return format_money(minor, currency, compact=True)
