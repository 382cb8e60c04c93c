"""The attainment distribution is over people, each counted once."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from salesops.book.book import Book

PEOPLE = """
    id   name  team   manager_id  hired_on    left_on
    p1   P1    North  -           -           -
    p2   P2    North  -           -           -
    p3   P3    North  -           -           -
    p4   P4    South  -           -           -
    p5   P5    South  -           -           -
    p6   P6    South  -           -           -
    new  New   South  -           2026-05-01  -
"""
DEALS = """
    id  stage  amount  close_date  owner_id
    d1  Won    180     2026-04-10  p1
    d2  Won    160     2026-04-10  p2
    d3  Won    140     2026-04-10  p3
    d4  Won    55      2026-04-10  p4
    d5  Won    45      2026-04-10  p5
    d6  Won    40      2026-04-10  p6
    d7  Won    999     2026-05-10  new
"""
QUOTAS = """
    id  person_id  starts_on   ends_on     amount
    q1  p1         2026-04-01  2026-07-01  100
    q2  p2         2026-04-01  2026-07-01  100
    q3  p3         2026-04-01  2026-07-01  100
    q4  p4         2026-04-01  2026-07-01  100
    q5  p5         2026-04-01  2026-07-01  100
    q6  p6         2026-04-01  2026-07-01  100
    q7  new        2026-04-01  2026-07-01  100
"""


def book_of(draw: Callable[..., Book]) -> Book:
    return draw(person=PEOPLE, opportunity=DEALS, quota=QUOTAS)


def test_180_160_140_55_45_40_have_a_mean_of_103_and_a_median_of_97(
    draw: Callable[..., Book],
) -> None:
    figure = book_of(draw).measure("attainment_distribution", period="2026Q2").figure
    assert figure.value == Decimal("1.033333333")
    assert figure.percentiles == {10: 0.425, 25: 0.475, 50: 0.975, 75: 1.55, 90: 1.7}
    assert figure.n == 6


def test_who_sold_nothing_counts_with_zero(draw: Callable[..., Book]) -> None:
    fewer = "\n".join(line for line in DEALS.splitlines() if "d6" not in line)
    figure = draw(person=PEOPLE, opportunity=fewer, quota=QUOTAS).measure(
        "attainment_distribution", period="2026Q2"
    )
    assert figure.figure.numerator == 5_800_000  # millionths
    assert figure.figure.n == 6


def test_the_share_is_rounded_to_the_millionth(draw: Callable[..., Book]) -> None:
    thirds = QUOTAS.replace("100", "300")
    rows = draw(person=PEOPLE, opportunity=DEALS, quota=thirds).rows_behind(
        "attainment_distribution", period="2026Q2"
    )
    assert {r["id"]: r["numerator"] for r in rows.dicts()}["p3"] == 466_667


def test_no_quotas_in_the_period_are_nothing(draw: Callable[..., Book]) -> None:
    assert book_of(draw).measure("attainment_distribution", period="2025").value is None


def test_people_are_counted_in_bands(draw: Callable[..., Book]) -> None:
    bands = book_of(draw).measure("attainment_distribution", period="2026Q2", by="attainment")
    assert [(f.label, f.n) for f in bands] == [
        (("Below 50 %",), 2),
        (("50–79 %",), 1),
        (("Above 120 %",), 3),
    ]


def test_a_band_begins_where_the_one_before_ends(draw: Callable[..., Book]) -> None:
    sold = {180: "49.99", 160: "50", 140: "79.99", 55: "80", 45: "120", 40: "120.01"}
    deals = DEALS
    for was, now in sold.items():
        deals = deals.replace(f"Won    {was} ", f"Won    {now} ")
    book = draw(person=PEOPLE, opportunity=deals, quota=QUOTAS)
    bands = book.measure("attainment_distribution", period="2026Q2", by="attainment")
    assert {f.label[0]: f.n for f in bands} == {
        "Below 50 %": 1,
        "50–79 %": 2,
        "80–99 %": 1,
        "100–120 %": 1,
        "Above 120 %": 1,
    }


def test_the_people_in_a_band_are_its_rows(draw: Callable[..., Book]) -> None:
    rows = book_of(draw).rows_behind(
        "attainment_distribution", period="2026Q2", at={"attainment": "50–79 %"}
    )
    assert [r["id"] for r in rows.dicts()] == ["p4"]


def test_its_records_name_every_percentile(draw: Callable[..., Book]) -> None:
    record = book_of(draw).measure("attainment_distribution", period="2026Q2").records()[0]
    assert (record["p10"], record["p25"], record["median"], record["p75"], record["p90"]) == (
        0.425,
        0.475,
        0.975,
        1.55,
        1.7,
    )
