"""The day up to which somebody last saw what changed: kept in their own browser, for each login apart."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse

A_YEAR_OF_SECONDS = 366 * 86_400


def last_visit(request: HttpRequest, today: date) -> date | None:
    """The last day, before `today`, of which the page was looked at; None where it was not."""
    seen, before = _kept(request)
    found = before if seen == today else seen
    return found if found and found < today else None


def remember_visit(request: HttpRequest, response: HttpResponse, today: date) -> None:
    """Note that the page was looked at; a second look on the same day does not forget the day before it."""
    seen, _ = _kept(request)
    if seen == today:
        return
    response.set_cookie(
        _name(request),
        f"{today}.{seen or ''}",
        max_age=A_YEAR_OF_SECONDS,
        httponly=True,
        samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def _name(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    return f"looked_{user.pk}" if user is not None and user.pk else "looked"


def _kept(request: HttpRequest) -> tuple[date | None, date | None]:
    """The last day looked at and the one before it."""
    seen, _, before = request.COOKIES.get(_name(request), "").partition(".")
    return _day(seen), _day(before)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
