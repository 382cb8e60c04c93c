"""Whose eyes a request looks through: set before any page is asked, so that none can forget it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from django.http import HttpRequest, HttpResponse

from salesops.book.facts import Scope
from salesops.records.reach import found_once, reach
from salesops.records.user import User
from salesops.web.books import reader

NOTHING = Scope(())


class ThroughTheirEyes:
    """The book of this request holds what whoever signed in may see, and nothing for anybody else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with through_the_eyes_of(request.user, reads=request.method in ("GET", "HEAD")):
            return self.get_response(request)


@contextmanager
def through_the_eyes_of(user: object, *, reads: bool) -> Iterator[None]:
    """In here the book holds what they may see; who only `reads` is looked up once."""
    with found_once() if reads else nullcontext():
        token = reader.set(_scope(user))
        try:
            yield
        finally:
            reader.reset(token)


def _scope(user: object) -> Scope:
    if not isinstance(user, User):
        return NOTHING
    within = reach(user)
    return within.scope if within.is_known else NOTHING
