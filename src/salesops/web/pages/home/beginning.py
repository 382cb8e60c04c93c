"""What an office without a deal begins with: an import, or people, stages and accounts made by hand."""

from __future__ import annotations

from typing import NamedTuple

from django.urls import reverse

from salesops.actions.change_settings import may_change_settings
from salesops.records.models import Account, Opportunity, Person, PipelineStage
from salesops.records.reach import ADMINISTRATORS, EDIT_ALL
from salesops.records.user import User


class Step(NamedTuple):
    """One thing to do, where, what it is for, and whether it is done."""

    words: str
    address: str
    why: str
    is_done: bool = False


def to_begin_of(actor: User) -> list[Step]:
    """The steps for who may take them; nothing once there is a deal."""
    if actor.role not in EDIT_ALL or Opportunity.objects.filter(deleted_at=None).exists():
        return []
    by_hand = [
        Step(
            "Add the people who sell",
            reverse("add_person"),
            "Each sees their own deals, and leaders those of their people.",
            Person.objects.filter(deleted_at=None).exists(),
        ),
        Step(
            "Add a pipeline",
            reverse("pipelines"),
            "The stages a deal goes through until it is won or lost.",
            PipelineStage.objects.filter(deleted_at=None).exists(),
        ),
        Step(
            "Add an account",
            reverse("new_record", args=["account"]),
            "A company you sell to.",
            Account.objects.filter(deleted_at=None).exists(),
        ),
        Step("Add an opportunity", reverse("new_opportunity"), "The first deal."),
    ]
    if may_change_settings(actor):
        words = "Say which currency and fiscal year you report in"
        by_hand.insert(0, Step(words, reverse("book_settings"), "All numbers are told in these."))
    if actor.role in ADMINISTRATORS:
        is_alone = not User.objects.exclude(pk=actor.pk).exists()
        why = "By a link that works once."
        by_hand.append(Step("Let people sign in", reverse("people_and_access"), why, not is_alone))
    return by_hand
