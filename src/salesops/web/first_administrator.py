"""The link by which an office gets its first administrator: there is no login that everybody knows."""

from __future__ import annotations

from django.urls import reverse

from salesops.actions.invite_person import invite_first_administrator
from salesops.foundations.clock import Clock
from salesops.records.reach import ADMINISTRATORS
from salesops.records.user import User


def first_administrator_link(address: str, clock: Clock) -> str | None:
    """A new link below the office's `address`, which works once, for a day; None where there is an administrator."""
    if User.objects.filter(role__in=ADMINISTRATORS, is_active=True).exists():
        return None
    token = invite_first_administrator(clock)
    return f"{address.rstrip('/')}{reverse('invitation', args=[token])}"
