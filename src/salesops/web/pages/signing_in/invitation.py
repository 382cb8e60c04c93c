"""The page a link leads to: somebody new chooses a password, or somebody known a new one."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from salesops.actions.accept_invitation import accept_invitation, find_invitation
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.web.pages.signing_in.provider import NO_PASSWORDS


def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The form; what is typed makes the login, which then signs in as always."""
    problem = ""
    try:
        found = find_invitation(token, system_clock)
    except Refusal as refusal:
        gone = {"title": "This link does not work", "sentence": str(refusal)}
        return render(request, "signing_in/not_let_in.html", gone, status=404)
    has_passwords = settings.SALESOPS_PASSWORDS
    typed = {"name": request.POST.get("name", found.name), "email": request.POST.get("email", "")}
    if request.method == "POST":
        password = request.POST.get("password", "")
        try:
            if not has_passwords:
                raise Refusal(NO_PASSWORDS.format(provider=settings.SALESOPS_OIDC))
            if password != request.POST.get("again", ""):
                raise Refusal("The two passwords differ. Type the same one twice.")
            accept_invitation(token, system_clock, password=password, **typed)
        except Refusal as refusal:
            problem = str(refusal)
        else:
            return HttpResponseRedirect(f"{reverse('account_login')}?welcome=1")
    context = {
        "invitation": found,
        "typed": typed,
        "problem": problem,
        "provider": settings.SALESOPS_OIDC,
        "by_provider": reverse("invitation_by_provider", args=[token]),
        "has_passwords": has_passwords,
    }
    return render(request, "signing_in/invitation.html", context, status=422 if problem else 200)
