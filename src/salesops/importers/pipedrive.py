"""Pipedrive's export: deals, people, organizations, activities, leads and products, each a file of its own."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from salesops.importers import formats, pipedrive_deals
from salesops.importers.model import SourceColumn, SourceFile
from salesops.importers.pipedrive_headings import (
    FIELDS,
    KINDS,
    among,
    company_id,
    company_name,
    heading,
    kind_of,
    place_of,
    told,
)
from salesops.importers.unfolding import (
    Worked,
    accounts_named,
    contacts_of_deals,
    first_of,
    give_keys,
    give_targets,
    work_out,
)

SYSTEM = "Pipedrive"
_IS_DONE = {
    "yes": "done|yes|true|1|concluida",
    "no": "to do|undone|not done|no|false|0|a fazer",
}


def holds(source: SourceFile) -> str:
    """The table a file of Pipedrive holds; '' where it is none."""
    kind = kind_of(source)
    return kind[2] if kind else ""


def recognise(connection: duckdb.DuckDBPyConnection, source: SourceFile) -> None:
    """Fill in what a file of Pipedrive is and where its columns go."""
    kind = kind_of(source)
    assert kind is not None  # asked before
    entity, title, table = kind
    headings = [heading(c.name) for c in source.columns]
    found = {
        place: ours
        for ours in FIELDS[entity]
        if ours in _DIRECT[table] and (place := place_of(headings, entity, ours)) is not None
    }
    give_targets(source, table, found)
    source.system, source.recognised_as = SYSTEM, f"{SYSTEM} {title}"
    if entity == "deal":
        pipedrive_deals.leave_out_deleted(connection, source)
    work_out(connection, source, _worked_out(connection, source, entity))
    key = give_keys(
        connection, source, _KNOWN_BY.get(table, ()), "Choose the column ID for the export."
    )
    work_out(connection, source, [key] if key else [])


# Our columns whose text is taken as it is; the others are worked out.
_DIRECT = {
    "opportunity": ("id", "name", "amount_minor", "currency", "pipeline", "stage", "owner_id", "created_on",
        "probability", "loss_reason", "source"),
    "contact": ("id", "name", "first_name", "last_name", "title", "owner_id", "created_on"),
    "account": tuple(FIELDS["organization"]),
    "activity": ("id", "subject", "kind", "owner_id"),
    "lead": ("id", "status", "source", "owner_id", "email", "created_on"),
    "product": tuple(FIELDS["product"]),
}  # fmt: skip
_KNOWN_BY = {
    "opportunity": ("name", "account_id", "created_on"),
    "contact": ("name", "first_name", "last_name", "account_id"),
    "activity": ("subject", "occurred_at", "opportunity_id", "account_id", "owner_id"),
    "lead": ("name", "company", "created_on"),
}


def _worked_out(
    connection: duckdb.DuckDBPyConnection, source: SourceFile, entity: str
) -> list[Worked]:
    if entity == "deal":
        return [*pipedrive_deals.worked_out(connection, source), *_company(source, entity)]
    if entity == "person":
        return [*_addresses(source), *_company(source, entity)]
    if entity == "activity":
        return [*_of_an_activity(connection, source), *_company(source, entity)]
    return _of_a_lead(source) if entity == "lead" else []


def _company(source: SourceFile, entity: str) -> list[Worked]:
    column = company_id(source, entity) or company_name(source, entity)
    if column is None:
        return []
    return [Worked("Company", column.key, "account_id", f"“{column.name}”")]


def _addresses(source: SourceFile) -> list[Worked]:
    """The first address of several columns, and of several in one cell."""
    added = []
    headings = [heading(c.name) for c in source.columns]
    for ours in ("email", "phone"):
        words = FIELDS["person"][ours].split("|")
        keys = [
            source.columns[headings.index(("person", w))].key
            for w in words
            if ("person", w) in headings
        ]
        if keys:
            text = "coalesce(" + ", ".join(first_of(key, ",") for key in keys) + ")"
            added.append(Worked(ours.capitalize(), text, ours, "The first that is told"))
    return added


def _of_an_activity(connection: duckdb.DuckDBPyConnection, source: SourceFile) -> list[Worked]:
    added = []
    done, done_at = told(source, "activity", "done"), told(source, "activity", "done_at")
    is_done = _yes_or_no(connection, source, done) if done else ""
    if not is_done and done_at:
        is_done = f"CASE WHEN {done_at.key} IS NOT NULL THEN 'yes' ELSE 'no' END"
    if is_done:
        added.append(Worked("Is done", is_done, "is_done", "Whether it happened"))
    day, time = told(source, "activity", "day"), told(source, "activity", "time")
    due = _moment(day, time)
    if due or done_at:
        text = f"coalesce({done_at.key if done_at else 'NULL'}, {due or 'NULL'})"
        added.append(
            Worked(
                "Happened", text, "occurred_at", "When it was marked as done, else when it is due"
            )
        )
    duration = told(source, "activity", "duration")
    if duration is not None:
        added.append(
            Worked("Minutes", _minutes(duration.key), "duration_minutes", "Hours and minutes")
        )
    for ours, theirs, target in (
        ("deal", "deal", "opportunity_id"),
        ("contact", "person", "contact_id"),
        ("lead", "lead", "lead_id"),
    ):
        column = (
            told(source, theirs, "id")
            or told(source, "activity", ours, bare=True)
            or told(source, theirs, "title" if theirs == "lead" else "name")
        )
        if column is not None:
            added.append(Worked(ours.capitalize(), column.key, target, f"“{column.name}”"))
    return added


def _yes_or_no(
    connection: duckdb.DuckDBPyConnection, source: SourceFile, column: SourceColumn
) -> str:
    """SQL of yes or no from words of several languages; a word that is not known stays, and is told as such."""
    words = connection.execute(
        f"SELECT DISTINCT {column.key} FROM {source.staging} WHERE {column.key} IS NOT NULL LIMIT 100"
    ).fetchall()
    cases = [
        f"WHEN {formats.quoted(word)} THEN '{known}'"
        for (word,) in words
        if (known := among(word, _IS_DONE))
    ]
    return f"CASE {column.key} {' '.join(cases)} ELSE {column.key} END" if cases else column.key


def _moment(day: SourceColumn | None, time: SourceColumn | None) -> str:
    if day is None:
        return ""
    alone = f"regexp_replace({day.key}, '[ T]00:00(:00)?$', '')"
    return f"concat_ws(' ', {alone}, {time.key})" if time else day.key


def _minutes(key: str) -> str:
    hours, rest = (
        f"TRY_CAST(regexp_extract({key}, '^(\\d+):(\\d\\d)', {n}) AS INTEGER)" for n in (1, 2)
    )
    return f"CASE WHEN regexp_matches({key}, '^\\d+:\\d\\d') THEN CAST({hours} * 60 + {rest} AS VARCHAR) ELSE {key} END"


def _of_a_lead(source: SourceFile) -> list[Worked]:
    contact, title = told(source, "lead", "contact", bare=True), told(source, "lead", "title")
    names = [c.key for c in (contact, told(source, "person", "name"), title) if c is not None]
    added = [
        Worked(
            "Name", f"coalesce({', '.join(names)})", "name", "The contact person, else the title"
        )
    ]
    company = company_name(source, "lead")
    if company is not None:
        added.append(Worked("Company", company.key, "company", f"“{company.name}”"))
    return added


def unfolded(
    connection: duckdb.DuckDBPyConnection, source: SourceFile, files: Sequence[SourceFile]
) -> list[SourceFile]:
    """What the rows of a file tell beside it: organizations, and what stages mean."""
    entity = next((kind[0] for kind in KINDS if kind[2] == source.table), "")
    made: list[SourceFile | None] = []
    if "company" in FIELDS.get(entity, {}) and source.table != "lead":
        ids, names = company_id(source, entity), company_name(source, entity)
        if ids is not None and names is not None:
            names.note = names.note or "The organization's name"
            made.append(accounts_named(connection, source, ids.key, names.key, files))
    if source.table == "opportunity":
        made.append(pipedrive_deals.stages(connection, source))
        made.append(_contacts(connection, source, files))
        pipedrive_deals.tell_no_history(connection, source)
    return [file for file in made if file is not None]


def _contacts(
    connection: duckdb.DuckDBPyConnection, source: SourceFile, files: Sequence[SourceFile]
) -> SourceFile | None:
    """The contact person of each deal, by id; by name where a file of people is there to be looked up in."""
    who = told(source, "deal", "contact_id", bare=True) or told(source, "person", "id")
    named = told(source, "deal", "contact", bare=True) or told(source, "person", "name")
    if who is None and any(f.table == "contact" for f in files):
        who = named
    if who is None:
        return None
    for column in (who, named):
        if column is not None:
            column.note = column.note or "In the contacts of deals"
    return contacts_of_deals(connection, source, f"[{who.key}]", is_primary=True)
