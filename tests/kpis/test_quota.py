"""Quota is what falls into a period by days: of the period, and of being employed."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book

PEOPLE = """
    id   name  team   manager_id  hired_on    left_on
    dan  Dan   -      -           -           -
    ann  Ann   North  dan         -           -
    bob  Bob   North  dan         2026-05-16  -
    cay  Cay   South  dan         -           2026-05-16
"""
QUOTAS = """
    id  person_id  starts_on   ends_on     amount
    q1  ann        2026-04-01  2026-07-01  910
    q2  bob        2026-04-01  2026-07-01  910
    q3  cay        2026-04-01  2026-07-01  910
"""
DEALS = "id  stage\nd1  Won"


def test_the_whole_quota_falls_into_its_own_quarter(draw: Callable[..., Book]) -> None:
    found = draw(person=PEOPLE, quota=QUOTAS, opportunity=DEALS).measure(
        "quota", period="2026Q2", by=["person"]
    )
    assert {f.key[0]: f.value for f in found}["ann"] == 910_00


def test_who_starts_or_leaves_has_the_days_they_worked_here(draw: Callable[..., Book]) -> None:
    found = draw(person=PEOPLE, quota=QUOTAS, opportunity=DEALS).measure(
        "quota", period="2026Q2", by=["person"]
    )
    # 91 days, of which 46 from 16 May on and 45 before.
    assert {f.key[0]: f.value for f in found} == {"ann": 910_00, "bob": 460_00, "cay": 450_00}


def test_months_add_up_to_the_quarter_to_the_cent(draw: Callable[..., Book]) -> None:
    odd = QUOTAS.replace("910", "1000.01")
    book = draw(person=PEOPLE, quota=odd, opportunity=DEALS)
    months = [book.measure("quota", period=f"2026M0{m}").value for m in (4, 5, 6)]
    assert months[0] == 329_67 + 329_67  # 30 of 91 days, of two people
    assert sum(int(m or 0) for m in months) == book.measure("quota", period="2026Q2").value


def test_a_quota_changed_in_mid_period_is_each_for_its_days(draw: Callable[..., Book]) -> None:
    changed = """
        id  person_id  starts_on   ends_on     amount
        q1  ann        2026-04-01  2026-05-16  450
        q2  ann        2026-05-16  2026-07-01  920
    """
    book = draw(person=PEOPLE, quota=changed, opportunity=DEALS)
    assert book.measure("quota", period="2026Q2").value == 1370_00
    assert book.measure("quota", period="2026M05").value == 150_00 + 320_00


def test_a_managers_quota_is_left_out_where_their_people_hold_some(
    draw: Callable[..., Book],
) -> None:
    with_manager = QUOTAS + "    q4  dan        2026-01-01  2027-01-01  36500"
    book = draw(person=PEOPLE, quota=with_manager, opportunity=DEALS)
    assert book.measure("quota", period="2026Q2").value == 1820_00
    assert book.measure("quota", period="2026M09").value == 3000_00  # nobody else has one then


def test_a_teams_quota_is_left_out_where_its_people_hold_some(draw: Callable[..., Book]) -> None:
    quotas = """
        id  person_id  team   starts_on   ends_on     amount
        q1  ann        -      2026-04-01  2026-07-01  910
        q2  -          North  2026-04-01  2026-07-01  5000
        q3  -          East   2026-04-01  2026-07-01  300
    """
    book = draw(person=PEOPLE, quota=quotas, opportunity=DEALS)
    found = book.measure("quota", period="2026Q2", by=["team"])
    assert {f.key[0]: f.value for f in found} == {"North": 910_00, "East": 300_00}


def test_quotas_belong_to_the_team_as_it_was(draw: Callable[..., Book]) -> None:
    places = """
        person_id  team   valid_from  valid_to
        ann        South  2020-01-01  2026-05-01
        ann        North  2026-05-01  -
    """
    book = draw(person=PEOPLE, team_membership=places, quota=QUOTAS, opportunity=DEALS)
    found = book.measure("quota", period="2026M04", by=["team"])
    assert {f.key[0]: f.n for f in found} == {"South": 2}  # ann then, and cay; bob was not here yet
    found = book.measure("quota", period="2026M06", by=["team"])
    assert {f.key[0]: f.n for f in found} == {"North": 2}  # ann now, and bob; cay is gone


def test_quotas_are_in_the_reporting_currency_at_the_rate_of_their_first_day(
    draw: Callable[..., Book],
) -> None:
    rates = """
        currency  valid_from  valid_to    rate
        USD       2020-01-01  -           1
        EUR       2020-01-01  2026-05-01  1.10
        EUR       2026-05-01  -           2
    """
    quotas = "id  person_id  starts_on  ends_on  amount  currency\nq1  ann  2026-04-01  2026-07-01  100  EUR"
    book = draw(person=PEOPLE, quota=quotas, opportunity=DEALS, exchange_rate=rates)
    assert book.measure("quota", period="2026Q2").value == 110_00


def test_a_quota_without_an_end_is_excluded_and_counted(draw: Callable[..., Book]) -> None:
    quotas = "id  person_id  starts_on  ends_on  amount\nq1  ann  2026-04-01  -  100"
    figure = draw(person=PEOPLE, quota=quotas, opportunity=DEALS).measure("quota").figure
    assert (figure.value, figure.n, figure.n_excluded) == (None, 0, 1)


def test_a_period_without_quotas_has_none_and_not_zero(draw: Callable[..., Book]) -> None:
    book = draw(person=PEOPLE, quota=QUOTAS, opportunity=DEALS)
    assert book.measure("quota", period="2025").value is None
