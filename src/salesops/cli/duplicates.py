"""Listing at the command line what in a book looks like one thing, and why."""

from __future__ import annotations

from pathlib import Path

import duckdb
from rich.table import Table

from salesops.cli.formats import Format
from salesops.cli.terminal import out, say
from salesops.cli.writing import Columns, Record, refuse_file, write
from salesops.duplicates import KINDS
from salesops.duplicates._kind import Kind
from salesops.duplicates.entities import groups_of, named
from salesops.duplicates.searching import Pair, search, sure_in_words
from salesops.engines.folder import Manifest, read_manifest
from salesops.engines.generation import attach
from salesops.foundations.problem import Refusal
from salesops.foundations.threads import threads

SHOWN = 20
COLUMNS: Columns = {
    "noun": "text",
    "entity": "text",
    "probability": "float",
    "weight": "float",
    "id": "text",
    "name": "text",
    "other_id": "text",
    "other_name": "text",
    "why": "text",
}


def show_duplicates(folder: Path, noun: str | None, form: Format, target: Path | None) -> None:
    """Print or write the pairs of a book, of all nouns or of one."""
    if noun is not None and noun not in KINDS:
        raise Refusal(f"“{noun}” is not searched for duplicates. Say {', '.join(KINDS)}.")
    manifest = read_manifest(folder)
    if manifest is None:
        raise Refusal(f"There is no book in {folder} yet. Open some files into it first.")
    found = {
        name: _found(folder, manifest, kind) for name, kind in KINDS.items() if noun in (None, name)
    }
    if form is not Format.TABLE:
        write([record for listed in found.values() for record in listed], COLUMNS, form, target)
        return
    refuse_file(target)
    for name, listed in found.items():
        _print(name, listed)


def _found(folder: Path, manifest: Manifest, kind: Kind) -> list[Record]:
    with duckdb.connect(config={"threads": threads()}) as work:
        attach(work, folder, manifest, "book")
        pairs = search(work, kind, f"book.main.{kind.noun}").pairs
        called = dict(work.execute(f"SELECT id, name FROM book.main.{kind.noun}").fetchall())
    groups = named(groups_of((p.left, p.right) for p in pairs), {})
    entity_of = {key: entity for entity, group in groups.items() for key in group}
    return [
        {
            "noun": kind.noun,
            "entity": entity_of.get(p.left, ""),
            "probability": p.probability,
            "weight": p.weight,
            "id": p.left,
            "name": called.get(p.left),
            "other_id": p.right,
            "other_name": called.get(p.right),
            "why": _why(p),
        }
        for p in pairs
    ]


def _why(pair: Pair) -> str:
    return "; ".join(f"{r.field}: {r.words}" for r in pair.why)


def _print(noun: str, listed: list[Record]) -> None:
    console = out()
    if not listed:
        say(console, f"No {noun}s look like the same.")
        return
    pairs = "pair" if len(listed) == 1 else "pairs"
    say(console, f"{len(listed):,} {pairs} of {noun}s", style="bold")
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for record in listed[:SHOWN]:
        table.add_row(
            f"  {sure_in_words(record['probability'])}",
            f"{record['name']} ({record['id']}) and {record['other_name']} ({record['other_id']})",
        )
        table.add_row("", record["why"], style="dim")
    console.print(table, markup=False)
    if len(listed) > SHOWN:
        say(
            console,
            f"  and {len(listed) - SHOWN:,} more; all with --format csv --out FILE.",
            style="dim",
        )
