"""What holds for any company: rates in order, sums that add up, and nothing that hangs on how rows are written."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesops.book.book import Book
from salesops.foundations.money import split
from salesops.kpis import KPIS
from tests.kpis.keeping import Kept

STAGES = ("Prospecting", "Discovery", "Proposal", "Won", "Lost", "No decision")
PEOPLE = """
    id   name  team
    ann  Ann   North
    bob  Bob   North
    cay  Cay   South
"""
QUOTAS = """
    id  person_id  starts_on   ends_on     amount
    q1  ann        2026-01-01  2026-07-01  3000
    q2  bob        2026-01-01  2026-07-01  5000.01
    q3  cay        2026-01-01  2026-07-01  700
"""
few = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@st.composite
def deals(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Deals with a past each: a stage after the other, skipped, gone back to, closed, reopened."""
    found = []
    for number in range(draw(st.integers(1, 12))):
        created = date(2026, 1, 1) + timedelta(days=draw(st.integers(0, 90)))
        day, past = created, []
        for stage in draw(st.lists(st.sampled_from(STAGES), min_size=1, max_size=4)):
            past.append((day, stage))
            day += timedelta(days=draw(st.integers(1, 20)))
        found.append(
            {
                "id": f"d{number}",
                "created": created,
                "past": past,
                "amount": draw(st.none() | st.integers(0, 10**9)),
                "owner": draw(st.sampled_from(["ann", "bob", "cay"])),
                "shares": draw(st.lists(st.integers(1, 1_000_000), max_size=3)),
            }
        )
    return found


def drawn(found: list[dict[str, Any]], currency: str = "USD") -> dict[str, Any]:
    """The tables of these deals."""
    now = ["id  stage  amount  currency  created_on  close_date  owner_id"]
    past = ["opportunity_id  valid_from  stage  amount  currency  created_on  close_date  owner_id"]
    splits = ["id  opportunity_id  person_id  share"]
    for deal in found:
        amount = (
            "-" if deal["amount"] is None else f"{deal['amount'] // 100}.{deal['amount'] % 100:02}"
        )
        rest = f"{amount}  {currency}  {deal['created']}  {deal['past'][-1][0]}  {deal['owner']}"
        now.append(f"{deal['id']}  {deal['past'][-1][1]}  {rest}")
        past += [f"{deal['id']}  {day}T12:00  {stage}  {rest}" for day, stage in deal["past"]]
        parts = split(1_000_000, deal["shares"]) if deal["shares"] else []
        for person, part in zip(("ann", "bob", "cay"), parts, strict=False):
            share = f"{part // 1_000_000}.{part % 1_000_000:06}"
            splits.append(f"{deal['id']}{person}  {deal['id']}  {person}  {share}")
    tables: dict[str, Any] = {
        "opportunity": "\n".join(now),
        "opportunity_version": "\n".join(past),
        "person": PEOPLE,
        "quota": "\n".join(
            line + ("  " + c if line.strip() else "") for line, c in _with(currency)
        ),
    }
    return tables | ({"opportunity_split": "\n".join(splits)} if len(splits) > 1 else {})


def _with(currency: str) -> list[tuple[str, str]]:
    lines = QUOTAS.strip().splitlines()
    return [(lines[0], "currency"), *((line, currency) for line in lines[1:])]


@pytest.fixture(scope="session")
def books(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Books by their drawing, with the text of questions compiled once for all."""
    folder: Path = tmp_path_factory.mktemp("properties")
    return Kept(folder)


def everything(book: Book) -> dict[str, Any]:
    """All numbers of a book, whole and by team."""
    found: dict[str, Any] = {}
    for name in (
        "win_rate",
        "credited_bookings",
        "stage_conversion",
        "quota_attainment",
        "weighted_pipeline",
        "pipeline_created",
        "sales_cycle",
        "close_rate",
    ):
        by = ("team",) if "team" in book.can_split(name) else ()
        for figure in [*book.measure(name), *book.measure(name, by=by)]:
            key = (name, *figure.key)
            found[str(key)] = (figure.value, figure.numerator, figure.n, figure.n_excluded)
    return found


@few
@given(deals())
def test_the_narrow_win_rate_is_never_below_the_broad_one(
    books: Kept, found: list[dict[str, Any]]
) -> None:
    book = books.draw(**drawn(found))
    narrow, broad = book.measure("win_rate_narrow").value, book.measure("win_rate").value
    if narrow is not None and broad is not None:
        assert narrow >= broad
    if broad is not None:
        assert 0 <= broad <= 1


@few
@given(deals())
def test_a_cohorts_rate_is_a_share_and_never_falls_unless_a_win_is_undone(
    books: Kept, found: list[dict[str, Any]]
) -> None:
    for deal in found:  # what is won stays so
        won = [i for i, (_, stage) in enumerate(deal["past"]) if stage == "Won"]
        if won:
            deal["past"] = deal["past"][: won[0] + 1]
    book = books.draw(**drawn(found))
    rates = []
    for day in ("2026-02-15", "2026-03-31", "2026-04-30", "2026-06-30"):
        value = book.as_of(day).measure("created_cohort_win_rate", period="2026M01").value
        rates.append(0 if value is None else value)
    assert rates == sorted(rates)
    assert all(0 <= r <= 1 for r in rates)


@few
@given(deals())
def test_credits_add_up_to_what_was_won_by_person_team_and_month(
    books: Kept, found: list[dict[str, Any]]
) -> None:
    book = books.draw(**drawn(found))
    whole = book.measure("closed_to_date").figure.numerator or 0
    for by in ("person", "team", "month"):
        cells = book.measure("credited_bookings", by=by)
        assert sum(f.numerator or 0 for f in cells) == whole


@few
@given(deals())
def test_a_teams_attainment_lies_between_those_of_its_people(
    books: Kept, found: list[dict[str, Any]]
) -> None:
    book = books.draw(**drawn(found))
    each = [f.value for f in book.measure("quota_attainment", period="2026", by="person")]
    whole = book.measure("quota_attainment", period="2026").value
    known = [v for v in each if v is not None]
    if whole is not None and len(known) == len(each):
        assert min(known) <= whole <= max(known)


@few
@given(deals())
def test_further_stages_are_entered_by_no_more_deals_than_went_on(
    books: Kept, found: list[dict[str, Any]]
) -> None:
    for figure in books.draw(**drawn(found)).measure("stage_conversion", by="stage"):
        assert figure.value is not None
        assert 0 <= figure.value <= 1
        assert figure.denominator == figure.n


@few
@given(deals(), st.randoms(use_true_random=False))
def test_no_number_hangs_on_the_order_of_rows(
    books: Kept, found: list[dict[str, Any]], random: Any
) -> None:
    tables = drawn(found)
    shuffled: dict[str, Any] = {}
    for name, text in tables.items():
        header, *lines = text.strip().splitlines()
        random.shuffle(lines)
        shuffled[name] = "\n".join([header, *lines])
    assert everything(books.draw(**tables)) == everything(books.draw(**shuffled))


@few
@given(deals())
def test_no_number_hangs_on_what_the_currency_is_called(
    books: Kept, found: list[dict[str, Any]]
) -> None:
    dollars, francs = (books.draw(**drawn(found, c)) for c in ("USD", "CHF"))
    assert everything(dollars) == everything(francs)


def test_every_definition_says_in_words_what_it_divides() -> None:
    for name, kpi in KPIS.items():
        assert kpi.name == name
        assert kpi.meaning.endswith(".")
        assert kpi.formula
        assert kpi.numerator_words
        assert kpi.denominator_words
        assert kpi.version >= 1
