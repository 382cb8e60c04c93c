"""Who may sign in is decided by administrators, one of whom always remains; each decision is on record."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection

from salesops.actions.accept_invitation import GONE, accept_invitation
from salesops.actions.change_role import change_role, end_login, reopen_login
from salesops.actions.invite_person import (
    invite_first_administrator,
    invite_person,
    let_in_again,
    take_back_invitation,
)
from salesops.actions.rename_login import rename_login
from salesops.actions.share_record import end_share, share_record
from salesops.foundations.clock import fixed_clock, system_clock
from salesops.foundations.problem import Refusal
from salesops.records.models import Change, Invitation, Opportunity, OpportunityLine, Person, Share
from salesops.records.user import ROLES, User
from salesops.records.visibility import visible_to

pytestmark = pytest.mark.django_db

NOW = fixed_clock(datetime(2026, 5, 1, 9, tzinfo=UTC))
PASSWORD = "correct horse battery staple"


def _login(name: str, role: str, person: Person | None = None) -> User:
    made: User = User.objects.create_user(
        f"{name}@example.com", None, name=name, role=role, person=person
    )
    return made


@pytest.fixture
def dora() -> User:
    return _login("dora", "administrator")


@pytest.mark.parametrize("role", [r for r, _ in ROLES if r != "administrator"])
def test_nobody_but_an_administrator_decides_about_logins(role: str) -> None:
    actor, other = _login("actor", role), _login("other", "salesperson")
    open_link = Invitation.objects.create(
        digest="x",
        role="vp",
        expires_at=NOW(),
        made_by=Change.objects.create(at=NOW(), effective_at=NOW(), verb="try", door="system"),
    )
    tries: list[Callable[[], object]] = [
        lambda: invite_person(actor, "x@example.com", "salesperson", NOW),
        lambda: let_in_again(actor, other, NOW),
        lambda: take_back_invitation(actor, open_link, NOW),
        lambda: change_role(actor, actor, "administrator", NOW),
        lambda: end_login(actor, other, NOW),
        lambda: reopen_login(actor, other, NOW),
    ]
    for attempt in tries:
        with pytest.raises(Refusal, match="Only an administrator"):
            attempt()


def test_an_administrator_whose_login_was_ended_decides_nothing(dora: User) -> None:
    eve = _login("eve", "administrator")
    end_login(dora, eve, NOW)
    eve.refresh_from_db()
    with pytest.raises(Refusal, match="Only an administrator"):
        end_login(eve, dora, NOW)


def test_a_change_of_role_is_on_record_with_before_and_after(dora: User) -> None:
    ann = Person.objects.create(id="ann", name="Ann")
    login = _login("ann", "salesperson")
    change_role(dora, login, "sales_leader", NOW, person=ann)
    login.refresh_from_db()
    assert (login.role, login.person) == ("sales_leader", ann)
    kept = Change.objects.get(verb="change_role")
    assert kept.actor == dora
    assert kept.reason == "ann@example.com: salesperson → sales_leader, nobody → ann"


def test_a_person_has_one_login(dora: User) -> None:
    ann = Person.objects.create(id="ann", name="Ann")
    _login("ann", "salesperson", ann)
    other = _login("other", "salesperson")
    tries: list[Callable[[], object]] = [
        lambda: change_role(dora, other, "salesperson", NOW, person=ann),
        lambda: invite_person(dora, "third@example.com", "salesperson", NOW, person=ann),
    ]
    for attempt in tries:
        with pytest.raises(Refusal, match="signs in as ann@example"):
            attempt()


def test_the_last_administrator_remains(dora: User) -> None:
    tries: list[Callable[[], object]] = [
        lambda: change_role(dora, dora, "vp", NOW),
        lambda: end_login(dora, dora, NOW),
    ]
    for attempt in tries:
        with pytest.raises(Refusal, match="last administrator"):
            attempt()
    eve = _login("eve", "administrator")
    change_role(dora, dora, "vp", NOW)
    with pytest.raises(Refusal, match="last administrator"):
        end_login(eve, eve, NOW)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_end_each_other_at_once_are_not_both_gone() -> None:
    dora, eve = _login("dora", "administrator"), _login("eve", "administrator")
    at_once = threading.Barrier(2)

    def end(actor: User, other: User) -> None:
        at_once.wait()
        try:
            end_login(actor, other, system_clock)
        except Refusal:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=end, args=pair) for pair in ((dora, eve), (eve, dora))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert User.objects.filter(role="administrator", is_active=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_link_used_by_many_at_once_makes_one_login() -> None:
    token = invite_person(_login("dora", "administrator"), "fay@example.com", "vp", system_clock)
    said: list[str] = []

    def accept() -> None:
        try:
            accept_invitation(token, system_clock, password=PASSWORD)
            said.append("in")
        except Refusal as refusal:
            said.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=accept) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == sorted(["in", *[GONE] * 5])


def test_there_is_no_link_for_a_first_administrator_where_there_is_one(dora: User) -> None:  # noqa: ARG001
    with pytest.raises(Refusal, match="an administrator already"):
        invite_first_administrator(NOW)


def test_a_second_link_for_the_first_administrator_ends_the_first() -> None:
    first, second = invite_first_administrator(NOW), invite_first_administrator(NOW)
    with pytest.raises(Refusal, match="does not work"):
        accept_invitation(first, NOW, password=PASSWORD, email="eve@example.com")
    assert accept_invitation(second, NOW, password=PASSWORD, email="eve@example.com").pk


def test_who_can_sign_in_is_not_invited_again(dora: User) -> None:
    with pytest.raises(Refusal, match="can sign in already"):
        invite_person(dora, " DORA@example.com ", "vp", NOW)


@pytest.mark.parametrize("email", ["", "ann", "ann@", "a b@example.com"])
def test_what_is_no_address_is_refused(dora: User, email: str) -> None:
    with pytest.raises(Refusal, match="not an email address"):
        invite_person(dora, email, "vp", NOW)


def test_a_link_taken_back_works_no_more(dora: User) -> None:
    token = invite_person(dora, "fay@example.com", "vp", NOW)
    take_back_invitation(dora, Invitation.objects.get(), NOW)
    with pytest.raises(Refusal, match="does not work"):
        accept_invitation(token, NOW, password=PASSWORD)
    with pytest.raises(Refusal, match="taken back already"):
        take_back_invitation(dora, Invitation.objects.get(), NOW)


def test_an_ended_login_loses_its_links(dora: User) -> None:
    bob = _login("bob", "salesperson")
    token = let_in_again(dora, bob, NOW)
    end_login(dora, bob, NOW)
    with pytest.raises(Refusal, match="does not work"):
        accept_invitation(token, NOW, password=PASSWORD)
    bob.refresh_from_db()
    with pytest.raises(Refusal, match="may not sign in"):
        let_in_again(dora, bob, NOW)


def test_everybody_names_themselves() -> None:
    bob = _login("bob", "salesperson")
    rename_login(bob, "  Bob   Moe ", NOW)
    bob.refresh_from_db()
    assert bob.name == "Bob Moe"
    for name in ("", "  ", "x" * 201):
        with pytest.raises(Refusal, match="A name has"):
            rename_login(bob, name, NOW)


def test_who_may_edit_a_record_shares_it_and_ends_that() -> None:
    ann = _login("ann", "salesperson", Person.objects.create(id="ann"))
    bob = _login("bob", "salesperson", Person.objects.create(id="bob", team="West"))
    deal = Opportunity.objects.create(id="d1", owner=ann.person)
    with pytest.raises(Refusal, match="Only who may edit"):
        share_record(bob, deal, NOW, person=bob.person)
    for whom in ({"person": bob.person}, {"team": "West"}):
        share = share_record(ann, deal, NOW, **whom)
        assert list(visible_to(bob, Opportunity)) == [deal]
        with pytest.raises(Refusal, match="Only who may edit"):
            end_share(bob, share, deal, NOW)
        end_share(ann, share, deal, NOW)
        assert not visible_to(bob, Opportunity)
    share_record(ann, deal, NOW, person=bob.person)
    share_record(ann, deal, NOW, person=bob.person, may_edit=True)
    assert [s.may_edit for s in Share.objects.filter(ended_by=None)] == [True]
    assert Share.objects.count() == 4  # what was shared before is on record


def test_what_belongs_to_a_record_is_not_shared_by_itself() -> None:
    dora = _login("dora", "administrator")
    line = OpportunityLine.objects.create()
    with pytest.raises(Refusal, match="Share that one"):
        share_record(dora, line, NOW, team="West")
    deal = Opportunity.objects.create()
    with pytest.raises(Refusal, match="a person or a team"):
        share_record(dora, deal, NOW)
