"""The sample company as files: a Salesforce data export, or our own tables as CSV or Parquet."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from salesops.foundations.problem import Refusal
from salesops.foundations.table import Type
from salesops.sample.company import Company
from salesops.sample.export_objects import OBJECTS, instant, money
from salesops.tables import TABLES

# What Salesforce does not hold goes along as plain CSV: cost, campaign spend, subscriptions, places.
NOT_IN_SALESFORCE = ("cost", "campaign_spend", "recurring_revenue", "team_membership")
REPEATED = ("User", "UserRole", "Product2", "OpportunityStage")  # whole in every part
WRITTEN = (1980, 1, 1, 0, 0, 0)  # of every member, so that the same company gives the same bytes


class File(NamedTuple):
    """A CSV to be: its name without suffix, its header and its lines."""

    name: str
    header: tuple[str, ...]
    lines: Iterator[tuple[str, ...]]


def write_export(company: Company, target: Path, *, parts: int = 1) -> list[Path]:
    """A data export as a zip, or as a folder where `target` has no suffix; `parts` zips with rows spread.

    Returns the files written. The same company gives the same bytes.
    """
    if target.suffix == "":
        target.mkdir(parents=True, exist_ok=True)
        for file in _files(company):
            with (target / f"{file.name}.csv").open("w", encoding="utf-8", newline="") as out:
                _write(out, file.header, file.lines)
        return sorted(target.iterdir())
    target.parent.mkdir(parents=True, exist_ok=True)
    if parts == 1:
        return [_write_zip(company, target, 0, 1)]
    numbered = [target.with_name(f"{target.stem}_{p + 1}{target.suffix}") for p in range(parts)]
    return [_write_zip(company, path, part, parts) for part, path in enumerate(numbered)]


def write_files(company: Company, folder: Path, *, kind: str) -> list[Path]:
    """Our own tables as files of their own, money in major units, and the truths beside them."""
    if kind not in ("csv", "parquet"):
        raise Refusal(f"“{kind}” is not a kind of file. Use csv or parquet.")
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in TABLES:
        file = _plain(company, name)
        path = folder / f"{name}.{kind}"
        if kind == "csv":
            with path.open("w", encoding="utf-8", newline="") as out:
                _write(out, file.header, file.lines)
        else:
            _write_parquet(path, file)
        written.append(path)
    company.truths.write(folder / "planted_truths.json")
    return written


def _files(company: Company) -> Iterator[File]:
    for one in OBJECTS:
        yield File(one.name, one.header, one.lines(company))
    for name in NOT_IN_SALESFORCE:
        yield _plain(company, name)


def _write_zip(company: Company, path: Path, part: int, parts: int) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for file in _files(company):
            member = zipfile.ZipInfo(f"{file.name}.csv", WRITTEN)
            member.compress_type = zipfile.ZIP_DEFLATED
            member._compresslevel = 1  # type: ignore[attr-defined]  # no public way before 3.13
            spread = parts > 1 and file.name not in REPEATED
            lines = _every(file.lines, part, parts) if spread else file.lines
            with (
                archive.open(member, "w", force_zip64=True) as raw,
                io.TextIOWrapper(raw, encoding="utf-8", newline="", write_through=False) as out,
            ):
                _write(out, file.header, lines)
    return path


def _every(lines: Iterable[tuple[str, ...]], part: int, parts: int) -> Iterator[tuple[str, ...]]:
    return (line for number, line in enumerate(lines) if number % parts == part)


def _write(out: TextIO, header: tuple[str, ...], lines: Iterable[tuple[str, ...]]) -> None:
    out.write(quoted(header))
    out.writelines(map(quoted, lines))


def quoted(cells: tuple[str, ...]) -> str:
    """A line of CSV with every cell in quotes, as exports have it; a third of the time `csv` takes."""
    text = '","'.join(cells)
    if text.count('"') > 2 * (len(cells) - 1):
        text = '","'.join(cell.replace('"', '""') for cell in cells)
    return f'"{text}"\n'


def _write_parquet(path: Path, file: File) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    lines = list(file.lines)
    columns = {
        name: pa.array([line[i] or None for line in lines], pa.string())
        for i, name in enumerate(file.header)
    }
    pq.write_table(pa.table(columns), path)


def _plain(company: Company, name: str) -> File:
    """One of our tables as a finance team would keep it: money in major units, no derived columns."""
    columns = [c for c in TABLES[name].columns if not c.derived]
    header = tuple(
        {"monthly_minor": "monthly_amount"}.get(c.name, c.name.removesuffix("_minor"))
        for c in columns
    )
    lines = (
        tuple(_cell(c.type, record.get(c.name)) for c in columns) for record in company.rows(name)
    )
    return File(name, header, lines)


def _cell(kind: Type, value: Any) -> str:
    if value is None:
        return ""
    if kind is Type.MONEY:
        return money(value)
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
