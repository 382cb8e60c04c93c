"""The nouns whose lists and pages are made from what their tables declare, and how people call their columns."""

from __future__ import annotations

from collections.abc import Mapping

from salesops.web.pages.records.declared import Declared

# Noun → column → title, in the order of a page.
TITLES: dict[str, dict[str, str]] = {
    "contact": {
        "name": "Name",
        "account_id": "Account",
        "title": "Title",
        "email": "Email",
        "phone": "Telephone",
        "owner_id": "Owner",
        "first_name": "Given name",
        "last_name": "Family name",
    },
    "lead": {
        "name": "Name",
        "company": "Company",
        "email": "Email",
        "status": "Status",
        "source": "Source",
        "owner_id": "Owner",
        "campaign_id": "Campaign",
        "is_converted": "Converted",
        "converted_on": "Converted on",
        "account_id": "Account",
        "contact_id": "Contact",
        "opportunity_id": "Opportunity",
    },
    "activity": {
        "subject": "What",
        "kind": "Kind",
        "is_done": "Done",
        "occurred_at": "When",
        "owner_id": "For",
        "duration_minutes": "Minutes",
        "contact_id": "With",
    },
    "product": {
        "name": "Name",
        "code": "Code",
        "family": "Family",
        "list_price_minor": "List price",
        "is_active": "Sold now",
    },
    "campaign": {
        "name": "Name",
        "type": "Type",
        "status": "Status",
        "starts_on": "First day",
        "ends_on": "Last day",
        "budget_minor": "Budget",
    },
    "campaign_spend": {
        "campaign_id": "Campaign",
        "spent_on": "Day",
        "amount_minor": "Amount",
    },
    "cost": {
        "description": "What",
        "category": "Category",
        "function": "Function",
        "team": "Team",
        "booked_on": "Day",
        "amount_minor": "Amount",
    },
    "quota": {
        "person_id": "Person",
        "team": "Team",
        "starts_on": "First day",
        "ends_on": "First day after",
        "amount_minor": "Amount",
        "product_family": "Only for",
    },
    "recurring_revenue": {
        "account_id": "Account",
        "product_id": "Product",
        "starts_on": "First day",
        "ends_on": "First day after",
        "monthly_minor": "A month",
        "gross_margin": "Gross margin",
    },
}
CONTACTS = Declared(
    table="contact",
    title="Contacts",
    address="/contacts",
    titles=TITLES["contact"],
    columns=("name", "account_id", "title", "email", "phone", "owner_id"),
    more=("created_on", "first_name", "last_name"),
    facets=("owner_id", "title"),
    order="x.name, x.id",
    search=("name", "email", "account_id"),
    narrow=("account_id",),
)
LEADS = Declared(
    table="lead",
    title="Leads",
    address="/leads",
    titles=TITLES["lead"],
    columns=("name", "company", "status", "source", "owner_id", "created_on", "is_converted"),
    more=("email", "campaign_id", "converted_on", "account_id", "opportunity_id"),
    facets=("status", "source", "owner_id", "campaign_id", "is_converted"),
    order="x.is_converted, x.created_on DESC NULLS LAST, x.id",
    search=("name", "company", "email"),
    narrow=("company",),
)
ACTIVITIES = Declared(
    table="activity",
    title="Activities",
    address="/activities",
    titles=TITLES["activity"],
    columns=(
        "subject",
        "kind",
        "occurred_on",
        "owner_id",
        "opportunity_id",
        "account_id",
        "is_done",
    ),
    more=("contact_id", "lead_id", "duration_minutes"),
    facets=("kind", "owner_id", "is_done"),
    order="x.occurred_on DESC NULLS LAST, x.id",
    search=("subject", "opportunity_id", "account_id"),
    narrow=("occurred_on",),
)
PRODUCTS = Declared(
    table="product",
    title="Products",
    address="/records/product",
    titles=TITLES["product"],
    columns=("name", "code", "family", "list_price_minor", "is_active"),
    more=("currency",),
    facets=("family", "is_active"),
    order="x.is_active DESC NULLS LAST, x.name, x.id",
    search=("name", "code"),
    narrow=("list_price_minor",),
)
CAMPAIGNS = Declared(
    table="campaign",
    title="Campaigns",
    address="/records/campaign",
    titles=TITLES["campaign"],
    columns=("name", "type", "status", "starts_on", "ends_on", "budget_minor"),
    more=("currency",),
    facets=("type", "status"),
    order="x.starts_on DESC NULLS LAST, x.name, x.id",
    search=("name",),
    narrow=("status",),
)
SPENDS = Declared(
    table="campaign_spend",
    title="Campaign spend",
    address="/records/campaign_spend",
    titles=TITLES["campaign_spend"],
    columns=("campaign_id", "spent_on", "value_minor"),
    more=("currency",),
    facets=("campaign_id", "currency"),
    order="x.spent_on DESC NULLS LAST, x.id",
    search=("campaign_id",),
    adds_up=True,
    narrow=("value_minor",),
)
COSTS = Declared(
    table="cost",
    title="Costs",
    address="/records/cost",
    titles=TITLES["cost"],
    columns=("description", "category", "function", "team", "booked_on", "value_minor"),
    more=("currency",),
    facets=("function", "category", "team", "currency"),
    order="x.booked_on DESC NULLS LAST, x.id",
    search=("description", "category"),
    adds_up=True,
    narrow=("value_minor",),
)
QUOTAS = Declared(
    table="quota",
    title="Quotas",
    address="/records/quota",
    titles=TITLES["quota"],
    columns=("person_id", "team", "starts_on", "ends_on", "value_minor", "product_family"),
    more=("currency",),
    facets=("team", "person_id", "product_family"),
    order="x.starts_on DESC NULLS LAST, x.id",
    search=("person_id", "team"),
    narrow=("starts_on", "value_minor"),
)
REVENUE = Declared(
    table="recurring_revenue",
    title="Recurring revenue",
    address="/records/recurring_revenue",
    titles=TITLES["recurring_revenue"],
    columns=("account_id", "product_id", "starts_on", "ends_on", "value_minor", "gross_margin"),
    more=("currency",),
    facets=("product_id", "currency"),
    order="x.starts_on DESC NULLS LAST, x.id",
    search=("account_id", "product_id"),
    narrow=("value_minor",),
)
DECLARED: Mapping[str, Declared] = {
    noun.table: noun
    for noun in (CONTACTS, LEADS, ACTIVITIES, PRODUCTS, CAMPAIGNS, SPENDS, COSTS, QUOTAS, REVENUE)
}
