"""Files are kept with records: who may attach, have and take them away, what is told of it, and what a merge does."""

from __future__ import annotations

import errno
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from salesops.actions.ask_for import ask_for
from salesops.actions.attach_files import attach_files, name_of, take_file_away
from salesops.actions.delete_record import delete_records
from salesops.actions.edit_record import edit_record
from salesops.actions.erase_file import erase_file
from salesops.actions.merge_records import merge_records
from salesops.actions.share_record import share_record
from salesops.actions.undo_change import undo_change
from salesops.actions.unmerge_records import unmerge_records
from salesops.cli.attached import look_at_files
from salesops.foundations.clock import fixed_clock, system_clock
from salesops.foundations.problem import Refusal
from salesops.records import kept_content
from salesops.records.change import Change
from salesops.records.kept_content import is_whole, place_of
from salesops.records.models import NOUNS, Account, Attachment, Opportunity, Seen
from salesops.records.sealing import seal_some, verify
from salesops.records.user import User
from salesops.web.pages.desk.service_level import office_hours
from tests.office.readers import Office, Reader
from tests.web.markup import Markup, read_markup

pytestmark = pytest.mark.django_db

DEAL = "/opportunities/bob-deal"
TO_DEAL = "/files/opportunity/bob-deal"
MAY = datetime(2099, 5, 1, 9, tzinfo=UTC)
As = Callable[[str], Reader]


@pytest.fixture(autouse=True)
def _its_folder(settings: Any, tmp_path: Path) -> None:
    settings.SALESOPS_OFFICE = tmp_path / "office"


@pytest.fixture
def kept(served: Office, settings: Any) -> Attachment:
    """A contract with Bob's deal, which Bob attached."""
    _attach(served.bob, "opportunity", "bob-deal", settings.SALESOPS_OFFICE)
    found: Attachment = Attachment.objects.get()
    return found


def _attach(actor: User, noun: str, key: str, folder: Path, name: str = "contract.html") -> Change:
    pieces = [b"<script>", b"alert(1)</script>"]
    return attach_files(actor, noun, key, [(name, pieces)], folder, fixed_clock(MAY))


def _send(reader: Reader, *files: tuple[str, bytes], to: str = TO_DEAL) -> Any:
    return reader.client.post(to, {"files": [SimpleUploadedFile(n, held) for n, held in files]})


def _files(page: Markup) -> list[str]:
    return [e.text for e in page.one("section", id="files").all("li")]


def _said(page: Markup) -> str:
    return " ".join(e.text for e in page.walk() if e.attrs.get("role") in ("status", "alert"))


def _had(reader: Reader, attachment: Attachment) -> Any:
    """The answer to who asks for a file, read to its end; `held` is what came."""
    answer = reader.get(f"/files/{attachment.pk}")
    answer.held = b"".join(answer) if answer.streaming else b""
    return answer


def test_files_are_attached_had_taken_away_and_brought_back(
    served: Office, as_bob: Reader, settings: Any
) -> None:
    answer = _send(as_bob, ("Vertrag für Müller & Co.pdf", b"%PDF"), ("a.txt", b"text"))
    assert answer.status_code == 302
    page = as_bob.page(answer.headers["Location"])
    assert page.faults == []
    assert "Attached Vertrag für Müller & Co.pdf and 1 more." in _said(page)
    assert [f.split("4 bytes")[0].strip() for f in _files(page)] == [
        "Vertrag für Müller & Co.pdf", "a.txt",
    ]  # fmt: skip
    assert ", Bob" in _files(page)[0]
    first = Attachment.objects.get(size=4, name__startswith="V")
    assert _had(as_bob, first).held == b"%PDF"
    assert first.digest in str(place_of(settings.SALESOPS_OFFICE, first.digest))
    taken = as_bob.page(as_bob.post(f"/files/{first.pk}/away").headers["Location"])
    assert "Took Vertrag für Müller & Co.pdf away." in _said(taken)
    assert [f[:5] for f in _files(taken)] == ["a.txt"]
    assert _had(as_bob, first).status_code == 404
    change = taken.one("form", data_undo="").one("button").attrs["value"]
    back = as_bob.page(as_bob.post("/undo/opportunity/bob-deal", change=change).headers["Location"])
    assert "Undone: brought back Vertrag für Müller & Co.pdf." in _said(back)
    assert len(_files(back)) == 2
    told = back.one("ol", class_="told").text
    assert "Attached a.txt" in told
    assert "Took Vertrag für Müller & Co.pdf away" in told
    assert served.bob.is_active


def test_whatever_a_file_is_no_browser_shows_it_as_a_page(kept: Attachment, as_bob: Reader) -> None:
    answer = _had(as_bob, kept)
    headers = answer.headers
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"] == 'attachment; filename="contract.html"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Cache-Control"] == "no-store"
    assert answer.held == b"<script>alert(1)</script>"


def test_who_may_see_the_record_has_its_files_and_nobody_else(
    kept: Attachment, served: Office, as_: As
) -> None:
    for reader in ("alice", "bob", "ravi", "dora"):
        assert _had(as_(reader), kept).status_code == 200
        assert _files(as_(reader).page(DEAL))
    charlie = as_("charlie")
    nothing = charlie.get("/files/999999")
    doors = [_had(charlie, kept), charlie.post(f"/files/{kept.pk}/away")]
    doors += [_send(charlie, ("x.txt", b"x")), _send(charlie, ("x", b"x"), to="/files/person/bob")]
    for answer in doors:
        assert (answer.status_code, answer.content) == (404, nothing.content)
    share_record(served.bob, Opportunity.objects.get(pk="bob-deal"), system_clock, person=served.charlie.person)  # fmt: skip
    assert _had(charlie, kept).status_code == 200
    for answer in (charlie.post(f"/files/{kept.pk}/away"), _send(charlie, ("x.txt", b"x"))):
        assert answer.status_code == 422
    assert "Take away" not in charlie.page(DEAL).text
    assert "Choose files" not in charlie.page(DEAL).text
    assert Attachment.objects.filter(ended_by=None).count() == 1
    edit_record(served.ravi, Opportunity, "bob-deal", {"owner_id": "charlie"}, system_clock)
    assert _had(as_("bob"), kept).status_code == 404
    assert _had(as_("alice"), kept).status_code == 404


@pytest.mark.parametrize("noun", ["contact", "lead"])
def test_contacts_and_leads_have_files_and_are_shared_as_deals_are(
    served: Office, as_: As, noun: str
) -> None:
    record = NOUNS[noun].objects.create(id="lou", name="Lou Vane", owner_id="bob")
    bob, charlie, place = as_("bob"), as_("charlie"), f"/{noun}s/lou"
    assert _send(charlie, ("x", b"x"), to=f"/files/{noun}/lou").status_code == 404
    answer = _send(bob, ("card.pdf", b"%PDF"), to=f"/files/{noun}/lou")
    assert "Attached card.pdf." in _said(bob.page(answer.headers["Location"]))
    found = Attachment.objects.get()
    assert f"/share/{noun}/lou" in bob.page(place).links()
    assert _had(charlie, found).status_code == 404
    for reader in (bob, as_("alice"), as_("dora")):
        assert _had(reader, found).held == b"%PDF"
        assert _files(reader.page(place))
    assert {s.actor.name for s in Seen.objects.filter(noun=noun, what="card.pdf")} == {"Alice", "Dora"}  # fmt: skip
    share_record(served.bob, record, system_clock, person=served.charlie.person)
    page = charlie.page(place)
    assert (len(_files(page)), "Choose files" in page.text) == (1, False)
    assert f"/share/{noun}/lou" not in page.links()
    assert bob.post(f"/files/{found.pk}/away").status_code == 302
    assert _had(charlie, found).status_code == 404


def test_a_deleted_record_has_its_files_again_when_it_is_back(
    kept: Attachment, served: Office, as_bob: Reader
) -> None:
    change = delete_records(served.bob, Opportunity, ["bob-deal"], system_clock)
    assert _had(as_bob, kept).status_code == 404
    undo_change(served.bob, change, system_clock)
    assert _had(as_bob, kept).status_code == 200


def test_who_had_a_file_of_somebody_else_is_noted_and_no_look_of_ones_own(
    kept: Attachment, as_: As
) -> None:
    _had(as_("bob"), kept)
    assert not Seen.objects.exists()
    for _ in range(2):
        _had(as_("alice"), kept)
    seen = Seen.objects.get()
    assert (seen.actor.name, seen.noun, seen.record_id, seen.what) == (
        "Alice", "opportunity", "bob-deal", "contract.html",
    )  # fmt: skip
    assert "Opportunity Bob's deal: contract.html" in as_("dora").page("/audit/seen").text


def test_the_audit_log_tells_of_files_and_leads_to_their_record(
    kept: Attachment, as_bob: Reader, as_dora: Reader
) -> None:
    as_bob.post(f"/files/{kept.pk}/away")
    page = as_dora.page("/audit")
    assert page.faults == []
    assert "Attached files “contract.html, opportunity bob-deal”" in page.text
    assert "Took a file away “contract.html, opportunity bob-deal”" in page.text
    assert "Bob's deal History of Bob's dealTook contract.html away" in page.text.replace("\n", "")


def test_too_much_nothing_empty_or_twice_is_refused_and_a_full_disk_is_told(
    kept: Attachment, as_bob: Reader, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*files: tuple[str, bytes]) -> str:
        answer = _send(as_bob, *files)
        assert answer.status_code == 422
        return read_markup(answer.content.decode()).text

    same = b"<script>alert(1)</script>"
    assert "Choose at least one file" in refused()
    assert "“b” is empty. Nothing was attached." in refused(("a", b"a"), ("b", b""))
    assert "“contract.html” is there already" in refused(("contract.html", same))
    settings.SALESOPS_MOST_FILE = 100
    assert "larger than 100 bytes together" in refused(("a", 60 * b"a"), ("b", 60 * b"b"))
    settings.SALESOPS_MOST_FILE = 10_000

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("salesops.records.kept_content.os.fsync", full)
    assert "The disk of the server is full. Nothing was changed." in refused(("a", b"a"))
    assert Attachment.objects.get() == kept
    folder = settings.SALESOPS_OFFICE / kept_content.FILES
    assert [f.name for f in folder.rglob("*") if f.is_file()] == [kept.digest]


def test_a_file_that_is_gone_from_the_disk_is_told_to_be(
    kept: Attachment, as_bob: Reader, settings: Any
) -> None:
    assert is_whole(settings.SALESOPS_OFFICE, kept.digest)
    place_of(settings.SALESOPS_OFFICE, kept.digest).write_bytes(b"other")
    assert not is_whole(settings.SALESOPS_OFFICE, kept.digest)
    place_of(settings.SALESOPS_OFFICE, kept.digest).unlink()
    answer = _had(as_bob, kept)
    assert answer.status_code == 422
    assert "“contract.html” is missing from the folder" in answer.content.decode()


def test_a_merge_takes_files_along_and_back(served: Office, settings: Any) -> None:
    for key in ("acme", "acme-2"):
        Account.objects.create(id=key, name="Acme", owner_id="bob")
        _attach(served.bob, "account", key, settings.SALESOPS_OFFICE, f"{key}.txt")
    merge = merge_records(served.bob, Account, "acme", ["acme-2"], fixed_clock(MAY))
    of_winner = Attachment.objects.filter(noun="account", record_id="acme")
    assert {a.name for a in of_winner.all()} == {"acme.txt", "acme-2.txt"}
    later = fixed_clock(MAY + timedelta(days=1))
    _attach(served.bob, "account", "acme", settings.SALESOPS_OFFICE, "since.txt")
    unmerge_records(served.bob, merge, later)
    assert {a.name for a in of_winner.all()} == {"acme.txt", "since.txt"}
    assert Attachment.objects.get(name="acme-2.txt").record_id == "acme-2"


def test_an_undoing_is_undone_and_nothing_is_undone_twice(kept: Attachment, served: Office) -> None:
    away = undo_change(served.bob, kept.begun_by, system_clock).change
    assert not Attachment.objects.filter(ended_by=None)
    with pytest.raises(Refusal, match="undone already"):
        undo_change(served.bob, kept.begun_by, system_clock)
    with pytest.raises(Refusal, match="There is no such record"):
        undo_change(served.charlie, away, system_clock)
    undo_change(served.bob, away, system_clock)
    back = Attachment.objects.get(ended_by=None)
    assert (back.added_by, back.digest) == (kept.added_by, kept.digest)


def _erase(reader: Reader, attachment: Attachment, reason: str = "Of another customer") -> Any:
    return reader.post(f"/files/{attachment.pk}/erase", reason=reason)


def test_an_administrator_erases_a_file_for_good_and_its_record_says_so(
    as_bob: Reader, as_dora: Reader, settings: Any
) -> None:
    _send(as_bob, ("contract.html", b"<script>alert(1)</script>"))
    kept = Attachment.objects.get()
    assert f"/files/{kept.pk}/erase" not in as_bob.page(DEAL).links()
    assert f"/files/{kept.pk}/erase" in as_dora.page(DEAL).links()
    form = as_dora.page(f"/files/{kept.pk}/erase")
    assert form.faults == []
    assert "No other file of this office holds the same." in form.text
    unsaid = _erase(as_dora, kept, " ")
    assert (unsaid.status_code, _had(as_bob, kept).status_code) == (422, 200)
    page = as_dora.page(_erase(as_dora, kept).headers["Location"])
    assert "Erased contract.html for good." in _said(page)
    assert not page.all("form", data_undo="")
    assert _files(page) == []
    assert not place_of(settings.SALESOPS_OFFICE, kept.digest).exists()
    assert look_at_files(settings.SALESOPS_OFFICE) == (True, "No files are kept with records")
    assert _had(as_bob, kept).status_code == 404
    assert as_dora.get(f"/files/{kept.pk}/erase").status_code == 404
    told = as_bob.page(DEAL).one("ol", class_="told").text
    assert "Erased contract.html for good" in told
    assert "“Of another customer”" in told
    audit = as_dora.page("/audit").text
    assert "Erased a file for good" in audit
    assert "contract.html, opportunity bob-deal: Of another customer" in audit
    answer = _send(as_bob, ("contract.html", b"<script>alert(1)</script>"))
    again = Attachment.objects.get(erased_by=None)
    assert answer.status_code == 302
    assert _had(as_bob, again).held == b"<script>alert(1)</script>"


def test_content_that_another_file_holds_stays_until_that_is_erased_and_seals_stay_whole(
    kept: Attachment, served: Office, as_dora: Reader, settings: Any
) -> None:
    place = place_of(settings.SALESOPS_OFFICE, kept.digest)
    _attach(served.charlie, "opportunity", "charlie-deal", settings.SALESOPS_OFFICE, "copy.html")
    copy = Attachment.objects.get(name="copy.html")
    take_file_away(served.charlie, copy, system_clock)
    assert seal_some(system_clock, seconds=60)
    assert "kept as 1 other file and stays there" in as_dora.page(f"/files/{kept.pk}/erase").text
    _erase(as_dora, kept)
    assert place.exists()
    assert f"/files/{copy.pk}/erase" in as_dora.page("/opportunities/charlie-deal").links()
    _erase(as_dora, copy)
    assert not place.exists()
    assert verify(system_clock()).broken is None


def test_what_was_erased_does_not_come_back_and_only_administrators_erase(
    kept: Attachment, served: Office, as_: As, settings: Any
) -> None:
    for reader in ("bob", "alice", "ravi"):
        for answer in (as_(reader).get(f"/files/{kept.pk}/erase"), _erase(as_(reader), kept)):
            assert (
                "Only an administrator erases a file" in read_markup(answer.content.decode()).text
            )
    assert _erase(as_("charlie"), kept).content == as_("charlie").get("/files/999999").content
    away = take_file_away(served.bob, kept, system_clock)
    back = undo_change(served.bob, away, system_clock).change
    away = take_file_away(served.bob, Attachment.objects.get(ended_by=None), system_clock)
    erased = erase_file(served.dora, kept, "Asked", settings.SALESOPS_OFFICE, system_clock)
    assert Attachment.objects.filter(erased_by=erased).count() == 2
    for change, words in (
        (away, "erased for good, so it cannot come back"), (back, "taken away already"), (erased, "nothing to undo"),
    ):  # fmt: skip
        with pytest.raises(Refusal, match=words):
            undo_change(served.bob, change, system_clock)
    with pytest.raises(Refusal, match="erased already"):
        erase_file(served.dora, kept, "Asked", settings.SALESOPS_OFFICE, system_clock)


def test_files_of_a_request_are_for_who_asked_and_the_desk(
    served: Office, as_: As, settings: Any
) -> None:
    asked = ask_for(
        served.bob, "data_fix", "A wrong stage", "See the file", system_clock, office_hours()
    )
    address = f"/requests/{asked.pk}"
    answer = _send(as_("bob"), ("stage.png", b"png"), to=f"/files/request/{asked.pk}")
    page = as_("bob").page(answer.headers["Location"])
    assert page.faults == []
    assert "Attached stage.png." in _said(page)
    found = Attachment.objects.get()
    assert _had(as_("ravi"), found).held == b"png"
    for stranger in ("alice", "charlie"):
        assert _had(as_(stranger), found).status_code == 404
    assert as_("ravi").post(f"/files/{found.pk}/away").status_code == 302
    change = Change.objects.latest("pk").pk
    undone = as_("ravi").post(address, do="undo", change=change)
    assert "stage.png" in _files(as_("bob").page(undone.headers["Location"]))[0]
    latest = Attachment.objects.get(ended_by=None)
    erased = as_("dora").post(f"/files/{latest.pk}/erase", reason="Not his")
    assert "Erased stage.png for good" in as_("dora").page(erased.headers["Location"]).text
    assert not as_("bob").page(address).one("section", id="files").all("li")
    as_("bob").post(address, do="close")
    assert _send(as_("bob"), ("b", b"b"), to=f"/files/request/{asked.pk}").status_code == 422
    assert settings.SALESOPS_OFFICE.is_dir()


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("a.txt", "a.txt"), ("../../etc/passwd", "passwd"), ("C:\\x\\b.pdf", "b.pdf"), ("", "file"),
        ("..", "file"), ("invoice\u202efdp.exe", "invoicefdp.exe"), ("a\r\nb\0.txt", "ab.txt"),
        (300 * "x" + ".pdf", 196 * "x" + ".pdf"), ("Übersicht 1.xlsx", "Übersicht 1.xlsx"),
    ],
)  # fmt: skip
def test_a_files_name_is_its_own_without_what_leads_astray(given: str, name: str) -> None:
    assert name_of(given) == name
