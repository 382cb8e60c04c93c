"""A quota that was raised in May changed what was told of April: the attainment of a former day was held against it.

A number as of a day reads each quota as it stood then, those deleted since among them, and none that came later."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from salesops.book.book import Book

Draw = Callable[..., Book]
DEALS = """
    id    stage      amount  created_on  close_date  owner_id
    won   Won        50      2026-04-02  2026-04-10  ann
    open  Discovery  100     2026-04-02  2026-06-29  ann
"""
STATES = """
    opportunity_id  valid_from        stage      amount  close_date  owner_id
    won             2026-04-02T09:00  Discovery  50      2026-04-10  ann
    won             2026-04-10T09:00  Won        50      2026-04-10  ann
    open            2026-04-02T09:00  Discovery  100     2026-06-29  ann
    open            2026-06-30T09:00  Discovery  100     2026-06-29  ann
"""
PEOPLE = "id  name  team\nann  Ann  North\nbob  Bob  North"
NOW = """
    id      person_id  starts_on   ends_on     amount
    raised  ann        2026-04-01  2026-07-01  200
    added   bob        2026-04-01  2026-07-01  1000
"""
EVER = """
    id       person_id  team   starts_on   ends_on     amount  valid_from        valid_to          known_from
    raised   ann        -      2026-04-01  2026-07-01  100     0001-01-01T00:00  2026-05-04T08:00  2026-03-01T00:00
    raised   ann        -      2026-04-01  2026-07-01  200     2026-05-04T08:00  9999-12-31T00:00  2026-05-04T08:00
    deleted  -          North  2026-04-01  2026-07-01  999     2026-03-01T00:00  2026-05-06T08:00  2026-03-01T00:00
    added    bob        -      2026-04-01  2026-07-01  1000    2026-05-08T08:00  9999-12-31T00:00  2026-05-08T08:00
"""
EVER = EVER.replace("0001-01-01T00:00", "-               ")


@pytest.fixture
def book(draw: Draw) -> Book:
    return draw(
        opportunity=DEALS, opportunity_version=STATES, person=PEOPLE, quota=NOW, quota_version=EVER
    )


def test_a_quota_raised_later_does_not_change_the_attainment_of_the_day_before(book: Book) -> None:
    told = {
        day: book.as_of(day).measure("quota_attainment", period="2026Q2").value
        for day in ("2026-05-03", "2026-05-04", "2026-05-08")
    }
    assert told == {
        "2026-05-03": Decimal("0.5"),
        "2026-05-04": Decimal("0.25"),
        "2026-05-08": Decimal("0.041666667"),
    }
    assert book.measure("quota_attainment", period="2026Q2").value == told["2026-05-08"]


def test_every_number_of_quotas_reads_those_of_its_day(book: Book) -> None:
    then = book.as_of("2026-05-03")
    assert then.measure("pipeline_coverage", period="2026Q2").figure.denominator == 50_00
    assert then.measure("forecast_to_quota", period="2026Q2").figure.denominator == 100_00
    rows = then.rows_behind("quota", period="2026Q2").dicts()
    assert [(r["id"], r["amount_minor"]) for r in rows] == [("raised", 100_00)]
    assert book.measure("pipeline_coverage", period="2026Q2").figure.denominator == 1150_00


def test_a_team_quota_deleted_since_stood_where_its_people_had_none(draw: Draw) -> None:
    book = draw(
        opportunity=DEALS,
        opportunity_version=STATES,
        person=PEOPLE,
        quota_version="\n".join(EVER.splitlines()[:2] + EVER.splitlines()[4:5]),
    )
    then = book.as_of("2026-05-05").measure("quota", period="2026Q2", by="team")
    assert [(f.label, f.value) for f in then] == [(("North",), 999_00)]
    assert book.measure("quota", period="2026Q2").figure.n == 0


def test_where_nothing_tells_what_quotas_were_before_the_number_says_so(
    book: Book, draw: Draw
) -> None:
    def note(of: Book, day: str, name: str = "quota_attainment") -> str:
        return of.as_of(day).measure(name, period="2026Q2").figure.note

    assert note(book, "2026-05-03") == ""
    files = draw(opportunity=DEALS, opportunity_version=STATES, person=PEOPLE, quota=NOW)
    said = (
        "What these quotas were before 30 June 2026 is not known; they are read as they were then."
    )
    assert [note(files, day) for day in ("2026-05-03", "2026-06-30")] == [said, ""]
    assert note(files, "2026-05-03", "closed_to_date") == ""
    assert files.as_of("2026-05-03").measure("quota", period="2026Q2").value == 1200_00
