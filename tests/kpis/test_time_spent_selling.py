"""Time spent selling divides minutes with buyers by minutes logged."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from salesops.book.book import Book
from salesops.book.settings import CalendarSettings, Settings

PEOPLE = """
    id   name  team
    ann  Ann   North
    bob  Bob   South
"""
WORK = """
    id  kind            owner_id  occurred_at       duration_minutes  is_done
    v1  call            ann       2026-03-31T22:30  30                yes
    v2  meeting         ann       2026-04-01T10:00  60                yes
    v3  internal        ann       2026-04-01T12:00  90                yes
    v4  administration  bob       2026-04-02T10:00  20                yes
    v5  email           bob       2026-04-02T11:00  -                 yes
    v6  demo            bob       2026-04-03T11:00  40                no
    v7  message         bob       2026-04-02T12:00  0                 yes
"""
DEALS = "id  stage\nd1  Proposal"


def book_of(draw: Callable[..., Book], zone: str = "UTC") -> Book:
    settings = Settings(calendar=CalendarSettings(time_zone=zone))
    return draw(settings=settings, person=PEOPLE, activity=WORK, opportunity=DEALS)


def test_calls_mails_messages_and_meetings_are_time_with_buyers(draw: Callable[..., Book]) -> None:
    figure = book_of(draw).measure("time_spent_selling").figure
    assert figure.numerator == 90
    assert figure.denominator == 200
    assert figure.value == Decimal("0.45")


def test_work_without_a_duration_is_excluded_and_work_planned_is_not_there(
    draw: Callable[..., Book],
) -> None:
    figure = book_of(draw).measure("time_spent_selling").figure
    assert (figure.n, figure.n_excluded) == (4, 2)


def test_the_day_is_one_of_the_organisation(draw: Callable[..., Book]) -> None:
    assert book_of(draw).measure("time_spent_selling", period="2026Q1").value == 1
    berlin = book_of(draw, "Europe/Berlin")  # where v1 is half an hour into April
    assert berlin.measure("time_spent_selling", period="2026Q1").value is None


def test_teams_are_those_of_who_did_the_work(draw: Callable[..., Book]) -> None:
    found = book_of(draw).measure("time_spent_selling", by=["team"])
    assert {f.key[0]: f.value for f in found} == {"North": Decimal("0.5"), "South": 0}


def test_nothing_logged_is_nothing(draw: Callable[..., Book]) -> None:
    assert book_of(draw).measure("time_spent_selling", period="2025").value is None


def test_without_durations_it_says_which_file_would_bring_them(draw: Callable[..., Book]) -> None:
    work = "id  kind  occurred_at  is_done\nv1  call  2026-04-01T10:00  yes"
    figure = draw(activity=work, opportunity=DEALS).measure("time_spent_selling").figure
    assert figure.value is None
    assert "Task and Event" in figure.why
