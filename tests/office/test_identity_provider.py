"""Signing in by an identity provider: who is known, linked or invited comes in; nobody else, and nobody on a false word."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from salesops.actions.invite_person import (
    invite_first_administrator,
    invite_person,
    let_in_again,
    let_in_from_outside,
)
from salesops.cli.keeping import _provider as look_at_provider
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.records.change import Change
from salesops.records.identity import Identity
from salesops.records.invitation import Invitation
from salesops.records.user import User
from salesops.web.pages.signing_in import oidc
from tests.office.readers import PASSWORD, Office, Reader
from tests.office.vouching import Vouching, vouching

pytestmark = pytest.mark.django_db
BEGIN = "/sign-in/provider"


@pytest.fixture
def corp(settings: LazySettings, served: Office) -> Iterator[Vouching]:
    """The provider of the office; Bob sits before the browser."""
    assert served
    oidc.forget()
    with vouching() as made:
        settings.SALESOPS_OIDC = made.provider
        made.person = _person("bob")
        yield made


def _person(name: str, **more: Any) -> dict[str, Any]:
    return {
        "sub": f"sub-{name}",
        "email": f"{name}@example.com",
        "email_verified": True,
        "name": name.capitalize(),
    } | more


def _through(corp: Vouching, reader: Reader, begin: str = BEGIN) -> Any:
    """Begin, agree at the provider, and come back."""
    begun = reader.get(begin)
    assert begun.status_code == 302, begun.content.decode()
    return reader.get(corp.authorise(begun["Location"]))


def _who(reader: Reader) -> str:
    """The address of whoever is signed in; empty for nobody."""
    key = reader.client.session.get("_auth_user_id")
    return User.objects.get(pk=key).email if key else ""


def test_a_login_comes_in_by_its_verified_address_and_from_then_on_by_its_subject(
    corp: Vouching, as_nobody: Reader
) -> None:
    page = as_nobody.get("/sign-in?next=/tasks").content.decode()
    assert 'href="/sign-in/provider?next=/tasks"' in page.replace("%2F", "/")
    answer = _through(corp, as_nobody, f"{BEGIN}?next=/tasks")
    assert (answer.status_code, answer["Location"], _who(as_nobody)) == (
        302,
        "/tasks",
        "bob@example.com",
    )
    assert Change.objects.get(verb="link_identity").actor.email == "bob@example.com"  # type: ignore[union-attr]
    corp.person |= {"email": "robert@elsewhere.com", "email_verified": False}
    again = Reader(None)
    _through(corp, again)
    assert _who(again) == "bob@example.com"
    assert Identity.objects.count() == 1


def test_the_address_may_come_from_the_user_info_of_the_same_subject(
    corp: Vouching, as_nobody: Reader
) -> None:
    corp.in_token = ()
    _through(corp, as_nobody)
    assert _who(as_nobody) == "bob@example.com"
    corp.info = _person("dora", sub="sub-other")
    other = Reader(None)
    corp.person = _person("dora")
    assert _through(corp, other).status_code == 403
    assert _who(other) == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another"},
        {"aud": ["salesops", "another"]},
        {"azp": "another"},
        {"iss": "https://another.example.com"},
        {"exp": 1_790_000_000},
        {"sub": ""},
        {"sub": None},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this_sign_in_lets_nobody_in(
    corp: Vouching, as_nobody: Reader, wrong: dict[str, Any]
) -> None:
    corp.wrong = wrong
    answer = _through(corp, as_nobody)
    assert (answer.status_code, _who(as_nobody)) == (403, "")
    assert "is not right for this sign-in" in answer.content.decode()
    assert not Identity.objects.exists()


@pytest.mark.parametrize(
    ("algorithm", "signs_with"), [("RS256", "two"), ("HS256", "one"), ("none", "one")]
)
def test_a_token_that_the_provider_did_not_sign_lets_nobody_in(
    corp: Vouching, as_nobody: Reader, algorithm: str, signs_with: str
) -> None:
    corp.algorithm, corp.signs_with = algorithm, signs_with
    assert _through(corp, as_nobody).status_code == 403
    assert _who(as_nobody) == ""


def test_an_answer_to_another_sign_in_or_for_a_second_time_lets_nobody_in(
    corp: Vouching, as_nobody: Reader
) -> None:
    back = corp.authorise(as_nobody.get(BEGIN)["Location"])
    stranger = Reader(None)
    assert stranger.get(back).status_code == 403  # another browser
    stranger.get(BEGIN)
    assert stranger.get(back).status_code == 403  # another state
    assert as_nobody.get(f"{back}&iss=https://another.example.com").status_code == 403
    assert as_nobody.get(back).status_code == 403  # begun once, ended once
    assert (_who(as_nobody), _who(stranger)) == ("", "")
    as_nobody.get(BEGIN)
    state = as_nobody.client.session["identity_provider"]["state"]
    denied = as_nobody.get("/sign-in/provider/back", error="access_denied", state=state)
    assert "You did not sign in at Corp" in denied.content.decode()


def test_who_has_no_login_and_was_not_invited_is_told_so_and_none_is_made(
    corp: Vouching, as_nobody: Reader
) -> None:
    before = User.objects.count()
    corp.person = _person("mallory")
    answer = _through(corp, as_nobody)
    assert (answer.status_code, _who(as_nobody)) == (403, "")
    assert "mallory@example.com has no login here and was not invited" in answer.content.decode()
    corp.person = _person("bob", sub="sub-mallory", email_verified=False)
    answer = _through(corp, as_nobody)
    assert "does not vouch for your address" in answer.content.decode()
    corp.person["email_verified"] = "false"
    assert _through(corp, as_nobody).status_code == 403
    assert (_who(as_nobody), User.objects.count()) == ("", before)
    assert not Identity.objects.exists()


def test_an_address_that_changed_hands_at_the_provider_opens_nothing(
    corp: Vouching, as_nobody: Reader
) -> None:
    _through(corp, Reader(None))
    corp.person = _person("bob", sub="sub-successor")
    answer = _through(corp, as_nobody)
    assert (answer.status_code, _who(as_nobody)) == (403, "")
    assert "linked to somebody else" in answer.content.decode()


def test_an_invitation_is_accepted_by_its_address_once_and_gives_its_role(
    corp: Vouching, as_nobody: Reader, served: Office
) -> None:
    token = invite_person(served.dora, "eve@example.com", "analyst", system_clock)
    corp.person = _person("eve")
    _through(corp, as_nobody)
    eve = User.objects.get(email="eve@example.com")
    assert (_who(as_nobody), eve.role, eve.name) == ("eve@example.com", "analyst", "Eve")
    assert not eve.has_usable_password()
    assert Reader(None).get(f"/invitation/{token}").status_code == 404


def test_whoever_holds_the_link_of_an_invitation_needs_no_verified_address(
    corp: Vouching, as_nobody: Reader, served: Office
) -> None:
    token = invite_person(served.dora, "eve@example.com", "analyst", system_clock)
    corp.person = {"sub": "sub-eve"}
    page = as_nobody.get(f"/invitation/{token}").content.decode()
    assert f'href="/invitation/{token}/provider"' in page
    _through(corp, as_nobody, f"/invitation/{token}/provider")
    assert _who(as_nobody) == "eve@example.com"
    assert Invitation.objects.get().used_by is not None


def test_the_first_administrator_comes_by_their_verified_address(
    corp: Vouching, as_nobody: Reader
) -> None:
    User.objects.filter(role="administrator").delete()
    token = invite_first_administrator(system_clock)
    corp.person = _person("ada", email_verified=False)
    assert _through(corp, as_nobody, f"/invitation/{token}/provider").status_code == 403
    corp.person["email_verified"] = True
    _through(corp, as_nobody, f"/invitation/{token}/provider")
    assert User.objects.get(email="ada@example.com").role == "administrator"


def test_a_login_that_was_ended_is_not_let_in_by_the_provider(
    corp: Vouching, as_nobody: Reader, served: Office
) -> None:
    User.objects.filter(pk=served.bob.pk).update(is_active=False)
    assert _through(corp, as_nobody)["Location"] == "/sign-in/ended"
    assert _who(as_nobody) == ""


def test_ones_own_second_factor_is_asked_for_after_the_providers(
    corp: Vouching, as_nobody: Reader, served: Office, settings: LazySettings
) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(served.bob, generate_totp_secret())
    assert _through(corp, as_nobody)["Location"].startswith("/account/factors/authenticate/")
    assert _who(as_nobody) == ""
    settings.SALESOPS_SECOND_FACTOR = ["administrator"]
    corp.person = _person("dora")
    dora = Reader(None)
    _through(corp, dora)
    assert dora.get("/access")["Location"] == "/account/factors/"


def test_a_login_is_linked_and_the_link_taken_away_on_the_account_page_and_only_ones_own(
    corp: Vouching, served: Office
) -> None:
    served.bob.set_password(PASSWORD)
    served.bob.save()
    bob = Reader(None)
    bob.post("/sign-in", login="bob@example.com", password=PASSWORD)
    corp.person = _person("bobby", email_verified=False)
    asked = bob.post("/account/provider", do="link")
    assert asked["Location"].startswith("/account/confirm")
    page = bob.post(
        "/account/confirm", password=PASSWORD, next="/account/provider"
    ).content.decode()
    address = page.partition(f'href="{corp.address}')[2].partition('"')[0].replace("&amp;", "&")
    bob.get(corp.authorise(corp.address + address))
    assert "Linked as bobby@example.com." not in bob.get("/account").content.decode()
    assert "Linked as sub-bobby." in bob.get("/account").content.decode()
    again = Reader(None)
    _through(corp, again)
    assert _who(again) == "bob@example.com"
    assert "Not linked." in Reader(served.charlie).get("/account").content.decode()
    charlie = Reader(served.charlie)
    asked_page = charlie.post("/account/provider", do="link").content.decode()
    address = (
        asked_page.partition(f'href="{corp.address}')[2].partition('"')[0].replace("&amp;", "&")
    )
    refused = charlie.get(corp.authorise(corp.address + address))
    assert "linked to another login already" in refused.content.decode()
    assert charlie.post("/account/provider", do="unlink").status_code == 422  # the only way in
    bob.post("/account/provider", do="unlink")
    assert "Not linked." in bob.get("/account").content.decode()
    assert _through(corp, Reader(None)).status_code == 403


def test_an_office_without_passwords_knows_the_provider_alone_and_has_a_way_back(
    corp: Vouching, as_nobody: Reader, served: Office, settings: LazySettings
) -> None:
    served.bob.set_password(PASSWORD)
    served.bob.save()
    settings.SALESOPS_PASSWORDS = False
    page = as_nobody.get("/sign-in").content.decode()
    assert "Sign in with Corp" in page
    assert "password" not in page.lower()
    assert as_nobody.post("/sign-in", login="bob@example.com", password=PASSWORD).status_code == 403
    assert as_nobody.post("/account/factors/webauthn/login/", credential="{}").status_code == 403
    token = let_in_again(served.dora, served.bob, system_clock)
    assert as_nobody.post(
        f"/invitation/{token}", password=PASSWORD, again=PASSWORD
    ).status_code == 422  # fmt: skip
    assert "Password" not in Reader(served.bob).get("/account").content.decode()
    assert Reader(served.bob).get("/account/password")["Location"] == "/account"
    _through(corp, as_nobody, f"/invitation/{token}/provider")
    assert _who(as_nobody) == "bob@example.com"
    settings.SALESOPS_PASSWORDS = True
    token = let_in_from_outside("BOB@example.com", system_clock)
    Reader(None).post(f"/invitation/{token}", password="another long one", again="another long one")
    back = Reader(None)
    back.post("/sign-in", login="bob@example.com", password="another long one")
    assert _who(back) == "bob@example.com"
    with pytest.raises(Refusal, match="no login here"):
        let_in_from_outside("nobody@example.com", system_clock)


def test_a_provider_that_is_away_or_calls_itself_another_is_told_and_passwords_go_on(
    corp: Vouching, as_nobody: Reader, settings: LazySettings
) -> None:
    ((fine, line),) = look_at_provider()
    assert (fine, "Corp answers as the identity provider" in line) == (True, True)
    corp.discovery = {"issuer": "https://another.example.com"}
    oidc.forget()
    answer = as_nobody.get(BEGIN)
    assert answer.status_code == 502
    assert "calls itself another" in answer.content.decode()
    corp.discovery = {"token_endpoint": "http://another.example.com/token"}
    assert as_nobody.get(BEGIN).status_code == 502
    settings.SALESOPS_OIDC = type(corp.provider)("http://127.0.0.1:9", "salesops")
    assert as_nobody.get(BEGIN).status_code == 502
    corp.discovery = {}
    settings.SALESOPS_OIDC = corp.provider
    oidc.forget()
    oidc._away[corp.address] = time.monotonic() + 10
    asked = len(corp.asked)
    assert (
        as_nobody.get(BEGIN).status_code == 502
    )  # a moment after it was found away it is not asked
    assert len(corp.asked) == asked
    settings.SALESOPS_OIDC = type(corp.provider)("http://127.0.0.1:9", "salesops")
    assert [fine for fine, _ in look_at_provider()] == [False]
    assert as_nobody.get("/sign-in").status_code == 200
    settings.SALESOPS_OIDC = None
    assert as_nobody.get(BEGIN).status_code == 404
    assert "Corp" not in as_nobody.get("/sign-in").content.decode()


def test_pages_let_a_form_lead_to_no_other_site(corp: Vouching, as_nobody: Reader) -> None:
    assert corp
    assert isinstance(as_nobody.client, Client)
    assert "form-action 'self'" in as_nobody.get("/sign-in")["Content-Security-Policy"]
