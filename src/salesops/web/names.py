"""What the book is called on screen."""

from pathlib import Path

from django.conf import settings

from salesops.book.settings import load_settings


def book_title() -> str:
    """The title somebody gave it, else the name of its folder, or of the office's."""
    said = load_settings(settings.SALESOPS_BOOK).title
    folder: Path = getattr(settings, "SALESOPS_OFFICE", settings.SALESOPS_BOOK)
    return said or folder.resolve().name
