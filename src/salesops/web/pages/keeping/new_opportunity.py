"""A short form that makes a deal: its name, account, stage, amount and close date."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from salesops.actions.arrange_stages import may_arrange
from salesops.actions.create_record import create_record, may_create
from salesops.actions.edit_record import Unfit
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.foundations.typed_number import currency_of
from salesops.records.models import Account, Opportunity, PipelineStage
from salesops.records.reach import reach
from salesops.records.user import User
from salesops.records.visibility import visible_to
from salesops.tables import TABLES
from salesops.web.pages.keeping import facts, fields, references, typed
from salesops.web.pages.keeping.record_page import actor_of, after_making, reading

OWNER = "owner_id"
ACCOUNT = TABLES["opportunity"].column["account_id"]


def new_opportunity(request: HttpRequest) -> HttpResponse:
    """The form, with the account it was asked for from; or the deal made."""
    actor = actor_of(request)
    if request.method != "POST":
        asked = visible_to(actor, Account).filter(pk=request.GET.get("account", "")).first()
        given = {"account": str(asked), "chosen": asked.pk} if asked else {}
        return _form(request, actor, given, 200)
    given = request.POST.dict()
    try:
        made = create_record(actor, Opportunity, _values(actor, given), system_clock)
    except references.Ambiguous as unfit:
        return _form(request, actor, given, 422, unfit, unfit.candidates)
    except Unfit as unfit:
        return _form(request, actor, given, 422, unfit)
    except Refusal as refusal:
        return _form(request, actor, given, 403, refusal=str(refusal))
    return HttpResponseRedirect(after_making(actor, made))


def _values(actor: User, given: dict[str, Any]) -> dict[str, Any]:
    """The deal's values by column. Raises Unfit for the first that cannot be."""
    name = given.get("name", "").strip()
    if not name:
        raise Unfit("name", "Name is needed.")
    stage = _offered(actor).filter(pk=given.get("stage", "")).first()
    if stage is None:
        raise Unfit("stage", "Choose one of the list.")
    account = references.chosen(actor, ACCOUNT, given.get("account", ""), given.get("chosen", ""))
    amount, currency = _amount(given)
    values = {
        "name": name,
        "account_id": account,
        "pipeline": stage.pipeline,
        "stage": stage.stage,
        "amount_minor": amount,
        "currency": currency or None,
        "close_date": typed.day("close_date", given.get("close_date", "")),
    }
    # Money of the company's own is in the currency of the amount, where there is one.
    begun = Opportunity(currency=None if amount is None else currency)
    columns = [c for c in _columns() if c in given or c != OWNER]
    return values | fields.values_of(actor, begun, columns, given, currency)


def _columns() -> list[str]:
    """What the form asks for beside the facts that are its own."""
    return [OWNER, *fields.asked(Opportunity)]


def _offered(actor: User) -> QuerySet[PipelineStage]:
    """The stages a deal may be put into: those in use."""
    return visible_to(actor, PipelineStage).exclude(is_active=False)


def _amount(given: dict[str, Any]) -> tuple[int | None, str]:
    """In the currency typed with it, else in that of the company."""
    text, usual = given.get("amount", ""), reading()[0]
    named = currency_of(text)
    return typed.money("amount", text, named or usual)


def _form(
    request: HttpRequest,
    actor: User,
    given: dict[str, Any],
    status: int,
    unfit: Unfit | None = None,
    offered: references.Choices | None = None,
    refusal: str = "",
) -> HttpResponse:
    if given.get("chosen") and offered is None:
        offered = [(given["chosen"], given.get("account", ""))]
    context = {
        "given": given,
        "stages": facts.stages_by_key(_offered(actor)),
        "may_arrange": may_arrange(actor),
        "may_create_account": may_create(actor, Account),
        "offered": offered or [],
        "column": unfit.column if unfit else "",
        "problem": str(unfit) if unfit else "",
        "refusal": refusal,
        "currency": reading()[0],
        "fields": fields.opened(
            actor,
            Opportunity(owner_id=reach(actor).person_id),
            _columns(),
            reading()[0],
            given if request.method == "POST" else None,
            unfit,
        ),
    }
    return render(request, "keeping/new_opportunity.html", context, status=status)
