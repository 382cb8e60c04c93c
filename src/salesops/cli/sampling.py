"""Writing the sample company as files."""

from __future__ import annotations

import time
from pathlib import Path

from rich.console import Console

from salesops.foundations.problem import Refusal


def write_sample(out: Path, size: int, seed: int, form: str) -> int:
    """Simulate and write; prints what was written."""
    from salesops.sample.company import simulate

    if form not in ("salesforce", "csv", "parquet"):
        raise Refusal(f"“{form}” is not a format. Use salesforce, csv or parquet.")
    started = time.monotonic()
    company = simulate(size, seed)
    if form == "salesforce":
        from salesops.sample.salesforce import write_export

        write_export(company, out)
    else:
        from salesops.sample.salesforce import write_files

        write_files(company, out, kind=form)
    Console(stderr=True).print(
        f"Wrote {size:,} opportunities to {out} in {time.monotonic() - started:.1f} s."
    )
    return 0
