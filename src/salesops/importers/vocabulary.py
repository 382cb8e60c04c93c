"""The words by which exports name tables and columns; the first of each line is what we call it."""

from __future__ import annotations

import re
from functools import lru_cache

# Words in a file's name that hint at a table.
FILE_WORDS: dict[str, str] = {
    "account": "account|accounts|company|companies|organization|organizations|organisation|customer|customers|"
    "store|stores|firmen|kunden|clients|cuentas",
    "contact": "contact|contacts|people at accounts|kontakte|contactos",
    "lead": "lead|leads|prospects|interessenten",
    "opportunity": "opportunity|opportunities|deal|deals|pipeline|sales pipeline|fact|verkaufschancen|"
    "opportunites|oportunidades",
    "opportunity_line": "opportunity line|opportunity lines|line items|opportunitylineitem|deal products",
    "opportunity_split": "opportunity split|splits|opportunitysplit",
    "opportunity_contact": "opportunity contact|opportunity contacts|opportunity contact role|contact role|contact roles|"
    "deal contacts",
    "opportunity_version": "opportunity version|opportunity history|deal history|stage history",
    "product": "product|products|product2|items|artikel|produkte|productos",
    "activity": "activity|activities|task|tasks|event|events|calls|meetings|emails",
    "campaign": "campaign|campaigns|kampagnen",
    "campaign_spend": "campaign spend|spend|campaign cost",
    "cost": "cost|costs|expense|expenses|kosten",
    "recurring_revenue": "recurring revenue|subscription|subscriptions|contracts|mrr|arr",
    "person": "person|people|user|users|owner|owners|rep|reps|team|teams|sales teams|salesperson|sales person|"
    "employee|employees|mitarbeiter|verkaeufer",
    "team_membership": "team membership|memberships|territory history|people history",
    "quota": "quota|quotas|target|targets|sales person quota history|ziele|objetivos",
    "pipeline_stage": "pipeline stage|stage|stages|sales stage|sales stages|salesstage|deal pipeline stage",
    "exchange_rate": "exchange rate|exchange rates|currency rate|currency rates|fx",
}

# Words in a file's name that say it holds something else, whatever its columns look like.
OTHER_WORDS = re.compile(
    r"\b(property|properties|ticket|tickets|option|form|forms|submission|contact list|list member|merge audit|"
    r"product category|product categories|product subcategory|price history|cost history|dictionary|calendar)\b"
)

# Column synonyms by table: "our column": "word|word|…". Words are compared as `words()` gives them.
COLUMN_WORDS: dict[str, dict[str, str]] = {
    "account": {
        "id": "id|account id|accountid|account number|company id|record id|organization id|customer id|"
        "kundennummer|businessentityid|business entity id|accountseq|account seq",
        "name": "name|account|account name|company|company name|organization|organization name|customer|"
        "customer name|firma|kunde|client|cliente|empresa|store name",
        "parent_id": "parent|parent id|parent account|subsidiary of|parent company",
        "owner_id": "owner|owner id|account owner|company owner|account manager|sales person id|salesperson id",
        "industry": "industry|sector|vertical|branche|secteur|sector name",
        "type": "type|account type|customer type|segment",
        "country": "country|billing country|office location|location|land|pays|pais|country region",
        "region": "region|state|billing state|state or province|state region|territory|province",
        "website": "website|domain|company domain name|url|web",
        "phone": "phone|telephone|phone number|telefon",
        "employees": "employees|number of employees|employee count|headcount|mitarbeiter",
        "annual_revenue_minor": "annual revenue|revenue|turnover|umsatz",
        "currency": "currency|currency iso code|waehrung",
        "source": "account source|source|lead source",
        "created_on": "created|created date|create date|created on|date created|createdate|angelegt am",
    },
    "contact": {
        "id": "id|contact id|contactid|record id|person id|vid",
        "account_id": "account|account id|company|associated company|organization|accountseq|account seq",
        "name": "name|contact|contact name|full name",
        "first_name": "first name|firstname|given name|vorname|prenom|nombre",
        "last_name": "last name|lastname|surname|family name|nachname|nom|apellido",
        "email": "email|email address|e mail|mail",
        "phone": "phone|phone number|telephone|mobile",
        "title": "title|job title|jobtitle|position",
        "owner_id": "owner|contact owner|owner id",
        "created_on": "created|created date|create date|created on|createdate",
    },
    "lead": {
        "id": "id|lead id|record id",
        "name": "name|lead name|full name",
        "company": "company|company name|organization",
        "email": "email|email address|e mail",
        "status": "status|lead status|lifecycle stage",
        "source": "source|lead source|original source",
        "owner_id": "owner|lead owner|owner id|assigned to",
        "campaign_id": "campaign|campaign id|campaign name",
        "created_on": "created|created date|create date|created on|createdate",
        "is_converted": "is converted|converted",
        "converted_on": "converted date|converted on|conversion date",
        "opportunity_id": "converted opportunity id|opportunity id",
    },
    "opportunity": {
        "id": "id|opportunity id|deal id|record id|opportunityid|dealid|opportunityseq|opportunity seq|angebotsnummer",
        "name": "name|opportunity|opportunity name|deal|"
        "deal name|dealname|deal title|title|topic|subject",
        "account_id": "account|account id|account name|company|company name|associated company|customer|"
        "customer name|organization|accountseq|account seq|kunde|firma|client|cliente",
        "owner_id": "owner|owner id|opportunity owner|deal owner|sales agent|sales rep|rep|salesperson|"
        "sales person|assigned to|owner name|opportunity owner name|seller|system user seq|systemuserseq|"
        "verkaeufer|vendedor|commercial",
        "pipeline": "pipeline|deal pipeline|pipeline id|deal pipeline id|sales process",
        "stage": "stage|stage name|deal stage|sales stage|opportunity stage|sales stage id|deal pipeline stage id|"
        "pipeline step|pipelinestep|phase|verkaufsphase|etape|etapa",
        "status": "status|deal status|opportunity status|state",
        "forecast_category": "forecast category|forecast category name|forecast",
        "type": "type|opportunity type|deal type|business type",
        "source": "source|lead source|deal source|original source|quelle",
        "campaign_id": "campaign|campaign id|campaign name|campaignseq|campaign seq|primary campaign source",
        "product_id": "product|product id|product name|productseq|product seq|item|produkt|producto",
        "amount_minor": "amount|deal amount|deal value|value|close value|total|total amount|revenue|"
        "product revenue|opportunity amount|deal size|betrag|wert|montant|importe|valor|umsatz",
        "currency": "currency|currency iso code|deal currency|currency of value|waehrung|devise|moneda",
        "probability": "probability|win probability|probability percent|likelihood|wahrscheinlichkeit|probabilite",
        "close_date": "close date|closedate|closed date|closed on|expected close date|estimated close date|"
        "closing date|close|abschlussdatum|date de cloture|fecha de cierre|deal closed on",
        "next_step": "next step|next steps|naechster schritt",
        "loss_reason": "loss reason|lost reason|closed lost reason|reason lost|verlustgrund",
        "created_on": "created|created date|create date|created on|createdate|date created|creation date|"
        "engage date|opened|open date|opportunity created on|deal created|angelegt am|erstellt am|date de creation",
    },
    "opportunity_line": {
        "id": "id|line id|line item id",
        "opportunity_id": "opportunity id|opportunity|deal id|deal",
        "product_id": "product id|product|product name|item",
        "quantity": "quantity|qty|menge",
        "list_price_minor": "list price",
        "unit_price_minor": "unit price|sales price|price",
        "amount_minor": "total price|amount|line total|total",
        "currency": "currency|currency iso code",
        "service_on": "service date|start date",
    },
    "opportunity_split": {
        "id": "id|split id",
        "opportunity_id": "opportunity id|opportunity|deal",
        "person_id": "person|person id|split owner id|split owner|owner|rep",
        "share": "share|split percentage|percent|split",
        "amount_minor": "amount|split amount",
        "currency": "currency|currency iso code",
        "is_overlay": "is overlay|overlay",
    },
    "opportunity_contact": {
        "id": "id|contact role id",
        "opportunity_id": "opportunity id|opportunity|opportunity name|deal id|deal|deal name",
        "contact_id": "contact id|contact|contact name|person id|person",
        "role": "role|contact role|buying role",
        "is_primary": "is primary|primary|primary contact",
    },
    "opportunity_version": {
        "opportunity_id": "opportunity id|deal id|opportunity",
        "valid_from": "valid from|changed at|date entered|entered|timestamp|fivetran start",
        "left_at": "left at|date exited|exited",
        "stage": "stage|value|stage name",
        "amount_minor": "amount",
        "close_date": "close date",
        "owner_id": "owner|owner id",
        "currency": "currency",
    },
    "product": {
        "id": "id|product id|product code|productseq|product seq|sku",
        "name": "name|product|product name|item name|produkt|producto",
        "code": "code|product code|product number|sku",
        "family": "family|series|category|product family|product category|product line|produktgruppe",
        "list_price_minor": "price|list price|sales price|unit price|preis|precio|prix",
        "currency": "currency|currency iso code",
        "is_active": "is active|active",
    },
    "activity": {
        "id": "id|activity id|task id|event id|engagement id",
        "kind": "kind|type|activity type|task type|engagement type",
        "subject": "subject|title|description",
        "owner_id": "owner|owner id|assigned to|rep|user",
        "opportunity_id": "opportunity|opportunity id|deal|deal id|what id",
        "account_id": "account|account id|company",
        "contact_id": "contact|contact id|who id",
        "occurred_at": "date|occurred at|activity date|due date|start|start time|timestamp|date time|created at",
        "duration_minutes": "duration|duration minutes|duration in minutes|minutes",
        "is_done": "done|is done|completed|is closed",
    },
    "campaign": {
        "id": "id|campaign id|campaignseq|campaign seq",
        "name": "name|campaign|campaign name",
        "type": "type|campaign type",
        "status": "status",
        "starts_on": "start|start date|starts on",
        "ends_on": "end|end date|ends on",
        "budget_minor": "budget|budgeted cost",
        "currency": "currency",
    },
    "campaign_spend": {
        "id": "id|spend id",
        "campaign_id": "campaign|campaign id|campaign name",
        "spent_on": "date|spent on|day|month",
        "amount_minor": "amount|spend|cost",
        "currency": "currency",
    },
    "cost": {
        "id": "id|cost id",
        "category": "category|cost type|type|account|kostenart",
        "function": "function|department|abteilung",
        "team": "team",
        "booked_on": "date|booked on|month|period|posting date|datum",
        "amount_minor": "amount|cost|value|betrag",
        "currency": "currency",
        "description": "description|text|note",
    },
    "recurring_revenue": {
        "id": "id|subscription id|contract id",
        "account_id": "account|account id|customer|company",
        "product_id": "product|product id|plan",
        "starts_on": "start|start date|starts on|begin",
        "ends_on": "end|end date|ends on|cancelled on|churned on",
        "monthly_minor": "monthly|monthly amount|mrr|monthly revenue|amount",
        "currency": "currency",
        "gross_margin": "gross margin|margin",
    },
    "person": {
        "id": "id|user id|owner id|employee id|person id|system user seq|systemuserseq|business entity id|"
        "businessentityid|rep id",
        "name": "name|full name|sales agent|sales rep|rep|owner|sales owner|owner name|user|user name|employee|"
        "salesperson|verkaeufer|vendedor",
        "first_name": "first name|firstname",
        "last_name": "last name|lastname",
        "email": "email|email address|mail",
        "title": "title|job title|position",
        "role": "role|user role|role name",
        "manager_id": "manager|manager id|manager name|reports to|vorgesetzter",
        "team": "team|team name|sales team|regional office|group",
        "region": "region|office|territory|territory id",
        "hired_on": "hired|hire date|hired on|start date",
        "left_on": "left|left on|end date|termination date",
        "is_active": "is active|active|current flag",
    },
    "team_membership": {
        "person_id": "person|person id|user|user id|business entity id|businessentityid",
        "team": "team|territory|territory id",
        "role": "role",
        "manager_id": "manager|manager id",
        "valid_from": "valid from|start|start date|from",
        "valid_to": "valid to|end|end date|to",
    },
    "quota": {
        "id": "id|quota id|sales person quota history id",
        "person_id": "person|person id|rep|sales rep|owner|salesperson|user|quota owner id|business entity id|"
        "businessentityid",
        "team": "team",
        "starts_on": "start|start date|starts on|period start|quota date|quarter start",
        "ends_on": "end|end date|ends on|period end",
        "amount_minor": "quota|amount|target|sales quota|quota amount|ziel",
        "currency": "currency",
    },
    "pipeline_stage": {
        "stage": "stage|stage name|sales stage|label|name",
        "pipeline": "pipeline|pipeline id",
        "position": "position|order|sort order|display order",
        "default_probability": "probability|default probability",
        "forecast_category": "forecast category",
        "outcome": "outcome",
        "is_pitched": "is pitched|pitched",
        "is_qualified": "is qualified|qualified",
        "id": "id|stage id|sales stage id",
    },
    "exchange_rate": {
        "currency": "currency|from currency|to currency code|currency code|iso code",
        "valid_from": "valid from|date|start date|currency rate date",
        "valid_to": "valid to|end date|next start date",
        "rate": "rate|average rate|exchange rate|end of day rate|conversion rate",
    },
}

# Columns without which a file is not this table; one of each group must be matched.
NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "account": (("name",),),
    "contact": (("name", "last_name", "email"),),
    "lead": (("company", "email", "name"), ("status", "is_converted", "source")),
    "opportunity": (
        ("stage", "status", "amount_minor"),
        ("close_date", "created_on", "amount_minor"),
        ("id", "name"),
    ),
    "opportunity_line": (("opportunity_id",), ("product_id",)),
    "opportunity_split": (("opportunity_id",), ("person_id",), ("share", "amount_minor")),
    "opportunity_contact": (("opportunity_id",), ("contact_id",), ("role", "is_primary")),
    "opportunity_version": (("opportunity_id",), ("valid_from",), ("stage",)),
    "product": (("name", "code"),),
    "activity": (("kind", "duration_minutes", "subject"), ("occurred_at",)),
    "campaign": (("name",),),
    "campaign_spend": (("campaign_id",), ("amount_minor",)),
    "cost": (("amount_minor",), ("booked_on",), ("category", "function")),
    "recurring_revenue": (("account_id",), ("starts_on",), ("monthly_minor",)),
    "person": (("name", "last_name", "email"),),
    "team_membership": (("person_id",), ("team",), ("valid_from",)),
    "quota": (("amount_minor",), ("starts_on",), ("person_id", "team")),
    "pipeline_stage": (("stage",), ("default_probability", "position", "forecast_category")),
    "exchange_rate": (("currency",), ("rate",), ("valid_from",)),
}

_MONTHS = {
    1: "januar|janvier|enero|jänner",
    2: "februar|février|fevrier|febrero",
    3: "märz|maerz|mars|marzo",
    4: "avril|abril",
    5: "mai|mayo",
    6: "juni|juin|junio",
    7: "juli|juillet|julio",
    8: "août|aout|agosto",
    9: "sept|septembre|septiembre",
    10: "oktober|octobre|octubre|okt",
    11: "novembre|noviembre",
    12: "dezember|décembre|decembre|diciembre|dez",
}
_ENGLISH = (
    "January February March April May June July August September October November December".split()
)
# Months by their English name: what they are called elsewhere, as a pattern's choices.
MONTHS_ELSEWHERE = {_ENGLISH[number - 1]: names for number, names in _MONTHS.items()}


@lru_cache(maxsize=8192)  # a file of many columns asks of each once a table
def words(name: str) -> str:
    """A column or file name as plain lower-case words: `SalesStageID` and `sales_stage-id` are the same."""
    text = re.sub(r"__c$", "", name.strip())
    text = re.sub(r"^(property_|deal - |person - |organization - )", "", text, flags=re.I)
    text = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text)
    text = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", text)
    for accented, plain in (
        ("ä", "ae"),
        ("ö", "oe"),
        ("ü", "ue"),
        ("ß", "ss"),
        ("é", "e"),
        ("è", "e"),
        ("ó", "o"),
    ):
        text = text.replace(accented, plain).replace(accented.upper(), plain)
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text.lower()).split())
