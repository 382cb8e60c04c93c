"""Saying whether an office's history is as it was sealed, and what is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from salesops.foundations.problem import Refusal

NOTED_LETTERS = 12
_WRONG = {
    "altered": "is not what was sealed",
    "removed": "was removed after it was sealed",
    "inserted": "was put among rows that were sealed before",
}
_WHAT_NOW = "Somebody wrote to the database past salesops. Compare with a backup."


def look_at_history(noted: str | None) -> tuple[bool, str]:
    """Whether the whole history is as it was sealed, and up to where, or the first thing that is not."""
    from salesops.foundations.clock import system_clock
    from salesops.records.sealing import verify

    found = verify(system_clock(), noted=_read(noted) if noted else None)
    broken = found.broken
    if broken is None:
        if found.last is None:
            return (
                True,
                "Nothing of the history is sealed yet; a worker does it when it has nothing else to do",
            )
        seal = f"{found.last.number}:{found.last.link[:NOTED_LETTERS]}"
        whole = f"The history is as it was sealed: {found.rows:,} rows, last seal {seal}"
        return True, ". ".join((whole, *_erased(found.erased)))
    if broken.key is None:
        return False, f"Seal {broken.number} of the history is not what it was. {_WHAT_NOW}"
    row = f"Row {broken.key} of {broken.table}"
    row += f" (of {broken.record_id})" if broken.record_id else ""
    when = f", sealed {broken.sealed_at:%-d %B %Y %H:%M} UTC," if broken.sealed_at else ""
    return False, f"{row}{when} {_WRONG[broken.how]}. {_WHAT_NOW}"


def _erased(rows: Mapping[int, int]) -> Iterator[str]:
    """Which rows are as an erasure left them, and whose that was."""
    from salesops.records.models import Change

    for change in Change.objects.filter(pk__in=rows).select_related("actor").order_by("pk"):
        by = change.actor or "the command line"
        erased = f"{rows[change.pk]:,} row{'' if rows[change.pk] == 1 else 's'} erased"
        yield f"{erased} on {change.at:%-d %B %Y} by {by} under change {change.pk}"


def _read(noted: str) -> tuple[int, str]:
    number, _, link = noted.strip().partition(":")
    if not (number.isascii() and number.isdigit() and len(link) >= NOTED_LETTERS):
        raise Refusal(
            f"“{noted}” is no seal. Write it as doctor printed it, such as 42:9f86d081884c."
        )
    return int(number), link
