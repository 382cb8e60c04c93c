"""The headings of Pipedrive's export, `Entity - Field`, in the languages they are known in.

They are in the language of whoever exported. Those of each language were read in public programs that take such
files; a heading that is not known is left for a person to place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from salesops.importers.model import SourceColumn, SourceFile
from salesops.importers.unfolding import fold

# Words are compared as `fold` gives them: English first, then German, French, Spanish, Portuguese, Dutch.
_ENTITIES = {
    word: entity
    for entity, words in {
        "deal": "deal|affaire|trato|negocio",
        "person": "person|personne|persona|pessoa|persoon",
        "organization": "organization|organisation|organizacion|organizacao|organisatie",
        "activity": "activity|activite|actividad|atividade",
        "lead": "lead|prospecto",
        "product": "product|producto",
    }.items()
    for word in words.split("|")
}
_OWNER = "owner|besitzer|proprietaire|propietario|proprietario|eigenaar"
_ID = "id|system id|pipedrive system id"
_COMPANY = "organization|organisation|organizacion|organizacao|organisatie|organization name"
_CONTACT = "contact person|personne a contacter|persona de contacto|pessoa de contato"
_COMPANY_ID = "organization id|organisation id|organizacao id|id da organizacao"
FIELDS: dict[str, dict[str, str]] = {
    "deal": {
        "id": _ID,
        "name": "title|deal title|titel|titre|titulo",
        "amount_minor": "value|deal value|wert|valeur|valor|valor do negocio",
        "currency": "currency of value|currency|moneda|moeda de valor|moeda",
        "pipeline": "pipeline|funil",
        "stage": "stage|stage pipeline|phase|etape|etapa",
        "status": "status|statut|estado",
        "owner_id": _OWNER,
        "company": _COMPANY,
        "company_id": _COMPANY_ID,
        "contact": _CONTACT,
        "contact_id": "contact person id",
        "created_on": "deal created|creation date|deal created on|deal erstellt|affaire creee|"
        "negocio creado el|negocio criado em|data de criacao do negocio",
        "won": "won time|datum des gewonnenen deals|date de gain|ganho em",
        "lost": "lost time|datum des verlorenen deals|date de perte|data de perda",
        "closed": "deal closed on|closed on|deal abgeschlossen am|negocio fechado em",
        "expected": "expected close date|date de cloture prevue|fecha de cierre prevista|"
        "data de fechamento esperada",
        "moved": "last stage change|letzte phasenanderung|ultima alteracao de etapa",
        "probability": "probability|wahrscheinlichkeit|probabilidade",
        "loss_reason": "lost reason|verlustgrund|raison de la perte|raison de perte|motivo da perda",
        "source": "source channel|canal de origem|source origin",
        "archived": "archive time|horario do arquivamento",
    },
    "person": {
        "id": _ID,
        "name": "name|nom|nombre|nome|naam",
        "first_name": "first name",
        "last_name": "last name|apellidos",
        "title": "job title|intitule du poste|cargo",
        "owner_id": _OWNER,
        "company": _COMPANY,
        "company_id": _COMPANY_ID,
        "email": "email work|e mail trabalho|e mail werk|email|e mail|correo electronico|email home|"
        "e mail residencial|e mail prive|email other|e mail outros|e mail anders",
        "phone": "phone work|telefone trabalho|phone mobile|telefone celular|phone|telefone|telefono|"
        "phone home|phone other",
        "created_on": "person created|creation date",
    },
    "organization": {
        "id": _ID,
        "name": "name|nom|nombre|nome|naam",
        "owner_id": _OWNER,
        "website": "website|site",
        "industry": "industry|setor",
        "employees": "number of employees",
        "annual_revenue_minor": "annual revenue",
        "currency": "currency of annual revenue",
        "country": "country of address|address country of address|address country|country",
        "region": "state county of address|address state county of address|address state|state",
        "created_on": "organization created|creation date",
    },
    "activity": {
        "id": _ID,
        "subject": "subject|sujet|asunto|assunto",
        "kind": "type|tipo",
        "owner_id": "assigned to user|attribuee a|asignada al usuario|usuario responsavel|"
        + _OWNER,
        "day": "due date|date d echeance|fecha de vencimiento|data de vencimento",
        "time": "due time",
        "done_at": "marked as done time|hora en que se marco como completada",
        "done": "done|status",
        "duration": "duration",
        "deal": "deal|affaire|trato|negocio",
        "company": _COMPANY,
        "company_id": _COMPANY_ID,
        "contact": f"{_CONTACT}|person",
        "lead": "lead",
    },
    "lead": {
        "id": _ID,
        "title": "title|titulo",
        "status": "labels|label",
        "source": "source channel|source origin|source",
        "owner_id": _OWNER,
        "company": _COMPANY,
        "company_id": _COMPANY_ID,
        "contact": "contact person|person",
        "email": "email",
        "created_on": "lead created|creation date",
    },
    "product": {
        "id": _ID,
        "name": "name|nombre",
        "code": "product code|code",
        "family": "category",
        "list_price_minor": "price|unit price|unit prices|precio unitario",
        "currency": "currency",
        "is_active": "active",
    },
}
# What a file holds is told by a heading that only it has; a list of deals may show columns of people too.
KINDS = (
    ("activity", "activities", "activity", "subject"),
    ("lead", "leads", "lead", "title"),
    ("deal", "deals", "opportunity", "name"),
    ("person", "people", "contact", "name"),
    ("person", "people", "contact", "last_name"),
    ("organization", "organizations", "account", "name"),
    ("product", "products", "product", "name"),
)
_Heading = tuple[str, str]  # entity, and field as `fold` gives it; a bare field has no entity


def kind_of(source: SourceFile) -> tuple[str, str, str] | None:
    """Entity, title and table of a file of Pipedrive; None where it is none."""
    headings = [heading(c.name) for c in source.columns]
    if sum(bool(entity) for entity, _ in headings) < 2:
        return None
    for entity, title, table, told_by in KINDS:
        if place_of(headings, entity, told_by) is not None:
            return entity, title, table
    return None


def heading(name: str) -> _Heading:
    """`Deal - Currency of Value*` is the field `currency of value` of a deal."""
    parts = re.split(r"\s+[-–—]\s+", name.rstrip("* "), maxsplit=1)
    entity = _ENTITIES.get(fold(parts[0]), "") if len(parts) == 2 else ""
    return (entity, fold(parts[1])) if entity else ("", fold(name))


def place_of(
    headings: Sequence[_Heading], entity: str, ours: str, bare: bool = False
) -> int | None:
    """Which heading is a field of an entity, by its best word that is there."""
    words = [
        (e, w)
        for e in ([entity, ""] if bare else [entity])
        for w in FIELDS[entity][ours].split("|")
    ]
    return next((headings.index(w) for w in words if w in headings), None)


def told(source: SourceFile, entity: str, ours: str, bare: bool = False) -> SourceColumn | None:
    """The column of a file for a field of an entity, if it has any value; `bare` also without the entity."""
    place = place_of([heading(c.name) for c in source.columns], entity, ours, bare)
    column = source.columns[place] if place is not None else None
    return column if column is not None and column.filled else None


def among(word: str, known: Mapping[str, str]) -> str:
    """The meaning whose words hold this one; '' where none does."""
    return next((meaning for meaning, words in known.items() if fold(word) in words.split("|")), "")


def company_id(source: SourceFile, entity: str) -> SourceColumn | None:
    """The column with the id of a row's organization."""
    return told(source, entity, "company_id", bare=True) or told(source, "organization", "id")


def company_name(source: SourceFile, entity: str) -> SourceColumn | None:
    """The column with the name of a row's organization."""
    return told(source, entity, "company", bare=True) or told(source, "organization", "name")
