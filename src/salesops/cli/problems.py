"""Showing what was wrong in the files of a book, and writing the refused rows out to be mended."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from salesops.book.engine import Engine
from salesops.cli.formats import ListFormat
from salesops.cli.terminal import command, err, out, say
from salesops.cli.writing import as_json

_HEADINGS = {
    "refused": "Rows left out",
    "blanked": "Values left empty",
    "doubtful": "Kept as they are, and doubtful",
    "note": "Worth knowing",
}


def show_problems(folder: Path, form: ListFormat, refused: Path | None) -> None:
    """Print the problems of the last import; write the refused rows where asked."""
    from salesops.engines.duckdb import DuckDBEngine

    engine = DuckDBEngine(folder)
    found = _found(engine)
    is_any_refused = bool(engine.run("SELECT 1 FROM _refused_row LIMIT 1").rows)
    base = folder / engine.manifest.base
    engine.close()
    if form is ListFormat.JSON:
        sys.stdout.write(as_json(found))
    else:
        _print(out(), found, folder, is_any_refused)
    if refused is not None:
        _write_refused(base, refused)


def _found(engine: Engine) -> list[dict[str, Any]]:
    rank = " ".join(f"WHEN '{s}' THEN {i}" for i, s in enumerate(_HEADINGS))
    return engine.run(
        "SELECT code, severity, message, remedy, file, column_name, rows, amount_minor "
        f"FROM _problem_count ORDER BY CASE severity {rank} END, rows DESC, message, file, column_name"
    ).dicts()


def _print(
    console: Console, found: list[dict[str, Any]], folder: Path, is_any_refused: bool
) -> None:
    if not found:
        say(console, "Nothing was wrong with the files.")
    for severity, heading in _HEADINGS.items():
        mine = [p for p in found if p["severity"] == severity]
        if not mine:
            continue
        say(console, heading, style="bold")
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(justify="right", no_wrap=True)
        table.add_column(overflow="fold")
        for problem in mine:
            table.add_row(f"  {problem['rows']:,}", problem["message"])
            table.add_row("", _advice(problem), style="dim")
        console.print(table, markup=False)
    if is_any_refused:
        hint = f"{command('problems', folder)} --refused FOLDER"
        say(console, f"These rows, ready to be mended: {hint}", style="dim")


def _advice(problem: dict[str, Any]) -> str:
    place = ", ".join(p for p in (problem["file"], problem["column_name"]) if p)
    return f"{problem['remedy']} ({place})" if place else str(problem["remedy"])


def _write_refused(base: Path, target: Path) -> None:
    import duckdb

    from salesops.importers import write_refused

    with duckdb.connect(str(base), read_only=True) as connection:
        written = write_refused(connection, target)
    names = ", ".join(str(w) for w in written) or "no file: no row was left out"
    say(err(), f"Wrote {names}.")
