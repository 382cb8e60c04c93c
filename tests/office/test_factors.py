"""Second factors: codes from an app and recovery codes, asked for beside the password."""

from __future__ import annotations

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import override_settings

from salesops.actions.invite_person import let_in_again
from salesops.foundations.clock import system_clock
from tests.office.readers import PASSWORD, Office, Reader

pytestmark = pytest.mark.django_db


def _code(secret: str) -> str:
    """What the app shows now; the program takes the one before and after as well."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


@pytest.fixture
def secret(served: Office, as_bob: Reader) -> str:
    """Bob has set up an app; this is the key it holds."""
    served.bob.set_password(PASSWORD)
    served.bob.save()
    as_bob.client.force_login(served.bob)
    place = "/account/factors/totp/activate/"
    confirm = as_bob.get(place).headers["Location"]
    as_bob.client.post(confirm, {"password": PASSWORD})
    page = as_bob.get(place).content.decode()
    found = re.search(r'readonly value="([A-Z2-7]{16,})"', page)
    assert found, page
    answer = as_bob.post(place, code=_code(found[1]))
    assert answer.headers["Location"] == "/account/factors/recovery-codes/"
    as_bob.post("/sign-out")
    return found[1]


def _with_password(reader: Reader) -> None:
    answer = reader.post("/sign-in", login="bob@example.com", password=PASSWORD)
    assert answer.headers["Location"] == "/account/factors/authenticate/"
    assert reader.get("/account").status_code == 302  # the password alone opens nothing


def test_the_code_is_asked_for_beside_the_password(secret: str, as_nobody: Reader) -> None:
    _with_password(as_nobody)
    answer = as_nobody.post("/account/factors/authenticate/", code="000000")
    assert answer.status_code == 200
    assert "not right, or is too old" in answer.content.decode()
    as_nobody.post("/account/factors/authenticate/", code=_code(secret))
    assert as_nobody.get("/account").status_code == 200


def test_a_code_works_once(secret: str, as_nobody: Reader) -> None:
    code = _code(secret)
    for status in (200, 302):
        _with_password(as_nobody)
        as_nobody.post("/account/factors/authenticate/", code=code)
        assert as_nobody.get("/account").status_code == status
        as_nobody.client.cookies.clear()


def test_a_recovery_code_lets_in_once(secret: str, as_nobody: Reader) -> None:
    assert secret
    kept = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES)
    code = kept.wrap().get_unused_codes()[0]
    _with_password(as_nobody)
    as_nobody.post("/account/factors/authenticate/", code=code)
    assert as_nobody.get("/account").status_code == 200
    as_nobody.post("/sign-out")
    _with_password(as_nobody)
    as_nobody.post("/account/factors/authenticate/", code=code)
    assert as_nobody.get("/account").status_code == 302


def test_whose_role_needs_a_factor_keeps_the_last(secret: str, served: Office) -> None:
    from salesops.web.pages.signing_in.factors import Factors

    assert secret
    app = Authenticator.objects.get(type=Authenticator.Type.TOTP)
    assert app.user == served.bob
    with override_settings(SALESOPS_SECOND_FACTOR=["salesperson"]):
        assert not Factors().can_delete_authenticator(app)
    assert Factors().can_delete_authenticator(app)


def test_a_lost_phone_is_forgotten_by_a_link_that_says_so(
    secret: str, served: Office, as_nobody: Reader
) -> None:
    assert secret
    for forgets in (False, True):
        token = let_in_again(served.dora, served.bob, system_clock, forgets_factors=forgets)
        as_nobody.post(f"/invitation/{token}", password=PASSWORD, again=PASSWORD)
        assert Authenticator.objects.filter(user=served.bob).exists() is not forgets
