"""A move that was planned for a day takes place when that day has come."""

from __future__ import annotations

from salesops.actions.move_person import day_in, move_now
from salesops.jobs.work import Work
from salesops.records.models import TeamMembership


def move_due(work: Work) -> dict[str, object]:
    """The job: nothing where the move was taken back or another has followed it by now."""
    with work.effect():
        span = TeamMembership.objects.filter(
            pk=work.arguments["membership"], deleted_at=None
        ).first()
        today = day_in(work.arguments["zone"], work.clock)
        is_now = span is not None and span.valid_from <= today < span.valid_to
        moved = is_now and move_now(work.job.asked_by, span, work.clock)
        work.finish({"moved": bool(moved)})
    return {}
