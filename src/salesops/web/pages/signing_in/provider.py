"""Signing in by an identity provider, being invited by it, linking it to a login; and passwords where an office has them."""

from __future__ import annotations

from allauth.account import views as account_views
from allauth.account.decorators import reauthentication_required
from allauth.account.utils import get_next_redirect_url, perform_login
from allauth.mfa.webauthn import views as webauthn_views
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from salesops.actions.link_identity import link_identity, login_of, unlink_identity
from salesops.foundations.clock import system_clock
from salesops.foundations.identity_provider import IdentityProvider
from salesops.foundations.problem import Refusal
from salesops.records.user import User
from salesops.web.pages.signing_in import oidc

KEY = "identity_provider"
SECONDS_TO_COME_BACK = 900
NO_PASSWORDS = "Passwords are switched off in this office. Sign in with {provider}."
UNKNOWN_PASSKEY = (
    "This passkey is not known here, or was taken away. Sign in with your password, or ask an administrator "
    "for a link."
)
TOO_LATE = "This sign-in took too long, or was begun in another browser. Begin again."


def sign_in(request: HttpRequest) -> HttpResponse:
    """The page for signing in; without passwords it leads to the provider alone."""
    if settings.SALESOPS_PASSWORDS:
        answer: HttpResponse = account_views.login(request)
        return answer
    if request.method == "POST":
        return _not_let_in(request, NO_PASSWORDS.format(provider=settings.SALESOPS_OIDC))
    if request.user.is_authenticated:
        return HttpResponseRedirect(get_next_redirect_url(request) or "/")
    return render(request, "account/login.html")


def passkey_login(request: HttpRequest) -> HttpResponse:
    """A passkey in place of a password, where the office has passwords; else it is a second factor only."""
    if not settings.SALESOPS_PASSWORDS:
        return _not_let_in(request, NO_PASSWORDS.format(provider=settings.SALESOPS_OIDC))
    answer: HttpResponse = webauthn_views.login_webauthn(request)
    if request.method == "POST" and answer.headers.get("Location") == reverse("account_login"):
        for _ in messages.get_messages(request):
            pass  # what was said is of codes that are typed
        messages.error(request, UNKNOWN_PASSKEY)
    return answer


def change_password(request: HttpRequest) -> HttpResponse:
    """The page for a new password, where the office has passwords."""
    if not settings.SALESOPS_PASSWORDS:
        return HttpResponseRedirect(reverse("my_account"))
    answer: HttpResponse = account_views.password_change(request)
    return answer


@require_GET
def begin(request: HttpRequest, token: str = "") -> HttpResponse:
    """Go on to the provider, with the link of an invitation or without. A link, as a form may lead to no other site."""
    try:
        return HttpResponseRedirect(_begun(request, token=token))
    except Refusal as refusal:
        return _not_let_in(request, str(refusal), 502)


@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """Back from the provider: signed in, linked, or told why not."""
    provider, kept = _provider(), request.session.pop(KEY, None)
    try:
        if kept is None or system_clock().timestamp() - kept["at"] > SECONDS_TO_COME_BACK:
            raise Refusal(TOO_LATE)
        claims = oidc.finish(provider, kept, request.GET.dict(), _callback(request))
        who = claims.issuer, claims.subject, claims.email
        if kept["login"] is not None:
            if not isinstance(request.user, User) or request.user.pk != kept["login"]:
                raise Refusal(TOO_LATE)
            link_identity(request.user, *who, system_clock)
            return HttpResponseRedirect(f"{reverse('my_account')}?saved=1")
        login = login_of(*who, system_clock, name=claims.name, token=kept["token"])
    except Refusal as refusal:
        return _not_let_in(request, str(refusal))
    answer: HttpResponse = perform_login(
        request, login, email_verification="none", redirect_url=kept["next"] or None
    )
    return answer


@reauthentication_required  # type: ignore[untyped-decorator]
def link(request: HttpRequest) -> HttpResponse:
    """Link one's login to the provider, or take the link away; asked for by a form, after showing again who one is."""
    assert isinstance(request.user, User)
    if request.method != "POST":
        return HttpResponseRedirect(reverse("my_account"))
    try:
        if request.POST.get("do") == "unlink":
            unlink_identity(request.user, system_clock, has_passwords=settings.SALESOPS_PASSWORDS)
            return HttpResponseRedirect(f"{reverse('my_account')}?saved=1")
        address = _begun(request, login=request.user.pk)
    except Refusal as refusal:
        told = {"problem": str(refusal), "provider": _provider()}
        return render(request, "signing_in/go_on.html", told, status=422)
    # A page with a link and not a redirection: a form may lead to no other site.
    return render(request, "signing_in/go_on.html", {"address": address, "provider": _provider()})


def _begun(request: HttpRequest, *, token: str = "", login: int | None = None) -> str:
    begun = oidc.begin(_provider(), _callback(request))
    request.session[KEY] = {
        **begun.kept,
        "token": token,
        "login": login,
        "next": get_next_redirect_url(request) or "",
        "at": int(system_clock().timestamp()),
    }
    return begun.address


def _provider() -> IdentityProvider:
    provider: IdentityProvider | None = settings.SALESOPS_OIDC
    if provider is None:
        raise Http404
    return provider


def _callback(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("provider_callback"))


def _not_let_in(request: HttpRequest, sentence: str, status: int = 403) -> HttpResponse:
    told = {"title": "You are not signed in", "sentence": sentence}
    return render(request, "signing_in/not_let_in.html", told, status=status)
