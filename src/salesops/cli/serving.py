"""Serving a book, or an office, in a browser from the command line."""

from __future__ import annotations

from pathlib import Path

from salesops.cli.terminal import err, say
from salesops.foundations.problem import Refusal

OFFICE_PORT = 8000


def serve_book(folder: Path, port: int | None) -> None:
    """Serve until interrupted, and say where."""
    from salesops.web.server import serve

    def ready(address: str) -> None:
        console = err()
        console.print(f"\nOpen {address}", style="bold", soft_wrap=True, markup=False)
        say(
            console,
            "Only this machine can reach it, and only with this link. Ctrl-C ends it.",
            style="dim",
        )

    serve(folder.resolve(), port=port, on_ready=ready)


def refuse_other_address(address: str) -> None:
    """Refuse to serve a book elsewhere than on this machine."""
    if address != "127.0.0.1":
        raise Refusal(
            "A book has no people who sign in, so it is served to this machine alone. "
            "Leave --address out, or serve an office with --office."
        )


def serve_office_in(folder: Path, address: str, port: int | None, processes: int) -> None:
    """Serve an office, with a worker beside it, until interrupted."""
    from salesops.cli.office import in_use
    from salesops.web.office_server import serve_office

    def ready(link: str) -> None:
        console = err()
        console.print(
            f"\nThe office is open at {public or link}", style="bold", soft_wrap=True, markup=False
        )
        if first:
            say(
                console,
                "Nobody administers it yet. Whoever opens this link, once, within a day, does:",
            )
            console.print(first, style="bold", soft_wrap=True, markup=False)
        say(console, "A worker does its long work. Ctrl-C ends both.", style="dim")

    chosen = port or OFFICE_PORT
    with in_use(folder) as whole:
        public = _public_address()
        first = _first_administrator(public or f"http://{address}:{chosen}")
        serve_office(whole, address=address, port=chosen, processes=processes, on_ready=ready)


def _public_address() -> str:
    """Where people reach an office that a proxy with TLS stands before; empty where none does."""
    from django.conf import settings

    return f"{settings.SALESOPS_ADDRESS}/" if settings.SALESOPS_HTTPS else ""


def _first_administrator(address: str) -> str | None:
    """The link for whoever is to administer the office, where nobody does."""
    from django.db import connection

    from salesops.foundations.clock import system_clock
    from salesops.web.first_administrator import first_administrator_link

    try:
        return first_administrator_link(address, system_clock)
    finally:
        connection.close()  # web processes are forked from this one, and each needs its own
