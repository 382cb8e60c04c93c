"""Serving a book in a browser from the command line."""

from __future__ import annotations

from pathlib import Path

from salesops.cli.terminal import err, say


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
