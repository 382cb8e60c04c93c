"""A link that lets somebody in once: a new login, or a login whose password is to be set anew."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from salesops.records.user import ROLES


class Invitation(models.Model):
    """Who holds the link may use it once, until it expires or is taken back.

    Of the link only a digest is kept, so that nobody can use what a stolen database holds. Without an
    `email` the holder types one: that is how the first administrator comes. `login` is who is let in
    again, None for somebody new.
    """

    digest = models.CharField(max_length=64, unique=True)
    email = models.EmailField(default="", blank=True)
    name = models.CharField(max_length=200, default="", blank=True)
    role = models.CharField(max_length=20, choices=ROLES)
    person = models.ForeignKey(
        "records.Person", models.SET_NULL, null=True, related_name="+", db_constraint=False
    )
    login = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    forgets_factors = models.BooleanField(default=False)
    expires_at = models.DateTimeField()
    made_by = models.ForeignKey("records.Change", models.PROTECT, related_name="+")
    used_by = models.ForeignKey("records.Change", models.PROTECT, null=True, related_name="+")
    taken_back_by = models.ForeignKey("records.Change", models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "invitation"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(used_by__isnull=True) | Q(taken_back_by__isnull=True),
                name="invitation_used_or_taken_back",
            )
        ]

    def __str__(self) -> str:
        return self.email or self.role

    def is_open(self, now: datetime) -> bool:
        """The link can still be used."""
        return self.used_by_id is None and self.taken_back_by_id is None and now < self.expires_at


def new_token() -> str:
    """What stands in a link: 256 bits of chance."""
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
