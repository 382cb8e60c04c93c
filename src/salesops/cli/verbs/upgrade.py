"""`salesops upgrade`: an office's database is made, or brought to this version."""

from __future__ import annotations

from salesops.cli.options import OfficeOption


def upgrade(office: OfficeOption) -> None:
    """Bring an office's database to this version, or make a new office. May be repeated."""
    from salesops.cli import keeping

    keeping.upgrade(office)
