"""The pages of the book show each reader their own part of it: lists, totals, numbers, the rows behind, exports, search."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.conf import settings

from salesops.foundations.clock import system_clock
from salesops.records.models import Account, Opportunity, Person
from tests.drawn import draw_book, read_drawing
from tests.office.readers import Office, Reader

pytestmark = pytest.mark.django_db

DEALS = """
    id            name        stage     amount  created_on  close_date  owner_id  account_id
    alice-deal    Lighthouse  Won       1000    2026-01-01  2026-06-01  alice     alice-account
    bob-deal      Quay        Won       2000    2026-01-11  2026-06-01  bob       bob-account
    bob-open      Mill        Proposal  4000    2026-05-11  2026-08-01  bob       bob-account
    charlie-deal  Harbour     Won       8000    2026-01-11  2026-06-01  charlie   charlie-account
"""
ACCOUNTS = """
    id               name       owner_id
    alice-account    Lantern    alice
    bob-account      Quarry     bob
    charlie-account  Hatchway   charlie
"""
PEOPLE = """
    id       name     team
    alice    Alice    East
    bob      Bob      East
    charlie  Charlie  West
"""
COSTS = """
    id  category  function  booked_on   amount
    c1  salary    sales     2026-05-01  123456
"""
DEALS_OF = {
    "alice": {"Lighthouse", "Quay", "Mill"},
    "bob": {"Quay", "Mill"},
    "charlie": {"Harbour"},
    "ravi": {"Lighthouse", "Quay", "Mill", "Harbour"},
}
EVERY = DEALS_OF["ravi"]
PAGES = (
    "/",
    "/numbers",
    "/numbers/closed_to_date?period=2026Q2",
    "/numbers/closed_to_date?period=2026Q2&by=person",
    "/numbers/closed_to_date/rows?period=2026Q2",
    "/numbers/cac",
    "/opportunities",
    "/opportunities?export=csv",
    "/accounts",
    "/people",
    "/people/bob",
    "/find?q=a",
    "/find?q=qu",
    "/find?q=ha",
    "/find?q=harbuor",
    "/find?q=ligthouse",
)


@pytest.fixture
def with_book(served: Office) -> Office:
    """The office with a book of what all of them sell, and the records it speaks of."""
    for record in read_drawing(DEALS):
        Opportunity.objects.update_or_create(
            id=record["id"], defaults={c: record[c] for c in ("name", "owner_id", "account_id")}
        )
    for record in read_drawing(ACCOUNTS):
        Account.objects.filter(pk=record["id"]).update(name=record["name"])
    draw_book(
        settings.SALESOPS_BOOK, opportunity=DEALS, account=ACCOUNTS, person=PEOPLE, cost=COSTS
    )
    return served


@pytest.mark.parametrize("who", DEALS_OF)
@pytest.mark.usefixtures("with_book")
def test_no_page_names_what_its_reader_may_not_see(as_: Callable[[str], Reader], who: str) -> None:
    hidden = re.compile("|".join(sorted(EVERY - DEALS_OF[who])) or "nothing hidden")
    for address in PAGES:
        answer = as_(who).client.get(address)
        assert answer.status_code == 200, (who, address)
        body = (b"".join(answer) if answer.streaming else answer.content).decode("utf-8-sig")
        assert not hidden.search(body), (who, address)
        if who != "ravi":
            assert "123,456" not in body, address


@pytest.mark.parametrize("who", DEALS_OF)
@pytest.mark.usefixtures("with_book")
def test_the_list_holds_all_of_ones_own(as_: Callable[[str], Reader], who: str) -> None:
    text = as_(who).page("/opportunities").text
    assert {name for name in EVERY if name in text} == DEALS_OF[who]


@pytest.mark.parametrize(
    ("who", "total"),
    [("alice", "$3,000"), ("bob", "$2,000"), ("charlie", "$8,000"), ("ravi", "$11,000")],
)
@pytest.mark.usefixtures("with_book")
def test_a_total_is_that_of_the_rows_one_sees(
    as_: Callable[[str], Reader], who: str, total: str
) -> None:
    assert total in as_(who).page("/numbers/closed_to_date?period=2026Q2").text


@pytest.mark.usefixtures("with_book")
def test_a_list_counts_what_its_own_reader_sees(as_: Callable[[str], Reader]) -> None:
    for who, told in (("ravi", "4, $15K in all"), ("bob", "2, $6K in all"), ("alice", "3, $7K")):
        page = as_(who).page("/opportunities")
        assert told in page.one("header", class_="top").text
        panel = page.one("aside", id="facets")
        owners = {a.text.split()[0] for a in panel.all("a") if "owner=" in a.attrs["href"]}
        assert owners == {"ravi": {"Alice", "Bob", "Charlie"}, "bob": {"Bob"}}.get(
            who, {"Alice", "Bob"}
        )


@pytest.mark.usefixtures("with_book")
def test_whoever_is_nobody_any_more_sees_not_even_what_everybody_sees(as_bob: Reader) -> None:
    addresses = ("/people", "/people?export=csv", "/find?q=charlie")

    def seen(address: str) -> bool:
        answer = as_bob.get(address)
        assert answer.status_code == 200, address
        return b"Charlie" in (b"".join(answer) if answer.streaming else answer.content)

    assert all(map(seen, addresses))
    Person.objects.filter(pk="bob").update(deleted_at=system_clock())
    assert not any(map(seen, addresses))


@pytest.mark.usefixtures("with_book")
def test_two_readers_one_after_the_other_see_their_own(as_: Callable[[str], Reader]) -> None:
    address = "/numbers/closed_to_date?period=2026Q2"
    for who, total in (("bob", "$2,000"), ("charlie", "$8,000"), ("bob", "$2,000")):
        assert total in as_(who).page(address).text
