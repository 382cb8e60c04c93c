"""One's own account: the name, what one may do, the password, factors and sessions."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from salesops.actions.choose_messages import MESSAGES, WEEKLY, choose_messages
from salesops.actions.link_identity import identity_of
from salesops.actions.rename_login import rename_login
from salesops.foundations.clock import system_clock
from salesops.records.notice import MENTION, REQUEST, TASK
from salesops.records.user import User
from salesops.web.middleware.second_factor import lacks_factor

# Each kind of message: what it is called, and when it comes.
_MESSAGES = {
    MENTION: ("Mentions", "When somebody writes @ and your name, and you have not looked by then."),
    REQUEST: ("Requests", "When one that you sent or have is answered, moves or is given to you."),
    TASK: ("Tasks", "At seven in the morning what is due that day, and a task with a time when that comes."),
    WEEKLY: ("Weekly message", "On Monday morning: what you have to mend and to do, and what changed in your pipeline."),
}  # fmt: skip


def account(request: HttpRequest) -> HttpResponse:
    """The page; on POST the name is changed, or what one is sent."""
    user = request.user
    assert isinstance(user, User)
    if request.method == "POST":
        if request.POST.get("do") == "messages":
            choose_messages(user, request.POST.getlist("message"), system_clock)
        else:
            rename_login(user, request.POST.get("name", ""), system_clock)
        return HttpResponseRedirect(f"{reverse('my_account')}?saved=1")
    factors = Authenticator.objects.filter(user_id=user.pk)
    kinds = [f.type for f in factors]
    context = {
        "saved": "saved" in request.GET,
        "passkeys": kinds.count(Authenticator.Type.WEBAUTHN),
        "has_app": Authenticator.Type.TOTP in kinds,
        "provider": settings.SALESOPS_OIDC,
        "identity": identity_of(user),
        "has_passwords": settings.SALESOPS_PASSWORDS,
        "has_mail": settings.SALESOPS_MAIL is not None,
        "messages_sent": [
            {"kind": kind, "title": title, "when": when, "is_wanted": getattr(user, column)}
            for kind, (title, when) in _MESSAGES.items()
            for _, column in [MESSAGES[kind]]
        ],
        "lacks_factor": lacks_factor(user),
    }
    return render(request, "signing_in/account.html", context)
