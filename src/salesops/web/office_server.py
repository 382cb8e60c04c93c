"""The office's server: web processes that answer, and one worker beside them; who dies is started again."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from salesops.web.server import SECONDS_TO_END, build_when_missing, refuse_taken, say_when_heard

if TYPE_CHECKING:
    from collections.abc import Iterator

THREADS = 4
SECONDS_BETWEEN_STARTS = 1.0
SECONDS_FOR_THE_WORKER = 15.0


def serve_office(
    folder: Path, *, address: str, port: int, processes: int, on_ready: Callable[[str], None]
) -> None:
    """Serve the office in `folder` until interrupted; Django is set up for it. `on_ready` is told where."""
    from granian import Granian
    from granian.constants import Interfaces

    refuse_taken(address, port)
    build_when_missing()
    server = Granian(
        "salesops.web.office_wsgi:application",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=THREADS,
        log_enabled=False,
        respawn_failed_workers=True,
        workers_kill_timeout=SECONDS_TO_END,
    )
    threading.Thread(
        target=say_when_heard,
        args=(address, port, lambda: on_ready(f"http://{address}:{port}/")),
        daemon=True,
    ).start()
    with worker_beside(folder):
        server.serve()


@contextmanager
def worker_beside(folder: Path) -> Iterator[None]:
    """A worker process that is started again whenever it dies, and ends with the block."""
    command = [sys.executable, "-m", "salesops.cli", "worker", "--office", str(folder)]
    command += ["--beneath", str(os.getpid())]
    is_ending = threading.Event()
    starting = threading.Lock()
    running: list[subprocess.Popen[bytes]] = []

    def keep() -> None:
        while True:
            with starting:
                if is_ending.is_set():
                    return
                # Without closing files Popen spawns, and waits for no pipe that a web process, forked at that
                # very moment, would hold open for ever. What Python opens is closed by exec all the same.
                running[:] = [subprocess.Popen(command, stdin=subprocess.DEVNULL, close_fds=False)]
            running[0].wait()
            is_ending.wait(SECONDS_BETWEEN_STARTS)

    keeper = threading.Thread(target=keep, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        with starting:
            is_ending.set()
        for worker in running:
            worker.terminate()
            try:
                worker.wait(SECONDS_FOR_THE_WORKER)
            except subprocess.TimeoutExpired:
                worker.kill()  # its job goes on elsewhere when the lease has run out
        keeper.join()
