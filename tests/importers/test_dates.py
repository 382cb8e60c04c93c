"""Days and times arrive as they were meant, or are asked about, or are told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from salesops.importers import Answers
from tests.importers.opened import Opened, look, opened


def deals(days: list[str], column: str = "Close Date") -> dict[str, str]:
    """A file of deals with a column of days."""
    lines = [f"d{i};Won;100;{day}" for i, day in enumerate(days)]
    return {"deals.csv": "\n".join([f"Id;Stage;Amount;{column}", *lines])}


def closed(folder: Path, days: list[str], answers: Answers | None = None) -> list[date | None]:
    """The close dates that come of a column."""
    return opened(folder, deals(days), answers).column("opportunity", "close_date")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2025-03-04", date(2025, 3, 4)),
        ("2025-3-4", date(2025, 3, 4)),
        ("2025/03/04", date(2025, 3, 4)),
        ("2025.03.04", date(2025, 3, 4)),
        ("20250304", date(2025, 3, 4)),
        ("2025-03-04 17:30:00", date(2025, 3, 4)),
        ("2025-03-04T23:30:00+02:00", date(2025, 3, 4)),
        ("31.12.2025", date(2025, 12, 31)),
        ("04.03.2025", date(2025, 3, 4)),
        ("31/12/2025", date(2025, 12, 31)),
        ("12/31/2025", date(2025, 12, 31)),
        ("12/31/25", date(2025, 12, 31)),
        ("12/31/2025 5:30 PM", date(2025, 12, 31)),
        ("45720", date(2025, 3, 4)),
        ("45720.75", date(2025, 3, 4)),
        ("4 Mar 2025", date(2025, 3, 4)),
        ("Mar 4, 2025", date(2025, 3, 4)),
        ("4th March 2025", date(2025, 3, 4)),
        ("04-Mar-25", date(2025, 3, 4)),
        ("4. März 2025", date(2025, 3, 4)),
        ("4 mars 2025", date(2025, 3, 4)),
        ("4 de marzo de 2025", date(2025, 3, 4)),
        ("Tue, 04 Mar 2025 10:00:00 +0100", date(2025, 3, 4)),
    ],
)
def test_a_day_is_read_as_it_is_written_in_the_world(
    tmp_path: Path, written: str, meant: date
) -> None:
    assert closed(tmp_path, [written]) == [meant]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2025-03-04 10:00", "2025-03-04 10:00:00"),
        ("2025-03-04T10:00:00Z", "2025-03-04 10:00:00"),
        ("2025-03-04T10:00Z", "2025-03-04 10:00:00"),
        ("2025-03-04T10:00:00.000+0000", "2025-03-04 10:00:00"),
        ("2025-03-04T10:00:00+02:00", "2025-03-04 08:00:00"),
        ("2025-03-04T23:00:00-0530", "2025-03-05 04:30:00"),
        ("Tue, 04 Mar 2025 10:00:00 +0100", "2025-03-04 09:00:00"),
        ("12/31/2025 5:30 PM", "2025-12-31 17:30:00"),
        ("31/12/2025, 17:30:00 +01:00", "2025-12-31 16:30:00"),
    ],
)
def test_a_time_with_a_zone_is_turned_into_utc(tmp_path: Path, written: str, meant: str) -> None:
    book = opened(tmp_path, deals([written], "Created Date"))
    assert [str(v) for v in book.column("opportunity", "created_at")] == [meant]


def test_a_column_that_can_be_read_two_ways_is_asked_about(tmp_path: Path) -> None:
    question = look(tmp_path, deals(["05/05/2025", "03/04/2025"])).must_answer[0]
    assert "“Close Date” of deals.csv, such as 03/04/2025" in question.sentence
    assert [c.label for c in question.choices] == [
        "the day comes first: 03/04/2025 is 2025-04-03",
        "the month comes first: 03/04/2025 is 2025-03-04",
    ]


def test_a_book_cannot_be_read_while_the_question_is_open(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="can be read in two ways"):
        closed(tmp_path, ["03/04/2025"])


@pytest.mark.parametrize(
    ("said", "meant"),
    [("date:day-first", date(2025, 4, 3)), ("date:month-first", date(2025, 3, 4))],
)
def test_the_answer_decides(tmp_path: Path, said: str, meant: date) -> None:
    question = look(tmp_path, deals(["03/04/2025"])).questions[0]
    assert closed(tmp_path, ["03/04/2025"], Answers(choices={question.id: said})) == [meant]


def test_the_answer_is_remembered_for_another_file_with_the_same_columns(tmp_path: Path) -> None:
    question = look(tmp_path, deals(["03/04/2025"])).questions[0]
    later = {"deals of May.csv": deals(["06/07/2025"])["deals.csv"]}
    answers = Answers(choices={question.id: "date:month-first"})
    assert opened(tmp_path, later, answers).column("opportunity", "close_date") == [
        date(2025, 6, 7)
    ]


def test_one_certain_value_decides_the_whole_column(tmp_path: Path) -> None:
    assert closed(tmp_path, ["03/04/2025", "31/01/2025"]) == [date(2025, 4, 3), date(2025, 1, 31)]
    assert closed(tmp_path, ["03/04/2025", "01/31/2025"]) == [date(2025, 3, 4), date(2025, 1, 31)]


def test_one_part_of_an_export_decides_for_the_others(tmp_path: Path) -> None:
    files = {
        "deals 1.csv": deals(["03/04/2025"])["deals.csv"],
        "deals 2.csv": deals(["01/31/2025"])["deals.csv"].replace("d0", "e0"),
    }
    assert opened(tmp_path, files).column("opportunity", "close_date") == [
        date(2025, 3, 4),
        date(2025, 1, 31),
    ]


def test_two_parts_that_leave_it_open_ask_once(tmp_path: Path) -> None:
    files = {f"deals {i}.csv": deals(["03/04/2025"])["deals.csv"] for i in (1, 2)}
    assert len(look(tmp_path, files).questions) == 1


def test_a_column_that_contradicts_itself_asks_and_says_so(tmp_path: Path) -> None:
    question = look(tmp_path, deals(["03/04/2025", "31/01/2025", "01/31/2025"])).must_answer[0]
    assert "only be read the one way, some only the other" in question.sentence


def test_what_contradicts_the_rest_of_a_column_is_left_empty_and_told(tmp_path: Path) -> None:
    book = opened(tmp_path, deals(["01/31/2025", *["31/01/2025"] * 20, "03/04/2025"]))
    assert book.told("not_date") == [(2, "Close Date", "01/31/2025")]
    assert _last(book) == date(2025, 4, 3)
    reason = "“Close Date” is not a day written with the day before the month, as others in the column are."
    assert book.refused == [(2, reason)]


def test_a_stray_ambiguous_value_in_a_clear_column_is_told_and_asks_nothing(tmp_path: Path) -> None:
    book = opened(tmp_path, deals(["03/04/2025", *["2025-01-31"] * 20]))
    assert book.told("not_date") == [(2, "Close Date", "03/04/2025")]


def test_forms_that_are_certain_may_stand_in_one_column(tmp_path: Path) -> None:
    assert (
        closed(tmp_path, ["2025-01-31", "31 Jan 2025", "45688", "31.01.2025"])
        == [date(2025, 1, 31)] * 4
    )


@pytest.mark.parametrize("nonsense", ["31.02.2025", "0000-00-00", "soon", "2025-13-01", "1.1.0001"])
def test_what_is_no_day_is_left_empty_and_told_with_its_row(tmp_path: Path, nonsense: str) -> None:
    book = opened(tmp_path, deals(["2025-01-31", nonsense]))
    assert book.told("not_date") == [(3, "Close Date", nonsense)]
    assert book.column("opportunity", "close_date") == [date(2025, 1, 31), None]


def _last(book: Opened) -> date:
    return max(v for v in book.column("opportunity", "close_date") if v and v.month == 4)  # type: ignore[no-any-return]
