"""`salesops let-in`: a link by which somebody sets a new password."""

from __future__ import annotations

from typing import Annotated

import typer

from salesops.cli.options import OfficeOption


def let_in(
    email: Annotated[str, typer.Argument(help="The address somebody signs in with.")],
    office: OfficeOption,
) -> None:
    """Print a link by which somebody sets a new password, when no administrator can sign in to make one."""
    from salesops.cli import keeping

    keeping.let_in(office, email)
