"""Runs an import, or its undoing, again and again, each time in a process that is killed at a moment nobody chose.

`python -m tests.office.killed_import DATABASE WORK KILLS SEED [naive | undo]`: DATABASE is the name of the one that the
settings describe; WORK a DuckDB file with the rows. Prints how often it was killed; ends when all of it is done.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
from django.db import transaction

from salesops.foundations.clock import system_clock


def main(name: str, work: Path, kills: int, seed: int, how: str = "") -> None:
    """Kill `kills` runs while they write, then let one end."""
    import django
    from django.db import connections

    django.setup()
    connections.settings["default"]["NAME"] = name
    from salesops.actions import import_rows, undo_import

    def in_steps_of(rows: int) -> None:
        for module in (import_rows, undo_import):
            vars(module).update(FIRST_STEP=rows, LARGEST_STEP=rows)

    in_steps_of(40)  # so that a few thousand rows outlast a hundred kills
    import_rows.PAUSE_SECONDS = 0.01
    chance = random.Random(seed)
    killed = 0
    while True:
        told, tell = os.pipe()
        child = os.fork()
        if child == 0:
            if killed == kills:
                in_steps_of(2_000)  # nobody kills what is left
            elif how == "naive":
                import_rows._step = _forgetful(import_rows._step)
            (_undo if how == "undo" else _import)(work, tell)
            os._exit(0)
        os.close(tell)
        if killed < kills and os.read(told, 1):  # it has written, and goes on writing
            time.sleep(chance.uniform(0, 0.05))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        os.close(told)
        if not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
            break  # it has ended, or died of something else
        killed += 1
    print(f"killed {killed}, ended with {os.waitstatus_to_exitcode(status)}")  # noqa: T201


def _import(work: Path, tell: int) -> None:
    from salesops.actions.import_rows import go_on
    from salesops.records.import_run import ImportRun

    with duckdb.connect(str(work), read_only=True) as connection:
        run = ImportRun.objects.get()
        go_on(run, connection, system_clock, lambda *_: bool(os.write(tell, b".")))


def _undo(_: Path, tell: int) -> None:
    from salesops.actions.undo_import import go_on_undoing
    from salesops.records.import_run import ImportUndo

    undo = ImportUndo.objects.select_related("run").get()
    go_on_undoing(undo, system_clock, lambda *_: bool(os.write(tell, b".")))


def _forgetful(step: Any) -> Any:
    """How far it came is to be kept after the rows, and not with them: killed between the two."""

    def forgets(run: Any, name: str, batch: Any, clock: Any) -> Any:
        before = run.reached.get(name, "")
        with transaction.atomic():
            run = step(run, name, batch, clock)
            run.reached[name] = before
            run.save()
        os.kill(os.getpid(), signal.SIGKILL)

    return forgets


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), *sys.argv[5:])
