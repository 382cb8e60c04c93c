"""An office that is served answers, has its long work done, and starts again who dies."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path

from salesops.web.server import free_port
from tests.jobs_office.conftest import until
from tests.jobs_office.offices import Office, new_office

ASK = """
from salesops.actions.enqueue import enqueue
from salesops.foundations.clock import system_clock
print(enqueue(None, "backup", {"keep": 1}, system_clock).pk)
"""


def _answers(port: int) -> bool:
    """Somebody answers, be it that one must sign in."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as visitor, suppress(OSError):
        visitor.request("GET", "/")
        return visitor.getresponse().status < 500
    return False


def test_a_served_office_answers_works_and_starts_again_who_dies(
    tmp_path: Path, upgrade: Callable[[Office], None]
) -> None:
    office, port = new_office(tmp_path / "office"), free_port()
    upgrade(office)
    server = office.start("serve", "--port", port, "--processes", 1)
    try:
        until(lambda: _answers(port), "an answer")
        for _ in range(2):
            office.does(ASK)
            workers = _workers(office)
            os.kill(workers[-1], signal.SIGKILL)
        assert workers[0] != workers[1]
        code, said = office.run("upgrade")
        assert (code, "up to date" in said) == (0, True)
        code, said = office.run("restore", next((office.folder / "backups").iterdir()), "--replace")
        assert (code, "is in use" in said) == (2, True)
        assert _answers(port)
    finally:
        server.terminate()
        said, _ = server.communicate(timeout=60)
    assert server.returncode == 0, said
    assert "Nobody administers it yet" in said
    assert f"http://127.0.0.1:{port}/invitation/" in said
    assert len(list((office.folder / "backups").iterdir())) == 1


def test_a_worker_whose_server_was_killed_ends(
    tmp_path: Path, upgrade: Callable[[Office], None]
) -> None:
    office, port = new_office(tmp_path / "office"), free_port()
    upgrade(office)
    server = office.start("serve", "--port", port, "--processes", 1)
    try:
        until(lambda: _answers(port), "an answer")
        office.does(ASK)
        (worker,) = _workers(office)
        others = [child for child in _children(server.pid) if child != worker]
    finally:
        server.kill()
    for child in others:
        os.kill(child, signal.SIGKILL)
    server.communicate()
    until(lambda: not Path(f"/proc/{worker}").exists(), "the worker's end")


def _workers(office: Office) -> list[int]:
    """The processes that made the backups asked for, once all are made."""
    left = "SELECT count(*) FROM job WHERE kind = 'backup' AND state <> 'done'"
    until(lambda: office.rows(left) == [(0,)], "the job's end")
    found = office.rows("SELECT worker FROM job WHERE kind = 'backup' ORDER BY id")
    return [int(worker.rsplit(":", 1)[1]) for (worker,) in found]


def _children(process: int) -> list[int]:
    with suppress(FileNotFoundError):
        return [
            int(n) for n in Path(f"/proc/{process}/task/{process}/children").read_text().split()
        ]
    return []
