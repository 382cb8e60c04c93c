"""`salesops imports`: what was imported into an office."""

from __future__ import annotations

from salesops.cli.options import OfficeOption


def imports(office: OfficeOption) -> None:
    """List what was imported into an office, by whom, what became of it and until when it can be undone."""
    from salesops.cli.imports import list_imports

    list_imports(office)
