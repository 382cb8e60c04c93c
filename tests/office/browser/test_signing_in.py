"""Being invited, signing in and adding a passkey, in a browser as people do it; and losing it to an administrator."""

from __future__ import annotations

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.browser.conftest import Enter
from tests.browser.test_every_page import both_looks, wrong_here
from tests.office.browser.asking import asked
from tests.office.browser.conftest import Visit
from tests.office.readers import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PLACES = (
    "account",
    "account/factors/",
    "account/factors/totp/activate/",
    "account/factors/webauthn/",
    "account/factors/webauthn/add/",
    "account/password",
    "account/sessions",
    "account/confirm",
    "access",
)


def _sign_in(page: Page, email: str) -> None:
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def _to_new_key(page: Page, address: str) -> CDPSession:
    """The page to add a key, once the password was typed again; and a key that says yes by itself."""
    page.goto(f"{address}/account/factors/webauthn/add/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def test_a_passkey_signs_in_without_a_password_until_an_administrator_takes_it_away(
    address: str, enter: Enter, visit: Visit
) -> None:
    page = enter(address, strict=False)
    _sign_in(page, "bob@example.com")
    expect(page.get_by_role("heading", name="My account")).to_be_visible()
    _to_new_key(page, address)
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto(f"{address}/account")
    expect(page.get_by_text("1 passkey,")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("status")).to_have_text("You have signed out.")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="My account")).to_be_visible()
    expect(page.get_by_role("status")).to_have_count(0)

    charlies = visit("charlie", "/account")
    expect(charlies.get_by_text("0 passkeys, no app for codes.")).to_be_visible()
    refused = asked(charlies, "/access")
    assert (refused.status, "bob@" in refused.text) == (422, False)
    doras = visit("dora", "/access", strict=False)
    bobs = doras.get_by_role("listitem").filter(has_text="bob@example.com")
    bobs.get_by_text("Change", exact=True).click()
    bobs.get_by_label("Take away passkeys and codes too").check()
    bobs.get_by_role("button", name="Link for a new password").click()
    expect(doras.get_by_role("status")).to_contain_text("Send this link to bob@example.com.")
    wrong = wrong_here(doras, "a link for Bob")

    page.get_by_role("button", name="Sign out").click()
    page.goto(doras.get_by_label("Link", exact=True).input_value())
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_text("Your password is set")).to_be_visible()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("status")).to_contain_text("This passkey is not known here")
    wrong += wrong_here(page, "an unknown passkey")
    assert wrong == []


def test_with_a_password_the_passkey_is_asked_for_too(address: str, enter: Enter) -> None:
    page = enter(address)
    _sign_in(page, "bob@example.com")
    _to_new_key(page, address)
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto(f"{address}/account")
    page.get_by_role("button", name="Sign out").click()
    _sign_in(page, "bob@example.com")
    page.get_by_role("button", name="Use a security key").click()
    expect(page.get_by_role("heading", name="My account")).to_be_visible()


def test_without_script_one_is_invited_and_signs_in(invitation: str, enter: Enter) -> None:
    page = enter(invitation, scripts=False)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_text("Your password is set")).to_be_visible()
    _sign_in(page, "fay@example.com")
    expect(page.get_by_role("heading", name="My account")).to_be_visible()


def test_an_administrator_invites_and_gets_a_link_to_send(address: str, enter: Enter) -> None:
    page = enter(f"{address}/access")
    _sign_in(page, "dora@example.com")
    page.get_by_label("Email address").fill("gil@example.com")
    page.get_by_label("May do what a").first.select_option("sales_leader")
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Link", exact=True).input_value()
    expect(page.get_by_text("gil@example.com").first).to_be_visible()
    page.goto(link)
    expect(page.get_by_text("You will sign in as gil@example.com.")).to_be_visible()


def test_every_page_of_it_fits_and_is_accessible(
    invitation: str, address: str, enter: Enter
) -> None:
    page = enter(address, strict=False)
    wrong = [*both_looks(page, f"{address}/sign-in"), *both_looks(page, invitation)]
    page.goto(f"{address}/sign-in")
    _sign_in(page, "dora@example.com")
    page.goto(f"{address}/account/factors/totp/activate/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    for place in PLACES:
        wrong += both_looks(page, f"{address}/{place}")
    assert wrong == []
