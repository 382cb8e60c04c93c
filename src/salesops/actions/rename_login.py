"""Changing one's own name, as others see it."""

from __future__ import annotations

from salesops.actions.changing import changing
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.user import User

LONGEST = 200


def rename_login(actor: User, name: str, clock: Clock, *, door: str = "browser") -> None:
    """Call the login so. Everybody names themselves."""
    new = " ".join(name.split())
    if not new or len(new) > LONGEST:
        raise Refusal(f"A name has 1 to {LONGEST} letters.")
    with changing(actor, "rename_login", clock, door=door, reason=f"{actor.name} → {new}"):
        User.objects.filter(pk=actor.pk).update(name=new)
