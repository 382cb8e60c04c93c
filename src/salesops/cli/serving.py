"""Serving a book in a browser from the command line."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console


def serve_book(folder: Path, port: int | None) -> None:
    """Serve until interrupted, and say where."""
    from salesops.web.server import serve

    console = Console(stderr=True)

    def ready(address: str) -> None:
        console.print(f"\nOpen [bold]{address}[/bold]", highlight=False, soft_wrap=True)
        console.print(
            "[dim]Only this machine can reach it, and only with this link. Ctrl-C ends it.[/dim]"
        )

    serve(folder.resolve(), port=port, on_ready=ready)
