"""That somebody whom an identity provider knows is a login here."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q


class Identity(models.Model):
    """A provider's own key for a person, and their login. It is ended, never removed.

    Addresses change hands; the `subject` of an `issuer` does not. `email` is what the provider called them then.
    """

    issuer = models.CharField(max_length=500)
    subject = models.CharField(max_length=255)
    email = models.CharField(max_length=320, default="", blank=True)
    login = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_constraint=False
    )
    begun_by = models.ForeignKey("records.Change", models.PROTECT, related_name="+")
    ended_by = models.ForeignKey("records.Change", models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "identity"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["issuer", "subject"],
                condition=Q(ended_by__isnull=True),
                name="identity_one_login",
            ),
            models.UniqueConstraint(
                fields=["issuer", "login"],
                condition=Q(ended_by__isnull=True),
                name="identity_one_of_a_provider",
            ),
        ]

    def __str__(self) -> str:
        return self.email or self.subject
