"""Which long work somebody sees: what they asked for, and for sales operations all of it."""

from __future__ import annotations

from django.db.models import QuerySet

from salesops.records.job import Job
from salesops.records.reach import SEE_ALL
from salesops.records.user import User


def jobs_visible_to(user: User) -> QuerySet[Job]:
    """The jobs a login may see."""
    if not user.is_active:
        return Job.objects.none()
    return Job.objects.all() if user.role in SEE_ALL else Job.objects.filter(asked_by=user)
