"""Pipedrive's own export is read without a question, in the languages whose headings are known."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from tests.importers.opened import Opened, as_csv, opened

DEALS = as_csv(
    [
        {
            "Deal - ID": "11",
            "Deal - Title": "Alpha",
            "Deal - Owner": "Ann Lee",
            "Deal - Value": "1000.50",
            "Deal - Currency of Value": "EUR",
            "Deal - Organization": "Acme",
            "Deal - Organization ID": "101",
            "Deal - Pipeline": "EU",
            "Deal - Contact person": "Zoe Zed",
            "Deal - Stage": "Negotiation",
            "Deal - Status": "Won",
            "Deal - Deal created": "2025-01-01 09:00:00",
            "Deal - Last stage change": "2025-02-01 10:00:00",
            "Deal - Won time": "2025-03-31 11:00:00",
            "Deal - Deal closed on": "2025-03-31 11:00:00",
            "Deal - Expected close date": "2025-03-01",
            "Deal - Probability": "60",
        },
        {
            "Deal - ID": "12",
            "Deal - Title": "Beta",
            "Deal - Owner": "Bob Ray",
            "Deal - Value": "500",
            "Deal - Currency of Value": "USD",
            "Deal - Organization": "Best",
            "Deal - Organization ID": "102",
            "Deal - Pipeline": "US",
            "Deal - Stage": "Negotiation",
            "Deal - Status": "Lost",
            "Deal - Deal created": "2025-01-05 09:00:00",
            # The card was dragged after the deal was lost.
            "Deal - Last stage change": "2025-02-05 10:00:00",
            "Deal - Lost time": "2025-02-04 12:00:00",
            "Deal - Lost reason": "Price",
        },
        {
            "Deal - ID": "13",
            "Deal - Title": "Gamma",
            "Deal - Owner": "Ann Lee",
            "Deal - Value": "700",
            "Deal - Currency of Value": "EUR",
            "Deal - Pipeline": "EU",
            "Deal - Stage": "Not lost yet",
            "Deal - Status": "Open",
            "Deal - Deal created": "2025-01-06 09:00:00",
            "Deal - Expected close date": "2025-09-30",
            "Deal - Archive time": "2025-06-01 09:00:00",
        },
        {
            "Deal - ID": "14",
            "Deal - Title": "Delta",
            "Deal - Stage": "Negotiation",
            "Deal - Status": "Deleted",
        },
    ]
)
ORGANIZATIONS = """
    Organization - ID,Organization - Name,Organization - Owner,Organization - Industry,Organization - Website
    101,Acme,Ann Lee,Steel,acme.example
"""
PEOPLE = as_csv(
    [
        {
            "Person - ID": "900",
            "Person - Name": "Zoe Zed",
            "Person - First name": "Zoe",
            "Person - Last name": "Zed",
            "Person - Organization": "Acme",
            "Person - Organization ID": "101",
            "Person - Email - Home": "zoe@home.example, z@home.example",
            "Person - Job title": "Buyer",
        },
    ]
)
ACTIVITIES = as_csv(
    [
        {
            "Activity - ID": "1",
            "Activity - Subject": "First call",
            "Activity - Type": "Call",
            "Activity - Due date": "2025-01-10",
            "Activity - Due time": "10:30",
            "Activity - Duration": "00:45",
            "Activity - Done": "Done",
            "Activity - Marked as done time": "2025-01-10 11:20:00",
            "Activity - Assigned to user": "Ann Lee",
            "Deal - ID": "11",
            "Deal - Title": "Alpha",
            "Person - ID": "900",
            "Organization - ID": "101",
            "Organization - Name": "Acme",
        },
        {
            "Activity - ID": "2",
            "Activity - Subject": "Visit",
            "Activity - Type": "Meeting",
            "Activity - Due date": "2025-09-01",
            "Activity - Due time": "14:00",
            "Activity - Duration": "01:30",
            "Activity - Done": "To do",
            "Activity - Assigned to user": "Bob Ray",
            "Deal - ID": "12",
            "Deal - Title": "Beta",
            "Organization - ID": "103",
            "Organization - Name": "Cork",
        },
    ]
)
LEADS = """
    Lead - ID,Lead - Title,Lead - Owner,Lead - Labels,Lead - Source channel,Lead - Organization,Lead - Contact person
    55ebb4c0,Cork wants more,Ann Lee,Hot,Fair,Cork,Cy Cook
"""
PRODUCTS = """
    Product - ID,Product - Name,Product - Product code,Product - Category,Product - Price,Product - Currency,Product - Active
    7,Press,P-7,Machines,12000,EUR,Yes
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """Six exports, opened together."""
    files: dict[str, str | bytes] = {
        "deals-1.csv": DEALS,
        "organizations-1.csv": ORGANIZATIONS,
        "people-1.csv": PEOPLE,
        "activities-1.csv": ACTIVITIES,
        "leads-1.csv": LEADS,
        "products-1.csv": PRODUCTS,
    }
    return opened(tmp_path_factory.mktemp("pipedrive"), files)


def test_each_of_six_exports_is_known_without_a_question(book: Opened) -> None:
    assert [f.recognised_as for f in book.examination.files[:6]] == [
        "Pipedrive deals",
        "Pipedrive organizations",
        "Pipedrive people",
        "Pipedrive activities",
        "Pipedrive leads",
        "Pipedrive products",
    ]
    assert book.examination.questions == []


def test_a_status_beside_the_stage_becomes_the_stage_a_deal_is_in(book: Opened) -> None:
    asked = (
        "SELECT o.name, o.pipeline, o.stage, o.amount_minor, o.currency, o.close_date, a.name, p.name "
        "FROM opportunity o LEFT JOIN account a ON a.id = o.account_id "
        "LEFT JOIN person p ON p.id = o.owner_id ORDER BY o.id"
    )
    assert book.rows(asked) == [
        ("Alpha", "EU", "Won", 100050, "EUR", date(2025, 3, 31), "Acme", "Ann Lee"),
        ("Beta", "US", "Lost", 50000, "USD", date(2025, 2, 4), "Best", "Bob Ray"),
        ("Gamma", "EU", "Not lost yet", 70000, "EUR", date(2025, 9, 30), None, "Ann Lee"),
    ]
    assert book.rows("SELECT probability::FLOAT FROM opportunity WHERE id = '11'")[0][0] == (
        pytest.approx(0.6)
    )
    assert book.told("deleted_in_source") == [(5, "Deal - Status", "")]
    assert book.told("archived_and_open") == [(4, "Deal - Archive time", "2025-06-01 09:00:00")]


def test_since_when_a_deal_is_in_its_last_stage_is_no_history_and_that_is_told(
    book: Opened,
) -> None:
    assert book.rows("SELECT count(*) FROM opportunity_version") == [(0,)]
    assert book.problems["history_not_told"] == 3
    notes = {c.name: c.note for c in book.examination.files[0].columns}
    assert notes["Deal - Last stage change"] == "Not read: the stages before are not told"


def test_a_stage_is_open_whatever_it_is_called(book: Opened) -> None:
    asked = "SELECT pipeline, stage, outcome FROM pipeline_stage ORDER BY stage, pipeline"
    assert book.rows(asked) == [
        (None, "Lost", "lost"),
        ("EU", "Negotiation", "open"),
        ("US", "Negotiation", "open"),
        ("EU", "Not lost yet", "open"),
        (None, "Won", "won"),
    ]


def test_people_and_organizations_are_tied_by_id(book: Opened) -> None:
    assert book.rows("SELECT name, account_id, email, title FROM contact") == [
        ("Zoe Zed", "101", "zoe@home.example", "Buyer")
    ]
    assert book.rows("SELECT id, name, industry FROM account ORDER BY id") == [
        ("101", "Acme", "Steel"),
        ("102", "Best", None),
        ("103", "Cork", None),
    ]


def test_activities_tell_what_was_done_when_and_for_whom(book: Opened) -> None:
    asked = (
        "SELECT kind, strftime(occurred_at, '%Y-%m-%d %H:%M'), duration_minutes, is_done, owner_id, "
        "opportunity_id, contact_id, account_id FROM activity ORDER BY id"
    )
    assert book.rows(asked) == [
        ("call", "2025-01-10 11:20", 45, True, "Ann Lee", "11", "900", "101"),
        ("meeting", "2025-09-01 14:00", 90, False, "Bob Ray", "12", None, "103"),
    ]


def test_leads_and_products_are_read(book: Opened) -> None:
    assert book.rows("SELECT name, company, status, source, owner_id FROM lead") == [
        ("Cy Cook", "Cork", "Hot", "Fair", "Ann Lee")
    ]
    assert book.rows("SELECT name, code, family, list_price_minor, is_active FROM product") == [
        ("Press", "P-7", "Machines", 1200000, True)
    ]


LANGUAGES = {
    "German": "Deal - ID,Deal - Titel,Deal - Wert,Deal - Organisation,Deal - Besitzer,Deal - Pipeline,"
    "Deal - Phase,Deal - Status,Deal - Deal erstellt,Deal - Datum des gewonnenen Deals,"
    "Deal - Letzte Phasenänderung\n"
    "1,A,500,Acme,Ann,EU,Angebot,Gewonnen,2025-01-01 09:00:00,2025-03-01 09:00:00,2025-02-01 09:00:00",
    "French": "Affaire - ID,Affaire - Titre,Affaire - Valeur,Affaire - Organisation,Affaire - Propriétaire,"
    "Affaire - Pipeline,Affaire - Étape,Affaire - Statut,Affaire - Affaire créée,Affaire - Date de gain\n"
    "1,A,500,Acme,Ann,EU,Offre,Gagné,2025-01-01 09:00:00,2025-03-01 09:00:00",
    "Spanish": "Trato - ID,Trato - Título,Trato - Valor,Organización - Nombre,Trato - Propietario,"
    "Pipeline,Trato - Etapa,Trato - Estado,Negocio - Negocio creado el,Trato - Fecha de cierre prevista\n"
    "1,A,500,Acme,Ann,EU,Oferta,Ganado,2025-01-01 09:00:00,2025-03-01",
    "Portuguese": "Negócio - ID,Negócio - Título,Negócio - Valor,Negócio - Organização,"
    "Negócio - Proprietário,Negócio - Funil,Negócio - Etapa,Negócio - Status,"
    "Negócio - Negócio criado em,Negócio - Ganho em,Negócio - Última alteração de etapa\n"
    "1,A,500,Acme,Ann,EU,Proposta,Ganho,2025-01-01 09:00:00,2025-03-01 09:00:00,2025-02-01 09:00:00",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_in_another_language_say_the_same(tmp_path: Path, language: str) -> None:
    book = opened(tmp_path, {"deals.csv": LANGUAGES[language].encode()})
    asked = (
        "SELECT id, name, amount_minor, account_id, owner_id, stage, close_date, "
        "strftime(created_at, '%Y-%m-%d %H:%M') "
        "FROM opportunity"
    )
    assert book.rows(asked) == [
        ("1", "A", 50000, "Acme", "Ann", "Won", date(2025, 3, 1), "2025-01-01 09:00")
    ]
    assert book.examination.questions == []


def test_a_workbook_says_what_a_csv_does(tmp_path: Path) -> None:
    path = tmp_path / "deals.xlsx"
    workbook = xlsxwriter.Workbook(path)
    sheet = workbook.add_worksheet()
    sheet.write_row(
        0, 0, ["Deal - ID", "Deal - Title", "Deal - Stage", "Deal - Value", "Deal - Won time"]
    )
    sheet.write_row(1, 0, [1, "A", "Offer", 500.5])
    is_day = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.write_number(1, 4, 45717.375, is_day)  # 1 March 2025, 9:00
    workbook.close()
    book = opened(tmp_path, [path])
    asked = "SELECT id, stage, amount_minor, close_date FROM opportunity"
    assert book.rows(asked) == [("1", "Won", 50050, date(2025, 3, 1))]


def test_a_status_in_a_language_that_is_not_known_means_what_its_dates_do(tmp_path: Path) -> None:
    text = """
        Deal - ID,Deal - Title,Deal - Stage,Deal - Status,Deal - Won time,Deal - Lost time
        1,A,Offer,Wygrana,2025-03-01 09:00:00,
        2,B,Offer,Przegrana,,2025-03-02 09:00:00
        3,C,Offer,Otwarta,,
    """
    book = opened(tmp_path, {"deals.csv": text})
    assert book.column("opportunity", "stage") == ["Won", "Lost", "Offer"]
    assert book.problems["status_by_dates"] == 3


def test_without_an_id_rows_are_known_by_what_stays_the_same(tmp_path: Path) -> None:
    text = """
        Deal - Title,Organization,Deal - Value,Deal - Stage,Deal - Status,Deal - Deal created
        Mill,Acme,500,Offer,Open,2025-01-01 09:00:00
        Mill,Acme,700,Offer,Open,2025-01-01 09:00:00
    """
    book = opened(tmp_path, {"deals.csv": text})
    assert book.column("opportunity", "id") == [
        "Mill · Acme · 2025-01-01 09:00:00",
        "Mill · Acme · 2025-01-01 09:00:00 · 2",
    ]
    assert [row for row, _, _ in book.told("alike_without_id")] == [2, 3]
    assert "“Deal - Title” and “Company” and “Deal - Deal created”" in str(
        book.rows("SELECT message FROM _problem_count WHERE code = 'no_id_in_file'")
    )


def test_the_contact_person_of_a_deal_is_its_primary_contact(tmp_path: Path) -> None:
    parts = "SELECT id, opportunity_id, contact_id, is_primary FROM opportunity_contact"
    named = opened(tmp_path / "named", {"deals.csv": DEALS, "people.csv": PEOPLE})
    assert named.rows(parts) == [("11 · Zoe Zed", "11", "900", True)]
    alone = opened(tmp_path / "alone", {"deals.csv": DEALS})
    assert alone.rows(parts) == []  # a name that nobody is looked up by
    ids = DEALS.replace(b"Deal - Contact person", b"Deal - Contact person ID")
    by_id = opened(tmp_path / "id", {"deals.csv": ids.replace(b"Zoe Zed", b"900")})
    assert by_id.rows(parts) == [("11 · 900", "11", "900", True)]
