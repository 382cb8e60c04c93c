"""A login's reach is found out once while a page is made, and anew for whatever comes after."""

from __future__ import annotations

import pytest

from salesops.records.models import Person
from salesops.records.reach import found_once, reach
from tests.office.readers import make_login

pytestmark = pytest.mark.django_db


def test_a_reach_is_kept_while_a_page_is_made_and_no_longer() -> None:
    boss = Person.objects.create(id="boss", name="Boss", team="East")
    rep = Person.objects.create(id="rep", name="Rep", team="East", manager=boss)
    login = make_login("Boss", "sales_leader", boss)
    with found_once():
        assert reach(login).owner_ids == frozenset({"boss", "rep"})
        rep.manager = None
        rep.save()
        assert reach(login).owner_ids == frozenset({"boss", "rep"})
        login.role = "salesperson"
        assert reach(login).owner_ids == frozenset({"boss"}), "another role is another reach"
        login.role = "sales_leader"
    assert reach(login).owner_ids == frozenset({"boss"})


def test_what_is_kept_is_not_kept_for_the_next_page() -> None:
    boss = Person.objects.create(id="boss", name="Boss", team="East")
    login = make_login("Boss", "sales_leader", boss)
    with found_once():
        assert reach(login).owner_ids == frozenset({"boss"})
    Person.objects.create(id="rep", name="Rep", team="East", manager=boss)
    with found_once():
        assert reach(login).owner_ids == frozenset({"boss", "rep"})
