"""In the weekly message of who leads a team, and of sales operations for all teams: what changed in the pipeline last
week, team by team, and the deals that moved it most."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import quote, urlencode

from django.conf import settings

from salesops.book.book import Book
from salesops.foundations.counting import counted
from salesops.foundations.letter import Line, Part
from salesops.foundations.money import format_change, format_money
from salesops.foundations.problem import Refusal
from salesops.pipeline import Move, Movement, movement, moves
from salesops.records.reach import LEADER, OPERATIONS
from salesops.records.user import User

MOST_DEALS, MOST_TEAMS = 5, 20


def pipeline_parts(login: User, book: Book, today: date) -> tuple[list[Part], str]:
    """What changed from Monday to Sunday of last week in the deals a leader sees, or in those of all teams for sales
    operations, and the same in a few words.

    Nothing for who leads nobody and is not of sales operations, where history does not reach back that far, and where
    nothing changed.
    """
    is_of_all = login.role in OPERATIONS and book.scope.is_everything
    if not is_of_all and (login.role != LEADER or len(book.scope.owner_ids or ()) < 2):
        return [], ""
    last = today - timedelta(days=today.weekday() + 1)
    over = f"{last - timedelta(days=6)}..{last}"
    try:
        found = movement(book, over, by="team" if is_of_all else "")
    except Refusal:  # history begins later, or the book knows nothing of that week
        return [], ""
    if not found.whole.boxes and not found.whole.dates:
        return [], ""
    moved = moves(book, over, limit=MOST_DEALS)
    changed = found.whole.closing - found.whole.opening
    words = f"pipeline {format_change(changed, found.currency, compact=True)}"
    return _parts(found, moved, _address(found)), words if changed else "pipeline moved"


def _address(found: Movement) -> str:
    days = {"first": found.over.start, "last": found.over.last_day}
    return f"{settings.SALESOPS_ADDRESS}/what-changed?{urlencode(days)}"


def _parts(found: Movement, moved: list[Move], address: str) -> list[Part]:
    whole, currency = found.whole, found.currency
    opening, closing_ = (format_money(m, currency) for m in (whole.opening, whole.closing))
    parts = [
        Part(
            heading="The teams' pipeline last week"
            if found.groups
            else "Your team's pipeline last week",
            sentence=f"Open at the end of {found.opens:%A, %-d %B}: {opening}. At the end of {found.closes:%A, %-d %B}: "
            f"{closing_}. In between:",
            lines=tuple(
                Line(
                    found.words(box.name),
                    f"{address}&{urlencode({'box': box.name})}#deals",
                    f"{counted(box.deals, 'deal')}, {format_change(box.minor, currency, compact=True)}",
                )
                for box in whole.boxes
            )
            + tuple(
                Line(
                    found.words(box.name),
                    f"{address}&{urlencode({'box': box.name})}#deals",
                    f"{counted(box.deals, 'deal')}, {format_money(box.minor, currency, compact=True)}",
                )
                for box in whole.dates
            ),
            link=address,
            link_words="See what changed",
        )
    ]
    if len(found.groups) > 1:
        parts.append(Part(heading="Team by team", lines=tuple(_teams(found, address))))
    if moved:
        lines = tuple(
            Line(
                move.name,
                f"{settings.SALESOPS_ADDRESS}/opportunities/{quote(move.id, safe='')}",
                f"{found.words(move.box)}, {format_change(move.minor, currency, compact=True)}",
            )
            for move in moved
        )
        parts.append(Part(heading="Deals that moved it most", lines=lines))
    return parts


def _teams(found: Movement, address: str) -> Iterator[Line]:
    """What each team had and has, the largest first; each leads to what changed in it."""
    currency = found.currency
    for bridge in found.groups[:MOST_TEAMS]:
        whose = {"by": "team", "group": bridge.key or ""} | ({} if bridge.key else {"null": "1"})
        opening, closing = (
            format_money(m, currency, compact=True) for m in (bridge.opening, bridge.closing)
        )
        change = format_change(bridge.closing - bridge.opening, currency, compact=True)
        yield Line(
            bridge.label, f"{address}&{urlencode(whose)}", f"{opening} to {closing}, {change}"
        )
    if (left := len(found.groups) - MOST_TEAMS) > 0:
        yield Line(f"{counted(left, 'more team')}", f"{address}&by=team", "see all of them")
