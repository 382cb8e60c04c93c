"""Writing the sample company as files."""

from __future__ import annotations

from pathlib import Path

from salesops.cli.formats import SampleFormat
from salesops.cli.terminal import err, say


def write_sample(target: Path, size: int, seed: int, form: SampleFormat) -> None:
    """Simulate and write; says what was written."""
    from salesops.sample.company import simulate
    from salesops.sample.salesforce import write_export, write_files

    company = simulate(size, seed)
    if form is SampleFormat.SALESFORCE:
        write_export(company, target)
    else:
        write_files(company, target, kind=form.value)
    say(err(), f"Wrote {size:,} opportunities of {company.name}, an invented company, to {target}.")
