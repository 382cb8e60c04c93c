"""Convert a lead: an account, a contact and, where wanted, a deal come of it, as one change; its activities go with it."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from salesops.actions.changing import changing
from salesops.actions.create_record import create_within, may_create
from salesops.actions.edit_record import Unfit, Values, held_to_edit, version_now
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.change import Change
from salesops.records.lead import Lead
from salesops.records.models import (
    Account,
    Activity,
    Campaign,
    Contact,
    Opportunity,
    OpportunityContact,
)
from salesops.records.user import User
from salesops.records.visibility import visible_to
from salesops.records.zone import organisation_zone

CONVERT = "convert_lead"
Wanted = str | Values  # a record that is there, by its key; or a new one, by its values


class LookedAtFormer(Refusal):
    """The lead was changed since it was looked at; nothing was written. The person looks again."""


def may_convert(actor: User) -> bool:
    """The actor may make what a lead becomes."""
    return all(may_create(actor, noun) for noun in (Account, Contact, Opportunity))


def convert_lead(
    actor: User,
    key: str,
    account: Wanted,
    contact: Wanted,
    opportunity: Values | None,
    clock: Clock,
    *,
    role: str | None = None,
    seen: int | None = None,
    reason: str = "",
    door: str = "browser",
) -> Change:
    """Have the lead become a contact of an account and, unless that is None, a deal. Who may change the lead may.

    What is new is the actor's unless it names another owner; a deal has the lead's source and campaign unless it names
    others, and the contact is its primary one, in `role` if that is known. `seen` is the version of the lead the person
    was looking at.
    """
    with changing(actor, CONVERT, clock, door=door, reason=reason) as change:
        lead = held_to_edit(actor, Lead, [key])[0]
        assert isinstance(lead, Lead)
        if lead.is_converted:
            on = f" on {lead.converted_on:%-d %b %Y}" if lead.converted_on else ""
            raise Refusal(f"“{lead}” was converted{on} already.")
        if seen is not None and version_now(lead) != seen:
            raise LookedAtFormer(
                f"Somebody changed “{lead}” while you had this open. It is shown as it is now; look at it once more."
            )
        became = {"account_id": _account(change, actor, lead, account)}
        became["contact_id"] = _contact(change, actor, contact, became["account_id"])
        if opportunity is not None:
            values = _of_lead(actor, lead) | dict(opportunity)
            made = create_within(
                change, actor, Opportunity, values | {"account_id": became["account_id"]}
            )
            became["opportunity_id"] = str(made.pk)
            # Of a deal that is somebody else's from the beginning as well.
            OpportunityContact.objects.create(
                opportunity_id=made.pk, contact_id=became["contact_id"], role=role, is_primary=True
            )
        _take_activities_along(lead, became)
        day = change.at.astimezone(ZoneInfo(organisation_zone())).date()
        Lead.objects.filter(pk=lead.pk).update(is_converted=True, converted_on=day, **became)
    return change


def _account(change: Change, actor: User, lead: Lead, wanted: Wanted) -> str:
    if isinstance(wanted, str):
        if not visible_to(actor, Account).filter(pk=wanted).exists():
            raise Unfit("account_id", "There is no such account.")
        return wanted
    return str(create_within(change, actor, Account, {"source": lead.source, **wanted}).pk)


def _contact(change: Change, actor: User, wanted: Wanted, account: str) -> str:
    if not isinstance(wanted, str):
        return str(create_within(change, actor, Contact, {**wanted, "account_id": account}).pk)
    found = visible_to(actor, Contact).filter(pk=wanted).first()
    if found is None:
        raise Unfit("contact_id", "There is no such contact.")
    if found.account_id != account:
        raise Unfit(
            "contact_id",
            f"{found} is a contact of another account. Choose that account, or a new contact.",
        )
    return wanted


def _of_lead(actor: User, lead: Lead) -> dict[str, Any]:
    """What a deal has from the lead it comes of."""
    brought = visible_to(actor, Campaign).filter(pk=lead.campaign_id).first()
    return {"source": lead.source, "campaign_id": brought and brought.pk}


def _take_activities_along(lead: Lead, became: dict[str, str]) -> None:
    """What was done with the lead, and is planned, stays with it and is with what it became as well; what names another
    deal or account already is of that."""
    of_it = Q(account=None) | Q(account=became["account_id"])
    held = Activity.objects.filter(of_it, lead=lead.pk, opportunity=None, deleted_at=None)
    held.update(**{column: Coalesce(F(column), Value(key)) for column, key in became.items()})
