"""Only who has signed in may look; what needs nobody is named here, all else is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

# The names of the pages that answer before somebody has signed in.
OPEN = frozenset(
    {
        "account_login",
        "account_logout",
        "account_inactive",
        "mfa_authenticate",
        "mfa_login_webauthn",
        "invitation",
        "invitation_by_provider",
        "provider_begin",
        "provider_callback",
        "calendar_feed",  # to whoever holds its secret
        "health",
        "icons",
    }
)


class OnlySignedIn:
    """Sends whoever has not signed in to the page for it, and back to where they wanted to go."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # An address that is not there is told to those alone who may know what is.
        if response.status_code == 404 and request.resolver_match is None and _is_nobody(request):
            return _to_sign_in(request)
        return response

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """Refuse before the page is asked for."""
        name = request.resolver_match.url_name if request.resolver_match else None
        if name in OPEN or not _is_nobody(request):
            return None
        return _to_sign_in(request)


def _is_nobody(request: HttpRequest) -> bool:
    return not request.user.is_authenticated and not request.path.startswith(settings.STATIC_URL)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        return render(request, "signing_in/not_signed_in.html", status=403)
    if request.headers.get("Sec-Fetch-Dest", "document") != "document":
        return HttpResponse("Sign in first.", status=403, content_type="text/plain")
    query = urlencode({"next": request.get_full_path()}) if request.path != "/" else ""
    address = reverse("account_login")
    return HttpResponseRedirect(f"{address}?{query}" if query else address)
