"""Saying whether the files kept with an office's records are there and as they came."""

from __future__ import annotations

from pathlib import Path


def look_at_files(office: Path) -> tuple[bool, str]:
    """Whether every file is whole, or which one is not."""
    from salesops.records.attachment import Attachment
    from salesops.records.kept_content import is_whole

    kept = Attachment.objects.filter(erased_by=None).order_by("digest", "pk")
    whole, last = 0, ""
    for each in kept.iterator():
        if each.digest != last:
            if not is_whole(office, each.digest):
                return False, (
                    f"“{each.name}” of {each.noun} {each.record_id} is missing from the folder or is not what came. "
                    "Fetch it from a backup."
                )
            last, whole = each.digest, whole + 1
    if not whole:
        return True, "No files are kept with records"
    return True, f"Files kept with records, each as it came: {whole:,}"
