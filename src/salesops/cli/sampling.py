"""Writing the sample company as files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from salesops.cli.formats import SampleFormat
from salesops.cli.terminal import err, say


@contextmanager
def sample_export(size: int, seed: int) -> Iterator[Path]:
    """The sample company as an export of Salesforce, which is gone afterwards."""
    from salesops.sample.company import simulate
    from salesops.sample.salesforce import write_export

    with tempfile.TemporaryDirectory() as scratch:
        export = Path(scratch) / "WE_00D5g000004TxYzEAK_1.zip"
        say(err(), f"Simulating a company with {size:,} opportunities …")
        write_export(simulate(size, seed), export)
        yield export


def write_sample(
    target: Path, size: int, seed: int, form: SampleFormat, *, is_planted: bool = True
) -> None:
    """Simulate and write; says what was written."""
    from salesops.sample.company import simulate
    from salesops.sample.salesforce import write_export, write_files

    company = simulate(size, seed, is_planted=is_planted)
    if form is SampleFormat.SALESFORCE:
        write_export(company, target)
    else:
        write_files(company, target, kind=form.value)
    say(err(), f"Wrote {size:,} opportunities of {company.name}, an invented company, to {target}.")
