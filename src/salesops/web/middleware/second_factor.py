"""Whose role asks for a second factor sets one up before anything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from salesops.web.middleware.signed_in import OPEN

# What one needs to set a factor up.
ALLOWED = OPEN | {"my_account", "account_reauthenticate", "account_change_password"}
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


class SecondFactor:
    """Leads to the factors until there is one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """Look before the page is asked for."""
        name = (request.resolver_match.url_name if request.resolver_match else None) or ""
        if name in ALLOWED or name.startswith("mfa_") or not lacks_factor(request.user):
            return None
        return HttpResponseRedirect(reverse("mfa_index"))


def lacks_factor(user: Any) -> bool:
    """The login's role asks for a second factor and it has none."""
    asked = user.is_authenticated and user.role in settings.SALESOPS_SECOND_FACTOR
    return bool(asked and not get_adapter().is_mfa_enabled(user, FACTORS))
