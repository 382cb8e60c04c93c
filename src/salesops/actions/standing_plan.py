"""What a change of the process is measured by stands once it was measured, and whom it is for is not everybody's to say."""

from __future__ import annotations

from salesops.foundations.problem import Refusal
from salesops.records.models import ProcessChange
from salesops.records.process_change import AFTER, MEASURED_BY
from salesops.records.reach import reach
from salesops.records.record import Version
from salesops.records.user import User
from salesops.records.visibility import leads_all


def is_measured(change: ProcessChange) -> bool:
    """Whether anything was read of what it did."""
    return bool(change.readings.filter(kind=AFTER).exists())


def refuse_measured(change: ProcessChange) -> None:
    """Refuse to change by what it is measured, where it was."""
    if is_measured(change):
        raise Refusal(
            "It was measured, so the number, the people and the days stand: whoever could choose them afterwards would "
            "find what they like. File another change."
        )


def refuse_plan_lost(version: Version, former: Version | None) -> None:
    """Refuse to undo what would change by what it was measured, or take it away with what was read."""
    change = ProcessChange.objects.get(pk=version.record_id)
    if former is not None:
        if any(getattr(version, c) != getattr(former, c) for c in MEASURED_BY):
            refuse_measured(change)
    elif change.readings.exists():
        raise Refusal("It was measured, so it stays, with what was read. Give it up instead.")


def refuse_for_others(actor: User, state: Version | None) -> None:
    """Refuse a leader to have others than their own people work by a change, as it was once."""
    scope = reach(actor)
    if (
        state is not None
        and not scope.edits_all
        and not leads_all(scope, state.teams, state.people)
    ):
        raise Refusal("Before, it was for people whom you do not lead. Ask sales operations.")
