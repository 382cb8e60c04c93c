"""An office served to a Chromium that minds what the console says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings
from django.test.testcases import LiveServerThread, _StaticFilesHandler

from salesops.actions.invite_person import invite_person
from salesops.foundations.clock import system_clock
from salesops.records.models import Person
from salesops.records.user import User
from tests.browser.conftest import chromium, enter
from tests.office.readers import PASSWORD, make_login

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


@pytest.fixture
def invitation(address: str) -> str:
    """The link of somebody who was invited."""
    dora = User.objects.get(email="dora@example.com")
    token = invite_person(dora, "fay@example.com", "salesperson", system_clock, name="Fay")
    return f"{address}/invitation/{token}"
