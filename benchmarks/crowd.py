"""Eight people who edit, eight who read, an import and a worker on one office for a minute.

    .venv/bin/python -m benchmarks.crowd [--seconds 60]
    scripts/on_postgresql .venv/bin/python -m benchmarks.crowd

Everybody pauses for up to a second between two things, as people at a page do. Held against the same edits with
nobody else about. The bar: no error, every edit in history and in the book, 99 of 100 edits within 200 ms.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.office import CACHE, bring_in, make, set_up
from benchmarks.salesforce_export import write_export

WRITERS = READERS = 8
DEALS = 5_000
IMPORTED = 120_000
LONGEST_PAUSE = 1.0
MOST_SECONDS = 0.2


def main() -> None:
    """Measure and print, or be one of the crowd."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=float, default=60)
    asked.add_argument(
        "--as", dest="role", choices=("write", "read", "import"), help=argparse.SUPPRESS
    )
    asked.add_argument("--number", type=int, default=0, help=argparse.SUPPRESS)
    asked.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.role is None:
        with tempfile.TemporaryDirectory() as folder:
            compare(Path(folder) / "office", options.seconds)
        return
    set_up(options.into)
    does = {"write": write, "read": read, "import": bring_more}[options.role]
    print(json.dumps(does(options.into, options.number, options.seconds)))


def compare(office: Path, seconds: float) -> None:
    """One writer alone, then the crowd, and whether everything is kept."""
    make(office)
    bring_in(office, write_export(CACHE / f"export-{DEALS}", DEALS))
    from salesops.jobs.following import follow
    from salesops.records.models import User

    User.objects.create_user("vp@example.com", role="vp")
    follow(office / "book", _now)
    _close()
    alone = _said([_begin(office, "write", 99, seconds / 4)])[0]
    worker = subprocess.Popen(
        [sys.executable, "-m", "salesops.cli", "worker", "--office", str(office)]
    )
    importing = _begin(office, "import", 0, seconds)
    crowd = [_begin(office, "write", n, seconds) for n in range(WRITERS)]
    crowd += [_begin(office, "read", n, seconds) for n in range(READERS)]
    told = _said(crowd)
    ended_with_import = importing.poll() is None
    imported = _said([importing])[0]
    worker.terminate()
    worker.wait()
    edits = [t for one in told[:WRITERS] for t in one["took"]]
    reads = [t for one in told[WRITERS:] for t in one["took"]]
    print(f"{WRITERS} writers, {READERS} readers, a worker and an import of {IMPORTED:,} deals")
    print(f"  edits: {len(edits)}, {_figures(edits)}; alone {_figures(alone['took'])}")
    print(f"  reads: {len(reads)}, {_figures(reads)}")
    print(
        f"  the import {'went on all the while' if ended_with_import else 'ended before'}; {imported['said']}"
    )
    errors = [e for one in [*told, alone, imported] for e in one["errors"]]
    print(f"  errors: {len(errors)} {errors[:3] if errors else ''}")
    _look_for(office, told[:WRITERS])
    keeps = "kept" if _percentile(edits, 0.99) < MOST_SECONDS else "NOT KEPT"
    print(f"  the bar of {MOST_SECONDS * 1000:.0f} ms is {keeps}")


def write(_office: Path, number: int, seconds: float) -> dict[str, Any]:
    """Edit a deal of one's own part again and again."""
    from salesops.actions.edit_record import edit_record, version_now
    from salesops.records.models import Opportunity, User

    actor = User.objects.get(email="vp@example.com")
    keys = list(Opportunity.objects.order_by("pk").values_list("pk", flat=True)[:DEALS])
    mine = keys[number % (WRITERS + 1) :: WRITERS + 1]
    chance = random.Random(number)
    took, errors = [], []
    written: dict[str, list[str]] = {}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        key, words = chance.choice(mine), f"writer {number} at {time.time_ns()}"
        began = time.monotonic()
        try:
            seen = version_now(Opportunity.objects.get(pk=key))
            edit_record(actor, Opportunity, key, {"next_step": words}, _now, seen=seen)
            written.setdefault(key, []).append(words)
            took.append(time.monotonic() - began)
        except Exception as error:
            errors.append(f"{type(error).__name__}: {error}")
        time.sleep(chance.random() * LONGEST_PAUSE)
    return {"took": took, "errors": errors, "written": written}


def read(_office: Path, number: int, seconds: float) -> dict[str, Any]:
    """Read a page of a list and one deal's history again and again."""
    from salesops.records.models import Opportunity, User
    from salesops.records.visibility import visible_to

    reader = User.objects.get(email="vp@example.com")
    chance = random.Random(1000 + number)
    took, errors = [], []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        try:
            first = chance.randrange(DEALS - 50)
            rows = list(visible_to(reader, Opportunity).order_by("pk")[first : first + 50])
            list(Opportunity.versions.objects.filter(record_id=rows[0].pk).order_by("-version"))
            took.append(time.monotonic() - began)
        except Exception as error:
            errors.append(f"{type(error).__name__}: {error}")
        time.sleep(chance.random() * LONGEST_PAUSE)
    return {"took": took, "errors": errors}


def bring_more(office: Path, _number: int, _seconds: float) -> dict[str, Any]:
    """Import another company's deals meanwhile."""
    import contextlib
    import io

    said, errors = io.StringIO(), []
    try:
        with contextlib.redirect_stdout(said):
            files = write_export(CACHE / f"export-{IMPORTED}", IMPORTED)
            bring_in(office, files, source="Other")
    except Exception as error:
        errors.append(f"{type(error).__name__}: {error}")
    return {"said": said.getvalue().strip(), "errors": errors}


def _look_for(office: Path, told: list[dict[str, Any]]) -> None:
    from salesops.engines.duckdb import DuckDBEngine
    from salesops.jobs.following import follow
    from salesops.records.models import Opportunity

    versions = Opportunity.versions
    lost = 0
    last: dict[str, str] = {}
    for one in told:
        for key, words in one["written"].items():
            kept = set(versions.objects.filter(record_id=key).values_list("next_step", flat=True))
            lost += len(set(words) - kept)
            last[key] = words[-1]
    follow(office / "book", _now)
    book = dict(DuckDBEngine(office / "book").run("SELECT id, next_step FROM opportunity").rows)
    missing = sum(book.get(key) != words for key, words in last.items())
    print(
        f"  edits missing from history: {lost}; deals of which the book has not the last edit: {missing}"
    )


def _begin(office: Path, role: str, number: int, seconds: float) -> subprocess.Popen[str]:
    words = [
        "--as",
        role,
        "--number",
        str(number),
        "--seconds",
        str(seconds),
        "--into",
        str(office),
    ]
    command = [sys.executable, "-m", "benchmarks.crowd", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _said(processes: list[subprocess.Popen[str]]) -> list[dict[str, Any]]:
    return [json.loads(p.communicate()[0].strip().splitlines()[-1]) for p in processes]


def _percentile(took: list[float], share: float) -> float:
    ordered = sorted(took)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _figures(took: list[float]) -> str:
    half, most = (_percentile(took, s) * 1000 for s in (0.5, 0.99))
    return f"half within {half:.0f} ms, 99 of 100 within {most:.0f} ms"


def _close() -> None:
    from django.db import connection

    connection.close()


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
