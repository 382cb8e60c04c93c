"""`salesops open` builds a book, prints its picture, and asks rather than guesses."""

from __future__ import annotations

import contextlib
import csv
import shlex
import shutil
import signal
import zipfile
from pathlib import Path

import pytest

from salesops.importers import examine
from salesops.jobs import opening as job
from tests.cli.conftest import Run, written


def offered(printed: str) -> list[str]:
    """The answers that can be copied from what was printed."""
    lines = [line.strip() for line in printed.splitlines()]
    return [shlex.split(line)[1] for line in lines if line.startswith("--answer")]


def test_a_file_becomes_a_book_and_a_picture(salesops: Run, deals: Path, tmp_path: Path) -> None:
    ran = salesops("open", deals, "--book", tmp_path / "book", "--no-serve")
    assert ran.code == 0
    assert "deals.csv" in ran.out
    assert "3 opportunities: 1 won, 1 lost, 1 open" in ran.out
    assert "$1,000.50" in ran.out
    assert (tmp_path / "book" / "MANIFEST.json").exists()


def test_nothing_but_the_book_is_left_behind(salesops: Run, deals: Path, tmp_path: Path) -> None:
    salesops("open", deals, "--book", tmp_path / "book", "--no-serve")
    left = {p.name for p in (tmp_path / "book").iterdir()} - {"compiled"}
    assert left == {
        "LOCK",
        "MANIFEST.json",
        "answers.json",
        "base-1.duckdb",
        "base-1.duckdb.answers",
        "base-1.duckdb.checks-former",
        "base-1.duckdb.checks-report",
        "base-1.duckdb.checks-trend",
        "base-1.duckdb.findings",
        "base-1.duckdb.names-1",
    }


@pytest.mark.parametrize("as_what", ["several files", "folder", "zip"])
def test_files_a_folder_and_a_zip_open_alike(
    salesops: Run, deals: Path, tmp_path: Path, as_what: str
) -> None:
    accounts = written(tmp_path / "accounts.csv", "Account ID,Account Name\na1,Northwind\n")
    given = [deals, accounts]
    if as_what == "folder":
        (tmp_path / "export").mkdir()
        for file in given:
            shutil.copy(file, tmp_path / "export")
        given = [tmp_path / "export"]
    if as_what == "zip":
        with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
            for file in given:
                archive.write(file, file.name)
        given = [tmp_path / "export.zip"]
    ran = salesops("open", *given, "--book", tmp_path / "book", "--no-serve")
    assert ran.code == 0
    assert "3 opportunities" in ran.out
    assert "accounts.csv" in ran.out


def test_a_question_nobody_answers_ends_with_3_and_opens_nothing(
    salesops: Run, ambiguous: Path, tmp_path: Path
) -> None:
    ran = salesops("open", ambiguous, "--book", tmp_path / "book", "--no-serve")
    assert ran.code == 3
    assert ran.out == ""
    assert "can be read in two ways" in ran.err
    assert [a.rpartition("=")[2] for a in offered(ran.err)] == [
        "date:day-first",
        "date:month-first",
    ]
    assert not (tmp_path / "book").exists()


def test_the_answer_it_shows_is_the_answer_it_takes(
    salesops: Run, ambiguous: Path, tmp_path: Path
) -> None:
    book = tmp_path / "book"
    ask = ("open", ambiguous, "--book", book, "--no-serve")
    day_first, _ = offered(salesops(*ask).err)
    assert salesops(*ask, "--answer", day_first).code == 0
    created = salesops(
        "kpi", "created_cohort_win_rate", "--rows", "--format", "csv", "--book", book
    ).out
    days = [row["created_on"] for row in csv.DictReader(created.splitlines())]
    assert sorted(days) == ["2025-04-03", "2025-06-05"]


def test_an_answer_is_remembered_for_the_same_file(
    salesops: Run, ambiguous: Path, tmp_path: Path
) -> None:
    book = tmp_path / "book"
    ask = ("open", ambiguous, "--book", book, "--no-serve")
    salesops(*ask, "--answer", offered(salesops(*ask).err)[0])
    assert salesops(*ask).code == 0


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ("date_order", "is not an answer. Write it as QUESTION=CHOICE."),
        ("date_order:deals.csv:Created=", "is not an answer"),
        ("date_order:0123456789abcdef:Created=date:day-first", "ask nothing called"),
    ],
)
def test_a_slip_in_an_answer_is_told_and_not_passed_over(
    salesops: Run, ambiguous: Path, tmp_path: Path, answer: str, complaint: str
) -> None:
    ran = salesops("open", ambiguous, "--book", tmp_path / "book", "--answer", answer)
    assert ran.code == 2
    assert complaint in ran.err
    assert not (tmp_path / "book").exists()


def test_an_answer_that_is_no_choice_is_told_with_the_choices(
    salesops: Run, ambiguous: Path, tmp_path: Path
) -> None:
    ask = ("open", ambiguous, "--book", tmp_path / "book")
    question = offered(salesops(*ask).err)[0].rpartition("=")[0]
    ran = salesops(*ask, "--answer", f"{question}=sunday")
    assert ran.code == 2
    assert ran.err == (
        f"“sunday” is no answer to {question}. Choose one of date:day-first, date:month-first.\n"
    )


def test_somebody_at_the_terminal_is_asked_until_the_answer_is_a_choice(
    salesops: Run, ambiguous: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = iter(["", "9", "2"])
    monkeypatch.setattr("salesops.cli.opening.is_interactive", lambda: True)
    monkeypatch.setattr("builtins.input", lambda *_: next(typed))
    ran = salesops("open", ambiguous, "--book", tmp_path / "book", "--no-serve")
    assert ran.code == 0
    assert ran.err.count("Please type 1 or 2.") == 2
    assert list(job.remembered(tmp_path / "book").choices.values()) == ["date:month-first"]


@pytest.fixture
def near_names(tmp_path: Path) -> list[Path]:
    """Deals that name a product almost as the list of products does."""
    products = written(tmp_path / "products.csv", "product,sales_price\nGTX Pro,500\nMG Basic,20\n")
    sold = written(
        tmp_path / "sold.csv",
        """
        opportunity_id,product,deal_stage,engage_date,close_date,close_value
        o1,GTXPro,Won,2026-01-05,2026-02-10,500
        o2,MG Basic,Won,2026-01-15,2026-03-20,20
        """,
    )
    return [products, sold]


def test_a_question_that_may_stay_open_is_shown_below_the_picture(
    salesops: Run, near_names: list[Path], tmp_path: Path
) -> None:
    ran = salesops("open", *near_names, "--book", tmp_path / "book", "--no-serve")
    assert ran.code == 0
    assert "Left open; the numbers stand without it" in ran.out
    assert "--answer 'join:product:GTXPro=GTX Pro'" in ran.out


def test_names_are_joined_only_after_somebody_said_so(
    salesops: Run, near_names: list[Path], tmp_path: Path
) -> None:
    def products() -> set[str]:
        ran = salesops("kpi", "win_rate", "--by", "product", "--format", "csv", "--book", book)
        return {row["product"] for row in csv.DictReader(ran.out.splitlines())}

    book = tmp_path / "book"
    salesops("open", *near_names, "--book", book, "--no-serve")
    assert products() == {"GTXPro", "MG Basic"}
    joined = "join:product:GTXPro=GTX Pro"
    ran = salesops("open", *near_names, "--book", book, "--no-serve", "--answer", joined)
    assert "Left open" not in ran.out
    assert products() == {"GTX Pro", "MG Basic"}


def test_enter_leaves_an_open_question_open(
    salesops: Run, near_names: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salesops.cli.opening.is_interactive", lambda: True)
    monkeypatch.setattr("builtins.input", lambda *_: "")
    ran = salesops("open", *near_names, "--book", tmp_path / "book", "--no-serve")
    assert ran.code == 0
    assert job.remembered(tmp_path / "book").choices == {"join:product:GTXPro": "keep"}


def test_a_file_that_is_not_there_is_named(salesops: Run, tmp_path: Path) -> None:
    ran = salesops("open", tmp_path / "nowhere.csv", "--book", tmp_path / "book")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"There is no file {tmp_path / 'nowhere.csv'}.\n"


def test_a_file_that_is_no_data_is_refused_with_its_reason(salesops: Run, tmp_path: Path) -> None:
    picture = tmp_path / "photo.bin"
    picture.write_bytes(b"\x00\x01\x02\xff" * 100)
    ran = salesops("open", picture, "--book", tmp_path / "book")
    assert (ran.code, ran.out) == (2, "")
    assert "photo.bin" in ran.err
    assert not (tmp_path / "book").exists()


def test_refused_files_leave_the_former_book_as_it_was(
    salesops: Run, deals: Path, tmp_path: Path
) -> None:
    book = tmp_path / "book"
    salesops("open", deals, "--book", book, "--no-serve")
    before = (book / "MANIFEST.json").read_bytes()
    deals.write_bytes(b"\x00\x01\x02\xff" * 100)
    assert salesops("open", deals, "--book", book, "--no-serve").code == 2
    assert (book / "MANIFEST.json").read_bytes() == before


def test_an_interruption_that_is_swallowed_below_still_stops_the_opening(
    salesops: Run, deals: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    def interrupted(*words: object, **named: object) -> object:
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        return examine(*words, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(job, "examine", interrupted)
    ran = salesops("open", deals, "--book", tmp_path / "book", "--no-serve")
    assert ran.code == 130
    assert ran.err == "Stopped. Nothing was changed.\n"
    assert not (tmp_path / "book").exists()


def test_the_public_crm_opens_without_a_question(
    salesops: Run, datasets: Path, tmp_path: Path
) -> None:
    names = ("accounts", "products", "sales_pipeline", "sales_teams")
    files = [datasets / "maven_crm" / f"{name}.csv" for name in names]
    ran = salesops("open", *files, "--book", tmp_path / "book", "--no-serve")
    assert ran.code == 0
    assert "8,800 opportunities: 4,238 won, 2,473 lost, 2,089 open" in ran.out
    assert "63.2 %" in ran.out
    assert "$10,005,534" in ran.out
    assert "51.8 d" in ran.out
