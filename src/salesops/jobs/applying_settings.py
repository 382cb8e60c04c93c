"""The book of an office is made anew by other settings, which are in force from when it is there."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from salesops.book.settings import Settings
from salesops.engines.names import make_index
from salesops.jobs.following import follow
from salesops.jobs.work import Work
from salesops.records.folder import BOOK
from salesops.records.settings_change import SettingsChange


def apply_settings(work: Work) -> dict[str, object]:
    """The job: until it has ended, everybody reads the former book by the former settings."""
    told = SettingsChange.objects.get(change=work.arguments["change"])
    folder = Path(settings.SALESOPS_OFFICE) / BOOK
    said = Settings.model_validate(told.after)
    published = follow(folder, work.clock, watch=work, settings=said)
    make_index(folder / published.newest)
    return {"generation": published.generation, "change": told.change_id}
