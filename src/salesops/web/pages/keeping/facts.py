"""The facts of a record as its page shows them: in words, and as what a form offers and reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from django.db.models import Q, QuerySet

from salesops.actions.edit_record import Unfit, fitting
from salesops.book.custom import HAVE_FIELDS, Kind
from salesops.book.sales_process import ACTIVITY_KINDS
from salesops.foundations.table import Column, Type
from salesops.records import custom_field
from salesops.records.custom_field import PREFIX, CustomField, value_of
from salesops.records.models import (
    NOUNS,
    OpportunityContact,
    Person,
    PipelineStage,
    ProcessChange,
)
from salesops.records.record import Record
from salesops.records.user import User
from salesops.records.visibility import visible_to
from salesops.records.zone import organisation_zone
from salesops.tables import TABLES
from salesops.web.pages.keeping import references, typed
from salesops.web.pages.keeping.references import Choices
from salesops.web.pages.records import nouns
from salesops.web.words import of_type, said

# Noun → column → title, in the order of the page.
TITLES: dict[str, dict[str, str]] = {
    "opportunity": {
        "name": "Name",
        "stage": "Stage",
        "amount_minor": "Amount",
        "account_id": "Account",
        "owner_id": "Owner",
        "close_date": "Close date",
        "next_step": "Next step",
        "forecast_category": "Forecast category",
        "type": "Type",
        "source": "Source",
        "loss_reason": "Lost because",
    },
    "account": {
        "name": "Name",
        "owner_id": "Owner",
        "parent_id": "Belongs to",
        "industry": "Industry",
        "type": "Type",
        "country": "Country",
        "region": "Region",
        "website": "Website",
        "phone": "Telephone",
        "employees": "Employees",
        "annual_revenue_minor": "Revenue",
        "source": "Source",
    },
    "opportunity_line": {
        "product_id": "Product",
        "quantity": "Quantity",
        "unit_price_minor": "Unit price",
        "amount_minor": "Amount",
        "service_on": "Delivered on",
    },
    "opportunity_split": {
        "person_id": "Person",
        "share": "Share",
        "is_overlay": "On top",
    },
    "opportunity_contact": {
        "contact_id": "Contact",
        "role": "Role",
        "is_primary": "Primary",
    },
    "person": {
        "name": "Name",
        "email": "Email",
        "title": "Title",
        "region": "Region",
        "hired_on": "First day",
        "left_on": "Gone since",
        "is_active": "Works here",
    },
    "custom_field": {
        "label": "Name",
        "help": "Help",
        "choices": "Choices",
        "retired_choices": "Offered no longer",
        "is_active": "In use",
        "asked": "In new records",
        "position": "Order",
    },
    "pipeline_stage": {
        "outcome": "Outcome",
        "is_pitched": "Pitched",
        "is_qualified": "Qualified",
        "forecast_category": "Category",
        "default_probability": "Probability",
        "is_active": "In use",
        "position": "Order",
    },
    "process_change": {
        "name": "Name",
        "what": "What changes",
        "why": "Why",
        "kpi": "Should move",
        "expected": "By",
        "teams": "Teams",
        "people": "People",
        "criterion": "Only where",
        "starts_on": "From",
        "last_on": "Measured until",
        "stage": "Stage of the rule",
        "moment": "The rule looks on",
        "rule": "The rule stops",
        "given_up_on": "Given up on",
    },
    **nouns.TITLES,
}
# What contacts are in a deal where nobody said it otherwise.
CONTACT_ROLES = (
    "Decision maker", "Champion", "Economic buyer", "Technical buyer", "Executive sponsor", "Evaluator", "Influencer",
    "User", "Procurement", "Legal", "Opponent",
)  # fmt: skip
CATEGORIES = ("omitted", "pipeline", "best_case", "commit", "closed")
PLACES = {
    "account": "/accounts/",
    "person": "/people/",
    "opportunity": "/opportunities/",
    "process_change": "/changes/",
    **{name: noun.place for name, noun in nouns.DECLARED.items()},
}
MOST_CONTACTS = 100
MOST_OFFERED = 20  # before anything is looked for

Names = Mapping[str, Mapping[str, str]]
_CONTACT, _ROLE = (TABLES["opportunity_contact"].column[c] for c in ("contact_id", "role"))


@dataclass
class Shown:
    """One fact on the page; `control` is how it is edited where it is `is_open`."""

    column: str
    title: str
    said: str
    may_edit: bool
    place: str = ""
    is_open: bool = False
    control: str = "text"
    typed: str = ""
    chosen: str = ""
    choices: Choices = field(default_factory=list)
    hint: str = ""
    problem: str = ""
    clash: Mapping[str, Any] | None = None


def column_of(noun: type[Record], name: str) -> Column | None:
    """The declared column, or that of a field of the company's own; None for what a record has beside them."""
    if name.startswith(PREFIX):
        field = custom_field.named(noun._meta.db_table, name)
        return field.column if field else None
    table = TABLES.get(noun._meta.db_table)
    return table.column.get(name) if table else None


def own_fields(noun: type[Record]) -> list[CustomField]:
    """The fields that the company added to a kind of record, those no longer in use last."""
    if noun._meta.db_table not in HAVE_FIELDS:
        return []
    found = custom_field.defined(noun._meta.db_table, also_retired=True)
    return sorted(found, key=lambda f: not f.is_active)


def title_of(noun: type[Record], name: str) -> str:
    """A column's name for people."""
    if name.startswith(PREFIX):
        return str(custom_field.named(noun._meta.db_table, name) or name.removeprefix(PREFIX))
    plain = name.removesuffix("_id").removesuffix("_minor").replace("_", " ").capitalize()
    return TITLES.get(noun._meta.db_table, {}).get(name, plain)


def help_of(noun: type[Record], name: str) -> str:
    """What was written to help with a field of the company's own."""
    field = custom_field.named(noun._meta.db_table, name)
    return (field.help or "") if field else ""


def names_of(actor: User, noun: type[Record], states: Iterable[Any]) -> dict[str, dict[str, str]]:
    """The names of everything the states refer to, as far as the actor may see it, by table and key."""
    wanted: dict[str, set[str]] = {}
    states, table = list(states), TABLES.get(noun._meta.db_table)
    referring = [c for c in table.columns if c.refers_to and not c.derived] if table else []
    if any(state.custom for state in states):
        referring += [f.column for f in own_fields(noun) if f.column.refers_to]
    if noun is ProcessChange:
        wanted["person"] = {key for state in states for key in state.people or ()}
    for state in states:
        for column in referring:
            key = value_of(state, column.name)
            if isinstance(key, str) and key:
                wanted.setdefault(column.refers_to, set()).add(key)
    return {
        table: {
            r.pk: str(r)
            for r in visible_to(actor, NOUNS[table]).filter(pk__in=keys).only("id", "name")
        }
        for table, keys in wanted.items()
    }


def in_words(column: Column | None, value: Any, currency: str, names: Names) -> str:
    """A value as people read it; empty for none. What may not be seen is not named."""
    if value is None or value == "":
        return ""
    if column is None:
        return str(value)
    if column.name.startswith(PREFIX):
        value = custom_field.as_read(column, value)
        if isinstance(value, str) and not column.refers_to:
            return value
    if column.refers_to:
        return names.get(column.refers_to, {}).get(value) or f"another {column.refers_to}"
    return of_type(column.type, value, currency, organisation_zone)


def place_of(column: Column, value: Any, names: Names) -> str:
    """The address of the record that a value names and the reader may see; people are read about elsewhere."""
    there = column.refers_to if column.refers_to != "person" else ""
    if there not in PLACES or value not in names.get(there, {}):
        return ""
    return PLACES[there] + quote(value, safe="")


def control_of(column: Column) -> str:
    """How a fact is edited."""
    if column.name in ("stage", "forecast_category", "kind") or column.refers_to == "person":
        return "choice"
    if column == _ROLE:
        return "choice"
    if column.type is Type.YES_NO or (column.refers_to and references.is_short(column)):
        return "choice"
    if column.name.startswith(PREFIX) and column.type is Type.CHOICE:
        return "choice"
    if column.refers_to:
        return "search"
    return {Type.DATE: "day", Type.MONEY: "money", Type.INSTANT: "moment"}.get(column.type, "text")


def choices(actor: User, record: Record, column: Column) -> Choices:
    """What a choice offers; what stands now is always among it. A stage without a pipeline known offers nothing."""
    now = value_of(record, column.name) or ""
    own = custom_field.named(record._meta.db_table, column.name)
    if own is not None and own.kind == Kind.CHOICE:
        offered = [("", "None"), *((choice, choice) for choice in own.offered)]
    elif column.name == "stage":
        offered = stages(actor, getattr(record, "pipeline", None))
    elif column.name == "forecast_category":
        offered = [("", "None"), *((c, said(c)) for c in CATEGORIES)]
    elif column.name == "kind":
        offered = [(kind, said(kind)) for kind in ACTIVITY_KINDS]
    elif column == _ROLE:
        offered = [("", "Not known"), *((r, said(r)) for r in _contact_roles(actor))]
    elif column.type is Type.YES_NO:
        return [("True", "Yes"), ("False", "No")]
    elif column == references.CONTACT_BESIDE:
        offered = [("", "Nobody"), *_contacts_beside(actor, record)]
    elif column.refers_to and column.refers_to != "person":
        offered = [("", "None"), *references.all_of(actor, column.refers_to, now)]
    else:
        offered = [("", "Nobody"), *people(actor, now)]
    if now and offered and now not in {value for value, _ in offered}:
        offered.insert(0, (now, now))
    return offered


def stages(actor: User, pipeline: str | None) -> Choices:
    """The stages of a pipeline that are in use, in their order."""
    of_it = visible_to(actor, PipelineStage).filter(pipeline=pipeline).exclude(is_active=False)
    of_it = of_it.order_by("position", "stage")
    return [(s, s) for s in dict.fromkeys(of_it.values_list("stage", flat=True)) if s]


def stages_by_key(of_them: QuerySet[PipelineStage]) -> Choices:
    """Stages in their order, each with its pipeline where they are of several."""
    found = list(of_them.order_by("pipeline", "position", "stage"))
    several = len({s.pipeline for s in found}) > 1
    return [
        (s.pk, f"{s.pipeline}: {s.stage}" if several and s.pipeline else s.stage) for s in found
    ]


def people(actor: User, now: str = "") -> Choices:
    """Who is active, and who stands there now."""
    active = (
        visible_to(actor, Person).exclude(Q(is_active=False) & ~Q(pk=now)).order_by("name", "pk")
    )
    return [(p.pk, str(p)) for p in active.only("id", "name")]


def offered_first(actor: User, record: Record, column: Column) -> Choices:
    """What is offered before anything is looked for: the contacts at the account of a deal."""
    return _contacts_beside(actor, record)[:MOST_OFFERED] if column == _CONTACT else []


def _contact_roles(actor: User) -> list[str]:
    """The roles that contacts have in deals, and the usual ones that none is called as."""
    there = visible_to(actor, OpportunityContact).exclude(role=None).values_list("role", flat=True)
    used = sorted(set(there.distinct()), key=str.casefold)
    known = {role.casefold() for role in used}
    return [*used, *(role for role in CONTACT_ROLES if role.casefold() not in known)]


def _contacts_beside(actor: User, record: Any) -> Choices:
    """The contacts of the account that an activity, or a deal, is about."""
    deal = visible_to(actor, NOUNS["opportunity"]).filter(pk=record.opportunity_id).first()
    account = deal.account_id if deal else getattr(record, "account_id", None)
    there = visible_to(actor, NOUNS["contact"]).filter(account=account).order_by("name", "pk")
    return [(c.pk, str(c)) for c in there[:MOST_CONTACTS]] if account else []


def read(
    actor: User, record: Record, column: Column, form: Mapping[str, str], currency: str
) -> dict[str, Any]:
    """The values by column that a form gives a fact. Raises Unfit with what to do."""
    given = _read(actor, record, column, form, currency)
    own = custom_field.named(record._meta.db_table, column.name)
    if own is not None and given[own.name] != value_of(record, own.name):
        given[own.name] = fitting(actor, own, given[own.name])
    return given


def _read(
    actor: User, record: Record, column: Column, form: Mapping[str, str], currency: str
) -> dict[str, Any]:
    text = form.get("value", "")
    match control_of(column):
        case "search":
            found = references.chosen(actor, column, text, form.get("chosen", ""))
            if found == record.pk and column.refers_to == record._meta.db_table:
                raise Unfit(column.name, "An account cannot belong to itself.")
            return {column.name: found}
        case "choice":
            offered = choices(actor, record, column)
            if offered and text not in {value for value, _ in offered}:
                raise Unfit(column.name, "Choose one of the list.")
            if column.required and not text.strip():
                raise Unfit(column.name, f"{title_of(type(record), column.name)} is needed.")
            if column.type is Type.YES_NO:
                return {column.name: text == "True"}
            return {column.name: text or None}
        case "moment":
            return {column.name: typed.moment(column.name, text, organisation_zone())}
        case "day":
            return {column.name: typed.day(column.name, text)}
        case "money":
            own = getattr(record, "currency", None) or ""
            amount, known = typed.money(column.name, text, own or currency)
            given: dict[str, Any] = {column.name: amount}
            return given if own or amount is None else given | {"currency": known}
    number = {Type.COUNT: typed.count, Type.DECIMAL: typed.decimal, Type.SHARE: typed.share}
    if column.type in number and not column.name.startswith(PREFIX):
        return {column.name: number[column.type](column.name, text)}
    if column.required and not text.strip():
        raise Unfit(column.name, f"{title_of(type(record), column.name)} is needed.")
    return {column.name: text.strip() or None}
