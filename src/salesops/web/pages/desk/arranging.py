"""The kinds of requests with what they promise, for administrators; the answers that are kept, for the whole desk."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from salesops.actions.arrange_desk import save_canned_answer, save_kind
from salesops.actions.edit_record import Unfit
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.records.reach import ADMINISTRATORS, SEE_ALL
from salesops.records.request import PRIORITIES, CannedAnswer, RequestKind
from salesops.records.request_kinds import kinds
from salesops.records.request_reach import works_the_desk
from salesops.records.user import User
from salesops.web.pages.desk.narrowing import number
from salesops.web.pages.keeping.record_page import actor_of


def arranging(request: HttpRequest) -> HttpResponse:
    """The kinds and the kept answers, or what comes of a form that changes one of them."""
    actor = actor_of(request)
    if not works_the_desk(actor):
        raise Refusal("This page is for sales operations.")
    if request.method != "POST":
        return _shown(request, actor, 200)
    try:
        if request.POST.get("do") == "kind":
            _save_kind(request, actor)
        else:
            _save_answer(request, actor)
    except Refusal as refusal:
        return _shown(request, actor, 422, str(refusal))
    return HttpResponseRedirect(f"{reverse('request_settings')}?saved=1")


def _save_kind(request: HttpRequest, actor: User) -> None:
    form = request.POST
    save_kind(
        actor,
        form.get("key", ""),
        system_clock,
        name=form.get("name", ""),
        asks=form.get("asks", ""),
        priority=number(form.get("priority", "")),
        answer_minutes=_minutes("answer", form.get("answer", "")),
        solve_minutes=_minutes("solve", form.get("solve", "")),
        owner=User.objects.filter(pk=number(form.get("owner", ""))).first(),
        is_secret="secret" in form,
        handlers=list(User.objects.filter(pk__in=map(number, form.getlist("handlers")))),
        is_offered="offered" in form,
    )


def _save_answer(request: HttpRequest, actor: User) -> None:
    form = request.POST
    save_canned_answer(
        actor,
        number(form.get("key", "")) or None,
        form.get("title", ""),
        form.get("text", ""),
        system_clock,
        is_offered="offered" in form,
    )


def _minutes(column: str, said: str) -> int:
    """Hours as people write them, 0.5 or 16, in minutes."""
    try:
        minutes = Decimal(said.strip()) * 60
    except InvalidOperation:
        minutes = Decimal(0)
    if not minutes.is_finite() or minutes != minutes.to_integral_value() or minutes <= 0:
        raise Unfit(column, "Write business hours, such as 0.5 or 16.")
    return int(minutes)


def _shown(request: HttpRequest, actor: User, status: int, problem: str = "") -> HttpResponse:
    context = {
        "kinds": [_line(kind) for kind in kinds()],
        "priorities": PRIORITIES,
        "desk": User.objects.filter(is_active=True, role__in=SEE_ALL).order_by("name", "email"),
        "answers": CannedAnswer.objects.all(),
        "may_decide": actor.role in ADMINISTRATORS,
        "saved": "saved" in request.GET,
        "problem": problem,
        "typed": request.POST if problem else {},
        "typed_handlers": list(map(number, request.POST.getlist("handlers"))) if problem else [],
    }
    return render(request, "desk/settings.html", context, status=status)


def _line(kind: RequestKind) -> dict[str, object]:
    is_kept = not kind._state.adding
    return {
        "kind": kind,
        "answer": _hours(kind.answer_minutes),
        "solve": _hours(kind.solve_minutes),
        "handlers": set(kind.handlers.values_list("pk", flat=True)) if is_kept else set(),
    }


def _hours(minutes: int) -> str:
    return (
        f"{Decimal(minutes) / 60:f}".rstrip("0").rstrip(".") if minutes % 60 else str(minutes // 60)
    )
