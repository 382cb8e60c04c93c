"""What somebody has planned and not done."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet

from salesops.records.activity import Activity
from salesops.records.reach import reach
from salesops.records.user import User


def open_tasks(actor: User) -> QuerySet[Any]:
    """What the actor's person has planned and not done, in the order in which it is due."""
    if actor.person_id is None or not reach(actor).is_known:
        return Activity.objects.none()
    # Whoever is known sees their own; asked of each page, so that nothing else is looked for.
    own = Activity.objects.filter(owner=actor.person_id, is_done=False, deleted_at=None)
    return own.order_by(F("occurred_at").asc(nulls_last=True), "pk")
