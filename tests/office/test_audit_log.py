"""The audit log tells who changed what and who saw what, to those alone who may know it of everybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from salesops.actions.changing import changing
from salesops.actions.edit_record import edit_record, edit_records
from salesops.foundations.clock import fixed_clock
from salesops.records import audit_log
from salesops.records.audit_log import Asked, Cursor, Line, page
from salesops.records.models import KEPT, Change, Opportunity, OpportunityVersion, Seen
from tests.office.readers import Office, Reader

pytestmark = pytest.mark.django_db

MAY = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)


def _lines(asked: Asked, size: int = 3) -> list[Line]:
    """Every line that fits, page by page."""
    found, cursor = [], None
    while True:
        got = page(asked, cursor, size=size)
        found += got.lines
        if got.after is None:
            return found
        assert got.after != cursor
        cursor = got.after


@pytest.fixture
def busy(served: Office) -> Office:
    """Ravi edits Bob's deal three times and all deals once; somebody writes past salesops; Dora shares nothing."""
    for day, stage in enumerate(("New", "Pitched", "Won")):
        at = fixed_clock(MAY + timedelta(days=day))
        edit_record(served.ravi, Opportunity, "bob-deal", {"stage": stage}, at, reason="Call R-1")
    deals = list(Opportunity.objects.values_list("pk", flat=True))
    later = fixed_clock(MAY + timedelta(days=4))
    edit_records(served.dora, Opportunity, deals, {"next_step": "Ask again"}, later)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE account SET industry = 'Mills' WHERE id = 'bob-account'")
    with changing(served.dora, "end_login", later, reason="zoe@example.com"):
        pass
    return served


def test_a_change_tells_who_from_where_why_and_what_became_of_each_record(
    busy: Office, as_dora: Reader
) -> None:
    said = as_dora.page("/audit", status=200).text
    assert "Ravi" in said
    assert "“Call R-1”" in said
    assert "Stage: Pitched → became Won" in said
    assert "Outside salesops" in said
    assert "Industry: nothing → became Mills" in said
    assert "End login" in said
    assert busy.dora.is_active


@pytest.mark.parametrize("reader", ["alice", "bob", "charlie", "ravi"])
def test_the_audit_log_is_for_administrators_and_the_vp(
    busy: Office, as_: Callable[[str], Reader], reader: str
) -> None:
    for address in ("/audit", "/audit/seen", "/audit?export=csv", "/audit/seen?export=csv"):
        answer = as_(reader).get(address)
        assert answer.status_code == 422
        assert b"Only administrators and the VP" in answer.content
    assert "/audit" not in as_(reader).get("/requests").content.decode()
    busy.ravi.role = "vp"
    busy.ravi.save()
    assert as_("ravi").get("/audit").status_code == 200


def test_pages_follow_each_other_without_a_line_lost_or_twice(busy: Office) -> None:
    lines = _lines(Asked())
    told = [(line.source, line.key) for line in lines]
    assert len(set(told)) == len(told)
    outside = sum(len(noun.versions.objects.filter(opened_by=None)) for noun in KEPT.values())
    assert len(told) == Change.objects.count() + outside
    assert [line.at for line in lines] == sorted((line.at for line in lines), reverse=True)
    assert busy.dora.is_active


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Asked(door="browser"), 5),
        (Asked(text="call r-1"), 3),
        (Asked(since=MAY + timedelta(days=1), until=MAY + timedelta(days=4)), 2),
        (Asked(noun="opportunity", record="bob-deal"), 5),
        (Asked(noun="opportunity", field="stage"), 3),
        (Asked(noun="opportunity", field="next_step"), 3),
        (Asked(noun="opportunity", text="ask AGAIN"), 3),
        (Asked(noun="opportunity", text="Call R-1"), 3),
        (Asked(noun="opportunity", door="browser"), 6),
        (Asked(noun="opportunity", door="outside"), 3),
        (Asked(noun="account", field="industry"), 1),
        (Asked(record="bob-account"), 2),
    ],
)
def test_what_is_asked_for_is_found_and_nothing_else(
    busy: Office, monkeypatch: pytest.MonkeyPatch, asked: Asked, expected: int
) -> None:
    assert len(_lines(asked)) == expected
    # However little is looked at in a go, and however soon it is broken off.
    monkeypatch.setattr(audit_log, "WINDOW", 2)
    monkeypatch.setattr(audit_log, "SECONDS", -1.0)
    assert len(_lines(asked)) == expected
    assert busy.dora.is_active


def test_what_one_person_did_is_found_by_change_and_by_state(busy: Office) -> None:
    assert len(_lines(Asked(actor=busy.ravi.pk))) == 3
    assert len(_lines(Asked(noun="opportunity", actor=busy.dora.pk))) == 3
    change = Change.objects.get(verb="edit_opportunity", actor=busy.dora)
    assert len(_lines(Asked(change=change.pk))) == 3
    (line,) = [each for each in _lines(Asked()) if each.key == change.pk and each.change]
    assert line.counted == {"opportunity": 3}


def test_a_look_that_was_broken_off_says_so_and_goes_on(
    busy: Office, as_dora: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_log, "WINDOW", 1)
    monkeypatch.setattr(audit_log, "SECONDS", -1.0)
    first = page(Asked(noun="opportunity", text="nothing says this"))
    assert first.looked_to is not None
    assert not first.lines
    said = as_dora.page("/audit?noun=opportunity&text=nothing+says+this").text
    assert "Look further back" in said
    assert busy.dora.is_active


def test_the_export_holds_each_field_of_each_record(busy: Office, as_dora: Reader) -> None:
    lines = b"".join(as_dora.get("/audit", export="csv")).decode("utf-8-sig").splitlines()
    assert sum("Next step,nothing,Ask again" in line for line in lines) == 3
    assert sum("Stage,Pitched,Won" in line for line in lines) == 1
    assert busy.dora.is_active


@pytest.mark.parametrize(
    "query", ["after=x", "after=change.x", "noun=deal", "who=x", "since=soon", "change=-1",
              "since=2026-02-02&until=2026-01-01", "record=%00", "noun=lead&field=stage"],
)  # fmt: skip
def test_an_address_that_asks_for_nothing_sensible_is_answered_in_words(
    busy: Office, as_dora: Reader, query: str
) -> None:
    for address in ("/audit", "/audit/seen"):
        assert as_dora.client.get(f"{address}?{query}").status_code in (200, 400)
    assert busy.dora.is_active


def test_who_looks_at_somebody_elses_record_is_kept_once_an_hour(
    served: Office, as_: Callable[[str], Reader]
) -> None:
    for reader in ("alice", "alice", "bob", "charlie"):
        as_(reader).get("/opportunities/bob-deal")
    seen = list(Seen.objects.values_list("actor__name", "act", "noun", "record_id"))
    assert seen == [("Alice", "read", "opportunity", "bob-deal")]
    Seen.objects.update(at=MAY)
    as_("alice").get("/opportunities/bob-deal")
    assert Seen.objects.count() == 2
    said = as_("dora").page("/audit/seen").text
    assert "Alice" in said
    assert "Bob's deal" in said
    assert served.bob.is_active


def test_every_export_is_kept_with_what_it_was_asked_for(busy: Office, as_dora: Reader) -> None:
    as_dora.get("/audit", export="csv", noun="account")
    (seen,) = Seen.objects.filter(act="export")
    assert (seen.actor, seen.what) == (busy.dora, "/audit?export=csv&noun=account")


def test_a_cursor_finds_its_place_again_after_new_changes(busy: Office) -> None:
    first = page(Asked(), size=2)
    cursor: Cursor | None = first.after
    before = [line.key for line in page(Asked(), cursor, size=5).lines]
    at = fixed_clock(MAY + timedelta(days=9))
    edit_record(busy.ravi, Opportunity, "bob-deal", {"stage": "Lost"}, at)
    assert [line.key for line in page(Asked(), cursor, size=5).lines] == before
    assert OpportunityVersion.objects.filter(stage="Lost").exists()
