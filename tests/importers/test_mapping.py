"""What a file holds is guessed from names and values, shown with samples, and corrected by a word."""

from __future__ import annotations

import gzip
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
import xlsxwriter

from salesops.foundations.problem import Refusal
from salesops.importers import Answers, Limits
from salesops.importers.matching import target_named
from salesops.importers.model import FileAnswer, SourceColumn
from tests.importers.opened import look, opened, write

DEALS = """
    Deal ID;Deal Name;Deal Stage;Value;Closing Date;Sales Rep;Shoe size
    7;Alpha;Won;1.000,50;31.12.2025;Ann;38
    8;Beta;Offer;99,00;01.02.2026;Bob;44
"""


def columns(
    folder: Path, files: dict[str, str | bytes], answers: Answers | None = None
) -> dict[str, SourceColumn]:
    """The columns of the one file, by name."""
    return {c.name: c for c in look(folder, files, answers).files[0].columns}


def test_columns_are_guessed_with_samples_and_confidence(tmp_path: Path) -> None:
    found = columns(tmp_path, {"deals.csv": DEALS})
    assert {n: c.target for n, c in found.items()} == {
        "Deal ID": "opportunity.id",
        "Deal Name": "opportunity.name",
        "Deal Stage": "opportunity.stage",
        "Value": "opportunity.amount_minor",
        "Closing Date": "opportunity.close_date",
        "Sales Rep": "opportunity.owner_id",
        "Shoe size": "",
    }
    assert found["Value"].samples == ["1.000,50", "99,00"]
    assert found["Value"].reads_as == "number:comma"
    assert found["Closing Date"].reads_as == "date:day-first"
    assert found["Deal Stage"].confidence > 0.9
    assert found["Shoe size"].confidence == 0


def test_samples_are_the_first_values_in_the_order_of_the_file(tmp_path: Path) -> None:
    rows = "\n".join(f"{i},Deal {i},Won,5,2025-01-31" for i in range(300, 0, -1))
    found = columns(tmp_path, {"deals.csv": f"Id,Name,Stage,Amount,Close Date\n{rows}"})
    assert found["Id"].samples == ["300", "299", "298", "297"]


def signature(folder: Path, files: dict[str, str | bytes]) -> str:
    """By which a file's shape is remembered."""
    return look(folder, files).files[0].signature


def test_a_correction_moves_a_column_and_its_former_guess_gives_way(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "deals.csv": "Id,Name,Stage,Amount,TCV,Close Date\n1,A,Won,5,7,2025-01-31\n"
    }
    said = FileAnswer(table="opportunity", targets={"TCV": "opportunity.amount_minor"})
    answers = Answers(files={signature(tmp_path / "a", files): said})
    found = columns(tmp_path / "b", files, answers)
    assert (found["TCV"].target, found["TCV"].note) == ("opportunity.amount_minor", "As you said")
    assert found["Amount"].target == ""
    assert opened(tmp_path / "c", files, answers).column("opportunity", "amount_minor") == [700]


def test_a_correction_holds_for_the_next_file_with_the_same_columns(tmp_path: Path) -> None:
    first: dict[str, str | bytes] = {
        "a.csv": "Id,Name,Stage,TCV,Close Date\n1,A,Won,7,2025-01-31\n"
    }
    said = FileAnswer(table="opportunity", targets={"TCV": "opportunity.amount_minor"})
    answers = Answers(files={signature(tmp_path / "a", first): said})
    later: dict[str, str | bytes] = {
        "b.csv": "Close Date,TCV,Stage,Name,Id\n2025-02-28,9,Won,B,2\n"
    }
    assert opened(tmp_path / "b", later, answers).column("opportunity", "amount_minor") == [900]


def test_a_remembered_column_that_is_no_more_is_forgotten(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"deals.csv": DEALS}
    said = FileAnswer(targets={"Value": "opportunity.gone", "Nowhere": "opportunity.name"})
    answers = Answers(files={signature(tmp_path / "a", files): said})
    assert columns(tmp_path / "b", files, answers)["Value"].target == "opportunity.amount_minor"


def test_a_file_may_be_left_out_or_said_to_be_something_else(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"deals.csv": DEALS, "things.csv": "Label,Made\nx,y\n"}
    things = look(tmp_path / "a", files).files[1]
    assert things.table is None
    said = {things.signature: FileAnswer(table="product", targets={"Label": "product.name"})}
    book = opened(tmp_path / "b", files, Answers(files=said))
    assert book.column("product", "name") == ["x"]
    left = look(tmp_path / "c", files, Answers(files={things.signature: FileAnswer(table="")}))
    assert left.files[1].why == "Left out, as you said."


def test_several_files_are_each_recognised_and_tied_by_name(tmp_path: Path) -> None:
    files = {
        "companies.csv": "Company,Industry\nAcme,Steel\n",
        "deals.csv": "Id,Name,Stage,Amount,Close Date,Company,Owner\n1,A,Won,5,2025-01-31,ACME ,Ann\n",
        "team.csv": "Name,Email,Team\nAnn,a@example.com,West\n",
        "quotas.csv": "Person,Quota,Start Date\nAnn,100,2025-01-01\n",
    }
    book = opened(tmp_path, files)
    assert [f.table for f in book.examination.files] == [
        "account",
        "opportunity",
        "person",
        "quota",
    ]
    asked = (
        "SELECT a.name, p.team, q.amount_minor FROM opportunity o JOIN account a ON a.id = o.account_id "
        "JOIN person p ON p.id = o.owner_id JOIN quota q ON q.person_id = p.id"
    )
    assert book.rows(asked) == [("Acme", "West", 10000)]


def test_two_files_of_one_name_are_two_files(tmp_path: Path) -> None:
    spend = "Campaign,Date,Amount\nFair,2025-01-01,{}\n"
    files: dict[str, str | bytes] = {
        "a/campaign spend.csv": spend.format(1),
        "b/campaign spend.csv": spend.format(2),
    }
    book = opened(tmp_path, [p.parent for p in write(tmp_path / "f", files)] + _deals(tmp_path))
    assert sorted(book.column("campaign_spend", "amount_minor")) == [100, 200]


def _deals(folder: Path) -> list[Path]:
    return write(folder / "d", {"deals.csv": DEALS})


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    text = "Id,Name,Stage,Close Date\n1,A,Won,2025-01-31\n".replace(",", delimiter)
    assert opened(tmp_path, {"deals.csv": text}).column("opportunity", "stage") == ["Won"]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_end_as_they_like(tmp_path: Path, ending: str) -> None:
    text = "Id,Name,Stage,Close Date\n1,A,Won,2025-01-31\n2,B,Lost,2025-01-31\n"
    data = text.replace("\n", ending).encode()
    assert opened(tmp_path, {"deals.csv": data}).column("opportunity", "name") == ["A", "B"]


def test_column_names_that_are_there_twice_stay_apart(tmp_path: Path) -> None:
    text = "Id,Name,Stage,Amount,Amount,Amount (2),,Close Date\n1,A,Won,5,6,7,8,2025-01-31\n"
    names = list(columns(tmp_path, {"deals.csv": text}))
    assert names[3:7] == ["Amount", "Amount (2)", "Amount (2) (2)", "column 7"]


def test_a_gzip_is_opened(tmp_path: Path) -> None:
    data = gzip.compress(b"Id,Name,Stage,Close Date\n1,A,Won,2025-01-31\n", mtime=0)
    assert opened(tmp_path, {"deals.csv.gz": data}).column("opportunity", "name") == ["A"]


def workbook(folder: Path) -> Path:
    """A workbook as people make them: a heading above, dates, formulas, an empty row, two sheets."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "crm.xlsx"
    book = xlsxwriter.Workbook(str(path))
    day = book.add_format({"num_format": "dd.mm.yy"})
    deals = book.add_worksheet("Deals")
    deals.write_row(1, 1, ["Deal ID", "Name", "Stage", "Amount", "Close Date", "Owner"])
    deals.write_row(2, 1, [1, "A", "Won", 1.234])
    deals.write_datetime(2, 5, datetime.fromisoformat("2025-03-04"), day)
    deals.write_row(4, 1, [2, "B", "Lost"])
    deals.write_formula(4, 4, "=1000*2", None, 2000)
    deals.write(4, 5, "soon")
    people = book.add_worksheet("People")
    people.write_row(0, 0, ["Name", "Email", "Team"])
    people.write_row(1, 0, ["Ann", "a@example.com", "West"])
    book.add_worksheet("Empty")
    book.close()
    return path


def test_a_workbook_is_read_sheet_by_sheet_with_its_rows_and_types(tmp_path: Path) -> None:
    book = opened(tmp_path, [workbook(tmp_path / "x")])
    assert [(f.name, f.table) for f in book.examination.files] == [
        ("crm.xlsx › Deals", "opportunity"),
        ("crm.xlsx › People", "person"),
    ]
    assert book.column("opportunity", "amount_minor") == [123, 200000]
    assert book.column("opportunity", "close_date") == [date(2025, 3, 4), None]
    assert book.told("not_date") == [(5, "Close Date", "soon")]


def test_a_parquet_file_is_read_with_its_types(tmp_path: Path) -> None:
    path = tmp_path / "deals.parquet"
    duckdb.sql(
        "SELECT 1 AS id, 'A' AS name, 'Won' AS stage, 1.234::DOUBLE AS amount, DATE '2025-03-04' AS close_date, "
        "TIMESTAMPTZ '2025-01-01 10:00:00+02' AS created_date"
    ).write_parquet(str(path))
    book = opened(tmp_path, [path])
    asked = "SELECT id, amount_minor, CAST(close_date AS VARCHAR), CAST(created_at AS VARCHAR) FROM opportunity"
    assert book.rows(asked) == [("1", 123, "2025-03-04", "2025-01-01 08:00:00")]


def test_too_many_columns_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(
        Refusal, match=r"deals\.csv has 7 columns, more than the 5 that can be read"
    ):
        look(tmp_path, {"deals.csv": DEALS}, limits=Limits(most_columns=5))


def test_nothing_readable_says_why_of_each_file(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a.csv": b"",
        "b.csv": "<html><body>Log in</body></html>",
        "c.pdf": b"%PDF",
    }
    with pytest.raises(Refusal) as refused:
        look(tmp_path, files)
    text = str(refused.value)
    assert text.startswith("Nothing in the files could be read.")
    assert "a.csv is empty." in text
    assert "b.csv is a web page, XML or JSON, not a table." in text
    assert "c.pdf is not a CSV, XLSX, Parquet or zip file" in text


def test_owners_are_named_by_mail_address_too_where_one_person_has_it(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "deals.csv": """
            Deal ID,Deal,Stage,Amount,Close Date,Owner
            d1,One,New,10,2026-06-25,ANN@example.com
            d2,Two,New,10,2026-06-25,office@example.com
        """,
        "users.csv": """
            User ID,Full name,Email,Title
            u1,Ann Lee,ann@example.com,Seller
            u2,Bob Ray,office@example.com,Seller
            u3,Cy New,office@example.com,Seller
        """,
    }
    owners = opened(tmp_path, files).column("opportunity", "owner_id")
    assert owners == ["u1", "office@example.com"]  # which of two is not guessed
    assert target_named("opportunity", "custom:person:sponsor") == "opportunity.custom_person__sponsor"  # fmt: skip
