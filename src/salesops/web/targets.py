"""The targets this reader may see, and whether they may set any: of a local book its file's, of an office its records'."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from salesops.book.book import Book
from salesops.book.standing import Standing, runs_now, standings
from salesops.book.target import Target, load_targets
from salesops.web.books import is_office, reader


def targets_seen() -> list[Target]:
    """All of them for who sees everything; else those of one's own team, as its value is made of all that one sees."""
    if not is_office():
        return load_targets(settings.SALESOPS_BOOK)
    from salesops.records.target import targets_in_force

    scope = reader.get()
    every = targets_in_force()
    return every if scope.is_everything else [t for t in every if t.team and t.team == scope.team]


def sets_targets(request: HttpRequest) -> bool:
    """Whether who asks may decide on targets."""
    if not is_office():
        return True
    from salesops.actions.set_target import may_set_targets
    from salesops.records.user import User

    return isinstance(request.user, User) and may_set_targets(request.user)


def running(book: Book, *, with_teams: bool = True) -> list[Standing]:
    """How the targets stand whose period is running, those that need somebody first."""
    seen = (t for t in targets_seen() if with_teams or not t.team)
    return standings(book, (t for t in seen if runs_now(book, t)))
