"""The list and the page of a noun made from its declaration, in an office: worked in by who may, whole for everybody."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from salesops.records.attachment_reach import ATTACHABLE
from salesops.records.duplicate import LookAlike
from salesops.records.models import NOUNS, CampaignSpend, Contact, OpportunityContact
from salesops.records.reach import reach
from salesops.records.record import Record
from salesops.records.user import User
from salesops.records.visibility import visible_to
from salesops.tables import TABLES
from salesops.web.pages.files.told import files_of
from salesops.web.pages.keeping import facts, parts
from salesops.web.pages.keeping.converting import became
from salesops.web.pages.keeping.part import Part, Values
from salesops.web.pages.keeping.record_page import Kind
from salesops.web.pages.records.all_records import noun_of
from salesops.web.pages.records.declared import DAYS
from salesops.web.pages.records.nouns import DECLARED
from salesops.web.pages.tasks.activity import about_address, activities_of
from salesops.web.pages.working.kinds import WORKED
from salesops.web.pages.working.lists import working_list
from salesops.web.words import said, several

MOST = 25
# Noun → what refers to it and is named on its page.
REFERRING = {
    "account": (("lead", "account_id"),),
    "opportunity": (("lead", "opportunity_id"),),
    "contact": (("lead", "contact_id"),),
    "campaign": (("opportunity", "campaign_id"), ("lead", "campaign_id")),
    "product": (("opportunity", "product_id"),),
}
WITH_ACTIVITIES = ("contact", "lead")
SEARCHED_FOR_TWINS = ("contact", "lead")


def declared_list(request: HttpRequest, name: str) -> HttpResponseBase:
    """The list of a noun, worked in as those of opportunities and accounts are."""
    return working_list(request, WORKED[noun_of(request, name).table])


def declared_record(request: HttpRequest, name: str, key: str) -> HttpResponse:
    """The record of a noun with that id."""
    return parts.page(request, KINDS[noun_of(request, name).table], key)


def _beside(actor: User, record: Record, currency: str) -> dict[str, Any]:
    name = record._meta.db_table
    noun = DECLARED[name]
    own = getattr(record, "currency", None) or currency
    beside: dict[str, Any] = {
        "heading": heading(actor, record, own),
        "title": noun.title,
        "address": noun.address,
        "referring": referring(actor, record),
        "twins": _twins(actor, record) if name in SEARCHED_FOR_TWINS else [],
    }
    if name in WITH_ACTIVITIES:
        of_it = Q(**{name: record.pk})
        beside |= activities_of(actor, of_it, about_address(name, record.pk))
        beside["has_activities"] = True
    if name in ATTACHABLE:
        beside |= files_of(actor, name, record.pk)
    if name == "lead":
        beside |= became(actor, record)
    return beside


def heading(actor: User, record: Any, currency: str, names: facts.Names | None = None) -> str:
    """What a record is called: its name, else what it is of and its day. `names` are those of what it refers to, where
    they were looked up before."""
    if getattr(record, "name", None):
        return str(record.name)
    noun = DECLARED[record._meta.db_table]
    if names is None:
        names = facts.names_of(actor, type(record), [record])
    column = facts.column_of(type(record), noun.columns[0])
    first = facts.in_words(column, getattr(record, noun.columns[0]), currency, names)
    first = first or getattr(record, "team", "") or getattr(record, "category", "") or noun.title
    days = (getattr(record, c, None) for c in DAYS)
    day = next((d for d in days if d), None)
    return f"{first}, {day:%-d %b %Y}" if day else first


def referring(actor: User, record: Record) -> list[dict[str, Any]]:
    """What names this record, as far as the reader may see it: the first of it, and the list of all where there is
    one."""
    told = []
    for table, column in REFERRING.get(record._meta.db_table, ()):
        there = visible_to(actor, NOUNS[table]).filter(**{column: record.pk}).order_by("pk")
        rows = list(there[: MOST + 1])
        if rows:
            told.append(
                {
                    "title": several(table).capitalize(),
                    "rows": rows[:MOST],
                    "place": facts.PLACES[table],
                    "all": _narrowed(table, column, record) if len(rows) > MOST else "",
                    "is_cut": len(rows) > MOST,
                }
            )
    return told + (_deals_of(actor, record) if isinstance(record, Contact) else [])


def _deals_of(actor: User, contact: Record) -> list[dict[str, Any]]:
    """The deals a contact takes part in, as far as the reader may see them, each with the roles."""
    roles: dict[str, list[str]] = {}
    parts_in = visible_to(actor, OpportunityContact).filter(contact=contact.pk).order_by("pk")
    for deal, role, is_primary in parts_in.values_list("opportunity_id", "role", "is_primary"):
        said_of_it = [said(role)] if role else []
        roles.setdefault(deal, []).extend(said_of_it + (["primary contact"] if is_primary else []))
    there = visible_to(actor, NOUNS["opportunity"]).filter(pk__among=set(roles)).order_by("name")
    rows = list(there[: MOST + 1])
    for row in rows:
        row.said_of_it = ", ".join(roles[row.pk])
    if not rows:
        return []
    place, is_cut = facts.PLACES["opportunity"], len(rows) > MOST
    return [{"title": "Deals", "rows": rows[:MOST], "place": place, "is_cut": is_cut}]


def _narrowed(table: str, column: str, record: Record) -> str:
    """The address of the list of all that name the record; empty where a list is not narrowed by that."""
    if table == "opportunity":
        key = record.pk.replace("'", "''")
        where = f"{column} = '{key}'"
        return f"/opportunities?{urlencode({'where': where})}"
    if column not in DECLARED[table].facets:
        return ""
    return f"{DECLARED[table].address}?{urlencode({column.removesuffix('_id'): str(record)})}"


def _twins(actor: User, record: Record) -> list[dict[str, str]]:
    """The records that look like this one, for who decides about duplicates."""
    if not reach(actor).is_all:
        return []
    name, key = record._meta.db_table, record.pk
    pairs = LookAlike.objects.filter(Q(left=key) | Q(right=key), noun=name).order_by("-weight")[:3]
    others = [p.right if p.left == key else p.left for p in pairs]
    there = visible_to(actor, NOUNS[name]).in_bulk(others)
    merge = reverse("merge_duplicates", args=[name])
    return [
        {
            "name": str(there[other]),
            "place": facts.PLACES[name] + quote(other, safe=""),
            "merge": f"{merge}?{urlencode([('key', key), ('key', other)])}",
        }
        for other in others
        if other in there
    ]


def _spend(campaign: Any, was: Any, given: Values) -> Values:  # noqa: ARG001  nothing follows
    return given


SPEND = Part(
    noun=CampaignSpend,
    of="campaign_id",
    title="Spend",
    named_by="spent_on",
    shown=("spent_on", "amount_minor"),
    typed=("spent_on", "amount_minor"),
    order=("-spent_on",),
    follow=_spend,
    begins={},
)
KINDS: dict[str, Kind] = {
    name: parts.with_rows(
        Kind(
            NOUNS[name],
            "keeping/declared.html",
            _beside,
            (SPEND,) if name == "campaign" else (),
        )
    )
    for name in TABLES
    if name in DECLARED and name != "activity"
}
