"""Opening files on pages: recognised, asked, checked, published, and nothing written beside the book's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from salesops.foundations.clock import system_clock
from salesops.jobs.progress import ProgressFile
from tests.web.markup import read_markup
from tests.web.visitor import Visitor

DEALS = (
    "opportunity_id,sales_agent,account,deal_stage,engage_date,close_date,close_value\n"
    "A1,Ann Ruiz,Acme,Won,2026-01-05,2026-03-01,1054\n"
    "A2,Bob Moe,Acme,Lost,2026-01-25,2026-03-11,0\n"
    "A3,Bob Moe,Bolt,Engaging,2026-02-25,,\n"
)
AMBIGUOUS = (
    DEALS.replace("2026-01-05", "05/01/2026")
    .replace("2026-03-01", "01/03/2026")
    .replace("2026-01-25", "04/02/2026")
    .replace("2026-03-11", "11/03/2026")
    .replace("2026-02-25", "02/05/2026")
)

pytestmark = pytest.mark.usefixtures("at_once")


def _dropped(visitor: Visitor, **files: str | bytes) -> str:
    """The session of an import of files, named with `__` for the dot."""
    uploads = [
        SimpleUploadedFile(n.replace("__", "."), c.encode() if isinstance(c, str) else c)
        for n, c in files.items()
    ]
    answer = visitor.post("/open", {"files": uploads})
    assert answer.status_code == 302
    return answer.headers["Location"].split("/")[2]


def _following(visitor: Visitor, session: str) -> str:
    return visitor.get(f"/open/{session}/wait").headers.get("Location", "")


def _form(visitor: Visitor, session: str) -> dict[str, Any]:
    form: dict[str, Any] = {}
    for select in visitor.page(f"/open/{session}/columns").all("select"):
        chosen = [o.attrs["value"] for o in select.all("option") if "selected" in o.attrs]
        form[select.attrs["name"]] = chosen[0] if chosen else ""
    return form


def _published(visitor: Visitor, session: str, **answers: str) -> None:
    visitor.post(f"/open/{session}/columns", _form(visitor, session) | answers)
    assert _following(visitor, session) == f"/open/{session}/check"
    assert visitor.post(f"/open/{session}/check", {}).headers["Location"] == "/found"


def test_a_clear_file_becomes_a_book_in_four_steps(empty: Visitor) -> None:
    session = _dropped(empty, deals__csv=DEALS)
    assert _following(empty, session) == f"/open/{session}/columns"
    _published(empty, session)
    assert "3 opportunities: 1 won, 1 lost, 1 open" in empty.page("/found").text
    assert [r[0] for r in empty.book.engine.run("SELECT id FROM opportunity ORDER BY 1").rows] == [
        "A1",
        "A2",
        "A3",
    ]


def test_what_is_made_of_a_known_export_goes_through_the_form_as_it_is(empty: Visitor) -> None:
    report = "Opportunity Name,Opportunity Owner,Stage,Amount,Close Date,Created Date\n"
    report += "Mill,Ann,Closed Won,100,3/31/2026,1/2/2026\n"
    changes = "Opportunity Name,Field / Event,Old Value,New Value,Edit Date\n"
    changes += "Mill,Stage,Proposal,Closed Won,3/31/2026 9:00 AM\n"
    session = _dropped(empty, deals__csv=report, changes__csv=changes)
    assert _following(empty, session) == f"/open/{session}/columns"
    assert "Salesforce report of field history" in empty.page(f"/open/{session}/columns").text
    _published(empty, session)
    asked = (
        "SELECT stage FROM opportunity_version WHERE change_source = 'history' ORDER BY valid_from"
    )
    assert [r[0] for r in empty.book.engine.run(asked).rows] == ["Proposal", "Closed Won"]


def test_nothing_is_published_before_the_last_step(empty: Visitor) -> None:
    session = _dropped(empty, deals__csv=DEALS)
    empty.post(f"/open/{session}/columns", _form(empty, session))
    empty.page(f"/open/{session}/check")
    assert empty.get("/").headers["Location"] == "/open"


def test_an_ambiguous_day_is_asked_and_never_guessed(empty: Visitor) -> None:
    session = _dropped(empty, deals__csv=AMBIGUOUS)
    page = empty.page(f"/open/{session}/columns")
    assert "Only you can say" in page.text
    assert "Needs you" in page.text
    answer = empty.post(f"/open/{session}/columns", _form(empty, session))
    assert answer.status_code == 200
    assert "first" in read_markup(answer.content.decode()).one("div", role="alert").text
    choices = page.all("input", type="radio")
    names = sorted({e.attrs["name"] for e in choices})
    day_first = {
        n: next(
            e.attrs["value"] for e in choices if e.attrs["name"] == n and "day" in e.attrs["value"]
        )
        for n in names
    }
    _published(empty, session, **day_first)
    ((created,),) = empty.book.engine.run("SELECT created_on FROM opportunity WHERE id = 'A1'").rows
    assert created.isoformat() == "2026-01-05"


def test_answers_are_remembered_for_the_next_file_of_that_shape(empty: Visitor) -> None:
    test_an_ambiguous_day_is_asked_and_never_guessed(empty)
    session = _dropped(empty, later__csv=AMBIGUOUS)
    assert "Needs you" not in empty.page(f"/open/{session}/columns").text


def test_a_column_left_out_is_left_out(empty: Visitor) -> None:
    session = _dropped(empty, deals__csv=DEALS)
    form = _form(empty, session)
    (amount,) = (k for k, v in form.items() if v == "amount_minor")
    empty.post(f"/open/{session}/columns", form | {amount: ""})
    empty.post(f"/open/{session}/check", {})
    ((known,),) = empty.book.engine.run("SELECT count(amount_minor) FROM opportunity").rows
    assert known == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("junk.csv", bytes(range(256)) * 40),
        ("photo.zip", b"PK\x03\x04not really a zip"),
        ("sheet.xlsx", b"\x00\x01\x02"),
        ("only_a_header.csv", b"a,b,c\n"),
    ],
)
def test_a_hopeless_file_ends_in_a_sentence_and_no_book(
    empty: Visitor, name: str, content: bytes
) -> None:
    session = _dropped(empty, **{name.replace(".", "__"): content or b" "})
    answer = empty.get(f"/open/{session}/wait")
    if answer.status_code == 302:
        page = empty.page(answer.headers["Location"])
        assert "Left out" in page.text
        empty.post(f"/open/{session}/columns", {})
        answer = empty.get(f"/open/{session}/wait")
    page = read_markup(answer.content.decode())
    assert page.one("p", role="alert").text.endswith(".")
    assert "Choose other files" in page.text
    assert empty.get("/").headers["Location"] == "/open"


def test_no_file_is_answered_with_what_to_do(empty: Visitor) -> None:
    answer = empty.post("/open", {})
    assert answer.status_code == 422
    assert "Choose at least one file" in answer.content.decode()


@pytest.mark.parametrize(
    "name",
    [
        "../../evil.csv",
        "..\\..\\evil.csv",
        "/etc/evil.csv",
        "C:\\evil.csv",
        ".",
        "..",
        "a\x00b.csv",
        "x" * 400 + ".csv",
        "<script>.csv",
        "ä☃ b.csv",
    ],
)
def test_the_name_of_a_file_cannot_leave_its_folder(
    empty: Visitor, tmp_path: Path, name: str
) -> None:
    from salesops.web.pages.opening.session import begin

    upload = SimpleUploadedFile("x", DEALS.encode())
    object.__setattr__(upload, "_name", name)  # as a client that tidies nothing would send it
    session = begin([upload])
    files = empty.folder / "incoming" / session / "files"
    (kept,) = files.iterdir()
    assert kept.parent == files
    assert kept.read_text() == DEALS
    assert sorted(p.name for p in tmp_path.iterdir()) == [empty.folder.name]


def test_two_files_of_one_name_are_both_kept(empty: Visitor) -> None:
    uploads = [
        SimpleUploadedFile("deals.csv", DEALS.encode()),
        SimpleUploadedFile("deals.csv", DEALS.replace("A", "B").encode()),
    ]
    session = empty.post("/open", {"files": uploads}).headers["Location"].split("/")[2]
    assert len(list((empty.folder / "incoming" / session / "files").iterdir())) == 2


def test_two_imports_at_once_do_not_disturb_each_other(empty: Visitor) -> None:
    first = _dropped(empty, deals__csv=DEALS)
    second = _dropped(empty, deals__csv=DEALS.replace("A1", "Z1"))
    assert first != second
    _published(empty, second)
    _published(empty, first)
    ids = [r[0] for r in empty.book.engine.run("SELECT id FROM opportunity ORDER BY 1").rows]
    assert ids == ["A1", "A2", "A3"]


def test_a_new_import_never_removes_one_that_still_runs(empty: Visitor) -> None:
    running = _dropped(empty, deals__csv=DEALS)
    folder = empty.folder / "incoming" / running
    ProgressFile(folder / "progress.json", "check", system_clock)
    for _ in range(4):
        _dropped(empty, deals__csv=DEALS)
    assert folder.is_dir()


def test_going_back_after_publishing_is_explained(empty: Visitor) -> None:
    session = _dropped(empty, deals__csv=DEALS)
    _published(empty, session)
    for step in ("wait", "columns", "check"):
        page = empty.page(f"/open/{session}/{step}", status=404)
        assert "in the book" in page.text


def test_refused_rows_come_back_as_a_file_that_opens_again(empty: Visitor) -> None:
    broken = DEALS + "A9,Ann Ruiz,Acme,,2026-01-05,2026-03-01,9\n"
    session = _dropped(empty, deals__csv=broken)
    empty.post(f"/open/{session}/columns", _form(empty, session))
    text = empty.csv(f"/open/{session}/refused/0")
    assert text[0][:2] == ["opportunity_id", "sales_agent"]
    assert text[0][-2:] == ["_row", "_reason"]
    assert text[1][:4] == ["A9", "Ann Ruiz", "Acme", ""]
    assert text[1][-2] == "5"
    assert text[1][-1]


def test_the_moving_part_of_waiting_does_not_take_the_stop_button_along(empty: Visitor) -> None:
    session = _dropped(empty, deals__csv=DEALS)
    ProgressFile(empty.folder / "incoming" / session / "progress.json", "check", system_clock)
    page = empty.page(f"/open/{session}/wait")
    assert page.one("div", id="progress").all("button") == []
    assert [b.text for b in page.one("main").all("button", class_="btn")] == ["Stop"]
    part = empty.page(f"/open/{session}/wait", part=1)
    assert part.faults == []
    assert part.one("div", id="progress").attrs["hx-trigger"].startswith("load")


def test_when_the_work_is_over_the_moving_part_leads_on(empty: Visitor) -> None:
    session = _dropped(empty, deals__csv=DEALS)
    answer = empty.get(f"/open/{session}/wait", part=1)
    assert answer.headers["HX-Redirect"] == f"/open/{session}/columns"
    ProgressFile(empty.folder / "incoming" / session / "progress.json", "check", system_clock).end(
        "failed", "It was no use."
    )
    answer = empty.get(f"/open/{session}/wait", part=1)
    assert answer.headers["HX-Redirect"] == f"/open/{session}/wait"
    assert "It was no use." in empty.page(f"/open/{session}/wait").text
