"""HubSpot's own export is read without a question, and its stage columns become the history of each deal."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from salesops.importers import Answers
from salesops.importers.hubspot import parted
from salesops.importers.model import FileAnswer
from tests.importers.opened import Opened, as_csv, look, opened

DEALS = as_csv(
    [
        {
            "Record ID": "11",
            "Deal Name": "Alpha",
            "Deal Stage": "Erledigt",
            "Pipeline": "Sales (EU)",
            "Amount": "1000.50",
            "Close Date": "2025-03-31 12:00",
            "Create Date": "2025-01-01 09:00",
            "Deal owner": "Ann Lee",
            "Associated Company IDs": "101",
            "Associated Company": "Acme",
            "Associated Contact IDs": "900; 901;",
            "Closed Lost Reason": "",
            "Is Closed Won": "true",
            "Is Deal Closed?": "true",
            'Date entered "Demo (on site) (Sales (EU))"': "2025-01-02 09:00",
            'Date exited "Demo (on site) (Sales (EU))"': "2025-02-01 10:00",
            "Date entered 'Erledigt (Sales (EU))'": "2025-03-31 11:00",
            'Date entered "Contract Sent (Sales (EU))"': "2025-02-01 10:00",
        },
        {
            "Record ID": "12",
            "Deal Name": "Beta",
            "Deal Stage": "Demo (on site)",
            "Pipeline": "Sales (EU)",
            "Amount": "500",
            "Close Date": "2025-09-30 12:00",
            "Create Date": "2025-01-05 09:00",
            "Deal owner": "Bob Ray (Deactivated User)",
            "Associated Company IDs": "102;101",
            "Associated Company": "Best; Acme",
            "Is Closed Won": "false",
            "Is Deal Closed?": "false",
            'Date entered "Demo (on site) (Sales (EU))"': "2025-01-05 09:00",
        },
        {
            "Record ID": "13",
            "Deal Name": "Gamma",
            "Deal Stage": "Contract Sent",
            "Pipeline": "Sales (EU)",
            "Amount": "700",
            "Close Date": "2025-09-30 12:00",
            "Create Date": "2025-01-06 09:00",
            "Deal owner": "Ann Lee",
            "Is Closed Won": "false",
            "Is Deal Closed?": "false",
            'Date entered "Demo (on site) (Sales (EU))"': "2025-02-06 09:00",
            'Date exited "Demo (on site) (Sales (EU))"': "2025-03-01 08:00",
            'Date entered "Contract Sent (Sales (EU))"': "2025-01-06 09:00",
        },
    ]
)
COMPANIES = """
    Record ID,Company name,Company owner,Company Domain Name,Industry,Country/Region,Create Date
    101,Acme,Ann Lee,acme.example,Steel,France,2024-01-01 10:00
"""
CONTACTS = """
    Record ID,First Name,Last Name,Email,Job Title,Contact owner,Lifecycle Stage,Associated Company IDs,Associated Company
    900,Zoe,Zed,zoe@acme.example,Buyer,Ann Lee,Customer,101,Acme
"""


@pytest.fixture
def book(tmp_path: Path) -> Opened:
    """The three exports, opened together."""
    files: dict[str, str | bytes] = {
        "deals.csv": DEALS,
        "companies.csv": COMPANIES,
        "contacts.csv": CONTACTS,
    }
    return opened(tmp_path, files)


def test_the_contacts_a_deal_is_associated_with_take_part_in_it(book: Opened) -> None:
    parts = "SELECT id, opportunity_id, contact_id, role, is_primary FROM opportunity_contact ORDER BY 1"
    assert book.rows(parts) == [
        ("11 · 900", "11", "900", None, None),
        ("11 · 901", "11", "901", None, None),
    ]
    assert book.told("unknown_reference") == [(2, "contact_id", "901")]


def test_deals_contacts_and_companies_are_known_without_a_question(book: Opened) -> None:
    assert [f.recognised_as for f in book.examination.files[:3]] == [
        "HubSpot deals",
        "HubSpot companies",
        "HubSpot contacts",
    ]
    assert book.examination.questions == []
    asked = (
        "SELECT o.name, o.amount_minor, o.close_date, a.name, p.name FROM opportunity o "
        "LEFT JOIN account a ON a.id = o.account_id LEFT JOIN person p ON p.id = o.owner_id ORDER BY o.id"
    )
    assert book.rows(asked) == [
        ("Alpha", 100050, date(2025, 3, 31), "Acme", "Ann Lee"),
        ("Beta", 50000, date(2025, 9, 30), "Best", "Bob Ray"),
        ("Gamma", 70000, date(2025, 9, 30), None, "Ann Lee"),
    ]
    assert book.rows("SELECT name, account_id, title FROM contact") == [("Zoe Zed", "101", "Buyer")]
    assert book.rows("SELECT id, name, industry FROM account ORDER BY id") == [
        ("101", "Acme", "Steel"),
        ("102", "Best", None),
    ]
    assert book.problems["several_companies"] == 1


def history(book: Opened, deal: str) -> list[tuple[str, str]]:
    """When a deal entered which stage."""
    return book.rows(
        "SELECT strftime(valid_from, '%m-%d %H:%M'), stage FROM opportunity_version "
        f"WHERE opportunity_id = '{deal}' ORDER BY valid_from"
    )


def test_each_stage_entered_is_a_version_and_the_present_stage_comes_last(book: Opened) -> None:
    assert history(book, "11") == [
        ("01-02 09:00", "Demo (on site)"),
        ("02-01 10:00", "Contract Sent"),
        ("03-31 11:00", "Erledigt"),
    ]
    assert book.rows("SELECT DISTINCT pipeline, change_source FROM opportunity_version") == [
        ("Sales (EU)", "history")
    ]
    # Gamma went back to the contract when it left the demo.
    assert history(book, "13") == [
        ("01-06 09:00", "Contract Sent"),
        ("02-06 09:00", "Demo (on site)"),
        ("03-01 08:00", "Contract Sent"),
    ]
    assert book.problems["history_of_stages_alone"] == 6


def test_what_hubspot_says_of_its_deals_tells_what_a_stage_means(book: Opened) -> None:
    assert book.rows("SELECT pipeline, stage, outcome FROM pipeline_stage ORDER BY stage") == [
        ("Sales (EU)", "Contract Sent", "open"),
        ("Sales (EU)", "Demo (on site)", "open"),
        ("Sales (EU)", "Erledigt", "won"),
    ]


@pytest.mark.parametrize(
    ("heading", "told"),
    [
        ("Demo (Sales)", ("Demo", "Sales")),
        ("Demo (on site) (Sales (EU))", ("Demo (on site)", "Sales (EU)")),
        ("Closed Won", ("Closed Won", "")),
        ("(Sales)", ("(Sales)", "")),
        ("Odd) (", ("Odd) (", "")),
    ],
)
def test_a_heading_tells_stage_and_pipeline(heading: str, told: tuple[str, str]) -> None:
    assert parted(heading) == told


ENTERED = 'Date entered "{} (Sales)",Date entered "{} (Sales)"'


def test_a_stage_told_by_its_id_gets_the_name_of_its_column(tmp_path: Path) -> None:
    head = "Record ID,Deal Name,Deal Stage,Pipeline,Create Date,"
    text = f"""
        {head}{ENTERED.format("Qualified To Buy", "Signed")}
        1,A,qualifiedtobuy,default,2025-01-01 09:00,2025-01-01 09:00,
        2,B,98765,default,2025-01-01 09:00,2025-01-01 09:00,2025-02-01 09:00
        3,C,98765,default,2025-01-01 09:00,,2025-02-02 09:00
    """
    book = opened(tmp_path, {"deals.csv": text})
    assert book.rows("SELECT DISTINCT stage, pipeline FROM opportunity ORDER BY 1") == [
        ("Qualified To Buy", "Sales"),
        ("Signed", "Sales"),
    ]
    assert book.told("stage_by_id") == [(3, "stage", "98765"), (4, "stage", "98765")]


def test_stages_entered_in_one_minute_stay_apart_and_are_told(tmp_path: Path) -> None:
    text = f"""
        Record ID,Deal Name,Deal Stage,Pipeline,Create Date,{ENTERED.format("Zero", "Alpha")}
        1,A,Alpha,Sales,2025-01-01 09:00,2025-01-01 09:00,2025-01-01 09:00
        2,B,Alpha,Sales,2025-01-01 09:00,2025-01-01 09:00,2025-01-03 09:00
    """
    book = opened(tmp_path, {"deals.csv": text})
    assert [stage for _, stage in history(book, "1")] == ["Zero", "Alpha"]
    assert book.told("stages_at_one_instant") == [(2, "valid_from", "Zero, Alpha")]


def test_a_stage_whose_entry_is_not_told_is_told(tmp_path: Path) -> None:
    text = f"""
        Record ID,Deal Name,Deal Stage,Pipeline,Create Date,{ENTERED.format("Demo", "Offer")}
        1,A,Won,Sales,2025-01-01 09:00,2025-01-01 09:00,2025-01-03 09:00
        2,B,Demo,Sales,2025-01-01 09:00,2025-01-01 09:00,2025-01-03 09:00
    """
    book = opened(tmp_path, {"deals.csv": text})
    assert book.told("stage_undated") == [(2, "stage", "Won")]
    assert book.told("came_back_undated") == [(3, "stage", "Demo")]


def test_the_entry_into_the_present_stage_may_stand_in_a_column_of_its_own(tmp_path: Path) -> None:
    text = '''
        Record ID,Deal Name,Deal Stage,Pipeline,Date entered current stage,"Date entered ""Demo (Sales)"""
        1,A,Won,Sales,2025-02-01 09:00,2025-01-01 09:00
        2,B,Demo,Sales,2025-01-01 09:00,2025-01-01 09:00
    '''
    book = opened(tmp_path, {"deals.csv": text})
    assert history(book, "1") == [("01-01 09:00", "Demo"), ("02-01 09:00", "Won")]
    assert history(book, "2") == [("01-01 09:00", "Demo")]


def test_internal_names_are_understood_as_labels_are(tmp_path: Path) -> None:
    text = """
        hs_object_id,dealname,dealstage,pipeline,amount,amount_in_home_currency,createdate,hs_v2_date_entered_closedwon
        1,A,closedwon,default,900,1000,2025-01-01T09:00:00Z,2025-02-01T09:00:00Z
    """
    book = opened(tmp_path, {"deals.csv": text})
    # No column names the currency of 900, so what adds up is the amount in the company's own.
    assert book.rows("SELECT stage, amount_minor FROM opportunity") == [("closedwon", 100000)]
    assert history(book, "1") == [("02-01 09:00", "closedwon")]


def test_a_history_that_a_person_leaves_out_is_left_out(tmp_path: Path) -> None:
    found = look(tmp_path / "a", {"deals.csv": DEALS}).files
    told = next(f for f in found if f.table == "opportunity_version")
    said = Answers(files={told.signature: FileAnswer(table="")})
    book = opened(tmp_path / "b", {"deals.csv": DEALS}, said)
    assert book.rows("SELECT count(*) FROM opportunity_version") == [(0,)]


def test_a_column_that_a_person_sends_elsewhere_goes_there(tmp_path: Path) -> None:
    shape = look(tmp_path / "a", {"deals.csv": DEALS}).files[0].signature
    said = FileAnswer(table="opportunity", targets={"Closed Lost Reason": "opportunity.type"})
    found = look(tmp_path / "b", {"deals.csv": DEALS}, Answers(files={shape: said}))
    assert found.files[0].recognised_as == "HubSpot deals"
    by_name = {c.name: c.target for c in found.files[0].columns}
    assert by_name["Closed Lost Reason"] == "opportunity.type"
