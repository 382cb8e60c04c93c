"""What somebody looked at last is the first they find again, and only as long as they may see it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings

from salesops.actions.note_seen import MOST, note_seen
from salesops.actions.note_visit import note_visit
from salesops.foundations.clock import fixed_clock, system_clock
from salesops.records.models import Opportunity, PipelineVisit, RecentlySeen
from tests.drawn import draw_book
from tests.office.readers import Office, Reader

pytestmark = pytest.mark.django_db

As = Callable[[str], Reader]


def _found(reader: Reader, text: str = "") -> list[str]:
    return [a.all("span")[0].text for a in reader.page(f"/find?q={text}").all("a")]


def test_what_was_seen_last_comes_first_for_each_reader_by_themselves(as_: As) -> None:
    for address in ("/opportunities/bob-deal", "/accounts/bob-account", "/opportunities/bob-deal"):
        as_("bob").page(address)
    as_("alice").page("/opportunities/alice-deal")
    assert _found(as_("bob")) == ["Bob's deal", "Bob's customer"]
    assert _found(as_("alice")) == ["Alice's deal"]
    assert _found(as_("charlie")) == []


def test_what_may_be_seen_no_more_is_not_named(as_: As) -> None:
    for key in ("bob", "alice"):
        as_("alice").page(f"/opportunities/{key}-deal")
    Opportunity.objects.filter(pk="bob-deal").update(owner="charlie")
    assert _found(as_("alice")) == ["Alice's deal"]
    assert _found(as_("alice"), "'s+deal") == ["Alice's deal"]
    Opportunity.objects.filter(pk="alice-deal").update(deleted_at=system_clock())
    assert _found(as_("alice")) == []


def test_what_is_not_seen_is_not_noted(as_: As) -> None:
    bob = as_("bob")
    bob.client.get("/opportunities/bob-deal", headers={"sec-purpose": "prefetch"})
    bob.get("/opportunities/bob-deal", edit="name")
    bob.get("/opportunities/charlie-deal")
    assert not RecentlySeen.objects.exists()


def test_the_newest_thirty_are_kept_and_the_same_again_is_not_written(served: Office) -> None:
    at = system_clock()
    for number in range(MOST + 5):
        clock = fixed_clock(at + timedelta(minutes=number))
        note_seen(served.bob, Opportunity, f"d{number}", clock)
        note_seen(served.bob, Opportunity, f"d{number}", fixed_clock(at + timedelta(days=9)))
    kept = RecentlySeen.objects.order_by("-at").values_list("record_id", flat=True)
    assert list(kept) == [f"d{number}" for number in reversed(range(5, MOST + 5))]


def test_the_palette_and_home_lead_back_to_what_was_seen(as_: As) -> None:
    draw_book(
        settings.SALESOPS_BOOK,
        account="""
            id           name            owner_id
            bob-account  Bob's customer  bob
        """,
        person="id  name\nbob  Bob",
    )
    bob = as_("bob")
    bob.page("/opportunities/bob-deal")
    assert _found(bob, "bob")[0] == "Bob's deal"  # not in the book yet, and found all the same
    bob.page("/accounts/bob-account")
    assert _found(bob, "custmer") == ["Bob's customer"]
    assert _found(bob, "customer").count("Bob's customer") == 1
    home = bob.page("/")
    links = [a.attrs["href"] for a in home.one("section", aria_labelledby="rh").all("a")]
    assert links == ["/accounts/bob-account", "/opportunities/bob-deal"]
    assert "Nothing is called so." in bob.page("/find?q=zzzz").text


def test_since_your_last_visit_goes_with_the_login_to_every_device_and_is_written_once(
    as_: As, django_assert_max_num_queries: Any
) -> None:
    deal = """
        id        stage      amount  created_on  close_date  owner_id
        bob-deal  Discovery  100     2025-01-01  2026-08-01  bob
    """
    past = """
        opportunity_id  valid_from        stage      amount  close_date  owner_id
        bob-deal        2025-01-01T09:00  Discovery  90      2026-08-01  bob
        bob-deal        2026-06-01T09:00  Discovery  100     2026-08-01  bob
    """
    bob = "id  name\nbob  Bob"
    draw_book(settings.SALESOPS_BOOK, opportunity=deal, opportunity_version=past, person=bob)

    def since(reader: Reader) -> list[str]:
        page = reader.page("/what-changed")
        return [a.text for a in page.all("a") if a.text.startswith("Since your last visit")]

    as_("bob").client.get("/what-changed", headers={"sec-purpose": "prefetch"})
    assert not PipelineVisit.objects.exists()
    assert since(as_("bob")) == []
    today = PipelineVisit.objects.get().day
    PipelineVisit.objects.update(day=date(2025, 5, 31))
    assert since(as_("bob")) == ["Since your last visit, 31 May 2025"]
    seen = PipelineVisit.objects.select_related("login").get()
    assert (seen.login.name, seen.day, seen.before) == ("Bob", today, date(2025, 5, 31))
    with django_assert_max_num_queries(1):  # the same day again is looked for, and not written
        note_visit(seen.login, today)
