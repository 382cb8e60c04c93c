"""Who may sign in and what they may do, for administrators: invite, give a role, end a login."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from salesops.actions.administering import refuse_others
from salesops.actions.change_role import change_role, end_login, reopen_login
from salesops.actions.invite_person import invite_person, let_in_again, take_back_invitation
from salesops.actions.mailing import MAIL_LINK, mail_test
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.records.invitation import Invitation
from salesops.records.job import DONE, RUNNING, WAITING, Job
from salesops.records.models import Person
from salesops.records.user import ROLES, User


def people_and_access(request: HttpRequest) -> HttpResponse:
    """Every login and every open link."""
    refuse_others(_actor(request))
    of = Person.objects.filter(pk=request.GET.get("person", ""), deleted_at=None).first()
    return _shown(request, typed=_asked_for(of) if of else {})


def invite(request: HttpRequest) -> HttpResponse:
    """Make a link for somebody new and show it, this once."""
    actor = _actor(request)
    refuse_others(actor)
    if request.method != "POST":
        return HttpResponseRedirect(reverse("people_and_access"))
    form = request.POST
    email = form.get("email", "")
    try:
        token = invite_person(
            actor,
            email,
            form.get("role", ""),
            system_clock,
            name=form.get("name", ""),
            person=_person(form.get("person", "")),
            mailed_below=_link(request, ""),
        )
    except Refusal as refusal:
        return _shown(request, problem=str(refusal), typed=form.dict(), status=422)
    return _shown(request, link=_link(request, token), for_whom=email, is_mailed=_has_mail())


def change(request: HttpRequest, key: int) -> HttpResponse:
    """One login: its role and person, ended or opened again, a link for a new password."""
    actor = _actor(request)
    refuse_others(actor)
    login = get_object_or_404(User, pk=key)
    if request.method != "POST":
        return HttpResponseRedirect(reverse("people_and_access"))
    form = request.POST
    try:
        match form.get("do"):
            case "role":
                person = _person(form.get("person", ""))
                change_role(actor, login, form.get("role", ""), system_clock, person=person)
            case "end":
                end_login(actor, login, system_clock)
            case "reopen":
                reopen_login(actor, login, system_clock)
            case "link":
                forgets = "factors" in form
                token = let_in_again(
                    actor,
                    login,
                    system_clock,
                    forgets_factors=forgets,
                    mailed_below=_link(request, ""),
                )
                return _shown(
                    request,
                    link=_link(request, token),
                    for_whom=login.email,
                    is_mailed=_has_mail(),
                )
            case _:
                raise Refusal("Choose what is to be done.")
    except Refusal as refusal:
        return _shown(request, problem=str(refusal), status=422)
    return HttpResponseRedirect(f"{reverse('people_and_access')}?saved=1")


@require_POST
def take_back(request: HttpRequest, key: int) -> HttpResponse:
    """A link that was sent works no more."""
    invitation = get_object_or_404(Invitation, pk=key)
    take_back_invitation(_actor(request), invitation, system_clock)
    return HttpResponseRedirect(f"{reverse('people_and_access')}?saved=1")


@require_POST
def test_mail(request: HttpRequest) -> HttpResponse:
    """Have a message sent to whoever asks, and show what becomes of it."""
    try:
        mail_test(_actor(request), system_clock)
    except Refusal as refusal:
        return _shown(request, problem=str(refusal), status=422)
    return HttpResponseRedirect(reverse("work"))


def _shown(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    now = system_clock()
    waiting = Invitation.objects.filter(used_by=None, taken_back_by=None, expires_at__gt=now)
    context = {
        "logins": User.objects.select_related("person").order_by("-is_active", "name", "email"),
        "waiting": _with_mail(waiting.select_related("login").order_by("email")),
        "mail": settings.SALESOPS_MAIL,
        "roles": ROLES,
        "persons": Person.objects.filter(deleted_at=None).order_by("name").only("id", "name"),
        "saved": "saved" in request.GET,
        **more,
    }
    return render(request, "people_and_access/people_and_access.html", context, status=status)


def _actor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _asked_for(person: Person) -> dict[str, str]:
    """The form of an invitation as it begins for somebody of the organisation."""
    return {
        "email": person.email or "",
        "name": str(person),
        "person": person.pk,
        "role": "salesperson",
    }


def _person(key: str) -> Person | None:
    """The person typed: a key, or a key with a name before it. Refuses one that is not there."""
    key = key.strip()
    if not key:
        return None
    found: Person | None = Person.objects.filter(pk=key, deleted_at=None).first()
    if found is None:
        raise Refusal("Nobody in the organisation has this key. Choose from the list.")
    return found


def _link(request: HttpRequest, token: str) -> str:
    """The address of a link; with no token what stands before it."""
    whole = request.build_absolute_uri(reverse("invitation", args=[token or "-"]))
    return whole if token else whole.removesuffix("-")


def _has_mail() -> bool:
    return settings.SALESOPS_MAIL is not None


def _with_mail(waiting: Iterable[Invitation]) -> list[tuple[Invitation, str, bool]]:
    """Each link with what became of its mail, and whether that is bad; nothing where it was not to be mailed."""
    links = list(waiting)
    keys = [link.pk for link in links]
    jobs = Job.objects.filter(kind=MAIL_LINK, arguments__invitation__in=keys).order_by("pk")
    of = {job.arguments["invitation"]: job for job in jobs}
    return [(link, *_mail_in_words(of.get(link.pk))) for link in links]


def _mail_in_words(job: Job | None) -> tuple[str, bool]:
    if job is None:
        return "", False
    if job.state == DONE:
        return "Mailed.", False
    if job.state in (WAITING, RUNNING):
        return (
            (f"Not mailed yet, and tried again. {job.error}", True)
            if job.error
            else ("Being mailed.", False)
        )
    return f"Not mailed. {job.error}", True
