"""An office served to a Chromium that minds what the console says."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings
from django.test.testcases import LiveServerThread, _StaticFilesHandler
from playwright.sync_api import Page

from salesops.actions.invite_person import invite_person
from salesops.foundations.clock import system_clock
from salesops.records.models import Person
from salesops.records.user import User
from tests.browser.conftest import Enter, chromium, enter
from tests.office.readers import PASSWORD, Reader, make_login

__all__ = ["chromium", "enter"]


@pytest.fixture(scope="session")
def beside_a_loop() -> Iterator[None]:
    """Playwright runs a loop in this thread, beside which Django would refuse to ask the database."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def address(
    beside_a_loop: None,  # noqa: ARG001
    transactional_db: None,  # noqa: ARG001  what the server's threads must see
    built: Path,
    tmp_path: Path,
) -> Iterator[str]:
    """Where an office with Bob and Dora answers."""
    from django.core.cache import cache

    for name, role in (("Bob", "salesperson"), ("Dora", "administrator")):
        person = Person.objects.create(id=name.lower(), name=name, team="East")
        login = make_login(name, role, person)
        login.set_password(PASSWORD)
        login.save()
    with override_settings(
        STATIC_ROOT=built,
        SALESOPS_BOOK=tmp_path / "book",
        ALLOWED_HOSTS=["localhost"],
        SALESOPS_SECOND_FACTOR=[],
    ):
        server = LiveServerThread("localhost", _StaticFilesHandler)
        server.daemon = True
        server.start()
        server.is_ready.wait()
        yield f"http://localhost:{server.port}"
        server.terminate()
    cache.clear()


Visit = Callable[..., Page]
OTHERS = {
    "alice": "sales_leader",
    "charlie": "salesperson",
    "ravi": "manager",
    "ana": "analyst",
}


@pytest.fixture
def visit(address: str, enter: Enter) -> Visit:
    """`visit("alice", "/board")` is a page as somebody sees it who has signed in before: Alice leads Bob, Charlie must
    see nothing of either, Ravi and Ana are of sales operations, where Ana only looks."""
    for name, role in OTHERS.items():
        person = None
        if name in ("alice", "charlie"):
            team = "East" if name == "alice" else "West"
            person = Person.objects.create(id=name, name=name.title(), team=team)
        make_login(name.title(), role, person)
    Person.objects.filter(pk="bob").update(manager_id="alice")

    def visited(name: str, place: str, **how: Any) -> Page:
        signed_in = Reader(User.objects.get(email=f"{name}@example.com")).client.cookies
        key = signed_in[settings.SESSION_COOKIE_NAME].value
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": key, "url": address}
        how.setdefault("refusals", "400|403|404|409|422")
        return enter(f"{address}{place}", cookies=[cookie], **how)

    return visited


@pytest.fixture
def invitation(address: str) -> str:
    """The link of somebody who was invited."""
    dora = User.objects.get(email="dora@example.com")
    token = invite_person(dora, "fay@example.com", "salesperson", system_clock, name="Fay")
    return f"{address}/invitation/{token}"
