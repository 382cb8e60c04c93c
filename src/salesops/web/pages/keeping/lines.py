"""The contacts, products and credit of a deal: what follows from what is typed, and what sums say of the deal."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Coalesce

from salesops.actions.edit_record import Unfit
from salesops.foundations.money import format_money
from salesops.records.models import (
    OpportunityContact,
    OpportunityLine,
    OpportunitySplit,
    Product,
)
from salesops.web.pages.keeping.part import Part, Values
from salesops.web.pages.keeping.typed import money_to_type

_MOST = 2**63 - 1  # what a column of money holds


def _line(deal: Any, was: Any, given: Values) -> Values:
    """A product brings its list price; quantity and unit price bring the amount, to the minor unit."""
    if not given["product_id"] and (was.product_id or was._state.adding):
        raise Unfit("product_id", "Choose a product.")
    values = dict(given)
    currency = was.currency or values.get("currency") or deal.currency
    is_other = given["product_id"] != was.product_id
    if is_other:
        product = Product.objects.filter(pk=given["product_id"]).first()
        known = product is not None and currency and product.currency == currency
        values["list_price_minor"] = product.list_price_minor if product and known else None
        if values["unit_price_minor"] is None:
            values["unit_price_minor"] = values["list_price_minor"]
    quantity, price = values["quantity"], values["unit_price_minor"]
    is_new = is_other or (quantity, price) != (was.quantity, was.unit_price_minor)
    if is_new and quantity is not None and price is not None:
        exact = Decimal(price) * quantity
        if abs(exact) > _MOST:
            raise Unfit("quantity", "That many at this price is more than can be kept.")
        values["amount_minor"] = int(exact.to_integral_value(ROUND_HALF_EVEN))
    if values.get("amount_minor") is not None or price is not None:
        values["currency"] = currency
    return values


def _split(deal: Any, was: Any, given: Values) -> Values:
    """Credit is a share; an amount that a source stated for another share is no longer true."""
    if not given["person_id"]:
        raise Unfit("person_id", "Choose who is credited.")
    if given["share"] is None:
        raise Unfit("share", "Say the share, such as 25.")
    there = OpportunitySplit.objects.filter(
        opportunity=deal.pk, person=given["person_id"], deleted_at__isnull=True
    ).exclude(pk=was.pk)
    if any(bool(s.is_overlay) == bool(given["is_overlay"]) for s in there):
        raise Unfit("person_id", "There is a share of theirs already. Change that one.")
    is_new = given["share"] != was.share
    return dict(given) | ({"amount_minor": None, "currency": None} if is_new else {})


def _contact(deal: Any, was: Any, given: Values) -> Values:
    """Somebody may have several roles in a deal, and each of them once."""
    if not given["contact_id"]:
        raise Unfit("contact_id", "Choose a contact.")
    there = OpportunityContact.objects.filter(
        opportunity=deal.pk, contact=given["contact_id"], deleted_at__isnull=True
    ).exclude(pk=was.pk)
    role = (given["role"] or "").casefold()
    if any((each.role or "").casefold() == role for each in there):
        raise Unfit("contact_id", "They are here in this role already. Change that row.")
    return given


LINES = Part(
    noun=OpportunityLine,
    of="opportunity_id",
    title="Products",
    named_by="product_id",
    shown=("product_id", "quantity", "unit_price_minor", "amount_minor"),
    typed=("product_id", "quantity", "unit_price_minor", "service_on"),
    order=("-amount_minor",),
    follow=_line,
    begins={"quantity": Decimal(1)},
    wide=frozenset({"unit_price_minor"}),
)
CREDIT = Part(
    noun=OpportunitySplit,
    of="opportunity_id",
    title="Credit",
    named_by="person_id",
    shown=("person_id", "share", "is_overlay"),
    typed=("person_id", "share", "is_overlay"),
    order=("-share",),
    follow=_split,
    begins={"is_overlay": False},
)


CONTACTS = Part(
    noun=OpportunityContact,
    of="opportunity_id",
    title="Contacts",
    named_by="contact_id",
    shown=("contact_id", "role", "is_primary"),
    typed=("contact_id", "role", "is_primary"),
    order=(Coalesce("is_primary", Value(False)).desc(), F("role").asc(nulls_last=True)),
    follow=_contact,
    begins={"is_primary": False},
)


def sum_of_lines(deal: Any, lines: Sequence[Any], currency: str) -> dict[str, Any] | None:
    """What the lines add up to beside the deal's amount, where these differ; None where there is nothing to say."""
    if not lines:
        return None
    own = deal.currency or lines[0].currency or currency
    if any((each.currency or own) != own for each in lines):
        return {"said": "Not all of them are in the deal's currency, so they are not added up."}
    unknown = sum(1 for each in lines if each.amount_minor is None)
    if unknown:
        which = "One of them has" if unknown == 1 else f"{unknown} of them have"
        return {"said": f"{which} no amount yet, so they are not added up."}
    total = sum(each.amount_minor for each in lines)
    if total == deal.amount_minor:
        return None
    stated = "no amount" if deal.amount_minor is None else format_money(deal.amount_minor, own)
    return {
        "said": f"These add up to {format_money(total, own)}; the deal has {stated}.",
        "take": f"Make it {format_money(total, own)}",
        "value": f"{own} {money_to_type(total, own)}",
    }


def sum_of_credit(splits: Sequence[Any]) -> str:
    """What the shares make where it is not the whole; credit on top is not counted."""
    counted = [s.share or Decimal(0) for s in splits if not s.is_overlay]
    whole = round(sum(counted, Decimal(0)) * 100, 2)
    if not counted or whole == 100:
        return ""
    return f"The shares make {whole.normalize():f} %, not 100 %."
