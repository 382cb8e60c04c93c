"""Every address of an office, asked by each reader and by nobody: none shows what its reader may not see."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from salesops.records.models import Opportunity
from salesops.web import urls as local
from salesops.web.middleware.signed_in import OPEN
from tests.drawn import draw_book, read_drawing
from tests.office.readers import Office, Reader

pytestmark = pytest.mark.django_db

FILLED = {
    "name": "win_rate",
    "check": "close_date_past",
    "key": "bob-deal",
    "noun": "opportunity",
    "token": "no-such-token",
    "session": "x",
    "place": "0",
    "pk": "1",
    "uidb36": "1",
}
DEALS = """
    id            name           stage  amount  created_on  close_date  owner_id  account_id
    alice-deal    Alice-s-deal   Won    1000    2026-01-01  2026-02-01  alice     alice-account
    bob-deal      Bob-s-deal     Won    2500    2026-01-11  2026-05-01  bob       bob-account
    charlie-deal  Charlie-deal   Won    2500    2026-01-11  2026-05-01  charlie   charlie-account
"""
PEOPLE = """
    id       name     team
    alice    Alice    East
    bob      Bob      East
    charlie  Charlie  West
"""
# What must never reach whom.
SECRET = re.compile(r"Alice-s-deal|Bob-s-deal|bob-account|alice-account|Alice's|Bob's")


def _patterns(found: Any = None, before: str = "/") -> Iterator[tuple[str, str]]:
    """(address, name) of every line in `office_urls`, what is included too."""
    for entry in found or get_resolver("salesops.web.office_urls").url_patterns:
        text = before + str(entry.pattern).lstrip("^").rstrip("$")
        if isinstance(entry, URLResolver):
            yield from _patterns(entry.url_patterns, text)
        elif isinstance(entry, URLPattern):
            address = re.sub(
                r"<(?:(\w+):)?(\w+)>",
                lambda m: "1" if m[1] == "int" else FILLED[m[2]],
                text,
            )
            yield address, entry.name or ""


ADDRESSES = sorted(set(_patterns()))
OF_THE_BOOK = {pattern.name for pattern in local.urlpatterns}


@pytest.fixture
def with_book(served: Office) -> Office:
    """The office, whose book holds everybody's deals under the names their records have."""
    for record in read_drawing(DEALS):
        Opportunity.objects.filter(pk=record["id"]).update(name=record["name"])
    draw_book(settings.SALESOPS_BOOK, opportunity=DEALS, person=PEOPLE)
    return served


def test_nobody_sees_anything_but_the_way_in(as_nobody: Reader) -> None:
    for address, name in ADDRESSES:
        for method in ("get", "post"):
            answer = getattr(as_nobody.client, method)(address)
            where = answer.headers.get("Location", "")
            if name in OPEN:
                assert answer.status_code in (200, 302, 403, 404, 405, 422), (address, method)
            elif method == "get":
                assert answer.status_code == 302, address
                assert where.startswith("/sign-in"), address
            else:
                assert answer.status_code == 403, address


def test_an_address_that_is_not_there_tells_nobody_so(as_nobody: Reader, as_bob: Reader) -> None:
    assert as_nobody.get("/nothing/here").headers["Location"] == "/sign-in?next=%2Fnothing%2Fhere"
    assert as_bob.get("/nothing/here").status_code == 404


def test_charlie_sees_nothing_of_the_team_anywhere(with_book: Office, as_charlie: Reader) -> None:
    for address, _ in ADDRESSES:
        for method in ("get", "post"):
            answer = getattr(as_charlie.client, method)(address)
            assert answer.status_code < 500, (address, method)
            body = b"".join(answer) if answer.streaming else answer.content
            assert not SECRET.search(body.decode(errors="replace")), (address, method)
        as_charlie.client.force_login(with_book.charlie)  # some of these sign out


def test_who_sees_the_whole_company_sees_it(with_book: Office, as_: Callable[..., Any]) -> None:
    page = as_("ravi").get("/opportunities").content.decode()
    assert "Bob-s-deal" in page
    assert with_book.ravi.is_active


@pytest.mark.parametrize("reader", ["alice", "bob", "dora", "ravi"])
def test_no_address_fails_for_any_reader(
    with_book: Office, as_: Callable[[str], Reader], reader: str
) -> None:
    somebody = as_(reader)
    for address, name in ADDRESSES:
        if name in OF_THE_BOOK:  # tests/web asks for these
            continue
        answer = somebody.get(address)
        assert answer.status_code < 500, address
        somebody.client.force_login(getattr(with_book, reader))


@pytest.mark.parametrize("reader", ["alice", "bob", "charlie", "ravi"])
def test_only_an_administrator_decides_about_logins(
    with_book: Office, as_: Callable[[str], Reader], reader: str
) -> None:
    somebody = as_(reader)
    bob = with_book.bob
    for address in ("/access", "/access/invite", f"/access/{bob.pk}"):
        for answer in (somebody.get(address), somebody.post(address, do="end", role="vp")):
            assert answer.status_code in (422, 403, 404), address
            assert "administrator" in answer.content.decode()
    bob.refresh_from_db()
    assert bob.is_active
    assert bob.role == "salesperson"
