"""The zone of an organisation's days."""

from __future__ import annotations

from django.conf import settings

from salesops.book.settings import load_settings


def organisation_zone() -> str:
    """The zone in force, as the settings beside the office's book say."""
    return load_settings(settings.SALESOPS_BOOK).calendar.time_zone or "UTC"
