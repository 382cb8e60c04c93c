"""One's calendar in other programs: by a secret address, with one's own tasks and deals and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from salesops.foundations.clock import system_clock
from salesops.records.calendar_feed import CalendarFeed
from salesops.records.models import Activity, Opportunity, PipelineStage
from tests.office.readers import Office, Reader

pytestmark = pytest.mark.django_db

As = Callable[[str], Reader]


def _address(reader: Reader) -> str:
    page: str = reader.post("/account/calendar", do="open").content.decode()
    return page.partition('value="http://127.0.0.1')[2].partition('"')[0]


def _events(reader: Reader, address: str) -> dict[str, list[str]]:
    """The lines of each event by its summary."""
    answer = reader.get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    text = answer.content.replace(b"\r\n ", b"").decode()
    events = [e.partition("END:VEVENT")[0].split("\r\n") for e in text.split("BEGIN:VEVENT")[1:]]
    return {next(v for v in e if v.startswith("SUMMARY:"))[8:]: e for e in events}


def test_the_calendar_holds_ones_own_tasks_and_the_close_dates_of_ones_own_open_deals(
    served: Office, as_: As
) -> None:
    PipelineStage.objects.create(id="won", pipeline="Sales", stage="Won", outcome="won")
    today = system_clock().date()
    for key in ("alice", "bob", "charlie"):
        Opportunity.objects.filter(pk=f"{key}-deal").update(
            pipeline="Sales", stage="New", close_date=today, amount_minor=98_765_400, currency="USD"
        )
    for key, stage, close_date in (
        ("won", "Won", today),
        ("long-past", "New", today - timedelta(days=40)),
        ("undated", "New", None),
    ):
        Opportunity.objects.create(
            id=key, name=key, owner_id="bob", pipeline="Sales", stage=stage, close_date=close_date
        )
    at = datetime(2026, 3, 31, 14, 30, tzinfo=UTC)
    for subject, owner, when, is_done in (
        ("Call Ann, now", "bob", at, False),
        ("Whole day", "bob", at.replace(hour=0, minute=0), False),
        ("Some time", "bob", None, False),
        ("Did it", "bob", at, True),
        ("Not mine", "charlie", at, False),
    ):
        Activity.objects.create(
            kind="task", subject=subject, owner_id=owner, occurred_at=when, is_done=is_done,
            opportunity_id="bob-deal",
        )  # fmt: skip
    events = _events(as_(""), _address(as_("bob")))
    assert sorted(events) == ["Call Ann\\, now", "Closes: Bob's deal", "Whole day"]
    call = events["Call Ann\\, now"]
    assert "DTSTART:20260331T143000Z" in call
    assert "DESCRIPTION:Bob's deal" in call
    assert "DTSTART;VALUE=DATE:20260331" in events["Whole day"]
    closes = events["Closes: Bob's deal"]
    assert f"DTSTART;VALUE=DATE:{today:%Y%m%d}" in closes
    assert "URL:http://127.0.0.1/opportunities/bob-deal" in closes
    told = [line for line in closes if line.startswith(("SUMMARY", "DESCRIPTION"))]
    assert told == ["SUMMARY:Closes: Bob's deal", "DESCRIPTION:New"]  # and no amount
    assert served.bob.is_active


def test_an_event_tells_since_when_it_is_so(as_: As) -> None:
    Opportunity.objects.filter(pk="bob-deal").update(close_date=date(2099, 1, 1))
    changed = Opportunity.versions.objects.filter(record_id="bob-deal").latest("version")
    events = _events(as_(""), _address(as_("bob")))
    stamp = f"DTSTAMP:{changed.begins_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    assert stamp in events["Closes: Bob's deal"]


def test_the_secret_is_not_kept_and_a_new_one_ends_the_former(as_: As) -> None:
    first, second = _address(as_("bob")), _address(as_("bob"))
    token = second.removeprefix("/calendar/").removesuffix(".ics")
    assert len(token) > 40
    assert token not in repr(list(CalendarFeed.objects.values()))
    assert as_("").get(first).status_code == 404
    assert as_("").get(second).status_code == 200
    page = as_("bob").page("/account/calendar")
    assert page.faults == []
    assert "has had an address since" in page.text
    assert token not in page.text


def test_an_address_that_was_ended_is_like_one_that_never_was(served: Office, as_: As) -> None:
    nothing = as_("").get("/calendar/nothing.ics")
    address = _address(as_("bob"))
    assert as_("bob").post("/account/calendar", do="close").status_code == 302
    again = _address(as_("bob"))
    served.bob.is_active = False
    served.bob.save()
    for each in (address, again):
        answer = as_("").get(each)
        assert (answer.status_code, answer.content) == (404, nothing.content) != (200, b"")
    assert as_("").post(again).status_code in (404, 405)


def test_nobody_makes_an_address_without_having_signed_in(as_: As) -> None:
    assert as_("").post("/account/calendar", do="open").status_code == 403
    assert as_("").get("/account/calendar").status_code == 302
    assert not CalendarFeed.objects.exists()
    assert as_("bob").post("/account/calendar", do="close").status_code == 422


def test_a_login_that_is_nobody_of_the_organisation_has_an_empty_calendar(as_: As) -> None:
    assert _events(as_(""), _address(as_("dora"))) == {}
    assert "nobody of the organisation" in as_("dora").page("/account/calendar").text
