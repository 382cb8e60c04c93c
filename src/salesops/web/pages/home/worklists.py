"""Home's worklists of an office: deals that need a step, requests, and what an office leaves to be settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from salesops.book.book import Book
from salesops.foundations.clock import system_clock
from salesops.foundations.money import format_money
from salesops.records.duplicate import LookAlike
from salesops.records.import_run import ImportRun
from salesops.records.invitation import Invitation
from salesops.records.job import FAILED, Job
from salesops.records.models import Opportunity, Person
from salesops.records.reach import ADMINISTRATORS, LEADER
from salesops.records.request import OPEN
from salesops.records.request_reach import requests_handled_by, requests_visible_to, works_the_desk
from salesops.records.user import User
from salesops.records.visibility import visible_to
from salesops.web.deal_address import deal_address
from salesops.web.pages.desk.service_level import left_of, office_hours

MOST = 8
LATELY = timedelta(days=7)
SELLING = ("sales_leader", "salesperson")


def deals_of(actor: User, book: Book) -> dict[str, Any] | None:
    """Open deals whose close date is over, or for which nothing is planned and no next step said: the largest first.

    One's own; of who leads a team those of everybody in it.
    """
    leads = actor.role == LEADER
    if actor.person_id is None:
        return None
    found = book.engine.run(
        "SELECT o.id, o.close_date < $today AS is_late, count(*) OVER () AS n FROM opportunity o "
        "WHERE NOT o.is_closed AND ($whoever OR o.owner_id = $person) AND (o.close_date < $today "
        "OR (coalesce(o.next_step, '') = '' AND NOT EXISTS (SELECT 1 FROM activity a "
        "WHERE a.opportunity_id = o.id AND a.is_done = false))) "
        "ORDER BY coalesce(o.value_minor, 0) DESC, o.id "
        f"LIMIT {MOST}",
        {"today": book.today, "whoever": leads, "person": actor.person_id},
    ).dicts()
    kept = visible_to(actor, Opportunity).select_related("owner")
    records = kept.in_bulk([row["id"] for row in found])
    lines = [
        {
            "name": str(deal),
            "place": deal_address(deal.pk),
            "why": f"Close date was {deal.close_date:%-d %b %Y}"
            if row["is_late"]
            else "No next step, and nothing planned",
            "owner": str(deal.owner or "") if leads else "",
            "money": ""
            if deal.amount_minor is None
            else format_money(
                deal.amount_minor, deal.currency or book.facts.currency, compact=True
            ),
        }
        for row in found
        if (deal := records.get(row["id"])) is not None
        and not _is_mended(deal, row["is_late"], book.today)
    ]
    return {"lines": lines, "count": found[0]["n"]} if lines else None


def _is_mended(deal: Opportunity, is_late: bool, today: date) -> bool:
    """What the book found is true of the record no more; the book knows that in a moment."""
    return deal.close_date is None or deal.close_date >= today if is_late else bool(deal.next_step)


def queue_of(actor: User) -> dict[str, Any] | None:
    """The desk's open requests that are the actor's or nobody's, what is due first; else what the actor asked for."""
    is_desk = works_the_desk(actor)
    if is_desk:
        handled = requests_handled_by(actor).filter(state__in=OPEN)
        found = handled.filter(Q(owner=actor) | Q(owner=None))
    else:
        found = requests_visible_to(actor).filter(asker=actor, state__in=OPEN)
    ordered = found.select_related("owner").order_by(
        F("due_at").asc(nulls_last=True), "priority", "pk"
    )
    shown = list(ordered[:MOST])
    if not shown:
        return None
    now, hours = system_clock(), office_hours()
    said = f"{found.count():,}"
    if is_desk:
        said = f"{found.filter(owner=actor).count():,} yours, {found.filter(owner=None).count():,} nobody's"
    lines = [{"request": each, "left": left_of(each, now, hours)} for each in shown]
    return {"lines": lines, "is_desk": is_desk, "said": said}


@dataclass(frozen=True)
class Unsettled:
    """So many of something that somebody has to look at, in words, and where that is."""

    rows: int
    words: str
    address: str


def to_settle_of(actor: User) -> list[Unsettled]:
    """What the office leaves to sales operations: who waits to be let in or has no place, imports and work with faults."""
    now = system_clock()
    lines = _of_logins(now) if actor.role in ADMINISTRATORS else []
    sells = Opportunity.objects.filter(owner=OuterRef("pk"), deleted_at=None)
    there = Person.objects.filter(deleted_at=None).exclude(is_active=False)
    unplaced = there.filter(Q(team=None) | Q(team=""), Exists(sells))
    lately = ImportRun.objects.filter(started_at__gt=now - LATELY, state="done")
    refusing = sum(1 for run in lately.only("refused") if sum(run.refused.values()))
    failed = Job.objects.filter(state=FAILED, ended_at__gt=now - LATELY)
    lines += [
        _line(
            unplaced.count(),
            ("person sells and is in no team", "people sell and are in no team"),
            "organisation",
        ),
        _line(
            refusing,
            ("import of this week left rows out", "imports of this week left rows out"),
            "imports",
        ),
        _line(
            failed.count(),
            ("piece of work failed this week", "pieces of work failed this week"),
            "work",
        ),
        _line(
            LookAlike.objects.count(),
            ("pair of records looks like one", "pairs of records look like one"),
            "duplicates",
        ),
    ]
    return [line for line in lines if line.rows]


def _of_logins(now: datetime) -> list[Unsettled]:
    nobody = User.objects.filter(is_active=True, person=None, role__in=SELLING)
    waiting = Invitation.objects.filter(used_by=None, taken_back_by=None, expires_at__gt=now)
    where = "people_and_access"
    return [
        _line(
            nobody.count(),
            (
                "login is nobody of the organisation and sees nothing",
                "logins are nobody of the organisation and see nothing",
            ),
            where,
        ),
        _line(
            waiting.count(),
            ("invitation waits to be taken up", "invitations wait to be taken up"),
            where,
        ),
    ]


def _line(rows: int, words: tuple[str, str], name: str) -> Unsettled:
    return Unsettled(rows, words[rows != 1], reverse(name))
