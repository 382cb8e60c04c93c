"""`salesops demo`: the sample company, as a book or as an office."""

from __future__ import annotations

from pathlib import Path

import typer

from salesops.cli import exits
from salesops.cli.options import (
    BookOption,
    MaybeOfficeOption,
    PortOption,
    SeedOption,
    ServeOption,
    SizeOption,
)


def demo(
    book: BookOption = Path("demo"),
    size: SizeOption = 4000,
    seed: SeedOption = 1,
    serve: ServeOption = True,
    port: PortOption = None,
    office: MaybeOfficeOption = None,
) -> None:
    """Simulate the sample company, open it as an export, and serve it.

    With --office it becomes an office instead, with a login for each role, which are printed.
    """
    if office is not None:
        _demonstrate(office, size, seed, port, serve=serve)
        return
    from salesops.cli.opening import open_sample

    code = open_sample(book, size, seed)
    if code == exits.FINE and serve:
        from salesops.cli.serving import serve_book

        serve_book(book, port)
    raise typer.Exit(code)


def _demonstrate(office: Path, size: int, seed: int, port: int | None, *, serve: bool) -> None:
    from salesops.cli.demonstrating import make_sample_office, show_logins

    code = make_sample_office(office, size, seed)
    if code == exits.FINE:
        show_logins(office)
        if serve:
            from salesops.cli.serving import serve_office_in

            serve_office_in(office, "127.0.0.1", port, 2)
    raise typer.Exit(code)
