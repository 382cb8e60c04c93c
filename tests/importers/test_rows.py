"""Every refused or doubtful row is told with its number, and none of them changes another."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesops.importers import write_refused
from tests.importers.opened import Opened, look, opened

GOOD = """
    Id,Name,Stage,Amount,Close Date,Owner
    d1,One,Won,100,2025-01-31,Ann
    d2,Two,Lost,200,2025-02-28,Bob
    d3,Three,Proposal,300,2025-03-31,Ann
"""


def test_row_numbers_are_those_of_a_spreadsheet(tmp_path: Path) -> None:
    book = opened(tmp_path, {"deals.csv": GOOD.replace("300", "x")})
    assert book.told("not_number") == [(4, "Amount", "x")]


def test_line_breaks_in_cells_do_not_move_row_numbers(tmp_path: Path) -> None:
    text = GOOD.replace("One", '"O\n\nn\ne"').replace("300", "x").replace("    ", "")
    book = opened(tmp_path, {"deals.csv": text.strip().encode()})
    assert book.told("not_number") == [(4, "Amount", "x")]
    assert book.column("opportunity", "name")[0] == "O\n\nn\ne"


def test_blank_lines_count_as_rows_and_are_no_records(tmp_path: Path) -> None:
    text = GOOD.replace("d2,", "\nd2,").replace("d3,", ",,,,,\nd3,").replace("300", "x")
    book = opened(tmp_path, {"deals.csv": text})
    assert book.told("not_number") == [(6, "Amount", "x")]
    assert book.column("opportunity", "id") == ["d1", "d2", "d3"]


def test_row_numbers_hold_in_a_file_read_in_parts_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SALESOPS_THREADS", "2")
    faults = (2, 70_000, 130_001)
    lines = (f"d{row},Won,{'x' if row in faults else row},2025-01-31" for row in range(2, 130_002))
    text = "\n".join(["Id,Stage,Amount,Close Date", *lines, ""])
    book = opened(tmp_path, {"deals.csv": text.encode()})
    assert book.told("not_number") == [(row, "Amount", "x") for row in faults]
    assert book.rows("SELECT row FROM _refused_row ORDER BY 1") == [(row,) for row in faults]


def test_blank_lines_above_the_column_names_are_passed_over(tmp_path: Path) -> None:
    text = "\n\n" + "\n".join(line.strip() for line in GOOD.strip().splitlines())
    book = opened(tmp_path, {"deals.csv": text.replace("300", "x").encode()})
    assert book.told("not_number") == [(6, "Amount", "x")]


def test_a_quote_that_never_closes_costs_its_own_row_only(tmp_path: Path) -> None:
    book = opened(tmp_path, {"deals.csv": GOOD.replace("Two", '"Two')})
    assert book.column("opportunity", "id") == ["d1", "d3"]
    assert book.refused == [(3, "A quote in the row is never closed, or stands where none may.")]


def test_a_quote_that_closes_in_the_next_row_costs_its_own_row_only(tmp_path: Path) -> None:
    text = "\n".join(
        ",".join(f'"{c}"' for c in line.strip().split(",")) for line in GOOD.strip().splitlines()
    )
    book = opened(tmp_path, {"deals.csv": text.replace('"One"', '"One').encode()})
    assert book.column("opportunity", "id") == ["d2", "d3"]
    assert [r for r, _ in book.refused] == [2]


def test_a_row_with_too_many_cells_is_refused_with_its_number(tmp_path: Path) -> None:
    book = opened(tmp_path, {"deals.csv": GOOD.replace("200", "2,00")})
    assert book.refused == [(3, "The row has 7 cells, but there are 6 columns.")]
    assert book.column("opportunity", "id") == ["d1", "d3"]


def test_a_row_with_too_few_cells_is_kept_and_told(tmp_path: Path) -> None:
    book = opened(tmp_path, {"deals.csv": GOOD.replace("200,2025-02-28,Bob", "200")})
    assert book.told("short_row") == [(3, "", "d2,Two,Lost,200")]
    assert book.column("opportunity", "amount_minor") == [10000, 20000, 30000]


def test_a_row_without_what_makes_it_a_deal_is_refused(tmp_path: Path) -> None:
    book = opened(tmp_path, {"deals.csv": GOOD.replace("Lost", "")})
    assert book.refused == [
        (3, "The row has no stage that can be read, so it cannot count as an opportunity.")
    ]


def test_all_faults_of_one_row_are_told(tmp_path: Path) -> None:
    quotas = """
        Person,Quota,Period Start,Period End
        Ann,1000,2025-01-01,2025-04-01
        Bob,many,someday,2025-04-01
    """
    book = opened(tmp_path, {"quotas.csv": quotas, "deals.csv": GOOD})
    assert book.told("not_number") == [(3, "Quota", "many")]
    assert book.told("not_date") == [(3, "Period Start", "someday")]
    assert [(r, c) for r, c, _ in book.told("missing_value")] == [
        (3, "amount_minor"),
        (3, "starts_on"),
    ]
    [(row, reason)] = book.refused
    assert row == 3
    for part in ("“Quota”", "“Period Start”", "no amount", "no starts on"):
        assert part in reason


def test_a_doubtful_row_is_told_with_its_row_and_record(tmp_path: Path) -> None:
    book = opened(tmp_path, {"deals.csv": GOOD.replace("2025-02-28,Bob", "2025-02-28,")})
    asked = "SELECT file, row, column_name, record_id FROM _problem WHERE code = 'no_owner'"
    assert book.rows(asked) == [("deals.csv", 3, "owner_id", "d2")]


def test_one_id_in_two_rows_is_told_and_the_last_counts(tmp_path: Path) -> None:
    book = opened(tmp_path, {"deals.csv": GOOD.replace("d2,", "d1,")})
    assert book.told("repeated_id") == [(3, "id", "d1")]
    assert book.column("opportunity", "amount_minor") == [20000, 30000]


def test_a_name_in_no_other_file_is_told_with_every_row(tmp_path: Path) -> None:
    people = "Id,Name,Email\nu1,Ann,a@example.com\n"
    book = opened(tmp_path, {"deals.csv": GOOD, "people.csv": people})
    assert book.told("unknown_reference") == [(3, "owner_id", "Bob")]
    assert book.column("opportunity", "owner_id") == ["u1", "Bob", "u1"]


def test_refused_rows_are_written_with_their_number_and_reason(tmp_path: Path) -> None:
    book = opened(tmp_path, {"deals.csv": GOOD.replace("200", "2,00").replace("300", "x")})
    [path] = write_refused(book.work, tmp_path / "refused")
    assert path.name == "deals-refused.csv"
    lines = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    assert lines[0] == "Id,Name,Stage,Amount,Close Date,Owner,_row,_reason".split(",")
    assert lines[1][:7] == ["d2", "Two", "Lost", "2", "00", "2025-02-28,Bob", "3"]
    assert lines[2][:7] == ["d3", "Three", "Proposal", "x", "2025-03-31", "Ann", "4"]


def mended(folder: Path, files: dict[str, str | bytes], change: dict[str, str]) -> Opened:
    """The files opened, their refused rows written out, changed, and all opened together again."""
    book = opened(folder / "first", files)
    paths = sorted((folder / "first" / "files").iterdir())
    for path in write_refused(book.work, folder / "refused"):
        text = path.read_text("utf-8-sig")
        for was, becomes in change.items():
            text = text.replace(was, becomes)
        path.write_text(text, "utf-8")
        paths.append(path)
    return opened(folder / "again", paths)


def test_a_mended_file_puts_its_rows_back_in_their_places(tmp_path: Path) -> None:
    wrong = GOOD.replace("200", "2,00").replace("300", "x")
    change = {'2,00,"2025-02-28,Bob"': "200,2025-02-28,Bob", ",x,": ",300,"}
    book = mended(tmp_path, {"deals.csv": wrong}, change)
    right = opened(tmp_path / "right", {"deals.csv": GOOD})
    every = "FROM opportunity ORDER BY id"
    assert book.rows(every) == right.rows(every)
    assert book.problems == right.problems == {"no_account": 3}


@pytest.mark.parametrize("name", ["deals-refused (1).csv", "deals-refused.xlsx"])
def test_a_mended_file_is_known_under_the_names_browsers_and_spreadsheets_give_it(
    tmp_path: Path, name: str
) -> None:
    deals = tmp_path / "deals.csv"
    deals.write_text(GOOD.replace("    ", "").replace("300", "x").strip())
    [path] = write_refused(opened(tmp_path / "a", [deals]).work, tmp_path / "refused")
    rows = list(csv.reader(path.read_text("utf-8-sig").replace(",x,", ",300,").splitlines()))
    named = tmp_path / name
    if name.endswith("xlsx"):
        book = xlsxwriter.Workbook(str(named))
        sheet = book.add_worksheet()
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
        book.close()
    else:
        with named.open("w", newline="") as out:
            csv.writer(out).writerows(rows)
    again = opened(tmp_path / "b", [deals, named])
    assert again.column("opportunity", "amount_minor") == [10000, 20000, 30000]
    assert again.problems == {"no_account": 3}


def test_text_like_a_formula_is_defused_in_the_file_to_mend_and_comes_back_as_it_was(
    tmp_path: Path,
) -> None:
    wrong = GOOD.replace("Ann", "=1+1").replace("100", "x")
    book = opened(tmp_path / "a", {"deals.csv": wrong})
    [path] = write_refused(book.work, tmp_path / "refused")
    assert "'=1+1" in path.read_text("utf-8-sig")
    again = mended(tmp_path / "b", {"deals.csv": wrong}, {",x,": ",100,"})
    assert "=1+1" in again.column("person", "name")
    assert "'=1+1" not in again.column("person", "name")


def test_a_mended_row_without_an_id_is_not_counted_twice(tmp_path: Path) -> None:
    spend = "Campaign,Date,Amount\nFair,2025-01-01,100\nFair,2025-02-01,x\n"
    book = mended(tmp_path, {"campaign spend.csv": spend, "deals.csv": GOOD}, {",x,": ",70,"})
    assert sorted(book.column("campaign_spend", "amount_minor", "ALL")) == [7000, 10000]


def test_a_mended_file_alone_is_a_file_like_any_other(tmp_path: Path) -> None:
    book = opened(tmp_path / "a", {"deals.csv": GOOD.replace("300", "x")})
    [path] = write_refused(book.work, tmp_path / "refused")
    assert opened(tmp_path / "b", [path]).column("opportunity", "id") == ["d3"]


def test_spans_of_one_person_that_overlap_are_told_and_cut(tmp_path: Path) -> None:
    places = """
        Person,Team,Valid From,Valid To
        Ann,West,2025-01-01,2025-12-31
        Ann,East,2025-06-01,
        Bob,East,2025-01-01,
        Bob,West,2025-01-01,
    """
    book = opened(tmp_path, {"team membership.csv": places, "deals.csv": GOOD})
    assert [r for r, _, _ in book.told("overlapping_spans")] == [2, 4]
    asked = "SELECT person_id, team, CAST(valid_to AS VARCHAR) FROM team_membership ORDER BY ALL"
    assert book.rows(asked) == [
        ("Ann", "East", None),
        ("Ann", "West", "2025-06-01"),
        ("Bob", "West", None),
    ]


def test_a_rate_without_an_end_lasts_until_the_next_one(tmp_path: Path) -> None:
    rates = "Currency,Date,Rate\nEUR,2025-01-01,1.1\nEUR,2025-02-01,1.2\nEUR,,1.3\n"
    book = opened(tmp_path, {"exchange rates.csv": rates, "deals.csv": GOOD})
    assert [str(v) for v in book.column("exchange_rate", "valid_to", "valid_from")] == [
        "2025-02-01",
        "None",
    ]
    assert "overlapping_spans" not in book.problems
    assert book.problems["missing_value"] == 1


BAD = (
    '"never closed',
    "b,Bad,Won,1,2,3,4,5",
    "b1,Bad,,100,2025-01-31,Ann",
    "b2,Bad,Won,ten,2025-01-31,Ann",
    "b3,Bad,Won,1,yesterday,Ann",
    "b4,Bad,Won,99999999999999999999999999999999,2025-01-31,Ann",
    'b5,"Ba"d,Won,1,2025-01-31,Ann',
    "b6",
    "\0\0\0",
    "b7,\ufffd\ufffe,Won,1e999,0000-00-00,Ann",
    "",
    ",,,,,",
)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_bad_rows_anywhere_leave_the_good_ones_as_they_are(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    seed = data.draw(st.integers(0, 10_000))
    bad = data.draw(st.lists(st.sampled_from(BAD), min_size=1, max_size=6))
    folder = tmp_path_factory.mktemp("rows")
    draws = random.Random(seed)
    header = "Id,Name,Stage,Amount,Close Date,Owner"
    good = [
        f"d{i:02},Deal {i},{draws.choice(('Won', 'Lost', 'Proposal'))},{draws.randint(0, 9999)}.5,"
        f"2025-{draws.randint(1, 12):02}-{draws.randint(1, 28):02},{draws.choice(('Ann', 'Bob'))}"
        for i in range(30)
    ]
    mixed = list(good)
    for line in bad:
        mixed.insert(draws.randint(0, len(mixed)), line)
    every = "FROM opportunity WHERE id LIKE 'd%' ORDER BY id"
    clean = opened(folder / "a", {"deals.csv": "\n".join([header, *good]).encode()})
    dirty = opened(folder / "b", {"deals.csv": "\n".join([header, *mixed]).encode()})
    assert dirty.rows(every) == clean.rows(every)
    assert len(clean.rows(every)) == 30


def test_a_line_in_another_encoding_spoils_no_other(tmp_path: Path) -> None:
    lines = ["Id,Name,Stage,Amount,Close Date", "d1,Müller,Won,1,2025-01-31"]
    odd = "d2,Größe,Won,1,2025-01-31".encode("cp1252")
    text = b"\n".join([line.encode() for line in lines] + [odd, lines[1].encode()])
    book = opened(tmp_path, {"deals.csv": text.replace(b"\nd1", b"\nd3", 1)})
    assert book.column("opportunity", "name") == ["Müller", "Größe", "Müller"]
    assert book.told("odd_encoding") == [(3, "", "d2,Größe,Won,1,2025-01-31\n")]


def test_a_long_cell_of_accents_with_an_open_quote_costs_its_own_row_only(tmp_path: Path) -> None:
    # Every length is tried that could cut a letter of two bytes in DuckDB's own complaint.
    for length in (9_999, 10_000, 100_001):
        text = GOOD.replace("Two", '"' + "x" * (length % 2) + "é" * length).replace("    ", "")
        book = opened(tmp_path / str(length), {"deals.csv": text.strip().encode()})
        assert book.column("opportunity", "id") == ["d1", "d3"]


def test_a_file_of_column_names_only_says_so(tmp_path: Path) -> None:
    files = {"deals.csv": GOOD, "accounts.csv": "Id,Name\n"}
    [why] = [f.why for f in look(tmp_path, files).files if f.name == "accounts.csv"]
    assert why == "It has column names and no rows."
