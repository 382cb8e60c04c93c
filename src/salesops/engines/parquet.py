"""A book as Parquet files, one folder a table, for engines that read files instead of DuckDB's own format."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from salesops.book.settings import write_whole
from salesops.book.worked_out import WORKED_OUT
from salesops.engines.folder import MANIFEST, Manifest, one_writer, read_manifest
from salesops.engines.generation import attach
from salesops.engines.literals import literal
from salesops.foundations.problem import Refusal
from salesops.tables import TABLES

EXPORTED = (*TABLES, "calendar", *WORKED_OUT)
UNFINISHED = "unfinished"


def export_parquet(folder: Path, target: Path) -> Manifest:
    """Write the current generation of the book in `folder` below `target`; gives the manifest written.

    `target` gets `generation-…/TABLE/part-0.parquet` and a `MANIFEST.json` that names the generation and is
    replaced in one step. The former generation stays for those who still read it; a kill leaves the former
    manifest or the new one.
    """
    book = read_manifest(folder)
    if book is None:
        raise Refusal(f"There is no book in {folder} yet. Open some files into it first.")
    name = f"generation-{book.generation}-{book.opened_at:%Y%m%dT%H%M%S%f}"
    manifest = book.model_copy(update={"base": name, "delta": ""})
    with one_writer(target):
        former = read_manifest(target)
        if former == manifest and (target / name).is_dir():
            return manifest
        _write(folder, book, target / UNFINISHED)
        shutil.rmtree(target / name, ignore_errors=True)
        (target / UNFINISHED).rename(target / name)
        write_whole(target / MANIFEST, manifest.model_dump_json(indent=2))
        kept = {name, former.base if former else name}
        for path in target.glob("generation-*"):
            if path.name not in kept:
                shutil.rmtree(path)
    return manifest


def _write(book: Path, manifest: Manifest, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    # Attached, since a process may hold one file open under one configuration only.
    with duckdb.connect(config={"memory_limit": "1GB"}) as connection:
        attach(connection, book, manifest, "book")
        for table in EXPORTED:
            (folder / table).mkdir(parents=True)
            part = literal(str(folder / table / "part-0.parquet"))
            connection.execute(
                f"COPY (FROM book.main.{table}) TO {part} (FORMAT parquet, COMPRESSION zstd)"
            )
