"""The Salesforce data export is read whole: split, repeated, in any encoding, with all its history."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from tests.importers.opened import Opened, opened

OPPORTUNITIES = """
    Id,IsDeleted,Name,StageName,Amount,CloseDate,OwnerId,AccountId,CreatedDate,SystemModstamp
    006A,0,First,Closed Won,1000,2025-03-31 00:00:00,005B,001A,2025-01-01 09:00:00,2025-03-31 10:00:00
    006B,0,Second,Proposal,2000,2025-09-30 00:00:00,005A,000000000000000AAA,2025-01-02 09:00:00,2025-02-01 10:00:00
"""
USERS = """
    Id,FirstName,LastName,UserRoleId,ManagerId,IsActive,SystemModstamp
    005A,Ann,Abe,00EA,005B,1,2025-01-01 00:00:00
    005B,Bob,Bee,00EB,000000000000000AAA,0,2025-01-01 00:00:00
"""
ROLES = """
    Id,Name,SystemModstamp
    00EA,West,2025-01-01 00:00:00
    00EB,East,2025-01-01 00:00:00
"""
HISTORY = """
    Id,OpportunityId,StageName,Amount,CloseDate,Probability,CreatedDate,CreatedById,SystemModstamp
    008A,006A,Prospecting,500,2025-02-28 00:00:00,10,2025-01-01 09:00:00,005A,2025-01-01 09:00:00
    008B,006A,Proposal,1000,2025-02-28 00:00:00,50,2025-02-01 09:00:00,005A,2025-02-01 09:00:00
    008C,006A,Closed Won,1000,2025-03-31 00:00:00,100,2025-03-31 09:00:00,005B,2025-03-31 09:00:00
"""
HANDED = """
    Id,OpportunityId,Field,OldValue,NewValue,CreatedDate,CreatedById,IsDeleted
    017A,006A,Owner,Ann Abe,Bob Bee,2025-03-01 09:00:00,005B,0
    017B,006A,Owner,005A,005B,2025-03-01 09:00:00,005B,0
"""
VERSIONS = (
    "SELECT CAST(valid_from AS VARCHAR), stage, amount_minor, owner_id, changed_by_id "
    "FROM opportunity_version WHERE opportunity_id = '006A' ORDER BY valid_from"
)


def packed(folder: Path, name: str, files: Mapping[str, str | bytes]) -> Path:
    """A zip as the weekly export writes it."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / name, "w") as out:
        for member, content in files.items():
            out.writestr(member, content if isinstance(content, bytes) else plain(content))
    return folder / name


def plain(text: str) -> str:
    """Quoted, as the export writes every cell."""
    lines = [line.strip().split(",") for line in text.strip().splitlines()]
    return "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines) + "\n"


def test_one_save_is_one_version_with_its_instant_values_and_author(tmp_path: Path) -> None:
    files = {"Opportunity.csv": OPPORTUNITIES, "OpportunityHistory.csv": HISTORY}
    assert opened(tmp_path, files).rows(VERSIONS) == [
        ("2025-01-01 09:00:00", "Prospecting", 50000, "005B", "005A"),
        ("2025-02-01 09:00:00", "Proposal", 100000, "005B", "005A"),
        ("2025-03-31 09:00:00", "Closed Won", 100000, "005B", "005B"),
    ]


def test_a_change_of_owner_is_a_version_and_was_not_so_before(tmp_path: Path) -> None:
    files = {
        "Opportunity.csv": OPPORTUNITIES,
        "OpportunityHistory.csv": HISTORY,
        "OpportunityFieldHistory.csv": HANDED,
    }
    assert opened(tmp_path, files).rows(VERSIONS) == [
        ("2025-01-01 09:00:00", "Prospecting", 50000, "005A", "005A"),
        ("2025-02-01 09:00:00", "Proposal", 100000, "005A", "005A"),
        ("2025-03-01 09:00:00", "Proposal", 100000, "005B", "005B"),
        ("2025-03-31 09:00:00", "Closed Won", 100000, "005B", "005B"),
    ]


def test_single_fields_alone_give_the_past_too(tmp_path: Path) -> None:
    changes = HANDED + "017C,006A,StageName,Proposal,Closed Won,2025-03-31 09:00:00,005B,0\n"
    changes += "    017D,006A,Amount,500.50,1000,2025-03-31 09:00:00,005B,0\n"
    files = {"Opportunity.csv": OPPORTUNITIES, "OpportunityFieldHistory.csv": changes}
    assert opened(tmp_path, files).rows(VERSIONS) == [
        ("2025-01-01 09:00:00", "Proposal", 50050, "005A", None),
        ("2025-03-01 09:00:00", "Proposal", 50050, "005B", "005B"),
        ("2025-03-31 09:00:00", "Closed Won", 100000, "005B", "005B"),
    ]


def test_two_saves_in_one_second_leave_the_later(tmp_path: Path) -> None:
    twice = (
        HISTORY
        + "008D,006A,Closed Lost,7,2025-03-31 00:00:00,0,2025-03-31 09:00:00,005A,2025-03-31 09:00:00"
    )
    files = {"Opportunity.csv": OPPORTUNITIES, "OpportunityHistory.csv": twice}
    assert opened(tmp_path, files).rows(VERSIONS)[-1][1:3] == ("Closed Lost", 700)


def test_history_of_yen_has_no_cents(tmp_path: Path) -> None:
    files = {
        "Opportunity.csv": """
            Id,StageName,Amount,CurrencyIsoCode,CloseDate,CreatedDate,SystemModstamp
            006A,Proposal,150000,JPY,2025-03-31,2025-01-01 09:00:00,2025-03-31 10:00:00
            006B,Proposal,1500,USD,2025-03-31,2025-01-01 09:00:00,2025-03-31 10:00:00
        """,
        "OpportunityHistory.csv": HISTORY + "008X,006B,Proposal,1500,,,2025-01-01 09:00:00,,",
    }
    book = opened(tmp_path, files)
    assert [r[2] for r in book.rows(VERSIONS)] == [500, 1000, 1000]
    assert book.rows(
        "SELECT amount_minor FROM opportunity_version WHERE opportunity_id = '006B'"
    ) == [(150000,)]


def test_history_of_deals_that_are_not_there_is_left_out_and_told(tmp_path: Path) -> None:
    files = {
        "Opportunity.csv": OPPORTUNITIES,
        "OpportunityHistory.csv": HISTORY.replace("006A", "006Z"),
    }
    book = opened(tmp_path, files)
    assert book.rows("SELECT count(*) FROM opportunity_version") == [(0,)]
    assert book.problems["history_of_nothing"] == 3


def test_deleted_rows_are_left_out_and_counted(tmp_path: Path) -> None:
    gone = OPPORTUNITIES.replace("006B,0", "006B,1")
    book = opened(tmp_path, {"Opportunity.csv": gone})
    assert book.column("opportunity", "id") == ["006A"]
    assert book.problems["deleted_in_source"] == 1


def test_the_past_of_a_deleted_deal_is_read_and_ends_when_its_row_last_changed(
    tmp_path: Path,
) -> None:
    header, *states = HISTORY.strip().splitlines()
    files = {
        "Opportunity_1.csv": OPPORTUNITIES,
        "Opportunity_2.csv": """
            Id,IsDeleted,StageName,CloseDate,CreatedDate,SystemModstamp
            006A,1,Closed Won,2025-03-31,2025-01-01 09:00:00,2025-05-31 10:00:00
            006C,1,Proposal,2025-03-31,2025-01-01 09:00:00,
        """,
        "OpportunityHistory.csv": "\n".join([f"{header},IsDeleted", *(f"{s},1" for s in states)]),
        "OpportunityFieldHistory.csv": HANDED.replace(",0\n", ",1\n"),
    }
    book = opened(tmp_path, files)
    assert book.column("opportunity", "id") == ["006B"]
    assert [row[1:4] for row in book.rows(VERSIONS)] == [
        ("Prospecting", 50000, "005A"),
        ("Proposal", 100000, "005A"),
        ("Proposal", 100000, "005B"),
        ("Closed Won", 100000, "005B"),
    ]
    gone = "SELECT id, name, CAST(deleted_at AS VARCHAR) FROM deletion ORDER BY id"
    assert book.rows(gone) == [("006A", "First", "2025-05-31 10:00:00"), ("006C", None, None)]
    assert book.problems["deleted_in_source"] == 2
    assert "history_of_nothing" not in book.problems


def test_the_id_of_nothing_is_nothing(tmp_path: Path) -> None:
    book = opened(tmp_path, {"Opportunity.csv": OPPORTUNITIES, "User.csv": USERS})
    assert book.column("opportunity", "account_id") == ["001A", None]
    assert book.column("person", "manager_id") == ["005B", None]


def test_people_get_their_names_and_their_roles_as_teams(tmp_path: Path) -> None:
    files = {"User.csv": USERS, "UserRole.csv": ROLES, "Opportunity.csv": OPPORTUNITIES}
    book = opened(tmp_path, files)
    assert book.rows("SELECT name, team, is_active FROM person ORDER BY id") == [
        ("Ann Abe", "West", True),
        ("Bob Bee", "East", False),
    ]


def test_people_get_their_territory_as_region(tmp_path: Path) -> None:
    files = {
        "Opportunity.csv": OPPORTUNITIES,
        "User.csv": USERS,
        "Territory2.csv": "Id,Name,SystemModstamp\n0MIA,Alps,\n0MIB,Baltic,\n",
        "UserTerritory2Association.csv": """
            Id,UserId,Territory2Id,IsActive,SystemModstamp
            0VuA,005A,0MIB,1,2025-01-01 00:00:00
            0VuB,005A,0MIA,0,2025-01-01 00:00:00
        """,
    }
    assert opened(tmp_path, files).column("person", "region") == ["Baltic", None]


def test_tasks_and_events_become_activities_of_their_deal(tmp_path: Path) -> None:
    files = {
        "Opportunity.csv": OPPORTUNITIES,
        "Task.csv": """
            Id,Subject,OwnerId,WhatId,WhoId,TaskSubtype,Status,ActivityDate,CallDurationInSeconds,SystemModstamp
            00TA,Call,005A,006A,003A,Call,Completed,2025-02-03 00:00:00,150,2025-02-03 10:00:00
            00TB,Mail,005A,001A,00QA,Email,Open,2025-02-04 00:00:00,,2025-02-03 10:00:00
        """,
        "Event.csv": """
            Id,Subject,OwnerId,WhatId,ActivityDateTime,ActivityDate,DurationInMinutes,SystemModstamp
            00UA,Demo of it,005A,006B,2025-02-05 14:30:00,2025-02-05 00:00:00,45,2025-02-03 10:00:00
        """,
    }
    asked = (
        "SELECT id, kind, opportunity_id, account_id, contact_id, lead_id, "
        "CAST(occurred_at AS VARCHAR), duration_minutes, is_done FROM activity ORDER BY id"
    )
    assert opened(tmp_path, files).rows(asked) == [
        ("00TA", "call", "006A", None, "003A", None, "2025-02-03 00:00:00", 3, True),
        ("00TB", "email", None, "001A", None, "00QA", "2025-02-04 00:00:00", None, False),
        ("00UA", "meeting", "006B", None, None, None, "2025-02-05 14:30:00", 45, True),
    ]


def test_parts_in_several_zips_with_the_same_names_are_all_read(tmp_path: Path) -> None:
    header, first, second = OPPORTUNITIES.strip().splitlines()
    paths = [
        packed(tmp_path / "zips", "WE_00D_1.ZIP", {"Opportunity.csv": f"{header}\n{first}"}),
        packed(tmp_path / "zips", "WE_00D_2.ZIP", {"Opportunity.csv": f"{header}\n{second}"}),
    ]
    book = opened(tmp_path, paths)
    assert book.column("opportunity", "name") == ["First", "Second"]
    assert [f.name for f in book.examination.files] == ["Opportunity.csv", "Opportunity (2).csv"]


def test_an_identical_file_given_again_changes_nothing(tmp_path: Path) -> None:
    files = {"Opportunity.csv": OPPORTUNITIES, "OpportunityHistory.csv": HISTORY}
    once = opened(tmp_path / "once", files)
    again = {**files, "Opportunity_2.csv": OPPORTUNITIES, "OpportunityHistory_2.csv": HISTORY}
    twice = opened(tmp_path / "twice", again)
    for table in ("opportunity", "opportunity_version"):
        every = f"FROM {table} ORDER BY ALL"
        assert once.rows(every) == twice.rows(every)
    assert twice.problems["repeated_row"] == 2


def test_of_two_rows_with_one_id_the_one_changed_last_counts(tmp_path: Path) -> None:
    newer = OPPORTUNITIES.replace("2025-02-01 10:00", "2025-04-01 10:00").replace(",2000,", ",,")
    for names in (
        ("Opportunity_1.csv", "Opportunity_2.csv"),
        ("Opportunity_2.csv", "Opportunity_1.csv"),
    ):
        book = opened(tmp_path / names[0], {names[0]: OPPORTUNITIES, names[1]: newer})
        assert book.column("opportunity", "amount_minor") == [100000, None]


def test_a_column_missing_in_one_part_takes_nothing_from_the_other(tmp_path: Path) -> None:
    short = """
        Id,IsDeleted,StageName,CloseDate,CreatedDate,SystemModstamp
        006A,0,Negotiation,2025-05-31,2025-01-01 09:00:00,2025-06-01 00:00:00
    """
    book = opened(tmp_path, {"Opportunity_1.csv": OPPORTUNITIES, "Opportunity_2.csv": short})
    assert book.rows("SELECT stage, amount_minor, owner_id FROM opportunity WHERE id = '006A'") == [
        ("Negotiation", 100000, "005B")
    ]


@pytest.mark.parametrize("change", [str.lower, str.upper])
def test_headers_may_be_in_any_case(tmp_path: Path, change: object) -> None:
    header, *rows = OPPORTUNITIES.strip().splitlines()
    text = "\n".join([change(header), *rows])  # type: ignore[operator]
    book = opened(tmp_path, {"opportunity.CSV": text})
    assert book.examination.files[0].recognised_as == "Salesforce Opportunity"
    assert book.column("opportunity", "amount_minor") == [100000, 200000]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16", "utf-16-le"]
)
def test_letters_arrive_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    text = plain(OPPORTUNITIES.replace("First", "Großmüller Ångström"))
    book = opened(tmp_path, {"Opportunity.csv": text.encode(encoding)})
    assert book.column("opportunity", "name") == ["Großmüller Ångström", "Second"]


def test_dated_rates_are_turned_round_and_kept_with_their_days(tmp_path: Path) -> None:
    files = {
        "Opportunity.csv": OPPORTUNITIES,
        "DatedConversionRate.csv": """
            Id,IsoCode,StartDate,NextStartDate,ConversionRate,SystemModstamp
            04wA,EUR,2025-01-01,2025-04-01,0.8,2025-01-01 00:00:00
            04wB,EUR,2025-04-01,9999-12-31,0.5,2025-01-01 00:00:00
            04wC,GBP,2025-01-01,9999-12-31,0,2025-01-01 00:00:00
        """,
        "CurrencyType.csv": """
            Id,IsoCode,ConversionRate,IsCorporate,SystemModstamp
            01LA,USD,1,1,2025-01-01 00:00:00
            01LB,EUR,0.9,0,2025-01-01 00:00:00
        """,
    }
    book = opened(tmp_path, files)
    every = "SELECT currency, CAST(valid_from AS VARCHAR), CAST(valid_to AS VARCHAR), rate FROM exchange_rate"
    assert book.rows(f"{every} ORDER BY ALL") == [
        ("EUR", "2025-01-01", "2025-04-01", Decimal("1.25")),
        ("EUR", "2025-04-01", "9999-12-31", Decimal("2")),
        ("USD", "0001-01-01", None, Decimal("1")),
    ]
    assert book.told("not_inverse") == [(4, "ConversionRate", "0")]


def test_quotas_get_their_days_from_periods(tmp_path: Path) -> None:
    files = {
        "ForecastingQuota.csv": """
            Id,QuotaOwnerId,PeriodId,QuotaAmount,SystemModstamp
            0J9A,005A,026A,1000,2025-01-01 00:00:00
        """,
        "Period.csv": """
            Id,StartDate,EndDate,SystemModstamp
            026A,2025-01-01,2025-03-31,2025-01-01 00:00:00
        """,
        "User.csv": USERS,
    }
    book = opened(tmp_path, files)
    asked = "SELECT CAST(starts_on AS VARCHAR), CAST(ends_on AS VARCHAR), amount_minor FROM quota"
    assert book.rows(asked) == [("2025-01-01", "2025-04-01", 100000)]


def test_a_formula_field_that_is_absent_is_empty(tmp_path: Path) -> None:
    files = {
        "Opportunity.csv": OPPORTUNITIES,
        "Account.csv": "Id,Name,SystemModstamp\n001A,Acme,\n",
    }
    book = opened(tmp_path, files)
    assert book.column("account", "industry") == [None]
    assert book.column("opportunity", "forecast_category") == [None, None]


def test_attachments_in_the_zip_are_passed_over_in_one_line(tmp_path: Path) -> None:
    members: dict[str, str | bytes] = {
        "Opportunity.csv": OPPORTUNITIES,
        "a.pdf": b"%PDF",
        "b.png": b"x",
        "c": b"y",
    }
    book = opened(tmp_path, [packed(tmp_path / "z", "WE_00D_1.ZIP", members)])
    assert book.problems["no_data"] == 1


def test_a_folder_of_files_is_as_good_as_a_zip(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"Opportunity.csv": OPPORTUNITIES, "User.csv": USERS}
    opened(tmp_path / "a", files)
    assert _people(opened(tmp_path / "b", [tmp_path / "a" / "files"])) == ["005A", "005B"]


def test_a_broken_row_of_an_export_keeps_every_cell_under_its_column(tmp_path: Path) -> None:
    text = plain(OPPORTUNITIES).replace('"006B","0","Second"', '"006B","0","Sec"ond"')
    text = text.replace('"IsDeleted"', '"Unread","IsDeleted"').replace('"006A",', '"006A","x",')
    text = text.replace('"006B",', '"006B","x",')
    book = opened(tmp_path, {"Opportunity.csv": text})
    [(header, record)] = book.rows("SELECT header, record FROM _refused_row")
    assert dict(zip(header, record, strict=True))["OwnerId"] == '"005A"'
    assert book.column("opportunity", "id") == ["006A"]


def _people(book: Opened) -> list[str]:
    return [str(i) for i in book.column("person", "id")]


def test_a_zip_that_is_not_whole_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    whole = packed(tmp_path / "z", "WE_00D_1.ZIP", {"Opportunity.csv": OPPORTUNITIES})
    cut = tmp_path / "z" / "WE_00D_2.ZIP"
    cut.write_bytes(io.BytesIO(whole.read_bytes()).read(200))
    book = opened(tmp_path, [whole, cut])
    assert book.column("opportunity", "id") == ["006A", "006B"]
    assert book.rows("SELECT file, message FROM _problem_count WHERE code = 'file_left_out'") == [
        (
            "WE_00D_2.ZIP",
            "WE_00D_2.ZIP is not a whole zip file; it may have been cut off while downloading.",
        )
    ]


@pytest.mark.parametrize("begins_with", ["first", "last"])
def test_stages_passed_within_one_second_were_all_entered(tmp_path: Path, begins_with: str) -> None:
    head, *rows = [line.strip() for line in HISTORY.strip().splitlines()]
    passed = rows[1].replace("008B", "008BA").replace("Proposal", "Negotiation")
    again = rows[1].replace("008B", "008AZ").replace("1000", "900")
    told = [rows[0], again, rows[1], passed, rows[2]]
    history = "\n".join([head, *(told if begins_with == "first" else reversed(told))])
    files = {"Opportunity.csv": OPPORTUNITIES, "OpportunityHistory.csv": history}
    assert [row[:3] for row in opened(tmp_path, files).rows(VERSIONS)] == [
        ("2025-01-01 09:00:00", "Prospecting", 50000),
        ("2025-02-01 09:00:00", "Proposal", 100000),
        ("2025-02-01 09:00:00.000001", "Negotiation", 100000),
        ("2025-03-31 09:00:00", "Closed Won", 100000),
    ]


def test_a_second_told_by_two_exports_is_told_once(tmp_path: Path) -> None:
    moved = HISTORY.replace(
        "Closed Won,1000,2025-03-31 00:00:00,100,2025-03-31 09:00:00",
        "Negotiation,1000,2025-02-28 00:00:00,75,2025-02-01 09:00:00",
    )
    files = {
        "a/Opportunity.csv": OPPORTUNITIES,
        "a/OpportunityHistory.csv": moved,
        "b/OpportunityHistory.csv": moved,
    }
    stages = [row[1] for row in opened(tmp_path, files).rows(VERSIONS)]
    assert stages == ["Prospecting", "Proposal", "Negotiation"]


def test_contact_roles_are_read_with_the_primary_one(tmp_path: Path) -> None:
    roles = """
        Id,OpportunityId,ContactId,Role,IsPrimary,IsDeleted,SystemModstamp
        00KA,006A,003A,Decision Maker,1,0,2025-01-01 00:00:00
        00KB,006A,003A,,0,0,2025-01-01 00:00:00
        00KC,006A,003B,Champion,0,1,2025-01-01 00:00:00
        00KD,006A,000000000000000AAA,Evaluator,0,0,2025-01-01 00:00:00
    """
    files = {"Opportunity.csv": OPPORTUNITIES, "OpportunityContactRole.csv": roles}
    read = opened(tmp_path, files)
    assert read.rows("SELECT * FROM opportunity_contact ORDER BY id") == [
        ("00KA", "006A", "003A", "Decision Maker", True),
        ("00KB", "006A", "003A", None, False),
    ]
    assert [reason for _, reason in read.refused] == [
        "The row has no contact that can be read, so it cannot count as an opportunity contact."
    ]


def test_deals_tell_what_their_stages_mean_where_no_file_of_stages_does(tmp_path: Path) -> None:
    head = "Id,IsDeleted,Name,StageName,IsClosed,IsWon,CloseDate,OwnerId,CreatedDate,SystemModstamp"
    day = "2025-03-31 00:00:00,005B,2025-01-01 09:00:00,2025-03-31 10:00:00"
    first = f"{head}\n006A,0,A,Signed,1,1,{day}\n006B,0,B,Dead,1,0,{day}\n006C,0,C,Parked,1,0,{day}"
    second = f"{head}\n006D,0,D,Signed,1,1,{day}\n006E,0,E,Parked,0,0,{day}\n006F,0,F,New,0,0,{day}"
    stages = """
        Id,MasterLabel,ApiName,IsActive,SortOrder,IsClosed,IsWon,SystemModstamp
        01JA,Dead,Dead,1,2,0,0,2025-01-01 00:00:00
    """
    files = {"Opportunity_1.csv": first, "Opportunity_2.csv": second}
    found = opened(tmp_path / "told", files)
    told = "SELECT stage, outcome FROM pipeline_stage WHERE outcome IS NOT NULL ORDER BY ALL"
    assert set(found.rows(told)) >= {("Signed", "won"), ("Dead", "lost"), ("New", "open")}
    assert not {"duplicate_id", "stage_twice"} & set(found.problems)
    both = opened(tmp_path / "both", files | {"OpportunityStage.csv": stages})
    assert dict(both.rows(told))["Dead"] == "open"  # the file of stages is the one that knows
    assert dict(both.rows(told))["Signed"] == "won"
