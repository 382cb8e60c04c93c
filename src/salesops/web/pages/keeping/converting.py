"""The form that converts a lead: it shows what the lead will be, with the account and contact there may be already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from salesops.actions.convert_lead import LookedAtFormer, Wanted, convert_lead, may_convert
from salesops.actions.create_record import refuse_unsaid
from salesops.actions.edit_record import Unfit, version_now
from salesops.duplicates.written import PUBLIC_MAIL
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.foundations.whole_number import whole_number
from salesops.records.models import (
    Account,
    Contact,
    Lead,
    Opportunity,
    OpportunityContact,
    PipelineStage,
)
from salesops.records.reach import reach
from salesops.records.record import Record
from salesops.records.user import User
from salesops.records.visibility import visible_to
from salesops.web.pages.keeping import facts, fields, references
from salesops.web.pages.keeping.record_page import actor_of, after, may_edit, place, reading

MOST_SUGGESTED = 5
NEW, OTHER = "new", "other"
# What is asked of each that may be new; an account that is there is named as that of the contact.
ASKED: dict[str, tuple[type[Record], tuple[str, ...]]] = {
    "account": (Account, ("name",)),
    "contact": (Contact, ("name", "email")),
    "opportunity": (Opportunity, ("name", "amount_minor", "close_date")),
    "part": (OpportunityContact, ("role",)),
    OTHER: (Contact, ("account_id",)),
}
SHOWN = ("account_id", "contact_id")


@dataclass(frozen=True)
class Alike:
    """An account or contact that may be the lead's: its key, what it is called and what tells it from others; of a
    contact also the account."""

    key: str
    name: str
    about: str
    account: str = ""


class Wrong(Unfit):
    """A value of one of the parts of the form does not fit; `part` tells of which."""

    def __init__(self, part: str, unfit: Unfit) -> None:
        super().__init__(unfit.column, str(unfit))
        self.part, self.unfit = part, unfit


def convert(request: HttpRequest, key: str) -> HttpResponse:
    """The form, or the lead converted. 404 where it is not there or not to be seen."""
    actor = actor_of(request)
    lead = visible_to(actor, Lead).filter(pk=key).first()
    if lead is None:
        raise Http404
    if not (may_edit(actor, Lead, key) and may_convert(actor)):
        words = "You may look at this lead but not convert it. Ask its owner."
        return _shown(request, actor, lead, None, None, 403, words)
    if lead.is_converted:
        return _shown(request, actor, lead, None, None, 409, "This lead was converted already.")
    if request.method != "POST":
        return _shown(request, actor, lead, None, _sought(request, actor), 200)
    form = request.POST.dict()
    try:
        account = _account(actor, form)
        change = convert_lead(
            actor,
            key,
            account,
            _contact(actor, form, account),
            _opportunity(actor, form),
            system_clock,
            role=_role(actor, form),
            seen=whole_number(form.get("seen", "")) or 0,
        )
    except LookedAtFormer as former:
        return _shown(request, actor, lead, form, None, 409, str(former))
    except Unfit as unfit:
        # What a field of the form does not show is told above it.
        told = "" if isinstance(unfit, Wrong) or unfit.column in SHOWN else str(unfit)
        return _shown(request, actor, lead, form, unfit, 422, told)
    except Refusal as refusal:
        return _shown(request, actor, lead, form, None, 403, str(refusal))
    return HttpResponseRedirect(after(actor, Lead, key, change.pk))


def became(actor: User, lead: Any) -> dict[str, Any]:
    """What a lead's page says of its conversion: what it became, as far as its reader may see it, or where it is done."""
    if lead.is_converted:
        there = (
            (noun, visible_to(actor, noun).filter(pk=getattr(lead, f"{name}_id")).first())
            for name, noun in (("account", Account), ("contact", Contact), ("opportunity", Opportunity))
        )  # fmt: skip
        return {
            "converted": True,
            "became": [(noun._meta.db_table, str(r), place(noun, r.pk)) for noun, r in there if r],
        }
    may = may_edit(actor, Lead, lead.pk) and may_convert(actor)
    return {"convert": reverse("convert_lead", args=[lead.pk]) if may else ""}


def accounts_alike(actor: User, lead: Any) -> list[Alike]:
    """Accounts the reader may see that are called as the lead's company, or have its mail domain: on their website or
    in the address of one of their contacts."""
    company, domain = (lead.company or "").strip(), _domain(lead)
    same = Q(name__istartswith=company) if company else Q(pk__in=())
    if domain:
        colleagues = visible_to(actor, Contact).filter(email__iendswith=f"@{domain}")
        of_them = colleagues.exclude(account=None).values_list("account_id", flat=True).distinct()
        same |= Q(website__icontains=domain) | Q(pk__in=list(of_them[:MOST_SUGGESTED]))
    found = visible_to(actor, Account).filter(same).order_by("name", "pk")[: 4 * MOST_SUGGESTED]
    ranked = sorted(found, key=lambda a: str(a).casefold() != company.casefold())
    names = facts.names_of(actor, Account, ranked).get("person", {})
    return [
        Alike(a.pk, str(a), ", ".join(filter(None, (a.website, names.get(a.owner_id)))))
        for a in ranked[:MOST_SUGGESTED]
    ]


def contacts_alike(actor: User, email: str | None, accounts: list[str]) -> list[Alike]:
    """Contacts of these accounts with a mail address, as far as the reader may see both."""
    address = (email or "").strip()
    if not address:
        return []
    there = visible_to(actor, Account).filter(pk__in=accounts)
    same = visible_to(actor, Contact).filter(account__in=there.values("pk"), email__iexact=address)
    return [
        Alike(c.pk, str(c), f"of {c.account}", c.account_id)
        for c in same.select_related("account").order_by("name", "pk")[:MOST_SUGGESTED]
    ]


def _domain(lead: Any) -> str:
    """Where the lead has their mail, empty where anybody may have it there."""
    domain = (lead.email or "").strip().casefold().rpartition("@")[2]
    return "" if domain in PUBLIC_MAIL or "." not in domain else domain


def _part(form: Mapping[str, str], part: str) -> dict[str, str]:
    """What a form says of one part, by its columns."""
    before = f"{part}."
    return {k.removeprefix(before): v for k, v in form.items() if k.startswith(before)}


def _asked(part: str) -> tuple[type[Record], list[str]]:
    """What is made of a part and what is asked of it, with the fields of the company's own."""
    noun, columns = ASKED[part]
    return noun, [*columns, *([] if part == OTHER else fields.asked(noun))]


def _values(actor: User, form: Mapping[str, str], part: str) -> dict[str, Any]:
    noun, columns = _asked(part)
    try:
        values = fields.values_of(actor, noun(), columns, _part(form, part), reading()[0])
        if not values.get(columns[0]):
            raise Unfit(columns[0], f"{facts.title_of(noun, columns[0])} is needed.")
        if part != OTHER:
            refuse_unsaid(noun, values)
    except Unfit as unfit:
        raise Wrong(part, unfit) from unfit
    return values if part == OTHER else values | {"owner_id": form.get("owner_id") or None}


def _account(actor: User, form: Mapping[str, str]) -> Wanted:
    match form.get("account", ""):
        case "new":
            return _values(actor, form, "account")
        case "other":
            return str(_values(actor, form, OTHER)["account_id"])
        case "":
            raise Unfit("account_id", "Choose an account, or a new one.")
        case key:
            return key


def _contact(actor: User, form: Mapping[str, str], account: Wanted) -> Wanted:
    """The contact that was chosen. Before one is made with the address of another at the account, that one is offered."""
    chosen = form.get("contact", NEW)
    if chosen != NEW:
        return chosen
    values = _values(actor, form, "contact")
    there = contacts_alike(actor, values["email"], [account]) if isinstance(account, str) else []
    offered = form.get("offered", "").split()
    others = [c.name for c in there if c.key not in offered]
    if others:
        raise Unfit(
            "contact_id",
            f"This account has a contact with this address already: {others[0]}. Choose them, or once more the new one.",
        )
    return values


def _opportunity(actor: User, form: Mapping[str, str]) -> dict[str, Any] | None:
    if form.get("with_opportunity") != "yes":
        return None
    begin = visible_to(actor, PipelineStage).filter(outcome="open")
    stage = begin.filter(pk=form.get("stage", "")).first()
    if stage is None:
        raise Wrong("opportunity", Unfit("stage", "Choose one of the list."))
    values = _values(actor, form, "opportunity")
    return values | {"pipeline": stage.pipeline, "stage": stage.stage}


def _role(actor: User, form: Mapping[str, str]) -> str | None:
    """The role of the contact in the deal, None where it is not known."""
    noun, columns = ASKED["part"]
    try:
        found = fields.values_of(actor, noun(), columns, _part(form, "part"), "")
    except Unfit as unfit:
        raise Wrong("part", unfit) from unfit
    role: str | None = found["role"]
    return role


def _sought(request: HttpRequest, actor: User) -> Unfit | None:
    """The accounts whose name holds what is typed."""
    text = request.GET.get("find", "")
    if not text:
        return None
    found = references.candidates(actor, "account", text)
    return Wrong(OTHER, references.Ambiguous("account_id", "", found))


def _shown(
    request: HttpRequest,
    actor: User,
    lead: Any,
    form: Mapping[str, str] | None,
    unfit: Unfit | None,
    status: int,
    refusal: str = "",
) -> HttpResponse:
    # The version is asked for before the lead, so that an edit in between is noticed rather than lost.
    seen = version_now(lead)
    lead = visible_to(actor, Lead).get(pk=lead.pk)
    context: dict[str, Any] = {"lead": lead, "place": place(Lead, lead.pk), "refusal": refusal}
    if status != 403 and not lead.is_converted:
        context |= _form(request, actor, lead, form, unfit) | {"seen": seen}
    return render(request, "keeping/convert.html", context, status=status)


def _form(
    request: HttpRequest,
    actor: User,
    lead: Any,
    form: Mapping[str, str] | None,
    unfit: Unfit | None,
) -> dict[str, Any]:
    # Who types to find an account is answered at each letter, and has seen the others.
    accounts = [] if "find" in request.GET else accounts_alike(actor, lead)
    given = form or {}
    chosen = given.get("account", "")
    near = [a.key for a in accounts] + ([chosen] if chosen not in (NEW, OTHER, "") else [])
    if chosen == OTHER and (picked := _part(given, OTHER).get("account_id.chosen")):
        near.append(picked)
    typed = _part(given, "contact").get("email") if form else lead.email
    contacts = contacts_alike(actor, typed, near)
    theirs = contacts[0] if contacts else None
    begin = visible_to(actor, PipelineStage).filter(outcome="open").exclude(is_active=False)
    stages = facts.stages_by_key(begin)
    wrong = unfit if isinstance(unfit, Wrong) else Wrong("", unfit) if unfit else None
    return {
        "accounts": accounts,
        "contacts": contacts,
        "offered": " ".join(c.key for c in contacts),
        "account": chosen or (theirs.account if theirs else _named(accounts, lead.company)),
        "contact": given.get("contact") or (theirs.key if theirs else NEW),
        "with_opportunity": given.get("with_opportunity") == "yes" if form else bool(stages),
        "stages": stages,
        "stage": given.get("stage", ""),
        "people": facts.people(actor, given.get("owner_id") or lead.owner_id or ""),
        "owner": given["owner_id"]
        if "owner_id" in given
        else lead.owner_id or reach(actor).person_id,
        "parts": {part: _opened(actor, lead, part, form, wrong) for part in ASKED},
        "wrong": wrong,
        "finds": f"{request.path}?",
    }


def _named(accounts: list[Alike], company: str | None) -> str:
    """The account that is called as the company is, where there is one alone; else a new one."""
    same = [a.key for a in accounts if a.name.casefold() == (company or "").strip().casefold()]
    return same[0] if len(same) == 1 else NEW


def _opened(
    actor: User, lead: Any, part: str, form: Mapping[str, str] | None, wrong: Wrong | None
) -> list[facts.Shown]:
    """The fields of one part, each named with it, holding what was typed, else what the lead says."""
    noun, columns = _asked(part)
    company = lead.company or lead.name
    begins: dict[str, Mapping[str, Any]] = {
        "account": {"name": company},
        "contact": {"name": lead.name, "email": lead.email},
        "opportunity": {"name": company},
    }
    made = fields.opened(
        actor,
        noun(**begins.get(part, {})),
        columns,
        reading()[0],
        _part(form, part) if form else None,
        wrong.unfit if wrong and wrong.part == part else None,
    )
    for field in made:
        field.column = f"{part}.{field.column}"
        field.title = "Role of the contact" if part == "part" else field.title
    return made
