"""The local server: loopback only, a secret in the link, ended by Ctrl-C."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

from salesops.foundations.problem import Refusal

LOOPBACK = "127.0.0.1"
THREADS = 6
SECONDS_TO_END = 3
MOST_TRIES = 1_200


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def serve(folder: Path, *, port: int | None, on_ready: Callable[[str], None]) -> None:
    """Serve the book in `folder` until interrupted; `on_ready` is told the whole link."""
    from granian import Granian
    from granian.constants import Interfaces

    chosen = port or free_port()
    refuse_taken(LOOPBACK, chosen)
    key = os.environ.get("SALESOPS_KEY") or secrets.token_urlsafe(24)
    os.environ |= {
        "SALESOPS_BOOK": str(folder),
        "SALESOPS_KEY": key,
        "DJANGO_SETTINGS_MODULE": "salesops.web.settings",
    }
    build_when_missing()
    server = Granian(
        "salesops.web.wsgi:application",
        address=LOOPBACK,
        port=chosen,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        log_enabled=False,
        workers_kill_timeout=SECONDS_TO_END,
    )
    link = f"http://{LOOPBACK}:{chosen}/?key={key}"
    threading.Thread(
        target=say_when_heard, args=(LOOPBACK, chosen, lambda: on_ready(link)), daemon=True
    ).start()
    server.serve()


def say_when_heard(address: str, port: int, say: Callable[[], None]) -> None:
    """Call `say` once the port answers."""
    for _ in range(MOST_TRIES):
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex((address, port)) == 0:
                say()
                return
        time.sleep(0.05)


def refuse_taken(address: str, port: int) -> None:
    """Refuse a port somebody listens on already."""
    with socket.socket() as probe:
        try:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
        except OSError:
            raise Refusal(
                f"Port {port} is in use. Name another one, or none to have a free one chosen."
            ) from None


def build_when_missing() -> None:
    """A checkout that was never built builds its assets now."""
    import django
    from django.conf import settings

    django.setup()
    if not (settings.STATIC_ROOT / "staticfiles.json").exists():
        from salesops.web.build import build

        try:
            build()
        except FileNotFoundError as error:
            raise Refusal(str(error)) from None
