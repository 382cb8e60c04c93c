"""Home begins with what answers the first question of its reader's role, shows them their own part, and nothing empty."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from salesops.actions.ask_for import ask_for
from salesops.actions.invite_person import invite_person
from salesops.actions.take_request import take_request
from salesops.foundations.clock import fixed_clock, system_clock
from salesops.records.models import Activity, Opportunity, PipelineStage
from salesops.records.user import ROLES
from salesops.web.pages.desk.service_level import office_hours
from salesops.web.pages.home.composition import OF_ROLE
from tests.drawn import draw_book
from tests.office.readers import Office, Reader, make_login
from tests.web.markup import Markup

pytestmark = pytest.mark.django_db

As = Callable[[str], Reader]
DEALS = """
    id            name     stage  amount  created_on  close_date  owner_id
    alice-deal    Anchor   New    1000    2026-01-01  2026-01-05  alice
    bob-deal      Beacon   New    2500    2026-01-01  2026-01-05  bob
    planned       Planned  New    7000    2026-01-11  2099-05-01  bob
    quiet         Quiet    New    9000    2026-01-11  2099-05-01  bob
    won           Won      Won    9900    2026-01-01  2026-01-05  bob
    charlie-deal  Cliff    New    2500    2026-01-01  2026-01-05  charlie
"""
ACTIVITIES = """
    id  opportunity_id  owner_id  kind  occurred_at       is_done
    a1  planned         bob       call  2099-04-01T09:00  no
"""
PEOPLE = """
    id       name     team
    alice    Alice    East
    bob      Bob      East
    charlie  Charlie  West
"""


@pytest.fixture
def selling(served: Office) -> Office:
    """Bob has a late deal, one with a call planned and one without; Alice, who leads him, and Charlie a late one each."""
    PipelineStage.objects.create(id="s1", pipeline="Sales", stage="New", position=1, outcome="open")
    names = {"alice-deal": "Anchor", "bob-deal": "Beacon", "charlie-deal": "Cliff"}
    for key, name in names.items():
        Opportunity.objects.filter(pk=key).update(
            name=name, amount_minor=250_000, currency="USD", close_date="2026-01-05"
        )
    for key in ("planned", "quiet", "won"):
        Opportunity.objects.create(id=key, name=key.capitalize(), owner_id="bob")
    Activity.objects.create(id="a1", opportunity_id="planned", owner_id="bob", is_done=False)
    draw_book(settings.SALESOPS_BOOK, opportunity=DEALS, activity=ACTIVITIES, person=PEOPLE)
    return served


def _cards(page: Markup) -> list[str]:
    main = page.one("main")
    return [h.text.strip() for h in main.all("h2")]


def _card(page: Markup, title: str) -> list[str]:
    """The rows of the card of that title."""
    for section in page.all("section"):
        if [h.text for h in section.all("h2")][:1] == [title]:
            return [" ".join(row.text.split()) for row in section.all("tr")]
    return []


def test_every_role_has_a_home() -> None:
    assert set(OF_ROLE) == {role for role, _ in ROLES}


def test_who_sells_begins_with_their_deals_that_need_a_step(selling: Office, as_: As) -> None:
    page = as_("bob").page("/")
    assert page.faults == []
    assert _cards(page)[0] == "Deals that need a step"
    assert _card(page, "Deals that need a step") == [
        "QuietNo next step, and nothing planned", "BeaconClose date was 5 Jan 2026$2.5K",
    ]  # fmt: skip
    assert [r[:5] for r in _card(as_("charlie").page("/"), "Deals that need a step")] == ["Cliff"]  # fmt: skip
    assert selling.bob.is_active


def test_who_leads_sees_whose_deals_of_the_team_need_a_step(
    selling: Office, as_alice: Reader
) -> None:
    rows = _card(as_alice.page("/"), "Deals that need a step")
    assert [(r[:5], "Bob" in r, "Alice" in r) for r in rows] == [
        ("Quiet", True, False), ("Beaco", True, False), ("Ancho", False, True),
    ]  # fmt: skip
    assert selling.bob.is_active


def test_who_answers_requests_begins_with_theirs_and_nobodys_and_each_sees_their_own(
    selling: Office, as_: As
) -> None:
    hours = office_hours()
    asked = [
        ask_for(selling.bob, "data_fix", title, "Please", system_clock, hours)
        for title in ("Mine soon", "Nobody's", "Dora's")
    ]
    rita = make_login("Rita", "representative")
    take_request(rita, asked[0].pk, system_clock, hours, seen=None)
    take_request(selling.dora, asked[2].pk, system_clock, hours, seen=None)
    page = Reader(rita).page("/")
    assert page.faults == []
    assert _cards(page)[0] == "Requests, what is due first"
    assert "1 yours, 1 nobody's" in page.text
    rows = _card(page, "Requests, what is due first")
    assert len(rows) == 2
    assert any("Mine soon" in r and "Rita" in r for r in rows)
    assert any("Nobody's" in r and "nobody has it" in r for r in rows)
    assert not any("Dora's" in r for r in rows)
    assert len(_card(as_("bob").page("/"), "What you asked for")) == 3
    assert "What you asked for" not in as_("charlie").page("/").text


def test_who_administers_begins_with_who_waits_to_be_let_in(
    selling: Office, as_dora: Reader, as_bob: Reader
) -> None:
    invite_person(selling.dora, "eve@example.com", "salesperson", system_clock)
    week_ago = fixed_clock(datetime.now(UTC) - timedelta(days=30))
    invite_person(selling.dora, "old@example.com", "salesperson", week_ago)
    make_login("Eve", "salesperson")
    page = as_dora.page("/")
    assert page.faults == []
    assert _cards(page)[0] == "To settle"
    rows = _card(page, "To settle")
    assert "1login is nobody of the organisation and sees nothing" in rows
    assert "1invitation waits to be taken up" in rows
    assert "To settle" not in as_bob.page("/").text
