"""One CSV of which a few columns are wanted, found by what they are called or named by who asks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from salesops.foundations.problem import Refusal
from salesops.importers.cleaning import CleanFile, clean_text
from salesops.importers.model import Limits
from salesops.importers.unpacking import unpack


@dataclass(frozen=True)
class Wanted:
    """A column: its option, what it tells, names it is known by as lower-case letters and digits, and the one asked for."""

    option: str
    words: str
    names: Sequence[str]
    asked: str = ""


def clean_csv(path: Path, work: Path, kinds: str) -> CleanFile:
    """The file as clean text; `kinds` says which files are taken. Raises Refusal for any other."""
    files, problems = unpack([path], work, Limits())
    if len(files) != 1 or files[0].path.suffix.lower() in (".xlsx", ".parquet"):
        why = problems[0].message if problems else f"{path.name} is not one CSV."
        raise Refusal(f"{why} {kinds}")
    return clean_text(files[0].name, files[0].path, work / "clean.csv", Limits(), careful=False)


def places_of(name: str, header: list[str], wanted: Sequence[Wanted]) -> dict[str, int]:
    """Where each column stands, by its option. Raises Refusal where there is none."""
    return {each.option: _place_of(name, header, each) for each in wanted}


def _place_of(name: str, header: list[str], wanted: Wanted) -> int:
    if wanted.asked:
        if wanted.asked not in header:
            raise Refusal(
                f"{name} has no column “{wanted.asked}”. It has {', '.join(header[:20])}."
            )
        return header.index(wanted.asked)
    found = known_place(header, wanted.names)
    if found is None:
        raise Refusal(
            f"{name} has no column known to tell {wanted.words}. Name it with --{wanted.option}; "
            f"there are {', '.join(header[:20])}."
        )
    return found


def known_place(header: list[str], names: Sequence[str]) -> int | None:
    """Where a column of a known name stands, the surest name first."""
    plain = [re.sub(r"[^a-z0-9]", "", column.lower()) for column in header]
    return next((plain.index(known) for known in names if known in plain), None)


def two_ways(name: str) -> Refusal:
    """What is said of days that can be read in two ways, where nobody said in which."""
    return Refusal(
        f"The days of {name} can be read day first or month first. Say which with --dates day-first or "
        "--dates month-first."
    )


def stage(
    connection: duckdb.DuckDBPyConnection, name: str, clean: CleanFile, places: Mapping[str, int]
) -> None:
    """The wanted columns as text in the table `source`, `case_` for `case`, with the row each stands in."""
    shift = int(clean.has_rows)
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(clean.header) + shift))
    read = ", ".join(f"c{place + shift} AS {what}_" for what, place in places.items())
    row = "CAST(c0 AS BIGINT)" if clean.has_rows else "NULL::BIGINT"
    longest = min(64 << 20, max(1 << 20, clean.path.stat().st_size + 1))
    connection.execute("DROP TABLE IF EXISTS source")
    try:
        connection.execute(
            f"CREATE TEMP TABLE source AS SELECT {row} AS row, {read} FROM read_csv(?, columns={{{columns}}}, delim=?, "
            "header=false, skip=1, quote='\"', escape='\"', auto_detect=false, strict_mode=true, nullstr='', "
            f"max_line_size={longest}, buffer_size={longest * 2})",
            [str(clean.path), clean.delimiter],
        )
    except duckdb.Error as error:
        raise Refusal(
            f"{name} cannot be read as a table. Open it in a spreadsheet, save it as CSV UTF-8, and read that."
        ) from error
