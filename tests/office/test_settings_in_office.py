"""Settings of an office's book: shown first, in force once the book is made by them, and kept with who, when and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from salesops.actions.change_settings import change_settings, edition_of
from salesops.book.settings import Segment, Settings, load_settings
from salesops.engines.folder import read_manifest
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.jobs import queue
from salesops.jobs.kinds import KINDS
from salesops.jobs.work import Work
from salesops.records.models import Change, SettingsChange
from tests.office.readers import Office, Reader
from tests.web.markup import read_markup

pytestmark = pytest.mark.django_db

FORM = {
    "title": "Northgate", "currency": "eur", "first_month": "2", "pattern": "calendar",
    "year_end": "last", "year_end_weekday": "5", "year_named_by": "end", "time_zone": "Europe/Berlin",
    "segments": "1", "segment-0": "Large", "criterion-0": "amount >= 1000", "do": "look",
}  # fmt: skip


def _work(folder: Path) -> None:
    with override_settings(SALESOPS_OFFICE=folder):
        while (job := queue.claim("test", system_clock())) is not None:
            work = Work(job, system_clock, queue.LEASE)
            with work.effect():
                work.finish(KINDS[job.kind](work))


def _looked(reader: Reader, form: dict[str, Any]) -> dict[str, Any]:
    """The form again, with what the page that shows what would change adds to it."""
    before = reader.page("/settings").one("input", name="seen").attrs["value"]
    page = read_markup(reader.post("/settings", **form, seen=before).content.decode())
    return {**form, "seen": before, "looked": page.one("input", name="looked").attrs["value"]}


@pytest.mark.parametrize("reader", ["alice", "bob", "charlie"])
def test_who_may_not_change_settings_comes_through_no_door(served: Office, reader: str) -> None:
    somebody = Reader(getattr(served, reader))
    for answer in (somebody.get("/settings"), somebody.post("/settings", **FORM)):
        assert (answer.status_code, b"Northgate" in answer.content) == (422, False)
    assert "/settings" not in somebody.get("/account").content.decode()
    with pytest.raises(Refusal, match="Only administrators"):
        change_settings(somebody.login, Path(), Settings(), system_clock, seen="")  # type: ignore[arg-type]
    assert not SettingsChange.objects.exists()


def test_what_would_change_is_shown_and_the_book_is_then_made_by_it(
    as_dora: Reader, tmp_path: Path
) -> None:
    book = tmp_path / "book"
    as_dora.get("/settings")
    looked = as_dora.post("/settings", **FORM, seen=edition_of(Settings()))
    page = read_markup(looked.content.decode())
    for words in ("Fiscal year begins inJanuary→ February", "Segment LargeNone→ amount >= 1000"):
        assert words in page.text
    assert "Every value is worked out anew" in page.text
    # What was not looked at is shown, and not done.
    hasty = {**FORM, "do": "change", "seen": edition_of(Settings()), "looked": "other"}
    assert "What would change" in as_dora.post("/settings", **hasty).content.decode()
    assert not SettingsChange.objects.exists()
    form = _looked(as_dora, FORM) | {"do": "change", "reason": "As in the annual report"}
    assert as_dora.post("/settings", **form).headers["Location"] == "/settings?changed=1"
    assert load_settings(book) == Settings()
    assert "by the former ones" in as_dora.page("/settings").text
    assert b"changed just now" in as_dora.post("/settings", **form).content
    _work(tmp_path)
    said, manifest = load_settings(book), read_manifest(book)
    assert (said.title, said.currency, said.calendar.first_month) == ("Northgate", "EUR", 2)
    assert said.segments == [Segment(name="Large", criterion="amount >= 1000")]
    assert manifest is not None
    assert (manifest.currency, manifest.zone) == ("EUR", "Europe/Berlin")
    page = as_dora.page("/settings?changed=1")
    for words in ("are in force", "As in the annual report", "Dora"):
        assert words in page.text
    assert Change.objects.get(verb="change_settings").actor_id == as_dora.login.pk  # type: ignore[union-attr]
    assert "Changed the settings" in as_dora.page("/audit").text
    # As it was before fills in the form, and is a change like any other.
    change = SettingsChange.objects.get().change_id
    former = as_dora.page(f"/settings?before={change}")
    assert former.one("input", name="currency").attrs["value"] == ""


def test_who_was_overtaken_looks_again_and_nothing_different_is_no_change(
    served: Office, tmp_path: Path
) -> None:
    book = tmp_path / "book"
    first = Settings(title="First")
    change_settings(served.ravi, book, first, system_clock, seen=edition_of(Settings()))
    _work(tmp_path)
    with pytest.raises(Refusal, match="meanwhile"):
        change_settings(
            served.dora, book, Settings(title="Second"), system_clock, seen=edition_of(Settings())
        )
    with pytest.raises(Refusal, match="Nothing of this is different"):
        change_settings(served.dora, book, first, system_clock, seen=edition_of(first))
    assert [c.after["title"] for c in SettingsChange.objects.all()] == ["First"]


def test_a_fault_is_told_and_what_was_typed_stays(as_dora: Reader) -> None:
    seen = edition_of(Settings())
    for wrong, words in (
        ({"currency": "EURO"}, "three letters"),
        ({"criterion-0": "nonsense >"}, "Large"),
    ):
        answer = as_dora.post("/settings", **{**FORM, **wrong, "seen": seen})
        assert (answer.status_code, words in answer.content.decode()) == (422, True)
        assert "Northgate" in answer.content.decode()
