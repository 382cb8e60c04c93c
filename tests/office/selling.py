"""An office that sells: a pipeline, deals of Alice, Bob and Charlie, and a book that says what the records say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings

from salesops.foundations.clock import system_clock
from salesops.jobs.following import follow
from salesops.records.models import Opportunity, PipelineStage
from tests.office.readers import Office

STAGES = (
    ("New", "open", "0.1"),
    ("Offer", "open", "0.5"),
    ("Won", "won", "1"),
    ("Lost", "lost", "0"),
)
DEALS = (
    ("alice-deal", "Alice's deal", "alice", "New", 50_000),
    ("bob-deal", "Bob's deal", "bob", "New", 100_000),
    ("mill", "Mill", "bob", "New", 200_000),
    ("quay", "Quay", "bob", "Offer", 400_000),
    ("charlie-deal", "Charlie's deal", "charlie", "Offer", 800_000),
)
Follow = Callable[[], None]


def sell() -> None:
    """Make the pipeline and the deals."""
    for position, (stage, outcome, chance) in enumerate(STAGES, 1):
        PipelineStage.objects.create(
            id=f"s{position}", pipeline="Sales", stage=stage, position=position, outcome=outcome,
            default_probability=Decimal(chance),
        )  # fmt: skip
    for key, name, owner, stage, amount in DEALS:
        Opportunity.objects.update_or_create(
            id=key,
            defaults={
                "name": name, "owner_id": owner, "account_id": f"{owner}-account",
                "pipeline": "Sales", "stage": stage, "amount_minor": amount, "currency": "USD",
                "close_date": date(2099, 9, 30), "created_on": date(2026, 1, 1),
            },
        )  # fmt: skip


def follow_now() -> None:
    """Have the book say what the records say."""
    follow(settings.SALESOPS_BOOK, system_clock)


@pytest.fixture
def follows(served: Office) -> Follow:  # noqa: ARG001  whose book it is
    """`follows()` has the book say what the records say."""
    return follow_now


@pytest.fixture
def selling(served: Office, follows: Follow) -> Office:
    """The office with its pipeline, its deals and its book."""
    sell()
    follows()
    return served
