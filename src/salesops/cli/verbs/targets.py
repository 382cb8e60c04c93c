"""`salesops targets`: how a book stands against its targets."""

from __future__ import annotations

from salesops.cli.formats import Format
from salesops.cli.options import DEFAULT_BOOK, AsOfOption, BookOption, FormatOption, OutOption


def targets(
    book: BookOption = DEFAULT_BOOK,
    as_of: AsOfOption = None,
    form: FormatOption = Format.TABLE,
    out: OutOption = None,
) -> None:
    """How a book stands against its targets, those that need somebody first."""
    from salesops.cli.targets import show_targets

    show_targets(book, as_of, form, out)
