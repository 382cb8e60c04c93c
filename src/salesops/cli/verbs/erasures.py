"""`salesops erasures`: who was erased from an office."""

from __future__ import annotations

from salesops.cli.options import OfficeOption


def erasures(office: OfficeOption) -> None:
    """List who was erased from an office: when, by whom, why, and what is left under which name."""
    from salesops.cli.erasing import list_erasures

    list_erasures(office)
