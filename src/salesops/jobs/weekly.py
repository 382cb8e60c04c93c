"""The weekly message: on Monday morning each owner reads what of theirs is to be mended and which tasks are overdue.

Who leads a team reads as well what changed in its pipeline, and sales operations what changed in that of each team.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from salesops.actions.enqueue import enqueue
from salesops.actions.mailing import MAIL_WEEKLY, MOST_TRIES
from salesops.actions.move_person import day_in
from salesops.book.book import Book
from salesops.book.settings import load_settings
from salesops.data_quality import Held, Report, of_owner, run_checks, total
from salesops.engines.duckdb import DuckDBEngine
from salesops.engines.folder import read_manifest_lenient
from salesops.engines.scoped import ScopedEngine
from salesops.foundations.clock import Clock
from salesops.foundations.counting import counted
from salesops.foundations.letter import Letter, Line, Part
from salesops.foundations.money import format_money
from salesops.foundations.period import day_begins
from salesops.foundations.schedule import next_time
from salesops.jobs import checking
from salesops.jobs.queue import forget_done
from salesops.jobs.weekly_pipeline import pipeline_parts
from salesops.jobs.work import Work
from salesops.jobs.workbench import WORK_MEMORY
from salesops.records.job import RUNNING, WAITING, Job
from salesops.records.open_tasks import open_tasks
from salesops.records.reach import OPERATIONS, reach
from salesops.records.user import User
from salesops.records.weekly_message import WeeklyMessage
from salesops.records.zone import organisation_zone

PLAN_WEEKLY = "plan_weekly"
AT = "0 7 * * 1"  # seven on Monday morning, in the office's zone
MOST_TASKS = 10


def plan_next(clock: Clock) -> None:
    """Have the next message planned, once and for Monday in the zone the office has now; none where it has no mail."""
    if settings.SALESOPS_MAIL is None:
        return
    schedule = f"{AT} {organisation_zone()}"
    with transaction.atomic():
        # Of several workers that look at once each keeps the first, and the run itself asks for each login once.
        planned = Job.objects.filter(kind=PLAN_WEEKLY, state__in=(WAITING, RUNNING)).order_by("pk")
        first = planned.first()
        if first is None:
            first_time = next_time(schedule, clock())
            enqueue(
                None,
                PLAN_WEEKLY,
                {},
                clock,
                lock_key=PLAN_WEEKLY,
                run_after=first_time,
                schedule=schedule,
            )
            return
        waiting = planned.filter(state=WAITING)
        waiting.exclude(pk=first.pk).delete()
        waiting.exclude(schedule=schedule).update(
            schedule=schedule, run_after=next_time(schedule, clock())
        )


def plan_weekly(work: Work) -> dict[str, int]:
    """Ask for a message to each login that wants one and was not written to about this week; all of them or none."""
    today = day_in(organisation_zone(), work.clock)
    monday = today - timedelta(days=today.weekday())
    forget_done(MAIL_WEEKLY, work.clock())
    with work.effect():
        logins: QuerySet[User] = User.objects.none()
        if settings.SALESOPS_MAIL is not None:
            told = WeeklyMessage.objects.filter(week=monday)
            logins = User.objects.filter(
                Q(person__isnull=False) | Q(role__in=OPERATIONS),
                is_active=True,
                wants_weekly_message=True,
            ).exclude(pk__in=told.values("login_id"))
        keys = list(logins.values_list("pk", flat=True))
        WeeklyMessage.objects.bulk_create(WeeklyMessage(login_id=k, week=monday) for k in keys)
        for key in keys:
            enqueue(
                None,
                MAIL_WEEKLY,
                {"login": key},
                work.clock,
                priority=-1,
                most_attempts=MOST_TRIES,
            )
        work.finish({"asked": len(keys)})
    return {}


def weekly_letter(login: User, now: datetime) -> Letter | None:
    """What somebody has to mend and to do, all of it their own, and what changed in the pipeline of the team they lead or
    look after; None where there is nothing."""
    today = now.astimezone(ZoneInfo(organisation_zone())).date()
    with book_seen(login) as book:
        to_mend, mend_words = _to_mend(login, book) if book else (None, "")
        moved, moved_words = pipeline_parts(login, book, today) if book else ([], "")
    overdue, overdue_words = _overdue(login, today)
    parts = [*moved, *(part for part in (to_mend, overdue) if part)]
    if not parts:
        return None
    foot = (
        "Sent on Mondays to whoever has something to mend or to do, or looks after a pipeline that changed. "
        f"You can turn it off in your account: {settings.SALESOPS_ADDRESS}/account"
    )
    subject = ", ".join(filter(None, (moved_words, mend_words, overdue_words)))
    return Letter(subject[0].upper() + subject[1:], tuple(parts), foot)


@contextmanager
def book_seen(login: User) -> Iterator[Book | None]:
    """The book through somebody's eyes, for all of a message; None where there is no book or they see nothing."""
    folder, within = Path(settings.SALESOPS_BOOK), reach(login)
    if read_manifest_lenient(folder) is None or not within.is_known:
        yield None
        return
    scope = within.scope
    engine: DuckDBEngine = (
        DuckDBEngine(folder, memory_limit=WORK_MEMORY)
        if scope.is_everything
        else ScopedEngine(folder, scope)
    )
    with closing(engine):
        yield Book(engine, load_settings(folder), scope=scope)


def _to_mend(login: User, book: Book) -> tuple[Part | None, str]:
    if login.person_id is None:
        return None, ""
    report, currency = _checked(book), book.facts.currency
    rows, money = total(of_owner(report.parts, login.person_id))
    if not rows:
        return None, ""
    name = str(login.person)
    lines = []
    for one in report.checked:
        count, at_stake = total(of_owner(one.parts, login.person_id))
        if count:
            query = "" if one.check.table == "person" else f"?{urlencode({'owner': name})}"
            about = "about " if one.is_guess and at_stake is not None else ""
            said = f", {about}{_money(at_stake, currency)}" if at_stake is not None else ""
            link = f"{settings.SALESOPS_ADDRESS}/clean-data/{one.check.name}{query}"
            lines.append(Line(one.check.title, link, f"{count:,}{said}"))
    worth = f", {_money(money, currency)} at stake" if money else ""
    words = f"{counted(rows, 'record')} to mend{worth}"
    part = Part(
        heading="To mend",
        sentence=f"{words[0].upper()}{words[1:]}, as of {report.today:%-d %B %Y}. Each record counts once in that sum.",
        lines=tuple(lines),
        link=f"{settings.SALESOPS_ADDRESS}/clean-data?{urlencode({'owner': login.person_id})}",
        link_words="See all of it",
    )
    return part, words


def _checked(book: Book) -> Report:
    """What the checks find among what somebody sees."""
    if book.scope.is_everything:
        assert isinstance(book.engine, DuckDBEngine)
        return checking.found_in(book.engine, book.settings)
    folder = Path(settings.SALESOPS_BOOK)
    manifest = read_manifest_lenient(folder)
    assert manifest is not None
    return run_checks(book, _held(folder, manifest.newest, book.settings.model_dump_json()))


@lru_cache(maxsize=1)
def _held(folder: Path, newest: str, said: str) -> Held:  # noqa: ARG001  of which state and settings
    """What the whole book holds of what checks look at: the same for whoever is written to."""
    with closing(DuckDBEngine(folder, memory_limit=WORK_MEMORY)) as whole:
        return checking.held_in(whole, load_settings(folder))


def _overdue(login: User, today: date) -> tuple[Part | None, str]:
    zone = organisation_zone()
    late = open_tasks(login).filter(occurred_at__lt=day_begins(today, zone))
    count = late.count()
    if not count:
        return None, ""
    lines = []
    for task in late[:MOST_TASKS]:
        days = (today - task.occurred_at.astimezone(ZoneInfo(zone)).date()).days
        link = f"{settings.SALESOPS_ADDRESS}/activities/{quote(task.pk, safe='')}"
        lines.append(Line(str(task), link, f"{counted(days, 'day')} overdue"))
    words = f"{counted(count, 'task')} overdue"
    more = f" The {MOST_TASKS} that wait longest:" if count > MOST_TASKS else ""
    part = Part(
        heading="Tasks and next steps",
        sentence=f"{words[0].upper()}{words[1:]}.{more}",
        lines=tuple(lines),
        link=f"{settings.SALESOPS_ADDRESS}/tasks",
        link_words="Open your tasks",
    )
    return part, words


def _money(minor: int | None, currency: str) -> str:
    return "" if minor is None else format_money(minor, currency, compact=True)
