"""Runs an import while its PostgreSQL is killed, every process of it at once, and started again.

`scripts/on_postgresql python -m tests.office.killed_database WORK KILLS`: WORK is a DuckDB file with the rows.
Prints how often the database was killed, and how many deals and versions it holds in the end.
"""

from __future__ import annotations

import os
import random
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any


def main(work: Path, kills: int) -> None:
    """Kill the database `kills` times while rows are written, then let the import end."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, connections

    from salesops.actions.import_rows import start_import
    from salesops.foundations.clock import system_clock
    from salesops.records.import_run import ImportRun
    from salesops.records.models import Opportunity, OpportunityVersion

    connections.settings["default"]["NAME"] = "postgres"  # the one that is there from the beginning
    call_command("migrate", verbosity=0)
    start_import(None, "Salesforce", ["deals.csv"], system_clock(), system_clock)
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        data = Path(cursor.fetchone()[0])
    connection.close()
    chance = random.Random(7)
    killed = 0
    while killed < kills:
        told, tell = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(told)
            _import(work, tell)
            os._exit(0)
        os.close(tell)
        assert os.read(told, 1), "The import ended before the database was killed."
        time.sleep(chance.uniform(0, 0.05))
        _kill(data)
        killed += 1
        _, status = os.waitpid(child, 0)
        os.close(told)
        assert os.waitstatus_to_exitcode(status) != 0, "The import did not see its database die."
        _start(data)
    _import(work, None)
    run = ImportRun.objects.get()
    print(  # noqa: T201
        f"killed {killed}, {run.state}, {run.counts['opportunity']['created']} created: "
        f"{Opportunity.objects.count()} deals, {OpportunityVersion.objects.count()} versions"
    )


def _import(work: Path, tell: int | None) -> None:
    import duckdb
    from django.db import OperationalError

    from salesops.actions import import_rows
    from salesops.foundations.clock import system_clock
    from salesops.records.import_run import ImportRun

    def progress(*_: Any) -> bool:
        if tell is not None:
            os.write(tell, b".")
        return True

    if tell is not None:  # small steps, so that it is killed within one
        vars(import_rows).update(FIRST_STEP=40, LARGEST_STEP=40, PAUSE_SECONDS=0.01)
    try:
        with duckdb.connect(str(work), read_only=True) as rows:
            import_rows.go_on(ImportRun.objects.get(), rows, system_clock, progress)
    except OperationalError:
        os._exit(1)


def _kill(data: Path) -> None:
    """Kill the server and all its processes, as a machine that loses its power would."""
    server = int((data / "postmaster.pid").read_text().split()[0])
    os.kill(server, signal.SIGSTOP)  # so that it starts none again
    children = subprocess.run(
        ["pgrep", "-P", str(server)], capture_output=True, text=True, check=True
    )
    processes = (server, *map(int, children.stdout.split()))
    for process in processes:
        os.kill(process, signal.SIGKILL)
    while any(map(_runs, processes)):
        time.sleep(0.01)
    (data / "postmaster.pid").unlink()  # a dead process that nobody has asked after looks alive


def _runs(process: int) -> bool:
    """Whether a process is there and not dead already."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in "ZX"


def _start(data: Path) -> None:
    """Start the server as it was started before."""
    program, *options = shlex.split((data / "postmaster.opts").read_text())
    at = options.index("-D")
    # Without its socket, whose lock would stand in the way as the process does.
    told = shlex.join([*options[:at], *options[at + 2 :], "-c", "unix_socket_directories="])
    control = [
        str(Path(program).with_name("pg_ctl")),
        "-D",
        str(data),
        "-w",
        "-l",
        f"{data}/../log",
    ]
    run_as = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    subprocess.run([*run_as, *control, "-o", told, "start"], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
