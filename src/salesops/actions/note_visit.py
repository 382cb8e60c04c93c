"""Note up to which day somebody saw what changed in the pipeline, for what they are shown next time."""

from __future__ import annotations

from datetime import date

from salesops.records.pipeline_visit import PipelineVisit
from salesops.records.user import User


def note_visit(actor: User, day: date) -> None:
    """They saw it up to that day. A second look on the same day writes nothing, and the day before it stays known."""
    seen = PipelineVisit.objects.filter(login=actor).first()
    if seen is not None and seen.day == day:
        return
    PipelineVisit.objects.bulk_create(
        [PipelineVisit(login=actor, day=day, before=seen.day if seen else None)],
        update_conflicts=True,
        unique_fields=["login"],
        update_fields=["day", "before"],
    )
