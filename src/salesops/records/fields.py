"""The fields records are made of: one for each type a declared column can have."""

from __future__ import annotations

from typing import Any

from django.db import models

KEY_LENGTH = 255


def reference(to: str) -> models.ForeignKey[Any, Any]:
    """Another record. The database does not insist on it: an import may bring a deal before its account,
    and a check lists what refers to nothing."""
    return models.ForeignKey(
        to, models.DO_NOTHING, null=True, blank=True, related_name="+", db_constraint=False
    )


def text() -> models.TextField[Any, Any]:
    """Any text; null where nothing is known."""
    return models.TextField(null=True, blank=True)


def choice() -> models.TextField[Any, Any]:
    """Text with few distinct values, as long as the source writes them."""
    return models.TextField(null=True, blank=True)


def several() -> models.JSONField[Any, Any]:
    """Some texts in their order, such as the keys of people."""
    return models.JSONField(default=list, blank=True)


def by_day() -> models.JSONField[Any, Any]:
    """What held before each of some days, by the day; null where it never was otherwise."""
    return models.JSONField(null=True, blank=True)


def money() -> models.BigIntegerField[Any, Any]:
    """Integer minor units of the currency of the row."""
    return models.BigIntegerField(null=True, blank=True)


def currency_code() -> models.CharField[Any, Any]:
    """An ISO 4217 code."""
    return models.CharField(max_length=3, null=True, blank=True)


def day() -> models.DateField[Any, Any]:
    """A calendar day in the organisation's zone."""
    return models.DateField(null=True, blank=True)


def instant() -> models.DateTimeField[Any, Any]:
    """A moment in UTC."""
    return models.DateTimeField(null=True, blank=True)


def yes_no() -> models.BooleanField[Any, Any]:
    """Yes, no, or not known."""
    return models.BooleanField(null=True, blank=True)


def count() -> models.BigIntegerField[Any, Any]:
    """A whole number."""
    return models.BigIntegerField(null=True, blank=True)


def decimal() -> models.DecimalField[Any, Any]:
    """An exact number with six places."""
    return models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)


def share() -> models.DecimalField[Any, Any]:
    """0 to 1, exact, six places."""
    return models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)


def rate() -> models.DecimalField[Any, Any]:
    """An exchange rate, nine places."""
    return models.DecimalField(max_digits=18, decimal_places=9, null=True, blank=True)
