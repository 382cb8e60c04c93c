"""Signing in: by invitation alone, with limits that hold, and out again at once when a login is ended."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings

from salesops.actions.change_role import end_login
from salesops.actions.invite_person import (
    invite_first_administrator,
    invite_person,
    let_in_again,
)
from salesops.foundations.clock import system_clock
from salesops.records.models import Person, User
from tests.office.readers import PASSWORD, Office, Reader
from tests.web.markup import read_markup

pytestmark = pytest.mark.django_db


def _signs_in(reader: Reader, email: str, password: str) -> bool:
    answer = reader.post("/sign-in", login=email, password=password)
    return bool(answer.status_code == 302)


def _said(answer: Any) -> str:
    return " ".join(n.text for n in read_markup(answer.content.decode()).all("div", role="alert"))


def test_the_first_administrator_comes_by_a_link_that_works_once(as_nobody: Reader) -> None:
    User.objects.all().delete()
    link = f"/invitation/{invite_first_administrator(system_clock)}"
    assert "administrator" in as_nobody.page(link).text
    form = {"email": "Eve@Example.com", "name": "Eve", "password": PASSWORD, "again": PASSWORD}
    assert as_nobody.post(link, **form).headers["Location"] == "/sign-in?welcome=1"
    eve = User.objects.get()
    assert (eve.email, eve.role, eve.name) == ("eve@example.com", "administrator", "Eve")
    assert eve.password.startswith("argon2$argon2id$")
    assert as_nobody.post(link, **form).status_code == 404
    assert _signs_in(as_nobody, "EVE@example.COM", PASSWORD)
    assert as_nobody.get("/access").status_code == 200


def test_an_invitation_makes_the_login_it_says_and_no_other(
    served: Office, as_nobody: Reader
) -> None:
    fay = Person.objects.create(id="fay", name="Fay")
    token = invite_person(served.dora, "Fay@example.com", "salesperson", system_clock, person=fay)
    form = {"email": "x@example.com", "role": "administrator", "name": "Fay Ruiz"}
    as_nobody.post(f"/invitation/{token}", password=PASSWORD, again=PASSWORD, **form)
    made = User.objects.get(email="fay@example.com")
    assert (made.role, made.person, made.name) == ("salesperson", fay, "Fay Ruiz")
    assert not User.objects.filter(email="x@example.com").exists()


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("short", "short", "too short"),
        ("1234567890", "1234567890", "numeric"),
        ("fay@example.com", "fay@example.com", "similar"),
        (PASSWORD, PASSWORD + "!", "differ"),
    ],
)
def test_a_weak_password_is_refused_in_words_and_the_link_remains(
    served: Office, as_nobody: Reader, password: str, again: str, said: str
) -> None:
    token = invite_person(served.dora, "fay@example.com", "salesperson", system_clock)
    answer = as_nobody.post(f"/invitation/{token}", name="Fay", password=password, again=again)
    assert answer.status_code == 422
    assert said in _said(answer)
    assert as_nobody.get(f"/invitation/{token}").status_code == 200


def test_a_link_that_is_old_or_replaced_or_invented_does_not_work(
    served: Office, as_nobody: Reader
) -> None:
    def a_while_ago() -> Any:
        return system_clock() - timedelta(days=8)

    old = invite_person(served.dora, "old@example.com", "salesperson", a_while_ago)
    first = invite_person(served.dora, "fay@example.com", "salesperson", system_clock)
    second = invite_person(served.dora, "fay@example.com", "salesperson", system_clock)
    for token in (old, first, "invented"):
        assert as_nobody.get(f"/invitation/{token}").status_code == 404
    assert as_nobody.get(f"/invitation/{second}").status_code == 200


def test_the_token_itself_is_kept_nowhere(served: Office, tmp_path: Path) -> None:  # noqa: ARG001
    from salesops.records.models import Change, Invitation

    token = invite_person(served.dora, "fay@example.com", "salesperson", system_clock)
    kept = [str(list(m.objects.values())) for m in (Invitation, Change)]
    assert all(token not in text for text in kept)


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(as_nobody: Reader) -> None:
    known = as_nobody.post("/sign-in", login="bob@example.com", password="wrong")
    unknown = as_nobody.post("/sign-in", login="nobody@example.com", password="wrong")
    assert _said(known) == _said(unknown) != ""


def test_signing_in_leads_to_where_one_wanted_to_go_and_nowhere_else(
    served: Office, as_nobody: Reader
) -> None:
    served.bob.set_password(PASSWORD)
    served.bob.save()
    page = as_nobody.get("/account/sessions").headers["Location"]
    answer = as_nobody.client.post(page, {"login": "bob@example.com", "password": PASSWORD})
    assert answer.headers["Location"] == "/account/sessions"
    as_nobody.client.post("/sign-out")
    page = "/sign-in?next=https://evil.example.com/"
    answer = as_nobody.client.post(page, {"login": "bob@example.com", "password": PASSWORD})
    assert "evil" not in answer.headers["Location"]


def test_an_ended_login_is_out_at_once_and_not_in_again(served: Office, as_bob: Reader) -> None:
    served.bob.set_password(PASSWORD)
    served.bob.save()
    as_bob.client.force_login(served.bob)
    assert as_bob.get("/account").status_code == 200
    end_login(served.dora, served.bob, system_clock)
    assert as_bob.get("/account").headers["Location"].startswith("/sign-in")
    answer = as_bob.post("/sign-in", login="bob@example.com", password=PASSWORD)
    assert answer.headers["Location"] == "/sign-in/ended"
    assert "ended" in as_bob.page("/sign-in/ended").text


def test_a_link_for_a_new_password_ends_the_sessions_of_the_old_one(
    served: Office, as_bob: Reader, as_nobody: Reader
) -> None:
    assert as_bob.get("/account").status_code == 200
    token = let_in_again(served.dora, served.bob, system_clock)
    as_nobody.post(f"/invitation/{token}", password=PASSWORD, again=PASSWORD)
    assert as_bob.get("/account").status_code == 302
    assert _signs_in(as_nobody, "bob@example.com", PASSWORD)


def test_after_five_wrong_tries_the_right_password_waits_as_well(
    served: Office, as_nobody: Reader
) -> None:
    served.bob.set_password(PASSWORD)
    served.bob.save()
    for _ in range(5):
        assert not _signs_in(as_nobody, "bob@example.com", "wrong")
    answer = as_nobody.post("/sign-in", login="Bob@example.com", password=PASSWORD)
    assert answer.status_code == 200
    assert "Wait five minutes" in _said(answer)


@pytest.mark.django_db(transaction=True)
def test_of_many_wrong_tries_at_once_no_more_than_five_are_looked_at(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.auth.base_user import AbstractBaseUser

    looked_at: list[str] = []

    def wrong(self: AbstractBaseUser, raw: str) -> bool:  # noqa: ARG001  as Django calls it
        looked_at.append(raw)
        return False

    monkeypatch.setattr(AbstractBaseUser, "check_password", wrong)
    User.objects.create_user("bob@example.com", None, role="vp")
    answers: list[Any] = []

    def attack(number: int) -> None:
        client = Client(REMOTE_ADDR=f"10.0.0.{number}")
        form = {"login": "bob@example.com", "password": f"try {number}"}
        answers.append(client.post("/sign-in", form, SERVER_NAME="127.0.0.1").status_code)
        connection.close()

    with override_settings(STATIC_ROOT=built, SALESOPS_BOOK=tmp_path / "book"):
        threads = [threading.Thread(target=attack, args=(n,)) for n in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    cache.clear()
    assert len(answers) == 16
    assert 302 not in answers
    assert 1 <= len(looked_at) <= 5


def test_nobody_signs_up(as_nobody: Reader, as_bob: Reader) -> None:
    assert as_nobody.get("/sign-up").headers["Location"].startswith("/sign-in")
    assert as_bob.get("/sign-up").status_code == 404


def test_a_form_from_elsewhere_is_refused(served: Office) -> None:
    reader = Reader(served.dora, checks_forms=True)
    answer = reader.post("/access/invite", email="fay@example.com", role="vp")
    assert answer.status_code == 403


def test_an_administrator_sets_up_a_second_factor_before_anything_else(
    as_dora: Reader, as_bob: Reader
) -> None:
    with override_settings(SALESOPS_SECOND_FACTOR=["administrator"]):
        assert as_dora.get("/access").headers["Location"] == "/account/factors/"
        assert as_dora.post("/access/invite", email="x@example.com").status_code == 302
        assert as_dora.get("/account/factors/").status_code == 200
        assert as_bob.get("/account/sessions").status_code == 200


def test_who_watches_the_server_needs_no_login(as_nobody: Reader) -> None:
    assert as_nobody.get("/health").status_code == 200


def test_the_program_gives_a_link_until_there_is_an_administrator(
    served: Office, as_nobody: Reader
) -> None:
    from salesops.web.first_administrator import first_administrator_link

    assert first_administrator_link("http://127.0.0.1:8000/", system_clock) is None
    served.dora.is_active = False
    served.dora.save()
    link = first_administrator_link("http://127.0.0.1:8000/", system_clock) or ""
    assert link.startswith("http://127.0.0.1:8000/invitation/")
    assert as_nobody.get(link.removeprefix("http://127.0.0.1:8000")).status_code == 200
