"""People are compared with those alone all of whose deals the reader sees; what was shared compares nobody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings

from salesops.foundations.clock import system_clock
from salesops.records.models import Change, Opportunity, Person, Share
from tests.drawn import draw_book
from tests.office.readers import Office, Reader

pytestmark = pytest.mark.django_db

PEOPLE = """
    id       name     team  hired_on
    alice    Alice    East  2025-01-01
    bob      Bob      East  2025-01-01
    cleo     Cleo     East  2025-01-01
    charlie  Charlie  West  2025-01-01
"""
SELLERS = ("alice", "bob", "cleo", "charlie")
DEALS = "id  name  stage  amount  created_on  close_date  owner_id\n" + "\n".join(
    f"{who}{n}  Deal  {'Won' if n % 3 else 'Lost'}  {1000 + n}  2025-01-01  2025-{n % 4 * 3 + 3:02}-01  {who}"
    for who in SELLERS
    for n in range(15)
)


@pytest.fixture
def compared(served: Office) -> Office:
    """An office in which each has closed fifteen deals, and Charlie has shared all of theirs with Alice and with Bob."""
    Person.objects.create(id="cleo", name="Cleo", manager_id="alice", team="East")
    draw_book(settings.SALESOPS_BOOK, opportunity=DEALS, person=PEOPLE)
    change = Change.objects.create(
        at=system_clock(), effective_at=system_clock(), verb="share_record", door="browser"
    )
    for n in range(15):
        Opportunity.objects.create(id=f"charlie{n}", name="Deal", owner_id="charlie")
        for person in ("alice", "bob"):
            Share.objects.create(
                noun="opportunity", record_id=f"charlie{n}", person_id=person, begun_by=change
            )
    return served


def test_each_reader_compares_those_they_lead(
    compared: Office,  # noqa: ARG001  what they look at
    as_: Callable[[str], Reader],
) -> None:
    seen = {
        "alice": ["Alice", "Bob", "Cleo"],
        "bob": [],
        "charlie": [],
        "ravi": ["Alice", "Bob", "Charlie", "Cleo"],
    }
    for name, expected in seen.items():
        reader = as_(name)
        for measure in ("win_rate", "productivity"):
            address = f"/people-compared?period=all&measure={measure}"
            page = reader.page(address)
            names = [a.text for a in page.all("a", class_="row lk")]
            assert names == expected, (name, measure)
            assert len(page.all("circle")) == len(expected)
            if name != "ravi":
                assert "all of whose deals you may see" in page.text
            if not expected:
                assert "too few to compare" in page.text
        answer = reader.get(f"{address}&export=csv")
        assert len(b"".join(answer).splitlines()) == 1 + len(expected)
