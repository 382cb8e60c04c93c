"""Somebody who may sign in: a login, what they may do, and the person of the organisation they are."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

ROLES = (
    ("administrator", "Administrator"),
    ("vp", "VP of sales operations"),
    ("manager", "Sales operations manager"),
    ("analyst", "Sales operations analyst"),
    ("representative", "Sales operations representative"),
    ("sales_leader", "Sales leader"),
    ("salesperson", "Salesperson"),
)


class Users(BaseUserManager["User"]):
    """Makes logins; addresses are compared without regard to case."""

    def create_user(self, email: str, password: str | None = None, **more: Any) -> User:
        """A login; without a password nobody can sign in with one."""
        user = self.model(email=email.strip().lower(), **more)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """The login of an address."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A login. `person` is who they are in the organisation, where they have a place in it."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True, default="")
    role = models.CharField(max_length=20, choices=ROLES)
    person = models.OneToOneField(
        "records.Person",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="login",
        db_constraint=False,
    )
    is_active = models.BooleanField(default=True)
    # What they are mailed, where the office sends mail.
    wants_weekly_message = models.BooleanField(default=True)
    wants_mentions = models.BooleanField(default=True)
    wants_requests = models.BooleanField(default=True)
    wants_tasks = models.BooleanField(default=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = Users()

    class Meta:
        db_table = "login"

    def __str__(self) -> str:
        return self.name or self.email
