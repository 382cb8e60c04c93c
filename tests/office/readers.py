"""Three readers: Alice leads a team, Bob is on it, Charlie must see nothing of it; and Dora, who administers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings

from salesops.records.models import Account, Opportunity, Person
from salesops.records.user import User
from tests.web.markup import Markup, read_markup

Answer = Any  # a response with what the test client adds
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PASSWORD = "correct horse battery staple"


@dataclass
class Office:
    """The people of a small company with their logins, and what each of them sells."""

    alice: User
    bob: User
    charlie: User
    dora: User
    ravi: User  # a sales operations manager


class Reader:
    """A browser in which somebody has signed in, or nobody."""

    def __init__(self, login: User | None, *, checks_forms: bool = False) -> None:
        self.login = login
        self.client = Client(SERVER_NAME="127.0.0.1", enforce_csrf_checks=checks_forms)
        if login is not None:
            self.client.force_login(login, BACKEND)

    def get(self, address: str, **query: Any) -> Answer:
        """The answer to an address; redirections are not followed."""
        return self.client.get(address, query)

    def page(self, address: str, *, status: int = 200) -> Markup:
        """The page at an address, which must answer with `status`."""
        answer = self.get(address)
        assert answer.status_code == status, (address, answer.status_code)
        return read_markup(answer.content.decode())

    def post(self, address: str, **form: Any) -> Answer:
        """The answer to a form; redirections are not followed."""
        return self.client.post(address, form)


def make_login(name: str, role: str, person: Person | None = None) -> User:
    """Somebody who may sign in, with a password that costs no time to check."""
    login: User = User.objects.create_user(
        f"{name.lower()}@example.com", None, name=name, role=role, person=person
    )
    return login


@pytest.fixture
def office(db: None) -> Office:  # noqa: ARG001  the database
    """Alice leads East with Bob on it; Charlie is in West; each has a deal at an account of their own."""
    persons = {}
    for name, manager, team in (
        ("Alice", None, "East"),
        ("Bob", "alice", "East"),
        ("Charlie", None, "West"),
    ):
        key = name.lower()
        persons[key] = Person.objects.create(id=key, name=name, manager_id=manager, team=team)
        Account.objects.create(id=f"{key}-account", name=f"{name}'s customer", owner_id=key)
        Opportunity.objects.create(
            id=f"{key}-deal", name=f"{name}'s deal", owner_id=key, account_id=f"{key}-account"
        )
    return Office(
        alice=make_login("Alice", "sales_leader", persons["alice"]),
        bob=make_login("Bob", "salesperson", persons["bob"]),
        charlie=make_login("Charlie", "salesperson", persons["charlie"]),
        dora=make_login("Dora", "administrator"),
        ravi=make_login("Ravi", "manager"),
    )


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the pages' assets, built for these tests."""
    from salesops.web.build import build

    folder = tmp_path_factory.mktemp("static")
    with override_settings(STATIC_ROOT=folder):
        build()
    return folder


@pytest.fixture
def served(office: Office, built: Path, tmp_path: Path) -> Iterator[Office]:
    """The office with its pages; nobody needs a second factor unless a test says so."""
    from django.core.cache import cache

    with override_settings(
        STATIC_ROOT=built,
        SALESOPS_BOOK=tmp_path / "book",
        SALESOPS_SECOND_FACTOR=[],
    ):
        yield office
    cache.clear()


@pytest.fixture
def as_(served: Office) -> Callable[[str], Reader]:
    """`as_("bob")` is a browser in which Bob has signed in; `as_("")` one in which nobody has."""
    return lambda name: Reader(getattr(served, name) if name else None)


@pytest.fixture
def as_alice(as_: Callable[[str], Reader]) -> Reader:
    """Who leads the team."""
    return as_("alice")


@pytest.fixture
def as_bob(as_: Callable[[str], Reader]) -> Reader:
    """Who is on it."""
    return as_("bob")


@pytest.fixture
def as_charlie(as_: Callable[[str], Reader]) -> Reader:
    """Who must see nothing of it."""
    return as_("charlie")


@pytest.fixture
def as_dora(as_: Callable[[str], Reader]) -> Reader:
    """Who administers the office."""
    return as_("dora")


@pytest.fixture
def as_nobody(as_: Callable[[str], Reader]) -> Reader:
    """Who has not signed in."""
    return as_("")
