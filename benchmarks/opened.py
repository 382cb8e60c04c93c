"""A made-up book of any size, opened once and found again as long as its layout and rows are the same."""

from __future__ import annotations

from pathlib import Path

from benchmarks.opening import CACHE, CLOCK
from benchmarks.salesforce_export import write_export
from salesops.engines.folder import read_manifest_lenient
from salesops.jobs.opening import open_files


def opened_book(size: int, states: int = 5) -> Path:
    """The folder of a book with `size` opportunities, `states` versions each, and what every KPI asks for."""
    name = f"{size}" if states == 5 else f"{size}-{states}"
    folder = CACHE / f"book-{name}"
    if read_manifest_lenient(folder) is None:
        print(f"Opening a book of {size:,} opportunities, once …", flush=True)
        files = write_export(CACHE / f"export-{name}", size, whole=True, states=states)
        open_files(files, folder, lambda: CLOCK)
    return folder
