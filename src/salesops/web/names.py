"""What the book is called on screen."""

from django.conf import settings

from salesops.book.settings import load_settings


def book_title() -> str:
    """The title somebody gave it, else the folder's name."""
    said = load_settings(settings.SALESOPS_BOOK).title
    return said or settings.SALESOPS_BOOK.resolve().name
