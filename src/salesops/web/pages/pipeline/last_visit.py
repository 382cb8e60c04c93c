"""The day up to which somebody last saw what changed: kept in an office with their login, else in their browser."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from salesops.web.books import is_office
from salesops.web.looking import is_read

A_YEAR_OF_SECONDS = 366 * 86_400
COOKIE = "looked"


def last_visit(request: HttpRequest, today: date) -> date | None:
    """The last day, before `today`, of which the page was looked at; None where it was not."""
    seen, before = _kept(request)
    found = before if seen == today else seen
    return found if found and found < today else None


def remember_visit(request: HttpRequest, response: HttpResponse, today: date) -> None:
    """Note that the page was looked at; a second look on the same day does not forget the day before it."""
    if not is_read(request):
        return
    if is_office():
        from salesops.actions.note_visit import note_visit
        from salesops.records.user import User

        if isinstance(request.user, User):
            note_visit(request.user, today)
        return
    seen, _ = _kept(request)
    if seen == today:
        return
    response.set_cookie(
        COOKIE,
        f"{today}.{seen or ''}",
        max_age=A_YEAR_OF_SECONDS,
        httponly=True,
        samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def _kept(request: HttpRequest) -> tuple[date | None, date | None]:
    """The last day looked at and the one before it."""
    if is_office():
        from salesops.records.pipeline_visit import PipelineVisit

        kept = PipelineVisit.objects.filter(login=request.user.pk).first()
        return (kept.day, kept.before) if kept else (None, None)
    seen, _, before = request.COOKIES.get(COOKIE, "").partition(".")
    return _day(seen), _day(before)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
