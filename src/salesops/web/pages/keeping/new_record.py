"""A short form that makes a record, such as an account, a contact, a lead or a quota."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from salesops.actions.create_record import create_record, may_create
from salesops.actions.edit_record import Unfit
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.records.models import NOUNS, Account
from salesops.records.reach import reach
from salesops.records.record import Record
from salesops.records.user import User
from salesops.records.visibility import visible_to
from salesops.tables import TABLES
from salesops.web.pages.keeping import facts, fields, references
from salesops.web.pages.keeping.record_page import actor_of, after_making, reading
from salesops.web.pages.records.nouns import DECLARED


class Made(NamedTuple):
    """What a form makes: what its list is called, where that is, and the columns of its page."""

    title: str
    address: str
    columns: Mapping[str, str]


MADE: Mapping[str, Made] = {
    "account": Made("Accounts", "/accounts", facts.TITLES["account"]),
    **{name: Made(noun.title, noun.address, noun.titles) for name, noun in DECLARED.items()},
}
# What a form does not ask for: it comes later, or from what is asked.
LATER = {
    "account": {"parent_id", "employees", "annual_revenue_minor", "source"},
    "contact": {"first_name", "last_name"},
    "lead": {"is_converted", "converted_on", "account_id", "contact_id", "opportunity_id"},
}
# Without what a record would say nothing, one of each line.
NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "account": (("name",),),
    "contact": (("name",),),
    "lead": (("name",),),
    "product": (("name",),),
    "campaign": (("name",),),
    "campaign_spend": (("campaign_id",), ("spent_on",), ("amount_minor",)),
    "cost": (("description", "category"), ("booked_on",), ("amount_minor",)),
    "quota": (("person_id", "team"), ("starts_on",), ("ends_on",), ("amount_minor",)),
    "recurring_revenue": (("account_id",), ("starts_on",), ("monthly_minor",)),
}
BEGINS: dict[str, Mapping[str, Any]] = {"product": {"is_active": True}}


class Twice(Unfit):
    """There is one of that name already; a second is made by who says so twice."""


def new_record(request: HttpRequest, name: str) -> HttpResponse:
    """The form, with what it was asked for from (`?account_id=a1`); or the record made."""
    actor = actor_of(request)
    if name not in NEEDED:
        raise Http404
    noun = NOUNS[name]
    if not may_create(actor, noun):
        words = f"You may not create {MADE[name].title.lower()}. Ask sales operations."
        return _form(request, actor, noun, None, None, 403, words)
    if request.method != "POST":
        found = request.GET.get("find")
        unfit = _sought(actor, name, request.GET.get("in", ""), found) if found else None
        return _form(request, actor, noun, None, unfit, 200)
    given = request.POST.dict()
    try:
        values = fields.values_of(actor, noun(), _columns(noun), given, reading()[0])
        _refuse_what_says_nothing(noun, values)
        if noun is Account and given.get("again") != values["name"]:
            _refuse_second(actor, values["name"])
        made = create_record(actor, noun, values, system_clock)
    except Unfit as unfit:
        return _form(request, actor, noun, given, unfit, 422)
    except Refusal as refusal:
        return _form(request, actor, noun, given, None, 403, str(refusal))
    return HttpResponseRedirect(after_making(actor, made))


def _columns(noun: type[Record]) -> list[str]:
    name = noun._meta.db_table
    return [c for c in MADE[name].columns if c not in LATER.get(name, ())] + fields.asked(noun)


def _refuse_what_says_nothing(noun: type[Record], values: Mapping[str, Any]) -> None:
    for either in NEEDED[noun._meta.db_table]:
        if all(values.get(column) in (None, "") for column in either):
            words = " or ".join(facts.title_of(noun, c).lower() for c in either)
            raise Unfit(either[0], f"{words[0].upper()}{words[1:]} is needed.")
    begins, ends = values.get("starts_on"), values.get("ends_on")
    is_after = noun._meta.db_table != "campaign"  # whose last day is counted
    if begins and ends and (ends < begins or (is_after and ends == begins)):
        raise Unfit("ends_on", "This is not after the first day.")


def _refuse_second(actor: User, name: str) -> None:
    """Refuse an account called as one that the actor sees."""
    same = visible_to(actor, Account).filter(name__iexact=name).select_related("owner").first()
    if same is not None:
        whose = f", owned by {same.owner}" if same.owner else ""
        raise Twice(
            "name", f"{same} is there already{whose}. Create makes a second one of that name."
        )


def _sought(actor: User, name: str, column: str, text: str) -> Unfit | None:
    """What fits the text that a field looks for."""
    asked = TABLES[name].column.get(column)
    if asked is None or not asked.refers_to or asked.refers_to not in NOUNS:
        return None
    return references.Ambiguous(column, "", references.candidates(actor, asked.refers_to, text))


def _blank(request: HttpRequest, actor: User, noun: type[Record]) -> Record:
    """What the form begins with: what the address names, as far as its reader sees it, and themselves as the owner."""
    name, known = noun._meta.db_table, dict[str, Any](BEGINS.get(noun._meta.db_table, {}))
    for column in MADE[name].columns:
        refers_to, key = TABLES[name].column[column].refers_to, request.GET.get(column, "")
        if refers_to and key and visible_to(actor, NOUNS[refers_to]).filter(pk=key).exists():
            known[column] = key
    if request.GET.get("name") and "name" in MADE[name].columns:
        known["name"] = request.GET["name"]
    if "owner_id" in TABLES[name].column:
        known.setdefault("owner_id", reach(actor).person_id)
    return noun(**known)


def _form(
    request: HttpRequest,
    actor: User,
    noun: type[Record],
    given: Mapping[str, str] | None,
    unfit: Unfit | None,
    status: int,
    refusal: str = "",
) -> HttpResponse:
    name = noun._meta.db_table
    title = f"New {name.replace('_', ' ')}"
    record = _blank(request, actor, noun)
    shown = fields.opened(actor, record, _columns(noun), reading()[0], given, unfit)
    context = {
        "title": title,
        "noun": MADE[name],
        "fields": shown if may_create(actor, noun) else [],
        "again": (given or {}).get("name", "").strip() if isinstance(unfit, Twice) else "",
        "refusal": refusal,
        "finds": f"{request.path}?",
    }
    return render(request, "keeping/new_record.html", context, status=status)
