"""`salesops serve`: a book in a browser on this machine, or an office for everybody who may sign in."""

from __future__ import annotations

from typing import Annotated

import typer

from salesops.cli.options import DEFAULT_BOOK, BookOption, MaybeOfficeOption, PortOption


def serve(
    book: BookOption = DEFAULT_BOOK,
    port: PortOption = None,
    office: MaybeOfficeOption = None,
    address: Annotated[
        str,
        typer.Option(help="Address an office listens on; 0.0.0.0 is every one of this machine."),
    ] = "127.0.0.1",
    processes: Annotated[
        int, typer.Option(min=1, max=64, help="How many processes answer for an office.")
    ] = 2,
) -> None:
    """Serve a book in a browser, on this machine only. Without a book it asks for files.

    With --office it serves that office instead, to everybody who can reach the address and signs in, on
    port 8000 unless another is named, with a worker beside it that is started again when it dies.
    """
    from salesops.cli.serving import refuse_other_address, serve_book, serve_office_in

    if office is None:
        refuse_other_address(address)
        serve_book(book, port)
        return
    serve_office_in(office, address, port, processes)
